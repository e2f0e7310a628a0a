"""Theorems about liquidation (spec/liquidation.md)."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from proofs import formulas, invariant, ranges, statements
from proofs.contracts import (
    BOOK_EXACTLY,
    BY_NAME,
    EQUITY,
    EQUITY_BY_NAME,
    HIGHEST,
    IS_NEEDED,
    MEETS_INITIAL,
    MEETS_INITIAL_EXACTLY,
    REQUIREMENT,
    REQUIREMENT_BY_NAME,
)
from proofs.facts import INITIAL_COVERS_MAINTENANCE, MAINTENANCE_IS_NOT_NEGATIVE, OPEN_IS_NOT_NEGATIVE
from proofs.kernel.logic import both, choose, either, iff, negation
from proofs.kernel.theorem import theorem
from proofs.statements import only
from proofs.theorems.certification import nobody_is_below_zero_on_a_certified_book
from proofs.theorems.margin import maintenance_grows_with_size, netting_never_needs_more
from proofs.theorems.numbers import rounding_grows, rounding_up_is_the_formula
from proofs.worlds import PoolWorld
from solvent.certification import book_is_certified
from solvent.liquidation import Liquidate, Liquidated, close, is_needed
from solvent.machine import Rejected
from solvent.margin import equity_of, initial_margin, maintenance_margin, meets_initial, requirement
from solvent.numbers import CASH_CAP, PPM, SIZE_CAP
from solvent.pool import BACKSTOP, AccountId, Market, MarketId, Pool, equity, is_open, pay, worth
from solvent.rules import Rule


@theorem("CON-1", contracts=(*BY_NAME, MEETS_INITIAL, IS_NEEDED, REQUIREMENT))
def a_liquidation_conserves(world: PoolWorld) -> None:
    """The sum of equities equals the vault after a liquidation if it did before."""
    statements.conserves(world, Liquidate)


@theorem("CON-9", "CON-2", contracts=(*BY_NAME, MEETS_INITIAL, IS_NEEDED, REQUIREMENT))
def a_liquidation_leaves_the_pool_well_formed(world: PoolWorld) -> None:
    """A liquidation in a well-formed pool leaves it well formed."""
    statements.stays_well_formed(world, Liquidate)


@theorem("NUM-2", contracts=(*BY_NAME, MEETS_INITIAL, IS_NEEDED))
def a_liquidation_stays_within_a_word(world: PoolWorld) -> None:
    """Every integer that a liquidation computes, accepted or rejected, fits a signed 256-bit word."""
    ranges.stays_within_a_word(world, Liquidate, worth, maintenance_margin)


@theorem("LIQ-14", contracts=(*BY_NAME, MEETS_INITIAL, IS_NEEDED, REQUIREMENT))
def a_liquidation_makes_no_money(world: PoolWorld) -> None:
    """The summed equity of account, liquidator and backstop is unchanged: liquidating oneself never pays."""
    case = statements.accepted(world, Liquidate)
    if case is None:
        return
    before, _, after = case
    accounts = world.touched(before.accounts, after.accounts)
    change = sum(equity(new, after.markets) - equity(old, before.markets) for _, old, new in accounts)
    world.claim(change == 0, "LIQ-14: account, liquidator and backstop together neither gain nor lose")


@theorem(
    "LIQ-11",
    "LIQ-12",
    "LIQ-13",
    "LIQ-16",
    contracts=(*BY_NAME, MEETS_INITIAL, IS_NEEDED, REQUIREMENT_BY_NAME, EQUITY_BY_NAME),
)
def a_liquidation_never_makes_things_worse(world: PoolWorld) -> None:
    """Equity stays at or above zero, the shortfall never grows, and the ratio of equity to maintenance never falls."""
    case = statements.accepted(world, Liquidate)
    if case is None:
        return
    before, action, after = case
    market = before.markets.get(action.market)
    old, new = before.accounts.get(action.account), after.accounts.get(action.account)
    world.use(MAINTENANCE_IS_NOT_NEGATIVE, old.positions, *world.along(before.markets))
    world.use(OPEN_IS_NOT_NEGATIVE, old.positions)
    world.apply(maintenance_grows_with_size, new.positions.get(action.market), old.positions.get(action.market), market)
    equity_before, equity_after = equity_of(before, action.account), equity_of(after, action.account)
    maintenance_before = requirement(before, action.account, maintenance_margin)
    maintenance_after = requirement(after, action.account, maintenance_margin)
    world.claim(equity_after >= 0, "LIQ-11: the account's equity is not negative")
    shortfall_before, shortfall_after = maintenance_before - equity_before, maintenance_after - equity_after
    world.claim(shortfall_after <= shortfall_before, "LIQ-12: the shortfall never grows")
    world.claim(
        equity_after * maintenance_before >= equity_before * maintenance_after,
        "LIQ-13: the ratio of equity to maintenance never falls",
    )
    for account_id in (action.liquidator, BACKSTOP):
        gain = equity(after.accounts.get(account_id), after.markets)
        gain -= equity(before.accounts.get(account_id), before.markets)
        world.claim(gain >= 0, "LIQ-16: neither liquidator nor backstop loses")


@theorem("LIQ-17", contracts=(*BY_NAME, MEETS_INITIAL_EXACTLY, REQUIREMENT, EQUITY))
def an_account_that_meets_its_maintenance_is_not_liquidated(world: PoolWorld) -> None:
    """Only an account whose equity is below its maintenance requirement is liquidated."""
    case = statements.accepted(world, Liquidate)
    if case is None:
        return
    before, action, _ = case
    needed = requirement(before, action.account, maintenance_margin)
    world.claim(equity_of(before, action.account) < needed, "LIQ-17: the account is below its maintenance requirement")


@theorem("LIQ-7", "LIQ-15", contracts=(*BY_NAME, MEETS_INITIAL_EXACTLY, REQUIREMENT_BY_NAME, EQUITY_BY_NAME))
def a_liquidation_closes_no_more_than_it_must(world: PoolWorld) -> None:
    """The account ends above its initial requirement by less than one lot's initial margin, or the floor if larger."""
    case = statements.accepted(world, Liquidate)
    if case is None:
        return
    before, action, after = case
    market, old = before.markets.get(action.market), before.accounts.get(action.account)
    lot = market.parameters.lot
    world.use(MAINTENANCE_IS_NOT_NEGATIVE, old.positions, *world.along(before.markets))
    world.use(OPEN_IS_NOT_NEGATIVE, old.positions)
    less, penalty_of_less = close(before, action.account, action.market, action.size - lot)
    _, penalty = close(before, action.account, action.market, action.size)
    left = after.accounts.get(action.account).positions.get(action.market)
    left_of_less = less.accounts.get(action.account).positions.get(action.market)
    world.apply(maintenance_grows_with_size, left, left_of_less, market)
    rate = market.parameters.penalty_rate
    world.apply(rounding_grows, (action.size - lot) * market.mark, action.size * market.mark, rate, PPM)
    equity_before = equity_of(before, action.account)
    maintenance = requirement(before, action.account, maintenance_margin)
    freed_by_less = maintenance - requirement(less, action.account, maintenance_margin)
    freed = maintenance - requirement(after, action.account, maintenance_margin)
    world.apply(rounding_grows, freed_by_less, freed, equity_before, maintenance)
    world.apply(netting_never_needs_more, left, left_of_less - left, market)
    world.show(penalty_of_less <= penalty, "LIQ-15: closing more costs no less")
    equity_after = equity_of(after, action.account)
    world.show(equity_after == equity_before - penalty, "LIQ-15: the penalty is all that the account loses")
    fined = pay(less, action.account, -penalty_of_less)
    equity_of_less = equity_of(fined, action.account)
    world.show(equity_of_less == equity_before - penalty_of_less, "LIQ-15: and all that it would have lost")
    initial_of_less = requirement(fined, action.account, initial_margin)
    world.show(equity_of_less < initial_of_less, "LIQ-7: one lot less would not have been enough")
    initial_after = requirement(after, action.account, initial_margin)
    step = max(initial_margin(lot, market), before.parameters.requirement_floor)
    world.show(initial_of_less <= initial_after + step, "LIQ-15: a lot adds no more than its own margin, or the floor")
    above = equity_after - initial_after
    world.claim(above < step, "LIQ-15: above by less than one lot's initial margin, or the floor if that is larger")


