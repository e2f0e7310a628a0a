"""Theorems about trades (spec/trading.md)."""

from collections.abc import Callable
from dataclasses import replace

from proofs import formulas, ranges, statements
from proofs.contracts import (
    BY_NAME,
    EQUITY,
    EQUITY_BY_NAME,
    MAY_TRADE,
    MAY_TRADE_SAFELY,
    REQUIREMENT,
    REQUIREMENT_BY_NAME,
    covered_or_no_riskier,
)
from proofs.facts import MAINTENANCE_IS_NOT_NEGATIVE, OPEN_IS_NOT_NEGATIVE
from proofs.kernel.logic import both, either, iff, negation
from proofs.kernel.theorem import theorem
from proofs.statements import only
from proofs.theorems.margin import maintenance_grows_with_size
from proofs.theorems.numbers import rounding_up_is_the_formula
from proofs.worlds import PoolWorld
from solvent.certification import book_is_certified
from solvent.margin import (
    equity_of,
    initial_margin,
    maintenance_margin,
    may_trade,
    opening_margin,
    requirement,
)
from solvent.numbers import CASH_CAP, PRICE_CAP, SIZE_CAP
from solvent.pool import (
    BACKSTOP,
    TREASURY,
    AccountId,
    Market,
    MarketId,
    Pool,
    change_position,
    equity,
    is_open,
    pay,
    worth,
)
from solvent.rules import Rule
from solvent.trading import Trade, Traded


def fee_of(pool: Pool, action: Trade) -> int:
    """ceil(size x price x fee rate / 1e6)."""
    return formulas.up(action.size * action.price, pool.markets.get(action.market).parameters.fee_rate)


def apply_the_fees_rounding(world: PoolWorld, pool: Pool, action: Trade) -> None:
    """Uses that the machine's rounding of the fee and the formula's come to the same."""
    rate = pool.markets.get(action.market).parameters.fee_rate
    world.apply(rounding_up_is_the_formula, action.size * action.price, rate)


def change_of(action: Trade, account_id: AccountId) -> int:
    """What a trade between two accounts adds to the account's position."""
    return only(account_id == action.buyer, action.size) - only(account_id == action.seller, action.size)


def cash_of(pool: Pool, action: Trade, account_id: AccountId, fee: int) -> int:
    """What a trade between two accounts adds to the account's cash."""
    market = pool.markets.get(action.market)
    size = pool.accounts.get(account_id).positions.get(action.market)
    exchanged = statements.cash_for(size, change_of(action, account_id), market, action.price)
    sides = only(account_id == action.buyer, fee) + only(account_id == action.seller, fee)
    return exchanged - sides + only(account_id == TREASURY, 2 * fee)


def market_after(pool: Pool, action: Trade) -> Market:
    """The market that a trade between two accounts leaves."""
    sides = [pool.accounts.get(account_id).positions.get(action.market) for account_id in (action.buyer, action.seller)]
    moves = [(sides[0], sides[0] + action.size), (sides[1], sides[1] - action.size)]
    return statements.with_interest(pool.markets.get(action.market), moves)


@theorem(
    "CON-1",
    contracts=(
        *BY_NAME,
        MAY_TRADE,
    ),
)
def a_trade_conserves(world: PoolWorld) -> None:
    """The sum of equities equals the vault after a trade if it did before."""
    statements.conserves(world, Trade)


@theorem(
    "CON-9",
    "CON-2",
    contracts=(
        *BY_NAME,
        MAY_TRADE,
    ),
)
def a_trade_leaves_the_pool_well_formed(world: PoolWorld) -> None:
    """A trade in a well-formed pool leaves it well formed."""
    statements.stays_well_formed(world, Trade)


@theorem("NUM-2", contracts=(*BY_NAME, MAY_TRADE))
def a_trade_stays_within_a_word(world: PoolWorld) -> None:
    """Every integer that a trade computes, accepted or rejected, fits a signed 256-bit word."""
    ranges.stays_within_a_word(world, Trade)


