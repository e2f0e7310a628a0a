"""A new mark (spec/marking.md)."""

from dataclasses import dataclass

from solvent.default import move_market
from solvent.numbers import TIME_CAP
from solvent.pool import AccountId, MarketId, Pool
from solvent.rules import Rule, require
from solvent.settlement import last_time


@dataclass(frozen=True, slots=True)
class Mark:
    """The oracle says the market's mark, in quote quanta per base quantum, as of `time`."""

    actor: AccountId
    market: MarketId
    mark: int
    time: int


@dataclass(frozen=True, slots=True)
class Marked:
    """mark: quote quanta per base quantum."""

    market: MarketId
    mark: int
    time: int


def mark(pool: Pool, action: Mark) -> tuple[Pool, Marked]:
    """Puts the mark in the place of the old one, in one step, whatever the distance (MRK-5).

    Rules: MRK-1, NUM-11, CON-4, SET-1, MRK-2, MRK-3, MRK-4, SET-7.
    """
    market = pool.markets.get(action.market)
    require(action.actor == pool.parameters.oracle, Rule.MRK_1, "actor")
    require(action.time <= TIME_CAP, Rule.NUM_11, "time")
    require(market.mark > 0, Rule.CON_4, "market")
    require(market.settled == 0, Rule.SET_1, "market")
    require(action.time > market.time, Rule.MRK_2, "time")
    require(action.mark >= market.parameters.lowest_mark, Rule.MRK_3, "mark")
    require(action.mark <= market.parameters.highest_mark, Rule.MRK_4, "mark")
    require(action.time <= last_time(market.parameters), Rule.SET_7, "time")

    after = move_market(pool, action.market, action.mark, market.long_carry, market.short_carry, action.time)
    return after, Marked(action.market, action.mark, action.time)
