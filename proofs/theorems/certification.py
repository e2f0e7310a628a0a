"""Theorems about certified books (spec/certification.md)."""

from typing import get_args

from proofs import formulas, invariant, ranges, statements
from proofs.contracts import (
    BOOK,
    BOOK_EXACTLY,
    BY_NAME,
    EQUITY,
    EQUITY_BY_NAME,
    HIGHEST,
    HIGHEST_COVERED,
    HIGHEST_SOLVENT,
    IS_NEEDED,
    MAY_TRADE,
    MAY_TRADE_SAFELY,
    MEETS_INITIAL,
    MEETS_INITIAL_EXACTLY,
    REQUIREMENT,
    REQUIREMENT_BY_NAME,
)
from proofs.facts import (
    BACKING,
    CLASS_MARGIN_COVERS,
    MAINTENANCE_IS_NOT_NEGATIVE,
    OPEN_IS_NOT_NEGATIVE,
)
from proofs.kernel.logic import choose, implies, negation
from proofs.kernel.theorem import theorem
from proofs.worlds import PoolWorld
from solvent.certification import Certify, anchored_worth, book_is_certified, class_margin, highest_class
from solvent.default import Default, ShareLoss, TakeOver, Unwind
from solvent.funding import Fund
from solvent.liquidation import Liquidate
from solvent.machine import Action
from solvent.margin import Withdraw, equity_of, maintenance_margin
from solvent.marking import Mark
from solvent.numbers import CLASSES, PPM, mul_div_up
from solvent.parameters import ListMarket, SetParameters
from solvent.pool import BACKSTOP, AccountId, Base, Deposit, Market, Pool, is_exposed, is_open, worth
from solvent.settlement import Settle, SettlePosition
from solvent.trading import Trade

OPAQUE = (*BY_NAME, IS_NEEDED, MAY_TRADE, MEETS_INITIAL, REQUIREMENT)

MOVES = (Mark, Fund, ShareLoss, SetParameters)
"""The actions that may end a class's generation."""

STILL = tuple(kind for kind in get_args(Action) if kind not in MOVES)
"""The actions that leave every market where it is."""


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


@theorem("NUM-2", contracts=BY_NAME)
def a_certification_stays_within_a_word(world: PoolWorld) -> None:
    """Every integer that a certification computes, accepted or rejected, fits a signed 256-bit word."""
    ranges.stays_within_a_word(world, Certify, worth, anchored_worth)


@theorem("NUM-2")
def the_highest_class_stays_within_a_word(world: PoolWorld) -> None:
    """Every integer computed to find the highest class that an account covers fits a signed 256-bit word."""
    pool = ranges.bounded_pool(world, "", worth, maintenance_margin, class_margin)
    account_id = world.identifier("account")
    with ranges.in_a_word(world):
        highest_class(pool, account_id)


@theorem("NUM-2")
def whether_the_book_is_certified_stays_within_a_word(world: PoolWorld) -> None:
    """Every integer computed to decide whether the book is certified fits a signed 256-bit word."""
    pool = ranges.bounded_pool(world, "", worth)
    with ranges.in_a_word(world):
        bool(book_is_certified(pool))


@theorem("CRT-8")
def what_a_class_demands_covers_both_ways(world: PoolWorld, size: int, market: Market, at: Base, factor: int) -> None:
    """A position loses no more than half of what its class demands; the other half covers the way from the base."""
    rate = market.parameters.initial_rate * market.parameters.maintenance_fraction
    world.assume(negation(formulas.has_drifted_from(market, at, factor)))
    lost = 2 * PPM * PPM * (worth(size, market) - formulas.worth_from(size, at))
    half = formulas.demand_from(size, market, at, factor)
    margin = 2 * PPM * PPM * mul_div_up(abs(size) * at.mark * factor, rate, PPM * PPM)
    world.show(lost >= -half, "CRT-8: loses half at most")
    world.show(lost <= half, "CRT-8: is half away at most")
    world.show(margin >= 2 * half, "CRT-8: two halves")
    world.claim(margin - lost - half >= 0, "CRT-8: covers both")


@theorem("CRT-8")
def a_position_is_backed(world: PoolWorld, size: int, market: Market, generation: int, factor: int) -> None:
    """What a class demands covers what a position may lose until the class ends: the fact that certificates add up."""
    for level in range(CLASSES):
        if world.truth(f"level {level}"):
            at = formulas.base(market, level, generation)
            world.assume(negation(formulas.has_drifted(market, level, generation, factor)))
            world.apply(what_a_class_demands_covers_both_ways, size, market, at, factor)
            along = (market, level, generation, factor)
            world.claim_of_entry(BACKING, "CRT-8: loses half at most", size, *along)
            world.claim_of_entry(CLASS_MARGIN_COVERS, "CRT-8: covers both ways", size, *along)
            return


