"""What governance may decide (spec/parameters.md)."""

from dataclasses import dataclass, replace
from itertools import pairwise

from solvent.certification import expire_all
from solvent.numbers import (
    CLASSES,
    FACTOR_CAP,
    LISTED_CAP,
    LOWEST_MARK,
    MARKETS_CAP,
    PPM,
    PRICE_CAP,
    SIZE_CAP,
    TIME_CAP,
    VAULT_CAP,
)
from solvent.pool import AccountId, Market, MarketId, MarketParameters, Pool, PoolParameters
from solvent.rules import Rule, require
from solvent.settlement import last_time


@dataclass(frozen=True, slots=True)
class ListMarket:
    """Governance opens a market at a first mark, in quote quanta per base quantum, as of `time`."""

    actor: AccountId
    market: MarketId
    mark: int
    time: int
    parameters: MarketParameters


@dataclass(frozen=True, slots=True)
class MarketListed:
    """mark: quote quanta per base quantum."""

    market: MarketId
    mark: int
    time: int


def check_market_parameters(parameters: MarketParameters) -> None:
    """Rejects parameters outside the region the theorems assume.

    Rules: PAR-3 to PAR-12, PAR-17, PAR-18.
    """
    require(0 < parameters.lot <= SIZE_CAP, Rule.PAR_3, "lot")
    require(0 < parameters.initial_rate <= PPM, Rule.PAR_4, "initial_rate")
    require(0 < parameters.maintenance_fraction <= PPM, Rule.PAR_5, "maintenance_fraction")
    require(
        0 <= parameters.interest_lower < parameters.interest_upper <= VAULT_CAP,
        Rule.PAR_6,
        "interest_upper",
    )
    require(0 <= parameters.fee_rate <= PPM, Rule.PAR_7, "fee_rate")
    require(0 <= parameters.penalty_rate <= PPM, Rule.PAR_8, "penalty_rate")
    require(0 <= parameters.funding_rate <= PPM, Rule.PAR_9, "funding_rate")
    require(parameters.lowest_mark >= LOWEST_MARK, Rule.PAR_10, "lowest_mark")
    require(parameters.lowest_mark <= parameters.highest_mark <= PRICE_CAP, Rule.PAR_11, "highest_mark")
    require(0 <= parameters.backstop_inventory <= SIZE_CAP, Rule.PAR_12, "backstop_inventory")
    require(0 <= parameters.backstop_cap <= VAULT_CAP, Rule.PAR_17, "backstop_cap")
    require(0 <= parameters.expiry < TIME_CAP, Rule.PAR_18, "expiry")


def check_pool_parameters(parameters: PoolParameters) -> None:
    """Rejects parameters of a pool outside the region the theorems assume.

    Rules: PAR-14, PAR-15, PAR-16, PAR-19, PAR-20.
    """
    require(0 < parameters.token_unit <= VAULT_CAP, Rule.PAR_14, "token_unit")
    require(0 <= parameters.requirement_floor <= VAULT_CAP, Rule.PAR_15, "requirement_floor")
    require(0 < parameters.max_markets_per_account <= MARKETS_CAP, Rule.PAR_16, "max_markets_per_account")
    require(0 <= parameters.bounty <= VAULT_CAP, Rule.PAR_19, "bounty")
    factors = parameters.factors
    require(len(factors) == CLASSES, Rule.PAR_20, "factors")
    require(factors[0] == 0 and factors[-1] <= FACTOR_CAP, Rule.PAR_20, "factors")
    require(all(lower < higher for lower, higher in pairwise(factors)), Rule.PAR_20, "factors")


def is_listed(market: Market) -> int:
    """1 for a market that is listed, settled or not, 0 for one that is not."""
    return min(market.mark, 1)


def list_market(pool: Pool, action: ListMarket) -> tuple[Pool, MarketListed]:
    """Adds a market without positions, its carries zero (PAR-13).

    Rules: PAR-1, NUM-11, PAR-2, PAR-3 to PAR-12, PAR-17, PAR-18, PAR-23, MRK-2, MRK-3, MRK-4, SET-7.
    """
    require(action.actor == pool.parameters.governance, Rule.PAR_1, "actor")
    require(action.time <= TIME_CAP, Rule.NUM_11, "time")
    require(pool.markets.get(action.market).mark == 0, Rule.PAR_2, "market")
    check_market_parameters(action.parameters)
    require(pool.markets.total(is_listed) < LISTED_CAP, Rule.PAR_23, "market")
    require(action.time > 0, Rule.MRK_2, "time")
    require(action.mark >= action.parameters.lowest_mark, Rule.MRK_3, "mark")
    require(action.mark <= action.parameters.highest_mark, Rule.MRK_4, "mark")
    require(action.time <= last_time(action.parameters), Rule.SET_7, "time")

    market = Market(time=action.time, mark=action.mark, parameters=action.parameters)
    after = replace(pool, markets=pool.markets.set(action.market, market))
    return after, MarketListed(action.market, action.mark, action.time)


@dataclass(frozen=True, slots=True)
class SetParameters:
    """Governance gives an active market other parameters; its lot and its expiry stay."""

    actor: AccountId
    market: MarketId
    parameters: MarketParameters


@dataclass(frozen=True, slots=True)
class ParametersSet:
    """The market whose parameters are others now."""

    market: MarketId


def set_parameters(pool: Pool, action: SetParameters) -> tuple[Pool, ParametersSet]:
    """Puts the parameters in the place of the old ones and ends every class's generation (PAR-24).

    Rules: PAR-1, CON-4, SET-1, PAR-3 to PAR-12, PAR-17, PAR-18, PAR-21, PAR-22, MRK-3, MRK-4.
    """
    market = pool.markets.get(action.market)
    require(action.actor == pool.parameters.governance, Rule.PAR_1, "actor")
    require(market.mark > 0, Rule.CON_4, "market")
    require(market.settled == 0, Rule.SET_1, "market")
    check_market_parameters(action.parameters)
    require(action.parameters.lot == market.parameters.lot, Rule.PAR_21, "lot")
    require(action.parameters.expiry == market.parameters.expiry, Rule.PAR_22, "expiry")
    require(market.mark >= action.parameters.lowest_mark, Rule.MRK_3, "lowest_mark")
    require(market.mark <= action.parameters.highest_mark, Rule.MRK_4, "highest_mark")

    changed = replace(market, parameters=action.parameters)
    after = expire_all(replace(pool, markets=pool.markets.set(action.market, changed)))
    return after, ParametersSet(action.market)
