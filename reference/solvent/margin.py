"""Requirements, and what may be withdrawn (spec/margin.md)."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from solvent.numbers import PPM, mul_div_down, mul_div_up
from solvent.pool import BACKSTOP, AccountId, Market, MarketId, Pool, equity, is_open, pay, require_cash
from solvent.rules import Rule, require


def initial_margin(size: int, market: Market) -> int:
    """Quote quanta: the initial requirement of one position, rounded up."""
    return mul_div_up(abs(size) * market.mark, market.parameters.initial_rate, PPM)


def maintenance_margin(size: int, market: Market) -> int:
    """Quote quanta: the maintenance requirement of one position, a fraction of its initial one, rounded up."""
    return mul_div_up(initial_margin(size, market), market.parameters.maintenance_fraction, PPM)


def opening_rate(market: Market) -> int:
    """Parts per million: grows from the initial rate to one as the market's open interest grows, rounded down.

    Linear between the lower and the upper limit, as dYdX v4 does; never a function of an account's own size, so
    splitting an account gains nothing.
    """
    parameters = market.parameters
    room = PPM - parameters.initial_rate
    excess = max(market.long_interest * market.mark - parameters.interest_lower, 0)
    growth = mul_div_down(excess, room, parameters.interest_upper - parameters.interest_lower)
    return parameters.initial_rate + min(growth, room)


def opening_margin(size: int, market: Market) -> int:
    """Quote quanta: the requirement of one position for an account that increases one, rounded up."""
    return mul_div_up(abs(size) * market.mark, opening_rate(market), PPM)


def requirement(pool: Pool, account_id: AccountId, margin: Callable[[int, Market], int]) -> int:
    """Quote quanta: the margins of an account's positions added up, at least the floor if there is a position."""
    positions = pool.accounts.get(account_id).positions
    floor = min(positions.total(is_open), 1) * pool.parameters.requirement_floor
    return max(positions.total_along(pool.markets, margin), floor)


def equity_of(pool: Pool, account_id: AccountId) -> int:
    """Quote quanta: the equity of the account (MAR-1). Exact."""
    return equity(pool.accounts.get(account_id), pool.markets)


def meets_initial(pool: Pool, account_id: AccountId) -> bool:
    """Whether the account's equity is at least its initial requirement."""
    return equity_of(pool, account_id) >= requirement(pool, account_id, initial_margin)


def may_trade(before: Pool, after: Pool, account_id: AccountId, market_id: MarketId) -> bool:
    """Whether a change of the account's position in the market is allowed.

    An increase needs the opening requirement. A reduction needs the initial one, or equity that is not negative and
    neither a higher maintenance requirement nor a lower ratio of equity to it.
    """
    size_before = before.accounts.get(account_id).positions.get(market_id)
    size_after = after.accounts.get(account_id).positions.get(market_id)
    equity_after = equity_of(after, account_id)
    if not is_reduction(size_before, size_after):
        return equity_after >= requirement(after, account_id, opening_margin)
    if equity_after >= requirement(after, account_id, initial_margin):
        return True
    maintenance_before = requirement(before, account_id, maintenance_margin)
    maintenance_after = requirement(after, account_id, maintenance_margin)
    return (
        equity_after >= 0
        and maintenance_after <= maintenance_before
        and equity_after * maintenance_before >= equity_of(before, account_id) * maintenance_after
    )


def is_reduction(before: int, after: int) -> bool:
    """Whether a position keeps its sign, or closes, and does not grow."""
    return min(before, 0) <= after <= max(before, 0)


@dataclass(frozen=True, slots=True)
class Withdraw:
    """`actor` takes `amount` quote quanta out of its account."""

    actor: AccountId
    account: AccountId
    amount: int


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """amount: quote quanta that left the vault."""

    account: AccountId
    amount: int


def withdraw(pool: Pool, action: Withdraw) -> tuple[Pool, Withdrawn]:
    """Takes the amount out of the vault and of the account's cash. Exact (MAR-8).

    Rules: MAR-4, NUM-3, NUM-5, MAR-5, MAR-6, NUM-14, MAR-7.
    """
    require(action.actor == action.account, Rule.MAR_4, "actor")
    require(action.amount > 0, Rule.NUM_3, "amount")
    require(action.amount % pool.parameters.token_unit == 0, Rule.NUM_5, "amount")
    require(action.account != BACKSTOP, Rule.MAR_5, "account")
    require(action.amount <= pool.vault, Rule.MAR_6, "amount")

    after = pay(replace(pool, vault=pool.vault - action.amount), action.account, -action.amount)

    require_cash(after, action.account, "account")
    require(meets_initial(after, action.account), Rule.MAR_7, "amount")
    return after, Withdrawn(action.account, action.amount)
