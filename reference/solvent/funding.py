"""Funding between longs and shorts (spec/funding.md)."""

from dataclasses import dataclass

from solvent.default import move_market
from solvent.numbers import CARRY_CAP, PPM, TIME_CAP, mul_div_down
from solvent.pool import AccountId, MarketId, Pool
from solvent.rules import Rule, require
from solvent.settlement import last_time


@dataclass(frozen=True, slots=True)
class Fund:
    """The oracle has every long pay every short `payment` quote quanta per base quantum; negative: shorts pay longs."""

    actor: AccountId
    market: MarketId
    payment: int
    time: int


@dataclass(frozen=True, slots=True)
class Funded:
    """payment: quote quanta per base quantum that longs paid to shorts."""

    market: MarketId
    payment: int
    time: int


def fund(pool: Pool, action: Fund) -> tuple[Pool, Funded]:
    """Adds the payment to both carries, which is what every account pays or gets: exact, zero-sum (FND-4).

    Rules: FND-1, NUM-11, CON-4, SET-1, FND-2, FND-3, SET-7, NUM-15.
    """
    market = pool.markets.get(action.market)
    require(action.actor == pool.parameters.oracle, Rule.FND_1, "actor")
    require(action.time <= TIME_CAP, Rule.NUM_11, "time")
    require(market.mark > 0, Rule.CON_4, "market")
    require(market.settled == 0, Rule.SET_1, "market")
    require(action.time > market.time, Rule.FND_2, "time")
    limit = mul_div_down(market.mark, market.parameters.funding_rate, PPM)
    require(-limit <= action.payment <= limit, Rule.FND_3, "payment")
    require(action.time <= last_time(market.parameters), Rule.SET_7, "time")

    long_carry = market.long_carry + action.payment
    short_carry = market.short_carry + action.payment
    require(abs(long_carry) <= CARRY_CAP, Rule.NUM_15, "payment")
    require(abs(short_carry) <= CARRY_CAP, Rule.NUM_15, "payment")

    after = move_market(pool, action.market, market.mark, long_carry, short_carry, action.time)
    return after, Funded(action.market, action.payment, action.time)