@theorem("CRT-6", contracts=(EQUITY,), establishes=(BOOK, BOOK_EXACTLY))
def a_book_is_certified_exactly_when(world: PoolWorld) -> None:
    """A book is certified when every exposed account is counted, the backstop owes nothing and nothing is overdue."""
    pool = world.pool(well_formed=False)
    result = bool(book_is_certified(pool))
    for contract in (BOOK, BOOK_EXACTLY):
        world.claim_contract(contract, "CRT-6: counted, not overdue, and no hole", result, pool)


@theorem("CRT-11", contracts=(EQUITY, REQUIREMENT), establishes=(HIGHEST, HIGHEST_SOLVENT, HIGHEST_COVERED))
def a_class_is_covered_exactly_when(world: PoolWorld) -> None:
    """An account covers the margins of the highest class that it covers; there is one exactly if it is solvent."""
    pool, account_id = world.pool(well_formed=False), world.identifier("account")
    world.assume_needs(HIGHEST_COVERED, pool)
    lowest = 0, pool.classes[0].generation, pool.parameters.factors[0]
    positions = pool.accounts.get(account_id).positions
    world.sum_rule(positions, [(1, class_margin, (*world.along(pool.markets), *lowest))], label="CRT-11: class 0")
    result = highest_class(pool, account_id)
    for contract in (HIGHEST, HIGHEST_SOLVENT, HIGHEST_COVERED):
        world.claim_contract(contract, "CRT-11: the class is covered", result, pool, account_id)


@theorem("CRT-8", contracts=(EQUITY_BY_NAME,))
def a_live_certificate_implies_solvency(world: PoolWorld, pool: Pool, account_id: AccountId) -> None:
    """An account with a live certificate has an equity that is not negative."""
    account = pool.accounts.get(account_id)
    for level, (one, factor) in enumerate(zip(pool.classes, pool.parameters.factors, strict=True)):
        world.use(BACKING, account.positions, *world.along(pool.markets), level, one.generation, factor)
        live = invariant.live_in(account, level, one.generation) == 1
        world.claim(implies(live, equity_of(pool, account_id) >= 0), "CRT-8: equity is not negative")


BACKED = (BOOK, HIGHEST_COVERED, EQUITY_BY_NAME, IS_NEEDED, MAY_TRADE, MEETS_INITIAL, REQUIREMENT)


@theorem("CRT-8", contracts=BACKED)
def certificates_stay_backed(world: PoolWorld) -> None:
    """Whoever holds a live certificate after an action has what it says, whatever the action was."""
    before = world.pool(books=True, backed=True)
    case = statements.any_step(world, before, STILL)
    if case is None:
        return
    _, _, after = case
    for _, old, new in world.each(before.accounts, after.accounts):
        for level, (one, factor) in enumerate(zip(before.classes, before.parameters.factors, strict=True)):
            along = (level, one.generation, factor)
            world.use(CLASS_MARGIN_COVERS, old.positions, *world.along(before.markets), *along)
            for key, was, size in world.touched(old.positions, new.positions):
                market = after.markets.get(key)
                at = formulas.base(market, level, one.generation)
                world.apply(what_a_class_demands_covers_both_ways, was, market, at, factor)
                world.apply(what_a_class_demands_covers_both_ways, size, market, at, factor)
            backed = 2 * PPM * PPM * invariant.based_equity(after, new, level, one.generation)
            demanded = new.positions.total_along(after.markets, formulas.demand, *along)
            live = invariant.live_in(new, level, one.generation) == 1
            world.claim(implies(live, backed >= demanded), "CRT-8: half of what the class demands, at its base")


@theorem("CRT-7", "CRT-8", contracts=BACKED)
def a_move_ends_what_it_uncovers(world: PoolWorld) -> None:
    """When a market moves, whoever still holds a live certificate has what it says: other classes have ended."""
    before = world.pool(books=True, backed=True)
    case = statements.any_step(world, before, MOVES)
    if case is None:
        return
    opened, _, after = case
    markets = world.each(before.markets, after.markets)
    for level, (was, one, factor) in enumerate(
        zip(opened.classes, after.classes, after.parameters.factors, strict=True)
    ):
        if was.generation != one.generation:
            for _, _, account in world.each(before.accounts, after.accounts):
                live = invariant.live_in(account, level, one.generation) == 1
                world.claim(negation(live), "CRT-7: no certificate outlives its class's generation")
            continue
        for _, account, _ in world.each(before.accounts, after.accounts):
            old = invariant.based_equity(before, account, level, was.generation)
            new = invariant.based_equity(after, account, level, was.generation)
            world.claim(new >= old, "CRT-8: at the base an account has what it had")
            demands = [
                account.positions.total_along(pool.markets, formulas.demand, level, was.generation, factor)
                for pool in (before, after)
            ]
            world.claim(demands[0] == demands[1], "CRT-8: what the class demands is what it was")
        for _, _, market in markets:
            goes_on = negation(formulas.has_drifted(market, level, was.generation, factor))
            world.claim(goes_on, "CRT-7: no class goes on that a market drifted from")