@theorem(
    "TRD-6",
    "CON-3",
    contracts=(
        *BY_NAME,
        MAY_TRADE,
    ),
)
def a_trade_has_exactly_its_effect(world: PoolWorld) -> None:
    """A trade moves its size from seller to buyer at its price, a fee from each to the treasury, and nothing else."""
    case = statements.accepted(world, Trade)
    if case is None:
        return
    before, action, after = case
    apply_the_fees_rounding(world, before, action)
    fee = fee_of(before, action)
    world.claim(after.vault == before.vault, "TRD-6: the vault is unchanged")

    def cash(account_id: AccountId) -> int:
        return cash_of(before, action, account_id, fee)

    def size(account_id: AccountId, market_id: MarketId) -> int:
        return only(market_id == action.market, change_of(action, account_id))

    statements.accounts_change(world, before, after, cash, size)
    statements.only_market_changes(world, before, after, action.market, market_after(before, action))
    expected_event = Traded(action.market, action.buyer, action.seller, action.size, action.price, fee)
    for said, meant in world.same(world.event(), expected_event):
        world.claim(said == meant, "TRD-6: the event says what was traded, and the fee of each side")


@theorem(
    "TRD-8",
    contracts=(
        *BY_NAME,
        MAY_TRADE,
    ),
)
def a_trade_makes_no_money(world: PoolWorld) -> None:
    """The summed equity of buyer, seller and treasury is unchanged by a trade."""
    case = statements.accepted(world, Trade)
    if case is None:
        return
    before, _, after = case
    accounts = world.touched(before.accounts, after.accounts)
    change = sum(equity(new, after.markets) - equity(old, before.markets) for _, old, new in accounts)
    world.claim(change == 0, "TRD-8: buyer, seller and treasury together neither gain nor lose")


@theorem(
    "TRD-7",
    "TRD-10",
    contracts=(
        *BY_NAME,
        MAY_TRADE,
    ),
)
def nobody_pays_worse_than_its_limit(world: PoolWorld) -> None:
    """Valued at its own limit, a side's equity falls by no more than the fee, and nobody else's equity falls at all."""
    case = statements.accepted(world, Trade)
    if case is None:
        return
    before, action, after = case
    fee = fee_of(before, action)
    for limit, account_id in ((action.buyer_limit, action.buyer), (action.seller_limit, action.seller)):
        market = replace(before.markets.get(action.market), mark=limit)
        at_limit = before.markets.set(action.market, market)
        change = equity(after.accounts.get(account_id), at_limit) - equity(before.accounts.get(account_id), at_limit)
        world.claim(change >= -fee, "TRD-7: no worse than the limit, less the fee")
    for account_id, old, new in world.each(before.accounts, after.accounts):
        named = either(account_id == action.buyer, account_id == action.seller)
        gained = equity(new, after.markets) - equity(old, before.markets)
        world.claim(statements.unless(named, gained >= 0), "TRD-10: the treasury and everybody else never lose")
        unmoved = new.positions.get(action.market) == old.positions.get(action.market)
        world.claim(statements.unless(named, unmoved), "CON-3: nobody else's position moves")
        same_cash = both(new.cash == old.cash, unmoved)
        world.claim(statements.unless(account_id != BACKSTOP, same_cash), "TRD-10: the backstop takes no part")


@theorem(
    "TRD-9",
    contracts=(
        *BY_NAME,
        MAY_TRADE_SAFELY,
    ),
)
def each_side_is_covered_or_no_riskier(world: PoolWorld) -> None:
    """After a trade each side meets its initial or opening requirement, or is solvent and no riskier than before."""
    case = statements.accepted(world, Trade)
    if case is None:
        return
    before, action, after = case
    for account_id in (action.buyer, action.seller):
        covered = covered_or_no_riskier(before, after, account_id)
        world.claim(covered, "TRD-9: covered, or solvent and no riskier")


