"""Theorems about trades (spec/trading.md)."""

from proofs import statements
from proofs.contracts import MAY_TRADE
from proofs.kernel.theorem import theorem
from proofs.worlds import PoolWorld
from solvent.trading import Trade


@theorem("CON-1", contracts=(MAY_TRADE,))
def a_trade_conserves(world: PoolWorld) -> None:
    """The sum of equities equals the vault after a trade if it did before."""
    statements.conserves(world, Trade)


@theorem("CON-9", "CON-2", contracts=(MAY_TRADE,))
def a_trade_leaves_the_pool_well_formed(world: PoolWorld) -> None:
    """A trade in a well-formed pool leaves it well formed."""
    statements.stays_well_formed(world, Trade)
