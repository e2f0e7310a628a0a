"""Theorems about default and loss sharing (spec/default.md)."""

from proofs import statements
from proofs.contracts import BY_NAME, MAY_TRADE
from proofs.facts import LOSS_IS_NOT_NEGATIVE
from proofs.kernel.theorem import theorem
from proofs.worlds import PoolWorld
from solvent.default import Default, ShareLoss, TakeOver, Unwind
from solvent.pool import Market


@theorem("DEF-12")
def losses_are_not_negative(world: PoolWorld, size: int, market: Market, epoch: int) -> None:
    """A position's loss since the anchor is not negative: the fact that losses add up."""
    world.claim(LOSS_IS_NOT_NEGATIVE.of_entry(size, market, epoch), "DEF-12: a loss is not negative")


@theorem("CON-1", contracts=BY_NAME)
def a_default_conserves(world: PoolWorld) -> None:
    """The sum of equities equals the vault after a default if it did before."""
    statements.conserves(world, Default)


@theorem("CON-9", "CON-2", contracts=BY_NAME)
def a_default_leaves_the_pool_well_formed(world: PoolWorld) -> None:
    """A default in a well-formed pool leaves it well formed."""
    statements.stays_well_formed(world, Default)


@theorem("CON-1", contracts=BY_NAME)
def a_cut_conserves(world: PoolWorld) -> None:
    """The sum of equities equals the vault after a cut if it did before."""
    statements.conserves(world, ShareLoss)


@theorem("CON-9", "CON-2", contracts=BY_NAME)
def a_cut_leaves_the_pool_well_formed(world: PoolWorld) -> None:
    """A cut in a well-formed pool leaves it well formed."""
    statements.stays_well_formed(world, ShareLoss)


@theorem("CON-1", contracts=BY_NAME)
def an_unwinding_conserves(world: PoolWorld) -> None:
    """The sum of equities equals the vault after an unwinding if it did before."""
    statements.conserves(world, Unwind)


@theorem("CON-9", "CON-2", contracts=BY_NAME)
def an_unwinding_leaves_the_pool_well_formed(world: PoolWorld) -> None:
    """An unwinding in a well-formed pool leaves it well formed."""
    statements.stays_well_formed(world, Unwind)


@theorem("CON-1", contracts=(*BY_NAME, MAY_TRADE))
def a_take_over_conserves(world: PoolWorld) -> None:
    """The sum of equities equals the vault after a take-over if it did before."""
    statements.conserves(world, TakeOver)


@theorem("CON-9", "CON-2", contracts=(*BY_NAME, MAY_TRADE))
def a_take_over_leaves_the_pool_well_formed(world: PoolWorld) -> None:
    """A take-over in a well-formed pool leaves it well formed."""
    statements.stays_well_formed(world, TakeOver)
