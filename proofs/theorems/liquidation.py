"""Theorems about liquidation (spec/liquidation.md)."""

from proofs import statements
from proofs.contracts import IS_NEEDED, MEETS_INITIAL
from proofs.kernel.theorem import theorem
from proofs.worlds import PoolWorld
from solvent.liquidation import Liquidate


@theorem("CON-1", contracts=(MEETS_INITIAL, IS_NEEDED))
def a_liquidation_conserves(world: PoolWorld) -> None:
    """The sum of equities equals the vault after a liquidation if it did before."""
    statements.conserves(world, Liquidate)


@theorem("CON-9", "CON-2", contracts=(MEETS_INITIAL, IS_NEEDED))
def a_liquidation_leaves_the_pool_well_formed(world: PoolWorld) -> None:
    """A liquidation in a well-formed pool leaves it well formed."""
    statements.stays_well_formed(world, Liquidate)
