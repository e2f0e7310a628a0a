"""Parameters against the region in which the theorems hold: every rule that is broken, and what falls with it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple, TypeVar, cast

from solvent.edge.codec import GRAMMAR, decode_pool, parse
from solvent.edge.files import read_bytes
from solvent.edge.scenario import Setup, locate, read_setup
from solvent.edge.structure import shown_name
from solvent.numbers import LOWEST_MARK, PPM, PRICE_CAP, VAULT_CAP
from solvent.parameters import check_market_parameters, check_pool_parameters
from solvent.pool import AccountId, MarketId, MarketParameters, PoolParameters, Table
from solvent.rules import Rejection, Rule

P = TypeVar("P", MarketParameters, PoolParameters)


class Reason(NamedTuple):
    """What goes wrong outside a rule, and who assumes it: a theorem as module.name, or a requirement by its id."""

    why: str
    assumed_by: str


REASONS: Final[Mapping[Rule, Reason]] = {
    Rule.PAR_3: Reason(
        "sizes are whole lots: a lot of zero divides by zero, and one above the cap cannot be traded at all",
        "numbers.whole_lots_add_up",
    ),
    Rule.PAR_4: Reason(
        "at a rate of zero a position needs no equity and is not liquidated before it is below zero; above one, "
        "opening needs less than holding",
        "margin.requirements_are_ordered",
    ),
    Rule.PAR_5: Reason(
        "maintenance above the initial requirement has accounts liquidated the moment they open; at zero nobody is "
        "liquidated in time",
        "margin.requirements_are_ordered",
    ),
    Rule.PAR_6: Reason(
        "the opening rate grows between the limits: limits that are equal or crossed divide by zero or make it fall",
        "margin.margins_are_exact",
    ),
    Rule.PAR_7: Reason(
        "below zero the treasury pays whoever trades; above one a fee is more than the whole price",
        "trading.a_trade_makes_no_money",
    ),
    Rule.PAR_8: Reason(
        "below zero liquidator and backstop pay the liquidated; above one it is more than was closed",
        "liquidation.a_liquidation_never_makes_things_worse",
    ),
    Rule.PAR_9: Reason(
        "below zero no step is allowed at all; above one a step could take more than the position is worth",
        "funding.funding_is_exact_capped_and_signed",
    ),
    Rule.PAR_10: Reason(
        "a cut is rounded up to a quantum per base quantum: at a lower mark winners pay more than a millionth too much",
        "DEF-15",
    ),
    Rule.PAR_11: Reason(
        "no mark fits between crossed limits; a mark above the cap times the largest size leaves the range of numbers",
        "marking.marks_are_the_oracles_newer_and_within_limits",
    ),
    Rule.PAR_12: Reason(
        "the backstop needs no margin: its limit is all that bounds what it takes over",
        "liquidation.a_liquidation_only_moves_risk_to_who_can_bear_it",
    ),
    Rule.PAR_17: Reason(
        "winners of a market pay what the backstop paid above its cap: a negative one takes more than was paid",
        "DEF-14",
    ),
    Rule.PAR_18: Reason("the oracle names no later time: the market could never be settled", "SET-4"),
    Rule.PAR_14: Reason(
        "what the machine owes must be payable in whole units of the token",
        "pool.a_deposit_leaves_the_pool_well_formed",
    ),
    Rule.PAR_15: Reason(
        "a negative floor is none; one above all there is in the vault forbids every position",
        "margin.a_requirement_is_its_margins_or_the_floor",
    ),
    Rule.PAR_16: Reason(
        "every action on an account goes through all its markets: their number bounds the work",
        "liquidation.a_liquidation_leaves_the_pool_well_formed",
    ),
    Rule.PAR_19: Reason("a negative bounty would make certifying cost the one who does the work", "CRT-9"),
    Rule.PAR_20: Reason(
        "class zero certifies what is not negative and the higher ones more, each more than the one before: without "
        "class zero, accounts close to zero could neither be certified nor defaulted",
        "CRT-14",
    ),
}
"""Of every rule that the parameters of a pool or of a market may break."""

SAFE_POOL: Final = PoolParameters(AccountId("oracle"), AccountId("governance"), 1, 0, 1, 0, (0, 1, 4, 16))

SAFE_MARKET: Final = MarketParameters(
    lot=1,
    initial_rate=PPM,
    maintenance_fraction=PPM,
    interest_upper=VAULT_CAP,
    lowest_mark=LOWEST_MARK,
    highest_mark=PRICE_CAP,
)
"""These break no rule: what does is replaced by its like here, so that all that is broken is found, not the first."""

COUPLED: Final = {
    "interest_upper": ("interest_lower", "interest_upper"),
    "highest_mark": ("lowest_mark", "highest_mark"),
}
"""Fields that are checked against each other, by the one that is reported."""


@dataclass(frozen=True)
class Broken:
    """A rule that parameters break, in a field, with the values that do."""

    rule: Rule
    field: str
    values: Mapping[str, object]

    def __str__(self) -> str:
        found = ", ".join(f"{name} = {value}" for name, value in self.values.items())
        reason = REASONS[self.rule]
        return f"{self.rule.value} {self.rule.sentence}\n  found {found}\n  {reason.why}\n  see {reason.assumed_by}"


def broken(parameters: P, safe: P, check: Callable[[P], None]) -> Iterator[Broken]:
    """Every rule that the parameters break."""
    given = parameters
    while True:
        try:
            check(parameters)
        except Rejection as rejection:
            names = COUPLED.get(rejection.field, (rejection.field,))
            yield Broken(rejection.rule, rejection.field, {name: getattr(given, name) for name in names})
            changes: dict[str, Any] = {name: getattr(safe, name) for name in names}
            parameters = replace(parameters, **changes)
        else:
            return


@dataclass(frozen=True)
class Parameters:
    """The parameters of a pool and of its markets, in quanta."""

    pool: PoolParameters
    markets: Table[MarketId, MarketParameters] = Table(MarketParameters())


def read_parameters(name: str) -> Parameters:
    """Parameters from a file; raises UnusableError or FormatError.

    JSON, by the name's ending, in quanta: `pool` and `markets`, or a whole pool. Else it is TOML, as in a scenario.
    """
    if not name.endswith(".json"):
        return in_quanta(read_setup(locate(name)))
    text = read_bytes(name)
    tree = parse(text)
    if isinstance(tree, dict) and "vault" in tree:
        pool = decode_pool(text)
        return with_markets(pool.parameters, ((market_id, market.parameters) for market_id, market in pool.markets))
    return cast(Parameters, GRAMMAR.read(Parameters, tree, ()))


def in_quanta(setup: Setup) -> Parameters:
    """The parameters that a scenario's tables stand for."""
    markets = ((plan.id, setup.market_parameters(index)) for index, plan in enumerate(setup.markets))
    return with_markets(setup.pool_parameters(), markets)