@theorem(
    "LIQ-1",
    "LIQ-8",
    "LIQ-9",
    "LIQ-17",
    "LIQ-18",
    contracts=(*BY_NAME, MEETS_INITIAL_EXACTLY, IS_NEEDED, REQUIREMENT_BY_NAME, EQUITY_BY_NAME),
)
def a_liquidation_only_moves_risk_to_who_can_bear_it(world: PoolWorld) -> None:
    """The position only shrinks, nobody takes it over unasked or without margin, and open interest does not grow."""
    case = statements.accepted(world, Liquidate)
    if case is None:
        return
    before, action, after = case
    old, new = before.markets.get(action.market), after.markets.get(action.market)
    world.claim(new.long_interest <= old.long_interest, "LIQ-18: open interest does not grow")
    for account_id, account, changed in world.each(before.accounts, after.accounts):
        size_before = account.positions.get(action.market)
        size_after = changed.positions.get(action.market)
        shrinks = both(formulas.is_reduction(size_before, size_after), size_before != size_after)
        world.claim(
            statements.unless(account_id != action.account, shrinks), "LIQ-17: the position shrinks, never flips"
        )
        asked = either(account_id == action.account, account_id == action.actor, account_id == BACKSTOP)
        unmoved = both(size_after == size_before, changed.cash == account.cash)
        world.claim(either(asked, unmoved), "LIQ-1: nobody takes over unasked, and nobody else is touched")
        kept = formulas.magnitude(size_after) <= formulas.magnitude(size_before)
        limited = formulas.magnitude(size_after) <= old.parameters.backstop_inventory
        inventory = either(account_id != BACKSTOP, limited, kept)
        world.claim(inventory, "LIQ-9: the backstop's inventory stays within its limit")
    covered = equity_of(after, action.liquidator) >= requirement(after, action.liquidator, initial_margin)
    world.claim(either(action.liquidator == BACKSTOP, covered), "LIQ-8: the liquidator meets its initial requirement")


