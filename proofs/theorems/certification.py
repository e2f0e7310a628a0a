"""Theorems about certified books (spec/certification.md)."""

from typing import Any, get_args

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
    LOSS_BY_NAME,
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
    OVERDUE_IS_NOT_NEGATIVE,
)
from proofs.kernel.logic import both, choose, either, iff, implies, negation
from proofs.kernel.theorem import theorem
from proofs.statements import nothing, only
from proofs.theorems.margin import maintenance_grows_with_size
from proofs.worlds import PoolWorld
from solvent.certification import (
    Certified,
    Certify,
    anchored_worth,
    book_is_certified,
    class_margin,
    has_drifted,
    highest_class,
)
from solvent.default import Default, ShareLoss, TakeOver, Unwind, loss_of
from solvent.funding import Fund
from solvent.liquidation import Liquidate
from solvent.machine import Accepted, Action, Rejected, certified_by
from solvent.margin import Withdraw, equity_of, initial_margin, maintenance_margin, requirement
from solvent.marking import Mark
from solvent.numbers import CASH_CAP, CLASSES, PPM, mul_div_up
from solvent.parameters import ListMarket, SetParameters
from solvent.pool import (
    BACKSTOP,
    TREASURY,
    Account,
    AccountId,
    Base,
    Deposit,
    Market,
    Pool,
    equity,
    is_exposed,
    is_open,
    worth,
)
from solvent.rules import Rule
from solvent.settlement import Settle, SettlePosition
from solvent.trading import Trade

OPAQUE = (*BY_NAME, IS_NEEDED, MAY_TRADE, MEETS_INITIAL, REQUIREMENT)

MOVING = (Mark, Fund, ShareLoss)
"""The actions that move a market."""

MOVES = (*MOVING, SetParameters)
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


@theorem("CRT-11", "CRT-12")
def what_is_absent_is_not_certified_and_needs_nothing(
    world: PoolWorld, market: Market, generation: int, epoch: int, factor: int
) -> None:
    """Every measure of certification is zero where nothing was set, so totals over entries are totals over all keys."""
    world.assume(invariant.market_is_well_formed(market))
    world.assume(generation >= 1)
    for level in range(CLASSES):
        for measure in (class_margin, formulas.demand):
            world.claim_of_absent(measure, "CRT-11: no position, no demand", 0, market, level, generation, factor)
        world.claim_of_absent(formulas.based_worth, "CRT-8: no position, no worth", 0, market, level, generation)
        world.claim_of_absent(invariant.live_in, "CRT-12: no account, no certificate", Account(), level, generation)
    for worth_at_anchor in (anchored_worth, formulas.anchored_worth):
        world.claim_of_absent(worth_at_anchor, "CRT-9: no position, no worth", 0, market, epoch)
    world.claim_of_absent(is_exposed, "CRT-12: no account is not exposed", Account())


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


@theorem("CRT-7", "CRT-11")
def what_a_class_demands_and_how_far_a_market_drifts_is_exact(
    world: PoolWorld, size: int, market: Market, generation: int, factor: int
) -> None:
    """A class demands the rounded up margin at its base; a market has drifted when it moved half of what is covered."""
    for level in range(CLASSES):
        given = level, generation, factor
        demanded = formulas.class_margin(size, market, *given)
        world.claim(class_margin(size, market, *given) == demanded, "CRT-11: what the class demands")
        drifted = formulas.has_drifted(market, *given)
        world.claim(iff(has_drifted(market, *given), drifted), "CRT-7: whether the market has drifted")


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


CERTAIN = (BOOK_EXACTLY, HIGHEST_SOLVENT)