def with_markets(pool: PoolParameters, markets: Iterator[tuple[MarketId, MarketParameters]]) -> Parameters:
    """The parameters of a pool with those of its markets."""
    found = Parameters(pool)
    for market_id, market in markets:
        found = replace(found, markets=found.markets.set(market_id, market))
    return found


def report(parameters: Parameters) -> Iterator[tuple[str, list[Broken]]]:
    """What there is to say, and which rules are broken, of the pool and then of each market."""
    rules = list(broken(parameters.pool, SAFE_POOL, check_pool_parameters))
    yield "pool: " + ("unsafe" if rules else "safe"), rules
    factors = () if rules else parameters.pool.factors
    for market_id, market in sorted(parameters.markets):
        rules = list(broken(market, SAFE_MARKET, check_market_parameters))
        name = f"market {shown_name(market_id)}: "
        yield name + ("unsafe" if rules else f"safe; {described(market, factors)}"), rules


def described(market: MarketParameters, factors: tuple[int, ...]) -> str:
    """What safe parameters mean: leverage, maintenance, and how far the mark moves until each class ends."""
    rate = market.initial_rate * market.maintenance_fraction
    leverage = hundredths(PPM, market.initial_rate)
    ends = ", ".join(f"{factor}: {hundredths(factor * rate * 100, 2 * PPM * PPM)} %" for factor in factors)
    return f"leverage to {leverage}x, maintenance {hundredths(rate * 100, PPM * PPM)} % of notional" + (
        f"; certificates last, by factor, to moves of {ends}" if ends else ""
    )


def hundredths(value: int, of: int) -> str:
    """A ratio with two places, rounded down."""
    return f"{value // of}.{value * 100 // of % 100:02}"
