"""Theorems about certified books (spec/certification.md)."""

from proofs import formulas, invariant, statements
from proofs.contracts import (
    BY_NAME,
    EQUITY_BY_NAME,
    HIGHEST_COVERED,
    IS_NEEDED,
    MAY_TRADE,
    MEETS_INITIAL,
    REQUIREMENT,
)
from proofs.facts import BACKING, CLASS_MARGIN_COVERS
from proofs.kernel.logic import choose, either, implies, negation
from proofs.kernel.theorem import theorem
from proofs.worlds import PoolWorld
from solvent.certification import Certify, class_margin
from solvent.default import ShareLoss
from solvent.funding import Fund
from solvent.machine import Action
from solvent.margin import equity_of
from solvent.marking import Mark
from solvent.numbers import CLASSES, PPM
from solvent.parameters import SetParameters
from solvent.pool import AccountId, Market, Pool, worth

OPAQUE = (*BY_NAME, IS_NEEDED, MAY_TRADE, MEETS_INITIAL, REQUIREMENT)

MOVES = Mark | Fund | ShareLoss | SetParameters
"""The actions that may end a class's generation."""


@theorem("CRT-12", contracts=OPAQUE)
def counts_stay_right(world: PoolWorld) -> None:
    """Each class counts its live certificates and the pool its exposed accounts, after every action as before."""
    before = world.pool()
    world.assume(invariant.counts_are_right(before))
    case = statements.any_step(world, before)
    if case is None:
        return
    opened, action, after = case
    if isinstance(action, MOVES):
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


@theorem("CRT-8")
def a_position_is_backed(world: PoolWorld, size: int, market: Market, generation: int, factor: int) -> None:
    """What a class demands covers what a position may lose until the class ends: the fact that certificates add up."""
    world.assume(invariant.market_is_well_formed(market))
    world.assume(factor >= 0)
    for level in range(CLASSES):
        if world.truth(f"level {level}"):
            world.assume(negation(formulas.has_drifted(market, level, generation, factor)))
            world.claim(BACKING.of_entry(size, market, level, generation, factor), "CRT-8: loses half at most")
            world.claim(CLASS_MARGIN_COVERS.of_entry(size, market, level, generation, factor), "CRT-8: covers both ways")
            return


@theorem("CRT-8", contracts=(EQUITY_BY_NAME,))
def a_live_certificate_implies_solvency(world: PoolWorld, pool: Pool, account_id: AccountId) -> None:
    """An account with a live certificate has an equity that is not negative."""
    account = pool.accounts.get(account_id)
    for level, (one, factor) in enumerate(zip(pool.classes, pool.parameters.factors, strict=True)):
        world.use(BACKING, account.positions, *world.along(pool.markets), level, one.generation, factor)
        live = invariant.live_in(account, level, one.generation) == 1
        world.claim(implies(live, equity_of(pool, account_id) >= 0), "CRT-8: equity is not negative")
