"""Theorems about certified books (spec/certification.md)."""

from proofs import invariant, statements
from proofs.contracts import (
    BY_NAME,
    IS_NEEDED,
    MAY_TRADE,
    MEETS_INITIAL,
    REQUIREMENT,
)
from proofs.kernel.logic import choose
from proofs.kernel.theorem import theorem
from proofs.worlds import PoolWorld
from solvent.default import ShareLoss
from solvent.funding import Fund
from solvent.marking import Mark
from solvent.parameters import SetParameters

OPAQUE = (*BY_NAME, IS_NEEDED, MAY_TRADE, MEETS_INITIAL, REQUIREMENT)


@theorem("CRT-12", contracts=OPAQUE)
def counts_stay_right(world: PoolWorld) -> None:
    """Each class counts its live certificates and the pool its exposed accounts, after every action as before."""
    before = world.pool()
    world.assume(invariant.counts_are_right(before))
    case = statements.any_step(world, before)
    if case is None:
        return
    opened, action, after = case
    if isinstance(action, Mark | Fund | ShareLoss | SetParameters):
        for level, (old, new) in enumerate(zip(opened.classes, after.classes, strict=True)):
            goes_on = choose(new.generation == old.generation, 1, 0)
            world.sum_rule(
                before.accounts,
                [
                    (1, invariant.live_in, (level, new.generation)),
                    (-goes_on, invariant.live_in, (level, old.generation)),
                ],
                label="CRT-12: a certificate of a generation that ended is none",
            )
    world.claim(invariant.counts_are_right(after), "CRT-12: counts are those of live certificates and of positions")


@theorem("CON-1", contracts=BY_NAME)
def a_certification_conserves(world: PoolWorld) -> None:
    """The sum of equities equals the vault after a certification if it did before."""
    statements.conserves(world, Certify)


@theorem("CON-9", "CON-2", contracts=BY_NAME)
def a_certification_leaves_the_pool_well_formed(world: PoolWorld) -> None:
    """A certification in a well-formed pool leaves it well formed."""
    statements.stays_well_formed(world, Certify)
