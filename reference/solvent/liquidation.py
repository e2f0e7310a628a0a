"""Taking over positions from an account below its maintenance requirement (spec/liquidation.md)."""

from dataclasses import dataclass

from solvent.margin import equity_of, maintenance_margin, meets_initial, requirement
from solvent.numbers import PPM, mul_div_down, mul_div_up
from solvent.pool import (
    BACKSTOP,
    AccountId,
    MarketId,
    Pool,
    change_position,
    is_in_few_markets,
    pay,
    require_cash,
)
from solvent.rules import Rule, require


@dataclass(frozen=True, slots=True)
class Liquidate:
    """`liquidator` takes over `size` base quanta of the account's position at the mark.

    The liquidator is the actor, or the backstop, which anyone may name.
    """

    actor: AccountId
    market: MarketId
    account: AccountId
    liquidator: AccountId
    size: int


@dataclass(frozen=True, slots=True)
class Liquidated:
    """penalty: quote quanta the account paid. reward: the liquidator's part of it; the rest is the backstop's."""

    market: MarketId
    account: AccountId
    liquidator: AccountId
    size: int
    penalty: int
    reward: int


def close(pool: Pool, account_id: AccountId, market_id: MarketId, size: int) -> tuple[Pool, int]:
    """The pool with `size` of the account's position closed at the mark, the penalty not yet taken; and the penalty.

    The penalty is the market's rate of the closed notional, rounded up, but never more than the closed part's share
    of the account's equity, rounded down: so the price paid is never worse than the bankruptcy price (LIQ-10). The
    account's maintenance requirement is positive.
    """
    market = pool.markets.get(market_id)
    direction = 1 if pool.accounts.get(account_id).positions.get(market_id) > 0 else -1
    closed = change_position(pool, account_id, market_id, -direction * size, market.mark)
    maintenance = requirement(pool, account_id, maintenance_margin)
    freed = maintenance - requirement(closed, account_id, maintenance_margin)
    penalty = min(
        mul_div_up(size * market.mark, market.parameters.penalty_rate, PPM),
        mul_div_down(equity_of(pool, account_id), freed, maintenance),
    )
    return closed, penalty


def is_needed(pool: Pool, account_id: AccountId, market_id: MarketId, size: int) -> bool:
    """Whether the account would be below its initial requirement had it been closed one lot short of `size`."""
    closed, penalty = close(pool, account_id, market_id, size - pool.markets.get(market_id).parameters.lot)
    return not meets_initial(pay(closed, account_id, -penalty), account_id)


def liquidate(pool: Pool, action: Liquidate) -> tuple[Pool, Liquidated]:
    """Moves `size` from the account to the liquidator at the mark, and the penalty to liquidator and backstop.

    Half of the penalty, rounded down, is the liquidator's and the rest the backstop's; all of it is the backstop's
    when that is the liquidator (LIQ-10).

    Rules: LIQ-1, NUM-6, CON-4, SET-1, NUM-8, LIQ-2, LIQ-3, LIQ-4, LIQ-5, LIQ-6, LIQ-7, NUM-14, CON-5, LIQ-8, LIQ-9.
    """
    market = pool.markets.get(action.market)
    by_backstop = action.liquidator == BACKSTOP
    require(by_backstop or action.liquidator == action.actor, Rule.LIQ_1, "liquidator")
    require(action.size > 0, Rule.NUM_6, "size")
    require(market.mark > 0, Rule.CON_4, "market")
    require(market.settled == 0, Rule.SET_1, "market")
    require(action.size % market.parameters.lot == 0, Rule.NUM_8, "size")
    require(action.account != BACKSTOP, Rule.LIQ_2, "account")
    require(action.account != action.liquidator, Rule.LIQ_3, "liquidator")
    position = pool.accounts.get(action.account).positions.get(action.market)
    require(action.size <= abs(position), Rule.LIQ_4, "size")
    equity = equity_of(pool, action.account)
    require(equity >= 0, Rule.LIQ_5, "account")
    require(equity < requirement(pool, action.account, maintenance_margin), Rule.LIQ_6, "account")

    require(is_needed(pool, action.account, action.market, action.size), Rule.LIQ_7, "size")
    direction = 1 if position > 0 else -1
    after, penalty = close(pool, action.account, action.market, action.size)
    after = change_position(after, action.liquidator, action.market, direction * action.size, market.mark)
    reward = penalty if by_backstop else penalty // 2
    after = pay(after, action.account, -penalty)
    after = pay(after, action.liquidator, reward)
    after = pay(after, BACKSTOP, penalty - reward)

    require_cash(after, action.account, "account")
    require_cash(after, action.liquidator, "liquidator")
    require_cash(after, BACKSTOP, "backstop")
    require(is_in_few_markets(after, action.liquidator), Rule.CON_5, "liquidator")
    require(by_backstop or meets_initial(after, action.liquidator), Rule.LIQ_8, "liquidator")
    inventory = abs(after.accounts.get(BACKSTOP).positions.get(action.market))
    require(not by_backstop or inventory <= market.parameters.backstop_inventory, Rule.LIQ_9, "size")
    return after, Liquidated(action.market, action.account, action.liquidator, action.size, penalty, reward)
