"""The end of a market: its mark is frozen and positions close at it (spec/settlement.md)."""

from dataclasses import dataclass, replace

from solvent.numbers import TIME_CAP, choose
from solvent.pool import AccountId, MarketId, MarketParameters, Pool, change_position, require_cash
from solvent.rules import Rule, require


def last_time(parameters: MarketParameters) -> int:
    """The latest time of a mark or a funding step: a dated market's expiry; one is left for the settlement."""
    return choose(parameters.expiry == 0, TIME_CAP - 1, parameters.expiry)


@dataclass(frozen=True, slots=True)
class Settle:
    """The oracle freezes the market's mark, as of `time`: a dated market's not before its expiry."""

    actor: AccountId
    market: MarketId
    time: int


@dataclass(frozen=True, slots=True)
class Settled:
    """mark: quote quanta per base quantum, at which every position closes."""

    market: MarketId
    mark: int
    time: int


def settle(pool: Pool, action: Settle) -> tuple[Pool, Settled]:
    """Ends the market: no mark, no funding and no trade comes after (SET-8).

    Rules: SET-2, NUM-11, CON-4, SET-1, SET-3, SET-4.
    """
    market = pool.markets.get(action.market)
    require(action.actor == pool.parameters.oracle, Rule.SET_2, "actor")
    require(action.time <= TIME_CAP, Rule.NUM_11, "time")
    require(market.mark > 0, Rule.CON_4, "market")
    require(market.settled == 0, Rule.SET_1, "market")
    require(action.time > market.time, Rule.SET_3, "time")
    require(action.time >= market.parameters.expiry, Rule.SET_4, "time")

    settled = replace(market, settled=action.time, time=action.time)
    after = replace(pool, markets=pool.markets.set(action.market, settled))
    return after, Settled(action.market, market.mark, action.time)


@dataclass(frozen=True, slots=True)
class SettlePosition:
    """Anyone closes an account's position in a settled market at its mark."""

    account: AccountId
    market: MarketId


@dataclass(frozen=True, slots=True)
class PositionSettled:
    """size: signed base quanta of the position that was closed."""

    account: AccountId
    market: MarketId
    size: int


def settle_position(pool: Pool, action: SettlePosition) -> tuple[Pool, PositionSettled]:
    """Turns the position into cash at the frozen mark. Exact: no equity changes, in whatever order they close (SET-9).

    Rules: CON-4, SET-5, SET-6, NUM-14.
    """
    market = pool.markets.get(action.market)
    size = pool.accounts.get(action.account).positions.get(action.market)
    require(market.mark > 0, Rule.CON_4, "market")
    require(market.settled > 0, Rule.SET_5, "market")
    require(size != 0, Rule.SET_6, "account")

    after = change_position(pool, action.account, action.market, -size, market.mark)

    require_cash(after, action.account, "account")
    return after, PositionSettled(action.account, action.market, size)
