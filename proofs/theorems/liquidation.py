"""Theorems about liquidation (spec/liquidation.md)."""

from dataclasses import replace

from proofs import formulas, statements
from proofs.contracts import (
    EQUITY,
    EQUITY_BY_NAME,
    IS_NEEDED,
    MEETS_INITIAL,
    MEETS_INITIAL_EXACTLY,
    REQUIREMENT,
    REQUIREMENT_BY_NAME,
)
from proofs.facts import MAINTENANCE_IS_NOT_NEGATIVE, OPEN_IS_NOT_NEGATIVE
from proofs.kernel.logic import both, choose, either
from proofs.kernel.theorem import theorem
from proofs.statements import only
from proofs.worlds import PoolWorld
from solvent.liquidation import Liquidate, Liquidated
from solvent.margin import equity_of, initial_margin, maintenance_margin, requirement
from solvent.pool import BACKSTOP, Account, AccountId, Market, MarketId, Pool, equity


@theorem("CON-1", contracts=(MEETS_INITIAL, IS_NEEDED, REQUIREMENT))
def a_liquidation_conserves(world: PoolWorld) -> None:
    """The sum of equities equals the vault after a liquidation if it did before."""
    statements.conserves(world, Liquidate)


@theorem("CON-9", "CON-2", contracts=(MEETS_INITIAL, IS_NEEDED, REQUIREMENT))
def a_liquidation_leaves_the_pool_well_formed(world: PoolWorld) -> None:
    """A liquidation in a well-formed pool leaves it well formed."""
    statements.stays_well_formed(world, Liquidate)


@theorem("LIQ-13")
def maintenance_grows_with_size(world: PoolWorld, smaller: int, larger: int, market: Market) -> None:
    """A position that is not larger has a maintenance margin that is not larger."""
    world.assume(market.mark >= 0)
    world.assume(market.parameters.initial_rate >= 0)
    world.assume(market.parameters.maintenance_fraction >= 0)
    world.assume(formulas.magnitude(smaller) <= formulas.magnitude(larger))
    world.claim(initial_margin(smaller, market) <= initial_margin(larger, market), "LIQ-13: initial")
    world.claim(maintenance_margin(smaller, market) <= maintenance_margin(larger, market), "LIQ-13: maintenance")


@theorem("LIQ-14", contracts=(MEETS_INITIAL, IS_NEEDED, REQUIREMENT))
def a_liquidation_makes_no_money(world: PoolWorld) -> None:
    """The summed equity of the account, the liquidator and the backstop is unchanged: liquidating oneself never pays."""
    case = statements.accepted(world, Liquidate)
    if case is None:
        return
    before, _, after = case
    accounts = world.touched(before.accounts, after.accounts)
    change = sum(equity(new, after.markets) - equity(old, before.markets) for _, old, new in accounts)
    world.claim(change == 0, "LIQ-14: account, liquidator and backstop together neither gain nor lose")


@theorem("LIQ-11", "LIQ-12", "LIQ-13", "LIQ-16", "LIQ-17", contracts=(MEETS_INITIAL, IS_NEEDED, REQUIREMENT_BY_NAME, EQUITY_BY_NAME))
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
    world.apply(
        maintenance_grows_with_size, new.positions.get(action.market), old.positions.get(action.market), market
    )
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
    world.claim(equity_before < maintenance_before, "LIQ-17: an account that meets its maintenance is not touched")


@theorem("LIQ-1", "LIQ-8", "LIQ-9", "LIQ-17", "LIQ-18", contracts=(MEETS_INITIAL_EXACTLY, IS_NEEDED, REQUIREMENT, EQUITY))
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
        world.claim(statements.unless(account_id != action.account, shrinks), "LIQ-17: the position shrinks, never flips")
        asked = either(account_id == action.account, account_id == action.actor, account_id == BACKSTOP)
        unmoved = both(size_after == size_before, changed.cash == account.cash)
        world.claim(either(asked, unmoved), "LIQ-1: nobody takes over unasked, and nobody else is touched")
        kept = formulas.magnitude(size_after) <= formulas.magnitude(size_before)
        limited = formulas.magnitude(size_after) <= old.parameters.backstop_inventory
        inventory = either(account_id != BACKSTOP, limited, kept)
        world.claim(inventory, "LIQ-9: the backstop's inventory stays within its limit")
    covered = equity_of(after, action.liquidator) >= requirement(after, action.liquidator, initial_margin)
    world.claim(either(action.liquidator == BACKSTOP, covered), "LIQ-8: the liquidator meets its initial requirement")