def candidate_of(pool: Pool, action: Trade) -> Pool:
    """The pool that the trade would leave, by the formulas of its exact effect."""
    fee = fee_of(pool, action)
    accounts = pool.accounts
    for account_id in (action.buyer, action.seller, TREASURY):
        old = pool.accounts.get(account_id)
        size = old.positions.get(action.market) + change_of(action, account_id)
        cash = old.cash + cash_of(pool, action, account_id, fee)
        accounts = accounts.set(account_id, replace(old, cash=cash, positions=old.positions.set(action.market, size)))
    markets = pool.markets.set(action.market, market_after(pool, action))
    exposed = statements.exposed_after(pool, accounts, (action.buyer, action.seller))
    return replace(pool, accounts=accounts, markets=markets, exposed=exposed)


def may_trade_by_the_book(before: Pool, after: Pool, account_id: AccountId, market_id: MarketId) -> bool:
    """The rule of the specification for one side of a trade."""
    old, new = before.accounts.get(account_id), after.accounts.get(account_id)
    reduces = formulas.is_reduction(old.positions.get(market_id), new.positions.get(market_id))
    equity_after = equity_of(after, account_id)
    maintenance_before = requirement(before, account_id, maintenance_margin)
    maintenance_after = requirement(after, account_id, maintenance_margin)
    ratio = equity_after * maintenance_before >= equity_of(before, account_id) * maintenance_after
    no_riskier = both(equity_after >= 0, maintenance_after <= maintenance_before, ratio)
    return either(
        both(negation(reduces), equity_after >= requirement(after, account_id, opening_margin)),
        both(reduces, either(equity_after >= requirement(after, account_id, initial_margin), no_riskier)),
    )


@theorem(
    "CON-7",
    "CON-8",
    contracts=(
        *BY_NAME,
        MAY_TRADE,
    ),
)
def a_trade_is_rejected_exactly_when(world: PoolWorld) -> None:
    """A trade is rejected by the first of its rules that fails, and otherwise accepted."""
    before = world.pool()
    action = world.action(Trade, before)
    outcome = world.step(before, action)
    certified, before = book_is_certified(before), statements.anchored(before)
    market = before.markets.get(action.market)
    apply_the_fees_rounding(world, before, action)

    def after() -> Pool:
        return candidate_of(before, action)

    def cash_is_within(account_id: AccountId) -> Callable[[], bool]:
        return lambda: statements.within(after().accounts.get(account_id).cash, CASH_CAP)

    def few_markets(account_id: AccountId) -> Callable[[], bool]:
        most = before.parameters.max_markets_per_account
        return lambda: after().accounts.get(account_id).positions.total(is_open) <= most

    def allowed(account_id: AccountId) -> Callable[[], bool]:
        def by_the_book() -> bool:
            return may_trade_by_the_book(before, after(), account_id, action.market)

        return lambda: statements.asked(
            world, MAY_TRADE, lambda _, asked, *__: asked is account_id, after(), by_the_book
        )

    statements.rejects_exactly(
        world,
        outcome,
        [
            (Rule.CRT_1, "book", lambda: certified),
            (Rule.NUM_6, "size", lambda: action.size >= 1),
            (Rule.NUM_7, "size", lambda: action.size <= SIZE_CAP),
            (Rule.NUM_9, "price", lambda: action.price >= 1),
            (Rule.NUM_10, "price", lambda: action.price <= PRICE_CAP),
            (Rule.CON_4, "market", lambda: market.mark >= 1),
            (Rule.SET_1, "market", lambda: market.settled == 0),
            (Rule.NUM_8, "size", lambda: action.size % market.parameters.lot == 0),
            (Rule.TRD_1, "seller", lambda: action.buyer != action.seller),
            (Rule.TRD_2, "buyer", lambda: action.buyer != BACKSTOP),
            (Rule.TRD_2, "seller", lambda: action.seller != BACKSTOP),
            (Rule.TRD_3, "price", lambda: action.price <= action.buyer_limit),
            (Rule.TRD_4, "price", lambda: action.price >= action.seller_limit),
            (Rule.NUM_13, "size", lambda: after().markets.get(action.market).long_interest <= SIZE_CAP),
            (Rule.NUM_14, "buyer", cash_is_within(action.buyer)),
            (Rule.NUM_14, "seller", cash_is_within(action.seller)),
            (Rule.NUM_14, "treasury", cash_is_within(TREASURY)),
            (Rule.CON_5, "buyer", few_markets(action.buyer)),
            (Rule.CON_5, "seller", few_markets(action.seller)),
            (Rule.TRD_5, "buyer", allowed(action.buyer)),
            (Rule.TRD_5, "seller", allowed(action.seller)),
        ],
    )