@theorem("CRT-7", contracts=OPAQUE)
def a_market_that_stays_has_not_drifted(world: PoolWorld) -> None:
    """Of a market that an action does not move, newly listed ones too, no class's base is further away than before."""
    before = world.pool(books=True, backed=True)
    case = statements.any_step(world, before, STILL)
    if case is None:
        return
    _, _, after = case
    for _, _, market in world.each(before.markets, after.markets):
        world.claim(invariant.has_not_drifted(after, market), "CRT-7: no class goes on that a market drifted from")


@theorem("CRT-15", contracts=(BOOK_EXACTLY, EQUITY_BY_NAME))
def nobody_is_below_zero_on_a_certified_book(world: PoolWorld, pool: Pool, account_id: AccountId) -> None:
    """On a certified book every exposed account but the backstop has a live certificate, and so nobody is insolvent."""
    world.assume(invariant.counts_are_right(pool))
    world.assume(bool(book_is_certified(pool)))
    account = pool.accounts.get(account_id)
    pool.accounts.get(BACKSTOP)
    world.sum_rule(
        pool.accounts,
        [
            (1, is_exposed, ()),
            *((-1, invariant.live_in, (level, one.generation)) for level, one in enumerate(pool.classes)),
        ],
        label="CRT-15: a live certificate is an exposed account's",
        equal=False,
        rest=True,
        first=lambda _, entry: world.use(OPEN_IS_NOT_NEGATIVE, entry.positions),
    )
    world.use(OPEN_IS_NOT_NEGATIVE, account.positions)
    live = sum((invariant.live_in(account, *item) for item in enumerate_generations(pool)), start=0)
    exposed = choose(account_id == BACKSTOP, 0, is_exposed(account))
    world.claim(live == exposed, "CRT-15: whoever is exposed has a live certificate")
    world.apply(a_live_certificate_implies_solvency, pool, account_id)
    along = world.along(pool.markets)
    world.none_rule(
        account.positions, is_open, worth, along, label="CRT-15: without a position nothing is worth anything"
    )
    world.claim(equity_of(pool, account_id) >= 0, "CRT-15: nobody is below zero")


def enumerate_generations(pool: Pool) -> list[tuple[int, int]]:
    """Each class with its generation."""
    return [(level, one.generation) for level, one in enumerate(pool.classes)]


SAFE = (
    BOOK_EXACTLY,
    HIGHEST_SOLVENT,
    EQUITY_BY_NAME,
    REQUIREMENT_BY_NAME,
    MAY_TRADE_SAFELY,
    MEETS_INITIAL_EXACTLY,
    IS_NEEDED,
)


def stays_certified(world: PoolWorld, kinds: tuple[type[Action], ...]) -> None:
    """CRT-13: on a certified book, the book is certified after the action, and without a position nobody owes."""
    before = world.pool(books=True)
    world.assume(invariant.counts_are_right(before))
    world.assume(bool(book_is_certified(before)))
    case = statements.any_step(world, before, kinds)
    if case is None:
        return
    _, _, after = case
    touched = world.touched(before.accounts, after.accounts)
    for account_id, old, _ in touched:
        world.apply(nobody_is_below_zero_on_a_certified_book, before, account_id)
        world.use(MAINTENANCE_IS_NOT_NEGATIVE, old.positions, *world.along(before.markets))
        world.use(OPEN_IS_NOT_NEGATIVE, old.positions)
        world.none_rule(old.positions, is_open, worth, world.along(before.markets), label="CRT-17: nothing is worth")
    for account_id, _, new in touched:
        world.show(equity_of(after, account_id) >= 0, "CRT-13: nobody is left below zero")
        free = invariant.without_a_position_nothing_is_owed(account_id, new)
        world.claim(free, "CRT-17: without a position nothing is owed")
    world.claim(bool(book_is_certified(after)), "CRT-13: the book is still certified")


@theorem("CRT-13", "CRT-17", contracts=SAFE)
def most_actions_leave_the_book_certified(world: PoolWorld) -> None:
    """A certified book stays certified by any action but a mark, a funding step and a change of parameters."""
    kinds = (Deposit, Withdraw, Settle, SettlePosition, Unwind, TakeOver, ListMarket, Certify, Default, ShareLoss)
    stays_certified(world, kinds)


@theorem("CRT-13", "CRT-17", contracts=SAFE)
def a_trade_leaves_the_book_certified(world: PoolWorld) -> None:
    """A certified book stays certified by a trade."""
    stays_certified(world, (Trade,))


@theorem("CRT-13", "CRT-17", contracts=SAFE)
def a_liquidation_leaves_the_book_certified(world: PoolWorld) -> None:
    """A certified book stays certified by a liquidation."""
    stays_certified(world, (Liquidate,))
