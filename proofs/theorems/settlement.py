"""Theorems about settlement (spec/settlement.md)."""

from proofs import ranges, statements
from proofs.contracts import BY_NAME
from proofs.kernel.theorem import theorem
from proofs.worlds import PoolWorld
from solvent.settlement import Settle, SettlePosition


@theorem("CON-1", contracts=BY_NAME)
def a_settlement_conserves(world: PoolWorld) -> None:
    """The sum of equities equals the vault after a settlement if it did before."""
    statements.conserves(world, Settle)


@theorem("CON-9", "CON-2", contracts=BY_NAME)
def a_settlement_leaves_the_pool_well_formed(world: PoolWorld) -> None:
    """A settlement in a well-formed pool leaves it well formed."""
    statements.stays_well_formed(world, Settle)


@theorem("NUM-2", contracts=BY_NAME)
def a_settlement_stays_within_a_word(world: PoolWorld) -> None:
    """Every integer that a settlement computes, accepted or rejected, fits a signed 256-bit word."""
    ranges.stays_within_a_word(world, Settle)


@theorem("CON-1", contracts=BY_NAME)
def a_positions_settlement_conserves(world: PoolWorld) -> None:
    """The sum of equities equals the vault after a position's settlement if it did before."""
    statements.conserves(world, SettlePosition)


@theorem("CON-9", "CON-2", contracts=BY_NAME)
def a_positions_settlement_leaves_the_pool_well_formed(world: PoolWorld) -> None:
    """A position's settlement in a well-formed pool leaves it well formed."""
    statements.stays_well_formed(world, SettlePosition)


@theorem("NUM-2", contracts=BY_NAME)
def a_positions_settlement_stays_within_a_word(world: PoolWorld) -> None:
    """Every integer that a position's settlement computes, accepted or rejected, fits a signed 256-bit word."""
    ranges.stays_within_a_word(world, SettlePosition)