@theorem("CON-7", "CON-8", "TRD-9", contracts=(EQUITY, REQUIREMENT), establishes=(MAY_TRADE, MAY_TRADE_SAFELY))
def a_side_may_trade_exactly_when(world: PoolWorld) -> None:
    """One side of a trade is allowed exactly by the rule of the specification, whatever the pools before and after."""
    before, after = world.pool("before", well_formed=False), world.pool("after", well_formed=False)
    account_id, market_id = world.identifier("account"), world.identifier("market")
    world.assume_needs(MAY_TRADE, before, after, account_id, market_id)
    allowed = bool(may_trade(before, after, account_id, market_id))
    world.claim(iff(allowed, may_trade_by_the_book(before, after, account_id, market_id)), "CON-8: by the book")
    for contract in (MAY_TRADE, MAY_TRADE_SAFELY):
        label = "TRD-9: covered, or solvent and no riskier"
        world.claim_contract(contract, label, allowed, before, after, account_id, market_id)


@theorem("NUM-2")
def whether_a_side_may_trade_stays_within_a_word(world: PoolWorld) -> None:
    """Every integer computed to decide whether a side may trade fits a signed 256-bit word."""
    margins = (worth, opening_margin, initial_margin, maintenance_margin)
    before, after = ranges.bounded_pool(world, "before", *margins), ranges.bounded_pool(world, "after", *margins)
    account_id, market_id = world.identifier("account"), world.identifier("market")
    world.assume(account_id != BACKSTOP)
    with ranges.in_a_word(world):
        bool(may_trade(before, after, account_id, market_id))


@theorem("TRD-11", contracts=(EQUITY_BY_NAME, REQUIREMENT_BY_NAME))
def a_reduction_at_the_mark_is_allowed(world: PoolWorld) -> None:
    """Who reduces a position at the mark may, if it can pay the fee and keeps its ratio; without a fee, if solvent."""
    before = world.pool()
    account_id, market_id = world.identifier("account"), world.identifier("market")
    change, fee = world.integer("change"), world.integer("fee")
    account, market = before.accounts.get(account_id), before.markets.get(market_id)
    size = account.positions.get(market_id)
    world.assume(market.mark > 0)
    world.assume(fee >= 0)
    world.assume(formulas.is_reduction(size, size + change))
    after = pay(change_position(before, account_id, market_id, change, market.mark), account_id, -fee)
    world.use(MAINTENANCE_IS_NOT_NEGATIVE, account.positions, *world.along(before.markets))
    world.use(OPEN_IS_NOT_NEGATIVE, account.positions)
    world.apply(maintenance_grows_with_size, size + change, size, market)
    has = equity_of(before, account_id)
    was = requirement(before, account_id, maintenance_margin)
    is_now = requirement(after, account_id, maintenance_margin)
    world.show(equity_of(after, account_id) == has - fee, "TRD-11: the fee is all that is lost")
    world.show(is_now <= was, "TRD-11: less is needed")
    world.assume(has >= fee)
    world.assume(either(both(has >= 0, fee == 0), (has - fee) * was >= has * is_now))
    world.claim(bool(may_trade(before, after, account_id, market_id)), "TRD-11: it may")
