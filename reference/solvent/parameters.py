"""What governance may decide (spec/parameters.md)."""

from dataclasses import dataclass, replace

from solvent.numbers import LOWEST_MARK, MARKETS_CAP, PPM, PRICE_CAP, SIZE_CAP, TIME_CAP, VAULT_CAP
from solvent.pool import AccountId, Market, MarketId, MarketParameters, Pool, PoolParameters
from solvent.rules import Rule, require


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

    Rules: PAR-3, PAR-4, PAR-5, PAR-6, PAR-7, PAR-8, PAR-9, PAR-10, PAR-11, PAR-12.
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


def check_pool_parameters(parameters: PoolParameters) -> None:
    """Rejects parameters of a pool outside the region the theorems assume.

    Rules: PAR-14, PAR-15, PAR-16.
    """
    require(0 < parameters.token_unit <= VAULT_CAP, Rule.PAR_14, "token_unit")
    require(0 <= parameters.requirement_floor <= VAULT_CAP, Rule.PAR_15, "requirement_floor")
    require(0 < parameters.max_markets_per_account <= MARKETS_CAP, Rule.PAR_16, "max_markets_per_account")


def list_market(pool: Pool, action: ListMarket) -> tuple[Pool, MarketListed]:
    """Adds a market without positions, its carries zero (PAR-13).

    Rules: PAR-1, NUM-11, PAR-2, PAR-3 to PAR-12, MRK-2, MRK-3, MRK-4.
    """
    require(action.actor == pool.parameters.governance, Rule.PAR_1, "actor")
    require(action.time <= TIME_CAP, Rule.NUM_11, "time")
    require(pool.markets.get(action.market).mark == 0, Rule.PAR_2, "market")
    check_market_parameters(action.parameters)
    require(action.time > 0, Rule.MRK_2, "time")
    require(action.mark >= action.parameters.lowest_mark, Rule.MRK_3, "mark")
    require(action.mark <= action.parameters.highest_mark, Rule.MRK_4, "mark")

    market = Market(time=action.time, mark=action.mark, parameters=action.parameters)
    after = replace(pool, markets=pool.markets.set(action.market, market))
    return after, MarketListed(action.market, action.mark, action.time)