@theorem("LIQ-10", "CON-3", contracts=(MEETS_INITIAL, IS_NEEDED, REQUIREMENT, EQUITY))
def a_liquidation_has_exactly_its_effect(world: PoolWorld) -> None:
    """The size moves at the mark, the penalty is as the formula says, half of it the liquidator's, and nothing else."""
    case = statements.accepted(world, Liquidate)
    if case is None:
        return
    before, action, after = case
    market = before.markets.get(action.market)
    position = before.accounts.get(action.account).positions.get(action.market)
    taken = choose(position > 0, action.size, -action.size)
    maintenance = requirement(before, action.account, maintenance_margin)
    freed = maintenance - maintenance_when_closed(world, before, action, taken)
    penalty = formulas.penalty(
        action.size,
        market.mark,
        market.parameters.penalty_rate,
        equity_of(before, action.account),
        freed,
        maintenance,
    )
    reward = choose(action.liquidator == BACKSTOP, penalty, penalty // 2)
    world.claim(after.vault == before.vault, "LIQ-10: the vault is unchanged")

    def change(account_id: AccountId) -> int:
        return only(account_id == action.liquidator, taken) - only(account_id == action.account, taken)

    def cash(account_id: AccountId) -> int:
        size = before.accounts.get(account_id).positions.get(action.market)
        moved = statements.cash_for(size, change(account_id), market, market.mark)
        income = only(account_id == action.liquidator, reward) + only(account_id == BACKSTOP, penalty - reward)
        return moved + income - only(account_id == action.account, penalty)

    taker = before.accounts.get(action.liquidator).positions.get(action.market)

    def expected(market_id: MarketId, old: Market) -> dict[str, int]:
        longs, named = statements.longs, market_id == action.market
        long_change = longs(position - taken) - longs(position) + longs(taker + taken) - longs(taker)
        short_change = longs(taken - position) - longs(-position) + longs(-taker - taken) - longs(-taker)
        return {
            "long_interest": old.long_interest + only(named, long_change),
            "short_interest": old.short_interest + only(named, short_change),
        }

    def size(account_id: AccountId, market_id: MarketId) -> int:
        return only(market_id == action.market, change(account_id))

    statements.accounts_change(world, before, after, cash, size)
    statements.markets_change(world, before, after, expected)
    expected_event = Liquidated(action.market, action.account, action.liquidator, action.size, penalty, reward)
    for said, meant in world.same(world.event(), expected_event):
        world.claim(said == meant, "LIQ-10: the event says what was liquidated, the penalty and the reward")


def closed_pool(pool: Pool, action: Liquidate, taken: int) -> Pool:
    """The pool with so much of the account's position closed at the mark, the penalty not yet taken."""
    market, account = pool.markets.get(action.market), pool.accounts.get(action.account)
    before = account.positions.get(action.market)
    after = before - taken
    longs = statements.longs
    cash = account.cash + statements.cash_for(before, -taken, market, market.mark)
    market = replace(
        market,
        long_interest=market.long_interest + longs(after) - longs(before),
        short_interest=market.short_interest + longs(-after) - longs(-before),
    )
    return replace(
        pool,
        accounts=pool.accounts.set(action.account, Account(cash, account.positions.set(action.market, after))),
        markets=pool.markets.set(action.market, market),
    )


def maintenance_when_closed(world: PoolWorld, pool: Pool, action: Liquidate, taken: int) -> int:
    """The account's maintenance requirement with so much closed, as the machine asked it of that very pool."""
    expected = closed_pool(pool, action, taken)
    return statements.asked(
        world,
        REQUIREMENT,
        lambda said, account_id, margin: account_id is action.account and said is not pool,
        expected,
        lambda: requirement(expected, action.account, maintenance_margin),
    )
