"""Theorems about what governance may decide (spec/parameters.md)."""

from dataclasses import replace
from itertools import pairwise

from proofs import invariant, ranges, statements
from proofs.contracts import BY_NAME
from proofs.kernel.logic import both, choose, either
from proofs.kernel.theorem import theorem
from proofs.statements import nothing
from proofs.worlds import PoolWorld
from solvent.certification import book_is_certified
from solvent.numbers import (
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
from solvent.parameters import ListMarket, ParametersSet, SetParameters, check_pool_parameters, is_listed
from solvent.pool import Market, MarketParameters, Pool, PoolParameters
from solvent.rules import Rejection, Rule


@theorem("PAR-23")
def what_is_absent_is_not_listed(world: PoolWorld) -> None:
    """A market that was never listed counts for nothing, so the count of markets is that of those listed."""
    world.claim_of_absent(is_listed, "PAR-23: no market", Market())


@theorem("PAR-23")
def a_listed_market_counts_once(world: PoolWorld) -> None:
    """A market counts as one if it is listed, settled or not, and else for nothing."""
    market = world.pool().markets.get(world.identifier("market"))
    world.claim(is_listed(market) == choose(market.mark == 0, 0, 1), "PAR-23: once")


@theorem("CON-1", contracts=BY_NAME)
def a_listing_conserves(world: PoolWorld) -> None:
    """The sum of equities equals the vault after a market was listed if it did before."""
    statements.conserves(world, ListMarket)


@theorem("CON-9", "CON-2", contracts=BY_NAME)
def a_listing_leaves_the_pool_well_formed(world: PoolWorld) -> None:
    """A listing leaves a well-formed pool well formed, so every listed market's parameters are in the safe region."""
    statements.stays_well_formed(world, ListMarket)


@theorem("NUM-2", contracts=BY_NAME)
def a_listing_stays_within_a_word(world: PoolWorld) -> None:
    """Every integer that a listing computes, accepted or rejected, fits a signed 256-bit word."""
    ranges.stays_within_a_word(world, ListMarket)


@theorem("PAR-13", "CON-3", contracts=BY_NAME)
def a_listing_has_exactly_its_effect(world: PoolWorld) -> None:
    """A listing by governance sets one market's mark, time and parameters, and changes nothing else."""
    case = statements.accepted(world, ListMarket)
    if case is None:
        return
    before, action, after = case
    world.claim(after.vault == before.vault, "PAR-13: the vault is unchanged")
    statements.accounts_change(world, before, after, nothing, nothing)
    for market_id, old, new in world.each(before.markets, after.markets):
        if market_id == action.market:
            expected = Market(time=action.time, mark=action.mark, parameters=action.parameters)
            world.claim(action.actor == before.parameters.governance, "PAR-13: only governance lists")
            world.claim(old.mark == 0, "PAR-13: no listed market is replaced")
        else:
            expected = old
        for left, right in world.same(new, expected):
            world.claim(left == right, "PAR-13: exactly as governance says, without positions or carries")


@theorem("PAR-14", "PAR-15", "PAR-16", "PAR-19", "PAR-20")
def a_pools_parameters_are_checked(world: PoolWorld, parameters: PoolParameters) -> None:
    """Exactly the parameters within the bounds that the theorems assume are accepted for a new pool."""
    try:
        check_pool_parameters(parameters)
    except Rejection as rejection:
        outside = {
            Rule.PAR_14: either(parameters.token_unit < 1, parameters.token_unit > VAULT_CAP),
            Rule.PAR_15: either(parameters.requirement_floor < 0, parameters.requirement_floor > VAULT_CAP),
            Rule.PAR_16: either(
                parameters.max_markets_per_account < 1, parameters.max_markets_per_account > MARKETS_CAP
            ),
            Rule.PAR_19: either(parameters.bounty < 0, parameters.bounty > VAULT_CAP),
            Rule.PAR_20: either(
                parameters.factors[0] != 0,
                parameters.factors[-1] > FACTOR_CAP,
                *(lower >= higher for lower, higher in pairwise(parameters.factors)),
            ),
        }
        world.claim(outside[rejection.rule], f"{rejection.rule.value}: rejected only if outside")
        return
    empty = Pool(parameters)
    world.claim(invariant.pool_is_well_formed(empty), "CON-9: a new pool is well formed")


@theorem("PAR-20")
def there_is_a_factor_for_each_class(world: PoolWorld, parameters: PoolParameters) -> None:
    """With a factor less or more than there are classes no pool's parameters are accepted."""
    for factors in (parameters.factors[:-1], (*parameters.factors, parameters.factors[-1] + 1)):
        accepted = True
        try:
            check_pool_parameters(replace(parameters, factors=factors))
        except Rejection:
            accepted = False
        world.claim(not accepted, "PAR-20: one for each class")


@theorem(
    "PAR-2",
    "PAR-3",
    "PAR-4",
    "PAR-5",
    "PAR-6",
    "PAR-7",
    "PAR-8",
    "PAR-9",
    "PAR-10",
    "PAR-11",
    "PAR-12",
    "PAR-17",
    "PAR-18",
    "PAR-23",
    "CON-7",
    "CON-8",
    contracts=BY_NAME,
)
def a_listing_is_rejected_exactly_when(world: PoolWorld) -> None:
    """A listing is rejected by the first of its rules that fails, and otherwise accepted."""
    before = world.pool()
    action = world.action(ListMarket, before)
    outcome = world.step(before, action)
    certified, before = book_is_certified(before), statements.anchored(before)
    p = action.parameters
    statements.rejects_exactly(
        world,
        outcome,
        [
            (Rule.CRT_1, "book", lambda: certified),
            (Rule.PAR_1, "actor", lambda: action.actor == before.parameters.governance),
            (Rule.NUM_11, "time", lambda: action.time <= TIME_CAP),
            (Rule.PAR_2, "market", lambda: before.markets.get(action.market).mark == 0),
            *within_the_region(p),
            (Rule.PAR_23, "market", lambda: before.markets.total(is_listed) <= LISTED_CAP - 1),
            (Rule.MRK_2, "time", lambda: action.time >= 1),
            (Rule.MRK_3, "mark", lambda: action.mark >= p.lowest_mark),
            (Rule.MRK_4, "mark", lambda: action.mark <= p.highest_mark),
            (Rule.SET_7, "time", lambda: action.time <= choose(p.expiry == 0, TIME_CAP - 1, p.expiry)),
        ],
    )


@theorem("CON-1", contracts=BY_NAME)
def a_change_of_parameters_conserves(world: PoolWorld) -> None:
    """The sum of equities equals the vault after a change of parameters if it did before."""
    statements.conserves(world, SetParameters)


@theorem("CON-9", "CON-2", contracts=BY_NAME)
def a_change_of_parameters_leaves_the_pool_well_formed(world: PoolWorld) -> None:
    """A change of parameters in a well-formed pool leaves it well formed."""
    statements.stays_well_formed(world, SetParameters)


@theorem("PAR-24", "CON-3", contracts=BY_NAME)
def a_change_of_parameters_has_exactly_its_effect(world: PoolWorld) -> None:
    """A change of parameters puts them in the place of one market's, ends every class, and changes nothing else."""
    case = statements.accepted(world, SetParameters)
    if case is None:
        return
    before, action, after = case
    world.claim(after.vault == before.vault, "PAR-24: the vault is unchanged")
    statements.pool_keeps_its_parameters(world, before, after)
    statements.accounts_change(world, before, after, nothing, nothing)
    changed = replace(before.markets.get(action.market), parameters=action.parameters)
    statements.only_market_changes(world, before, after, action.market, changed)
    for old, new in zip(before.classes, after.classes, strict=True):
        world.claim(new.generation == old.generation + 1, "PAR-24: every class begins its next generation")
        world.claim(new.count == 0, "PAR-24: without certificates")
    for said, meant in world.same(world.event(), ParametersSet(action.market)):
        world.claim(said == meant, "PAR-24: the event says which market's")


@theorem("PAR-21", "PAR-22", contracts=BY_NAME)
def lot_and_expiry_stay(world: PoolWorld) -> None:
    """A change of parameters leaves every market its lot and its expiry."""
    case = statements.accepted(world, SetParameters)
    if case is None:
        return
    before, _, after = case
    for _, old, new in world.each(before.markets, after.markets):
        world.claim(new.parameters.lot == old.parameters.lot, "PAR-21: the lot stays")
        world.claim(new.parameters.expiry == old.parameters.expiry, "PAR-22: the expiry stays")


def within_the_region(p: MarketParameters) -> list[statements.Condition]:
    """The rules that a market's parameters obey."""

    def between(value: int, least: int, most: int) -> bool:
        return both(value >= least, value <= most)

    return [
        (Rule.PAR_3, "lot", lambda: between(p.lot, 1, SIZE_CAP)),
        (Rule.PAR_4, "initial_rate", lambda: between(p.initial_rate, 1, PPM)),
        (Rule.PAR_5, "maintenance_fraction", lambda: between(p.maintenance_fraction, 1, PPM)),
        (
            Rule.PAR_6,
            "interest_upper",
            lambda: both(p.interest_lower >= 0, between(p.interest_upper, p.interest_lower + 1, VAULT_CAP)),
        ),
        (Rule.PAR_7, "fee_rate", lambda: between(p.fee_rate, 0, PPM)),
        (Rule.PAR_8, "penalty_rate", lambda: between(p.penalty_rate, 0, PPM)),
        (Rule.PAR_9, "funding_rate", lambda: between(p.funding_rate, 0, PPM)),
        (Rule.PAR_10, "lowest_mark", lambda: p.lowest_mark >= LOWEST_MARK),
        (Rule.PAR_11, "highest_mark", lambda: between(p.highest_mark, p.lowest_mark, PRICE_CAP)),
        (Rule.PAR_12, "backstop_inventory", lambda: between(p.backstop_inventory, 0, SIZE_CAP)),
        (Rule.PAR_17, "backstop_cap", lambda: between(p.backstop_cap, 0, VAULT_CAP)),
        (Rule.PAR_18, "expiry", lambda: between(p.expiry, 0, TIME_CAP - 1)),
    ]


@theorem(
    "PAR-3",
    "PAR-4",
    "PAR-5",
    "PAR-6",
    "PAR-7",
    "PAR-8",
    "PAR-9",
    "PAR-10",
    "PAR-11",
    "PAR-12",
    "PAR-17",
    "PAR-18",
    "PAR-21",
    "PAR-22",
    "CON-7",
    "CON-8",
    contracts=BY_NAME,
)
def a_change_of_parameters_is_rejected_exactly_when(world: PoolWorld) -> None:
    """A change of parameters is rejected by the first of its rules that fails, and otherwise accepted."""
    before = world.pool()
    action = world.action(SetParameters, before)
    outcome = world.step(before, action)
    certified, market = book_is_certified(before), before.markets.get(action.market)
    p = action.parameters
    statements.rejects_exactly(
        world,
        outcome,
        [
            (Rule.CRT_1, "book", lambda: certified),
            (Rule.PAR_1, "actor", lambda: action.actor == before.parameters.governance),
            (Rule.CON_4, "market", lambda: market.mark >= 1),
            (Rule.SET_1, "market", lambda: market.settled == 0),
            *within_the_region(p),
            (Rule.PAR_21, "lot", lambda: p.lot == market.parameters.lot),
            (Rule.PAR_22, "expiry", lambda: p.expiry == market.parameters.expiry),
            (Rule.MRK_3, "lowest_mark", lambda: p.lowest_mark <= market.mark),
            (Rule.MRK_4, "highest_mark", lambda: p.highest_mark >= market.mark),
        ],
    )


@theorem("NUM-2", contracts=BY_NAME)
def a_change_of_parameters_stays_within_a_word(world: PoolWorld) -> None:
    """Every integer that a change of parameters computes, accepted or rejected, fits a signed 256-bit word."""
    ranges.stays_within_a_word(world, SetParameters)