@dataclass(frozen=True)
class Effect:
    """What a liquidation does, by the formulas: the signed size taken over, the penalty and the liquidator's part."""

    taken: int
    penalty: int
    reward: int


def effect_of(world: PoolWorld, pool: Pool, action: Liquidate) -> Effect:
    """The effect the specification gives the action."""
    position = pool.accounts.get(action.account).positions.get(action.market)
    taken = choose(position > 0, action.size, -action.size)
    penalty = penalty_of(world, pool, action.account, action.market, taken, action.size)
    return Effect(taken, penalty, choose(action.liquidator == BACKSTOP, penalty, penalty // 2))


def penalty_of(world: PoolWorld, pool: Pool, account_id: AccountId, market_id: MarketId, taken: int, size: int) -> int:
    """The penalty, with the requirement that the machine asked for when so much was closed; `taken` is signed."""
    market = pool.markets.get(market_id)
    world.apply(rounding_up_is_the_formula, size * market.mark, market.parameters.penalty_rate)
    maintenance = requirement(pool, account_id, maintenance_margin)
    closed = closed_pool(pool, account_id, market_id, taken)
    left = statements.asked(
        world,
        REQUIREMENT,
        lambda asked_of, asked, margin: both(
            asked is account_id, asked_of.accounts is not pool.accounts, is_maintenance(margin)
        ),
        closed,
        lambda: requirement(closed, account_id, maintenance_margin),
    )
    return formulas.penalty(
        size,
        market.mark,
        market.parameters.penalty_rate,
        equity_of(pool, account_id),
        maintenance - left,
        maintenance,
    )


def is_maintenance(margin: Callable[..., int]) -> bool:
    """Whether it is the maintenance margin, lifted or not."""
    return margin.__qualname__ == maintenance_margin.__qualname__


def closed_pool(pool: Pool, account_id: AccountId, market_id: MarketId, taken: int) -> Pool:
    """The pool with so much of the account's position closed at the mark, the penalty not yet taken."""
    market, account = pool.markets.get(market_id), pool.accounts.get(account_id)
    size = account.positions.get(market_id)
    cash = account.cash + statements.cash_for(size, -taken, market, market.mark)
    closed = replace(account, cash=cash, positions=account.positions.set(market_id, size - taken))
    accounts = pool.accounts.set(account_id, closed)
    market = statements.with_interest(market, [(size, size - taken)])
    exposed = statements.exposed_after(pool, accounts, (account_id,))
    return replace(pool, accounts=accounts, markets=pool.markets.set(market_id, market), exposed=exposed)


def change_of(action: Liquidate, effect: Effect, account_id: AccountId) -> int:
    """What the liquidation adds to the account's position."""
    return only(account_id == action.liquidator, effect.taken) - only(account_id == action.account, effect.taken)


def cash_of(pool: Pool, action: Liquidate, effect: Effect, account_id: AccountId) -> int:
    """What the liquidation adds to the account's cash."""
    market = pool.markets.get(action.market)
    size = pool.accounts.get(account_id).positions.get(action.market)
    moved = statements.cash_for(size, change_of(action, effect, account_id), market, market.mark)
    income = only(account_id == action.liquidator, effect.reward)
    income += only(account_id == BACKSTOP, effect.penalty - effect.reward)
    return moved + income - only(account_id == action.account, effect.penalty)


def market_after(pool: Pool, action: Liquidate, effect: Effect) -> Market:
    """The market that the liquidation leaves."""
    position = pool.accounts.get(action.account).positions.get(action.market)
    taker = pool.accounts.get(action.liquidator).positions.get(action.market)
    moves = [(position, position - effect.taken), (taker, taker + effect.taken)]
    return statements.with_interest(pool.markets.get(action.market), moves)


@theorem("LIQ-10", "CON-3", contracts=(*BY_NAME, MEETS_INITIAL, IS_NEEDED, REQUIREMENT, EQUITY))
def a_liquidation_has_exactly_its_effect(world: PoolWorld) -> None:
    """The size moves at the mark, the penalty is as the formula says, half of it the liquidator's, and nothing else."""
    case = statements.accepted(world, Liquidate)
    if case is None:
        return
    before, action, after = case
    effect = effect_of(world, before, action)
    world.show(world.event().penalty == effect.penalty, "LIQ-10: the penalty is as the formula says")
    world.claim(after.vault == before.vault, "LIQ-10: the vault is unchanged")
    statements.accounts_change(
        world,
        before,
        after,
        lambda account_id: cash_of(before, action, effect, account_id),
        lambda account_id, market_id: only(market_id == action.market, change_of(action, effect, account_id)),
    )
    statements.only_market_changes(world, before, after, action.market, market_after(before, action, effect))
    expected_event = Liquidated(
        action.market, action.account, action.liquidator, action.size, effect.penalty, effect.reward
    )
    for said, meant in world.same(world.event(), expected_event):
        world.claim(said == meant, "LIQ-10: the event says what was liquidated, the penalty and the reward")


def candidate_of(pool: Pool, action: Liquidate, effect: Effect) -> Pool:
    """The pool that the liquidation would leave, by the formulas of its exact effect."""
    accounts = pool.accounts
    for account_id in (action.account, action.liquidator, BACKSTOP):
        old = pool.accounts.get(account_id)
        size = old.positions.get(action.market) + change_of(action, effect, account_id)
        cash = old.cash + cash_of(pool, action, effect, account_id)
        accounts = accounts.set(account_id, replace(old, cash=cash, positions=old.positions.set(action.market, size)))
    markets = pool.markets.set(action.market, market_after(pool, action, effect))
    exposed = statements.exposed_after(pool, accounts, (action.account, action.liquidator))
    return replace(pool, accounts=accounts, markets=markets, exposed=exposed)


@theorem("CON-7", "CON-8", contracts=(*BY_NAME, MEETS_INITIAL, IS_NEEDED, REQUIREMENT, EQUITY))
def a_liquidation_is_rejected_exactly_when(world: PoolWorld) -> None:
    """A liquidation is rejected by the first of its rules that fails, and otherwise accepted."""
    before = world.pool()
    action = world.action(Liquidate, before)
    outcome = world.step(before, action)
    certified, before = book_is_certified(before), statements.anchored(before)
    market = before.markets.get(action.market)
    account, liquidator = action.account, action.liquidator

    def after() -> Pool:
        return candidate_of(before, action, effect_of(world, before, action))

    def cash_is_within(account_id: AccountId) -> Callable[[], bool]:
        return lambda: statements.within(after().accounts.get(account_id).cash, CASH_CAP)

    def needed() -> bool:
        return statements.asked(
            world,
            IS_NEEDED,
            lambda _, asked, __, size: both(asked is account, size is action.size),
            before,
            lambda: is_needed_by_the_book(world, before, account, action.market, action.size),
        )

    def liquidator_is_covered() -> bool:
        covered = statements.asked(
            world,
            MEETS_INITIAL,
            lambda _, asked: asked is liquidator,
            after(),
            lambda: equity_of(after(), liquidator) >= requirement(after(), liquidator, initial_margin),
        )
        return either(liquidator == BACKSTOP, covered)

    def inventory_is_within() -> bool:
        inventory = after().accounts.get(BACKSTOP).positions.get(action.market)
        return either(liquidator != BACKSTOP, statements.within(inventory, market.parameters.backstop_inventory))

    statements.rejects_exactly(
        world,
        outcome,
        [
            (Rule.CRT_1, "book", lambda: certified),
            (Rule.LIQ_1, "liquidator", lambda: either(liquidator == BACKSTOP, liquidator == action.actor)),
            (Rule.NUM_6, "size", lambda: action.size >= 1),
            (Rule.CON_4, "market", lambda: market.mark >= 1),
            (Rule.SET_1, "market", lambda: market.settled == 0),
            (Rule.NUM_8, "size", lambda: action.size % market.parameters.lot == 0),
            (Rule.LIQ_2, "account", lambda: account != BACKSTOP),
            (Rule.LIQ_3, "liquidator", lambda: account != liquidator),
            (
                Rule.LIQ_4,
                "size",
                lambda: action.size <= formulas.magnitude(before.accounts.get(account).positions.get(action.market)),
            ),
            (Rule.LIQ_5, "account", lambda: equity_of(before, account) >= 0),
            (
                Rule.LIQ_6,
                "account",
                lambda: equity_of(before, account) < requirement(before, account, maintenance_margin),
            ),
            (Rule.LIQ_7, "size", needed),
            (Rule.NUM_14, "account", cash_is_within(account)),
            (Rule.NUM_14, "liquidator", cash_is_within(liquidator)),
            (Rule.NUM_14, "backstop", cash_is_within(BACKSTOP)),
            (
                Rule.CON_5,
                "liquidator",
                lambda: either(
                    liquidator == BACKSTOP,
                    after().accounts.get(liquidator).positions.total(is_open)
                    <= before.parameters.max_markets_per_account,
                ),
            ),
            (Rule.LIQ_8, "liquidator", liquidator_is_covered),
            (Rule.LIQ_9, "size", inventory_is_within),
        ],
    )


def is_needed_by_the_book(world: PoolWorld, pool: Pool, account_id: AccountId, market_id: MarketId, size: int) -> bool:
    """Closed one lot short of the size, the account would still be below its initial requirement."""
    market = pool.markets.get(market_id)
    position = pool.accounts.get(account_id).positions.get(market_id)
    short = size - market.parameters.lot
    taken = choose(position > 0, short, -short)
    penalty = penalty_of(world, pool, account_id, market_id, taken, short)
    closed = closed_pool(pool, account_id, market_id, taken)
    old = closed.accounts.get(account_id)
    paid = replace(old, cash=old.cash - penalty)
    fined = replace(closed, accounts=closed.accounts.set(account_id, paid))
    met = statements.asked(
        world,
        MEETS_INITIAL,
        lambda _, asked: asked is account_id,
        fined,
        lambda: equity_of(fined, account_id) >= requirement(fined, account_id, initial_margin),
    )
    return negation(met)


@theorem("CON-7", "CON-8", contracts=(MEETS_INITIAL, REQUIREMENT, EQUITY), establishes=(IS_NEEDED,))
def a_liquidation_is_needed_exactly_when(world: PoolWorld) -> None:
    """The rule against closing too much says exactly what the specification says."""
    pool = world.pool(well_formed=False)
    account_id, market_id = world.identifier("account"), world.identifier("market")
    size = world.integer("size")
    world.assume_needs(IS_NEEDED, pool, account_id, market_id, size)
    result = bool(is_needed(pool, account_id, market_id, size))
    by_the_book = is_needed_by_the_book(world, pool, account_id, market_id, size)
    world.claim(iff(result, by_the_book), "CON-8: by the book")
    world.claim_contract(IS_NEEDED, "CON-7: it has an answer", result, pool, account_id, market_id, size)


@theorem("LIQ-8", contracts=(REQUIREMENT, EQUITY), establishes=(MEETS_INITIAL, MEETS_INITIAL_EXACTLY))
def the_initial_requirement_is_met_exactly_when(world: PoolWorld) -> None:
    """An account meets its initial requirement when its equity is at least that; equal is enough."""
    pool, account_id = world.pool(well_formed=False), world.identifier("account")
    world.assume_needs(MEETS_INITIAL, pool, account_id)
    result = bool(meets_initial(pool, account_id))
    for contract in (MEETS_INITIAL, MEETS_INITIAL_EXACTLY):
        world.claim_contract(contract, "LIQ-8: equity at least the requirement", result, pool, account_id)


@theorem("NUM-2")
def whether_a_liquidation_is_needed_stays_within_a_word(world: PoolWorld) -> None:
    """Every integer computed to decide whether a liquidation is needed fits a signed 256-bit word."""
    pool = ranges.bounded_pool(world, "", worth, initial_margin, maintenance_margin)
    account_id, market_id = world.identifier("account"), world.identifier("market")
    size = world.integer("size")
    world.assume(account_id != BACKSTOP)
    market, position = pool.markets.get(market_id), pool.accounts.get(account_id).positions.get(market_id)
    world.assume_needs(IS_NEEDED, pool, account_id, market_id, size)
    world.assume(size <= formulas.magnitude(position))
    world.show(market.parameters.lot >= 1, "NUM-2: a market with a mark is listed")
    world.show(both(size >= 1, size <= SIZE_CAP), "NUM-2: no more than a position")
    with ranges.in_a_word(world):
        bool(is_needed(pool, account_id, market_id, size))


@theorem("NUM-2")
def whether_the_initial_requirement_is_met_stays_within_a_word(world: PoolWorld) -> None:
    """Every integer computed to decide whether an account meets its initial requirement fits a signed 256-bit word."""
    pool, account_id = ranges.bounded_pool(world, "", worth, initial_margin), world.identifier("account")
    with ranges.in_a_word(world):
        bool(meets_initial(pool, account_id))


@theorem("LIQ-19", contracts=(BOOK_EXACTLY, HIGHEST, EQUITY_BY_NAME, REQUIREMENT_BY_NAME, MEETS_INITIAL_EXACTLY))
def one_lot_can_be_liquidated(world: PoolWorld) -> None:
    """On a certified book one lot of any position of an account below maintenance can be taken by who can bear it."""
    before = world.pool(books=True, backed=True)
    world.assume(invariant.counts_are_right(before))
    world.assume(bool(book_is_certified(before)))
    account_id, market_id = world.identifier("account"), world.identifier("market")
    account, market = before.accounts.get(account_id), before.markets.get(market_id)
    along = world.along(before.markets)
    world.use(INITIAL_COVERS_MAINTENANCE, account.positions, *along)
    world.use(MAINTENANCE_IS_NOT_NEGATIVE, account.positions, *along)
    world.use(OPEN_IS_NOT_NEGATIVE, account.positions)
    world.apply(nobody_is_below_zero_on_a_certified_book, before, account_id)
    world.assume(account_id != BACKSTOP)
    world.assume(account.positions.get(market_id) != 0)
    world.assume(market.settled == 0)
    world.assume(equity_of(before, account_id) < requirement(before, account_id, maintenance_margin))
    actor, liquidator = world.identifier("actor"), world.identifier("liquidator")
    world.assume(liquidator != account_id)
    world.assume(either(liquidator == BACKSTOP, liquidator == actor))
    outcome = world.step(before, Liquidate(actor, market_id, account_id, liquidator, market.parameters.lot))
    if isinstance(outcome, Rejected):
        limits = (Rule.NUM_14, Rule.CON_5, Rule.LIQ_8, Rule.LIQ_9)
        world.claim(any(outcome.rule is rule for rule in limits), "LIQ-19: only who cannot bear it is refused")
        own = iff(liquidator == BACKSTOP, outcome.rule is Rule.LIQ_9)
        world.claim(either(outcome.rule is Rule.NUM_14, own), "LIQ-19: the backstop by its inventory, and nobody else")


@theorem("LIQ-20", contracts=(*BY_NAME, MEETS_INITIAL, IS_NEEDED, REQUIREMENT))
def a_liquidation_closes_at_least_a_lot(world: PoolWorld) -> None:
    """A liquidation leaves the account a lot less in the market, at least, and no more in any other: so it ends."""
    case = statements.accepted(world, Liquidate)
    if case is None:
        return
    before, action, after = case
    old, new = before.accounts.get(action.account), after.accounts.get(action.account)
    lot = before.markets.get(action.market).parameters.lot
    for market_id, was, size in world.each(old.positions, new.positions):
        most = formulas.magnitude(was) - only(market_id == action.market, lot)
        world.claim(formulas.magnitude(size) <= most, "LIQ-20: a lot less, and nothing is opened")
    world.claim(lot >= 1, "LIQ-20: a lot is something")