SAFE = (
    *CERTAIN,
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
    world.assume(invariant.dues_are_counted(before))
    world.assume(bool(book_is_certified(before)))
    case = statements.any_step(world, before, kinds)
    world.use(
        OVERDUE_IS_NOT_NEGATIVE, before.markets, *world.along(before.accounts.get(BACKSTOP).positions), before.epoch
    )
    if case is None:
        return
    _, action, after = case
    if isinstance(action, Liquidate):
        sizes = (pool.accounts.get(action.account).positions.get(action.market) for pool in (after, before))
        world.apply(maintenance_grows_with_size, *sizes, before.markets.get(action.market))
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


@theorem("CRT-13", "CRT-17", contracts=(*CERTAIN, EQUITY_BY_NAME, REQUIREMENT_BY_NAME, MEETS_INITIAL, IS_NEEDED))
def a_liquidation_leaves_the_book_certified(world: PoolWorld) -> None:
    """A certified book stays certified by a liquidation."""
    stays_certified(world, (Liquidate,))


@theorem("CRT-9", "CRT-16", "CON-3", contracts=(*BY_NAME, EQUITY_BY_NAME))
def a_certification_has_exactly_its_effect(world: PoolWorld) -> None:
    """Certifying moves the bounty from the account to the actor, never more than it has or had, and nothing else."""
    case = statements.accepted(world, Certify)
    if case is None:
        return
    before, action, after = case
    bounty = bounty_of(world, before, action.account)
    world.claim(after.vault == before.vault, "CON-3: the vault is unchanged")
    statements.pool_keeps_its_parameters(world, before, after)
    statements.unmoved_classes(world, before, after)
    statements.no_market_changes(world, before, after)
    statements.accounts_change(
        world,
        before,
        after,
        lambda account_id: only(account_id == action.actor, bounty) - only(account_id == action.account, bounty),
        nothing,
    )
    world.claim(bounty >= 0, "CRT-16: nobody is paid for being certified")
    world.claim(bounty <= before.parameters.bounty, "CRT-16: at most the bounty")
    world.claim(bounty <= equity_of(before, action.account), "CRT-16: at most the equity")
    for said, meant in world.same(world.event(), Certified(action.account, action.actor, bounty)):
        world.claim(said == meant, "CRT-9: the event says who paid what to whom")


@theorem("CRT-16", contracts=(*BY_NAME, EQUITY_BY_NAME))
def nobody_is_certified_in_vain_or_twice(world: PoolWorld) -> None:
    """Who pays for being certified had a position and no live certificate."""
    case = statements.accepted(world, Certify)
    if case is None:
        return
    before, _, after = case
    for _, old, new in world.each(before.accounts, after.accounts):
        pays = new.cash < old.cash
        world.claim(implies(pays, is_exposed(old) == 1), "CRT-16: nobody pays who has no position")
        live = either(*(invariant.live_in(old, n, one.generation) == 1 for n, one in enumerate(before.classes)))
        world.claim(implies(pays, negation(live)), "CRT-16: nobody pays twice")


def bounty_of(world: PoolWorld, pool: Pool, account_id: AccountId) -> int:
    """min(bounty, equity, max(equity at the anchor, 0))."""
    account, along = pool.accounts.get(account_id), (*world.along(pool.markets), pool.epoch)
    terms = [(1, anchored_worth, along), (-1, formulas.anchored_worth, along)]
    world.sum_rule(account.positions, terms, label="CRT-9: worth at the anchor by the formula")
    had = account.cash + account.positions.total_along(pool.markets, formulas.anchored_worth, pool.epoch)
    most = formulas.least(pool.parameters.bounty, equity_of(pool, account_id))
    return formulas.least(most, formulas.most(had, 0))


@theorem("CRT-2", "CRT-3", "CRT-4", "CRT-5", "CRT-16", "CON-7", "CON-8", contracts=(*BY_NAME, EQUITY_BY_NAME))
def a_certification_is_rejected_exactly_when(world: PoolWorld) -> None:
    """A certification is rejected by the first of its rules that fails, and otherwise accepted."""
    before = world.pool()
    action = world.action(Certify, before)
    outcome = world.step(before, action)
    account = before.accounts.get(action.account)
    world.use(OPEN_IS_NOT_NEGATIVE, account.positions)
    bounty = bounty_of(world, before, action.account)

    def cash_after(account_id: AccountId) -> bool:
        change = only(account_id == action.actor, bounty) - only(account_id == action.account, bounty)
        return statements.within(before.accounts.get(account_id).cash + change, CASH_CAP)

    statements.rejects_exactly(
        world,
        outcome,
        [
            (Rule.CRT_2, "account", lambda: action.account != BACKSTOP),
            (Rule.CRT_3, "account", lambda: account.positions.total(is_open) > 0),
            (
                Rule.CRT_4,
                "account",
                lambda: both(*(invariant.live_in(account, *item) == 0 for item in enumerate_generations(before))),
            ),
            (Rule.CRT_5, "account", lambda: equity_of(before, action.account) >= 0),
            (Rule.NUM_14, "account", lambda: cash_after(action.account)),
            (Rule.NUM_14, "actor", lambda: cash_after(action.actor)),
        ],
    )


@theorem("CRT-7", contracts=OPAQUE)
def a_move_ends_exactly_the_classes_it_drifts_from(world: PoolWorld) -> None:
    """A mark, a funding step and a cut end the classes that the market drifted from; the next begin where it is."""
    before = world.pool()
    case = statements.any_step(world, before, MOVING)
    if case is None:
        return
    opened, action, after = case
    assert isinstance(action, MOVING)
    old, new = before.markets.get(action.market), after.markets.get(action.market)
    classes = zip(opened.classes, after.classes, before.parameters.factors, strict=True)
    for level, (was, one, factor) in enumerate(classes):
        over = formulas.has_drifted_from(new, formulas.base(old, level, was.generation), factor)
        world.claim(one.generation == was.generation + choose(over, 1, 0), "CRT-7: drifted by more than it covers")
        world.claim(one.count == choose(over, 0, was.count), "CRT-7: the next generation has no certificates")
        for _, _, market in world.each(before.markets, after.markets):
            at = formulas.base(market, level, one.generation)
            fresh = (
                at.mark == market.mark,
                at.long_carry == market.long_carry,
                at.short_carry == market.short_carry,
            )
            world.claim(implies(over, both(*fresh)), "CRT-7: every market is where the class's new generation begins")


ANYTIME = (Deposit, Certify, Default, ShareLoss)
"""The actions that need no certified book and begin no epoch."""

SAID_BY_THE_ORACLE = (Mark, Fund)


@theorem("CRT-1", "CRT-10", contracts=OPAQUE)
def an_epoch_begins_exactly_when_the_book_is_certified_and_may_change(world: PoolWorld) -> None:
    """Every action that needs a certified book begins an epoch, and so do marks and funding that find one; no other."""
    before = world.pool()
    case = statements.any_step(world, before)
    if case is None:
        return
    opened, action, after = case
    certified = book_is_certified(before)
    if not isinstance(action, ANYTIME + SAID_BY_THE_ORACLE):
        world.claim(bool(certified), "CRT-1: the book is certified")
    begins = False if isinstance(action, ANYTIME) else bool(certified)
    for pool in (opened, after):
        world.claim(pool.epoch == before.epoch + (1 if begins else 0), "CRT-10: an epoch begins, or none does")
    if begins:
        world.claim(both(opened.owing == 0, opened.overdue == 0), "CRT-10: nothing is due")
        for _, market, _ in world.each(before.markets, after.markets):
            own = world.arbitrary(int, "own")
            at = formulas.anchor(market, own, opened.epoch)
            stands = (
                at.mark == market.mark,
                at.long_carry == market.long_carry,
                at.short_carry == market.short_carry,
                at.paid == 0,
                at.collected == 0,
                at.backstop_base == formulas.worth(own, market),
            )
            world.claim(both(*stands), "CRT-10: every market is anchored where it stands")


@theorem("CRT-11", contracts=(BOOK, EQUITY_BY_NAME, REQUIREMENT_BY_NAME, IS_NEEDED, MAY_TRADE, MEETS_INITIAL))
def whoever_is_touched_is_certified_anew(world: PoolWorld) -> None:
    """Who takes part holds the certificate of the highest class it covers, or keeps one; nobody else's changes."""
    before = world.pool()
    case = statements.any_step(world, before)
    if case is None:
        return
    opened, action, after = case
    named = certified_by(action)
    for account_id, old, new in world.each(before.accounts, after.accounts):
        touched = either(*(account_id == name for name in named)) if named else False
        for said, was in world.same(new.certificate, old.certificate):
            world.claim(either(touched, said == was), "CRT-11: nobody else's certificate changes")
    for account_id in named:
        account, was = after.accounts.get(account_id), before.accounts.get(account_id)
        has = equity_of(after, account_id)
        maintenance = requirement(after, account_id, maintenance_margin)
        covered = [has >= 0]
        for level, (one, factor) in enumerate(zip(after.classes, after.parameters.factors, strict=True)):
            if level > 0:
                along = (level, one.generation, factor)
                demanded = account.positions.total_along(after.markets, class_margin, *along)
                covered.append(both(has >= demanded, has >= maintenance))
        exposed = both(account_id != BACKSTOP, is_exposed(account) == 1)
        for level, one in enumerate(after.classes):
            live = invariant.live_in(account, level, one.generation) == 1
            highest = both(covered[level], *(negation(higher) for higher in covered[level + 1 :]))
            if isinstance(action, Deposit | Unwind | SettlePosition):
                kept = [invariant.live_in(was, other, old.generation) == 1 for other, old in enumerate(opened.classes)]
                goes_on = [
                    invariant.live_in(account, other, after.classes[other].generation) == 1
                    for other in range(level, CLASSES)
                ]
                world.claim(implies(live, both(exposed, either(highest, kept[level]))), "CRT-11: covered, or kept")
                world.claim(
                    implies(both(exposed, either(highest, kept[level])), either(*goes_on)), "CRT-11: no lower class"
                )
            else:
                world.claim(iff(live, both(exposed, highest)), "CRT-11: the highest class covered")


@theorem("CRT-14", contracts=(*BY_NAME, EQUITY_BY_NAME, LOSS_BY_NAME))
def whoever_is_not_certified_can_be_certified_or_defaulted(world: PoolWorld) -> None:
    """An exposed account without a live certificate can be certified if solvent, or defaulted where it has lost."""
    before = world.pool()
    account_id = world.identifier("account")
    world.assume(account_id != BACKSTOP)
    account = before.accounts.get(account_id)
    world.assume(is_exposed(account) == 1)
    world.assume(both(*(invariant.live_in(account, *item) == 0 for item in enumerate_generations(before))))
    blocked: list[Rule]
    if equity_of(before, account_id) >= 0:
        outcome = world.step(before, Certify(world.identifier("actor"), account_id))
        blocked = [Rule.NUM_14]
    else:
        market_id = world.identifier("market")
        size, market = account.positions.get(market_id), before.markets.get(market_id)
        losses = account.positions.total_along(before.markets, loss_of, before.epoch)
        world.assume(size != 0)
        world.assume(either(loss_of(size, market, before.epoch) > 0, losses == 0))
        outcome = world.step(before, Default(account_id, market_id))
        blocked = [Rule.NUM_14]
    if isinstance(outcome, Rejected):
        world.claim(any(outcome.rule is rule for rule in blocked), "CRT-14: nothing stands in the way but the caps")


@theorem("CRT-14")
def who_has_lost_has_lost_somewhere(world: PoolWorld, pool: Pool, account_id: AccountId) -> None:
    """An exposed account has a position; and if it has lost at all, one in which it has lost."""
    positions = pool.accounts.get(account_id).positions
    along = (*world.along(pool.markets), pool.epoch)

    def nothing_lost(key: Any, size: int) -> None:
        world.assume(loss_of(size, pool.markets.get(key), pool.epoch) == 0)

    world.sum_rule(
        positions, [(1, loss_of, along)], label="CRT-14: where nothing was lost", rest=True, first=nothing_lost
    )
    world.claim(positions.total_along(pool.markets, loss_of, pool.epoch) == 0, "CRT-14: nothing was lost in all")


@theorem("CRT-17", contracts=(*BY_NAME, EQUITY_BY_NAME))
def without_a_position_nobody_owes(world: PoolWorld) -> None:
    """An account without a position has no debt, whatever is done on a book that is not certified."""
    before = world.pool(books=True)
    case = statements.any_step(world, before, (Deposit, Mark, Fund, Certify, Default, ShareLoss, SetParameters))
    if case is None:
        return
    _, _, after = case
    for account_id, old, new in world.each(before.accounts, after.accounts):
        world.use(OPEN_IS_NOT_NEGATIVE, old.positions)
        world.none_rule(old.positions, is_open, worth, world.along(before.markets), label="CRT-17: nothing is worth")
        world.claim(invariant.without_a_position_nothing_is_owed(account_id, new), "CRT-17: nothing is owed")


@theorem("MAR-10", contracts=(*CERTAIN, EQUITY_BY_NAME, REQUIREMENT_BY_NAME, MEETS_INITIAL_EXACTLY))
def a_flat_account_can_withdraw_everything(world: PoolWorld) -> None:
    """On a certified book an account without positions can withdraw all of its cash that is a whole number of units."""
    before = world.pool(books=True, backed=True)
    world.assume(invariant.conserves(before))
    world.assume(invariant.counts_are_right(before))
    world.assume(bool(book_is_certified(before)))
    owner = world.identifier("owner")
    account, unit = before.accounts.get(owner), before.parameters.token_unit
    along = world.along(before.markets)
    world.assume(owner != BACKSTOP)
    world.assume(account.positions.total(is_open) == 0)
    world.use(OPEN_IS_NOT_NEGATIVE, account.positions)
    for measure in (worth, initial_margin):
        world.none_rule(account.positions, is_open, measure, along, label="MAR-10: without a position")
    world.apply(nobody_is_below_zero_on_a_certified_book, before, owner)
    world.apply(nobody_is_below_zero_on_a_certified_book, before, BACKSTOP)
    world.sum_rule(
        before.accounts,
        [(1, equity, (before.markets,))],
        label="MAR-10: nobody else is below zero",
        equal=False,
        rest=True,
        first=lambda key, _: world.apply(nobody_is_below_zero_on_a_certified_book, before, key),
    )
    amount = account.cash - account.cash % unit
    world.assume(amount > 0)
    outcome = world.step(before, Withdraw(owner, owner, amount))
    world.claim(isinstance(outcome, Accepted), "MAR-10: nothing stands in the way")


@theorem("CON-11", contracts=OPAQUE)
def no_coalition_makes_money(world: PoolWorld) -> None:
    """Who takes part, with backstop and treasury, gains together what enters the vault; nobody else gains or loses."""
    before = world.pool()
    case = statements.any_step(world, before, tuple(kind for kind in get_args(Action) if kind not in MOVING))
    if case is None:
        return
    _, action, after = case
    named = (*parties(action), BACKSTOP, TREASURY)
    change = 0
    for account_id, old, new in world.each(before.accounts, after.accounts):
        gained = equity(new, after.markets) - equity(old, before.markets)
        takes_part = either(*(account_id == name for name in named))
        world.claim(either(takes_part, gained == 0), "CON-11: nobody else gains or loses")
        change = change + gained
    world.claim(change == after.vault - before.vault, "CON-11: together they gain what enters the vault")


def parties(action: Action) -> tuple[AccountId, ...]:
    """The accounts that an action names."""
    named = (getattr(action, field, None) for field in ("account", "actor", "buyer", "seller", "liquidator", "taker"))
    return tuple(name for name in named if name is not None)
