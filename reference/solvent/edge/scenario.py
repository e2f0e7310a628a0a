"""A scenario: what is replayed, read from TOML. Its amounts are decimal strings, converted to quanta exactly."""

import re
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path as File
from typing import Final, NamedTuple, cast

from solvent.edge.codec import read_text
from solvent.edge.files import UnusableError, read_bytes
from solvent.edge.structure import FormatError, Grammar, Path, hints, shown
from solvent.numbers import PPM
from solvent.pool import AccountId, MarketId, MarketParameters, PoolParameters

BUNDLED: Final = File(__file__).parent / "scenarios"
"""Where the scenarios lie that come with the program."""

ORACLE: Final = AccountId("oracle")
GOVERNANCE: Final = AccountId("governance")

DECIMAL: Final = re.compile(r"([0-9]{1,40})(?:\.([0-9]{1,40}))?", re.ASCII)

MOST: Final = 2**63 - 1
"""The largest integer a scenario may name; those of its fields that count something are far smaller."""


class Amount(NamedTuple):
    """digits x 10^-places."""

    digits: int
    places: int

    def quanta(self, decimals: int, path: Path) -> int:
        """The amount in quanta of 10^-decimals; raises FormatError where that is not a whole number."""
        more: int = 10 ** max(decimals - self.places, 0)
        fewer: int = 10 ** max(self.places - decimals, 0)
        whole, rest = divmod(self.digits * more, fewer)
        if rest:
            raise FormatError(path, f"a whole number of quanta of 1e{-decimals}", f"{self.digits}e{-self.places}")
        return whole


@dataclass(frozen=True)
class Quote:
    """A quote quantum is 10^-decimals of the quote currency; the token's smallest unit is 10^-token_decimals."""

    name: str
    decimals: int
    token_decimals: int


@dataclass(frozen=True)
class PoolLimits:
    """The parameters of the pool. requirement_floor, bounty: quote currency."""

    requirement_floor: Amount
    max_markets_per_account: int
    bounty: Amount
    factors: tuple[int, ...]


@dataclass(frozen=True)
class MarketPlan:
    """A market and the symbol whose prices are its marks. A base quantum is 10^-decimals of the base currency.

    lot, backstop_inventory: base currency. interest_lower, interest_upper, backstop_cap: quote currency. lowest_mark,
    highest_mark: prices. Rates and the fraction: parts per million.
    """

    id: MarketId
    symbol: str
    decimals: int
    lot: Amount
    initial_rate: int
    maintenance_fraction: int
    interest_lower: Amount
    interest_upper: Amount
    fee_rate: int
    penalty_rate: int
    funding_rate: int
    lowest_mark: Amount
    highest_mark: Amount
    backstop_inventory: Amount
    backstop_cap: Amount


@dataclass(frozen=True)
class Leverage:
    """How often, against the other weights, an account opens with notional of so many times its deposit."""

    times: int
    weight: int


@dataclass(frozen=True)
class Population:
    """The traders.

    Deposits: quote currency, every doubling between the two equally likely. long_share: how many of a million positions
    are opened long; closing: how many of a million traders want to close theirs at each tick.
    """

    accounts: int
    deposit_lowest: Amount
    deposit_highest: Amount
    long_share: int
    closing: int
    leverage: tuple[Leverage, ...]


@dataclass(frozen=True)
class Backstop:
    """deposit: quote currency."""

    deposit: Amount


@dataclass(frozen=True)
class Liquidators:
    """Who takes over.

    deposit: quote currency, of each. leverage: the largest notional, in multiples of its equity, each allows itself.
    lag: at a tick they know who was below maintenance so many ticks before.
    """

    count: int
    deposit: Amount
    leverage: int
    lag: int


@dataclass(frozen=True)
class Keepers:
    """Who certifies, defaults and has losses shared: at most so many actions a tick, together."""

    actions: int


@dataclass(frozen=True)
class Funding:
    """Every so many ticks the longs pay the shorts `rate` parts per million of the mark."""

    every: int
    rate: int


@dataclass(frozen=True)
class Setup:
    """The parameters of a pool and its markets, as a scenario says them."""

    quote: Quote
    pool: PoolLimits
    markets: tuple[MarketPlan, ...]

    def pool_parameters(self) -> PoolParameters:
        """The pool's parameters, in quanta."""
        decimals = self.quote.decimals
        return PoolParameters(
            oracle=ORACLE,
            governance=GOVERNANCE,
            token_unit=10 ** (decimals - self.quote.token_decimals),
            requirement_floor=self.pool.requirement_floor.quanta(decimals, ("pool", "requirement_floor")),
            max_markets_per_account=self.pool.max_markets_per_account,
            bounty=self.pool.bounty.quanta(decimals, ("pool", "bounty")),
            factors=self.pool.factors,
        )

    def market_parameters(self, index: int) -> MarketParameters:
        """A market's parameters, in quanta."""
        plan, quote, price = self.markets[index], self.quote.decimals, self.price_decimals(index)

        def quanta(field: str, decimals: int) -> int:
            return cast(Amount, getattr(plan, field)).quanta(decimals, ("markets", str(index), field))

        return MarketParameters(
            lot=quanta("lot", plan.decimals),
            initial_rate=plan.initial_rate,
            maintenance_fraction=plan.maintenance_fraction,
            interest_lower=quanta("interest_lower", quote),
            interest_upper=quanta("interest_upper", quote),
            fee_rate=plan.fee_rate,
            penalty_rate=plan.penalty_rate,
            funding_rate=plan.funding_rate,
            lowest_mark=quanta("lowest_mark", price),
            highest_mark=quanta("highest_mark", price),
            backstop_inventory=quanta("backstop_inventory", plan.decimals),
            backstop_cap=quanta("backstop_cap", quote),
        )

    def price_decimals(self, index: int) -> int:
        """A price of one is 10^this quote quanta per base quantum."""
        return self.quote.decimals - self.markets[index].decimals


@dataclass(frozen=True)
class Scenario(Setup):
    """What is replayed. prices: beside the scenario's file; empty where they must be given. end is excluded.

    column: that of the prices which become marks.
    """

    title: str
    seed: int
    prices: str
    column: str
    start: datetime
    end: datetime
    backstop: Backstop
    liquidators: Liquidators
    keepers: Keepers
    funding: Funding
    population: Population

    def tokens(self, amount: Amount, *path: str) -> int:
        """An amount in the token's smallest units, which is how deposits come."""
        return amount.quanta(self.quote.token_decimals, path)


def read_integer(value: object, path: Path) -> int:
    """An integer that is not negative."""
    if type(value) is not int or not 0 <= value <= MOST:
        raise FormatError(path, f"an integer from 0 to {MOST}", shown(value))
    return value


def read_amount(value: object, path: Path) -> Amount:
    """An amount from its decimal string."""
    match = DECIMAL.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise FormatError(path, 'a decimal number as a string, such as "0.01"', shown(value))
    whole, fraction = match.groups(default="")
    return Amount(int(whole + fraction), len(fraction))


def read_string(value: object, path: Path) -> str:
    """A string, which may be empty."""
    return "" if value == "" else read_text(value, path)


def read_instant(value: object, path: Path) -> datetime:
    """A date and time with its offset from UTC, to the second."""
    if not isinstance(value, datetime) or value.tzinfo is None or value.microsecond or value.timestamp() <= 0:
        raise FormatError(path, "a time since 1970 such as 2020-03-12T00:00:00Z", shown(value))
    return value.astimezone(UTC)


GRAMMAR: Final = Grammar(
    {int: read_integer, str: read_string, MarketId: read_text, Amount: read_amount, datetime: read_instant}, {}
)


def locate(name: str) -> File:
    """The scenario's file: one that exists, or one of those that come with the program, by its bare name."""
    bundled = BUNDLED / f"{name}.toml"
    if not File(name).exists() and bundled in BUNDLED.glob("*.toml"):
        return bundled
    return File(name)


def bundled_names() -> list[str]:
    """The scenarios that come with the program."""
    return sorted(path.stem for path in BUNDLED.glob("*.toml"))


def read_tree(file: File) -> dict[str, object]:
    """The tree in a TOML file; raises UnusableError."""
    try:
        return tomllib.loads(read_bytes(str(file)).decode("utf-8"))
    except RecursionError:
        raise UnusableError(f"{file}: not TOML: too many levels of nesting") from None
    except ValueError as error:
        raise UnusableError(f"{file}: not TOML: {str(error).splitlines()[0]}") from None


def read_setup(file: File) -> Setup:
    """The tables quote, pool and markets of a file, which may be a scenario; raises UnusableError or FormatError."""
    tree = read_tree(file)
    setup = cast(Setup, GRAMMAR.read(Setup, {name: tree[name] for name in hints(Setup) if name in tree}, ()))
    demand_markets(setup)
    return setup


def read_scenario(file: File) -> Scenario:
    """The scenario in a file; raises UnusableError or FormatError."""
    scenario = cast(Scenario, GRAMMAR.read(Scenario, read_tree(file), ()))
    demand_markets(scenario)
    demand_sense(scenario)
    return scenario


def demand(holds: bool, path: str, expected: str, found: object) -> None:
    """Raises FormatError unless something holds."""
    if not holds:
        raise FormatError(tuple(path.split(".")), expected, shown(found))


def demand_markets(setup: Setup) -> None:
    """Raises FormatError for units and markets that are of the right form and make no sense."""
    quote, markets = setup.quote, setup.markets
    demand(quote.decimals <= 30, "quote.decimals", "at most 30", quote.decimals)
    demand(
        quote.token_decimals <= quote.decimals, "quote.token_decimals", "at most quote.decimals", quote.token_decimals
    )
    demand(1 <= len(markets) <= 16, "markets", "one market at least and 16 at most", len(markets))
    demand(len({plan.id for plan in markets}) == len(markets), "markets", "each id once", "an id twice")
    demand(len({plan.symbol for plan in markets}) == len(markets), "markets", "each symbol once", "a symbol twice")
    for index, plan in enumerate(markets):
        demand(plan.decimals <= quote.decimals, f"markets.{index}.decimals", "at most quote.decimals", plan.decimals)


def demand_sense(scenario: Scenario) -> None:
    """Raises FormatError for what is of the right form and cannot be replayed."""
    population = scenario.population
    demand(scenario.start < scenario.end, "end", "a time after start", scenario.end)
    demand(2 <= population.accounts <= PPM, "population.accounts", "from 2 to 1000000", population.accounts)
    demand(population.long_share <= PPM, "population.long_share", "at most 1000000", population.long_share)
    demand(population.closing <= PPM, "population.closing", "at most 1000000", population.closing)
    lowest = scenario.tokens(population.deposit_lowest, "population", "deposit_lowest")
    highest = scenario.tokens(population.deposit_highest, "population", "deposit_highest")
    demand(0 < lowest <= highest, "population.deposit_highest", "at least deposit_lowest, which is positive", highest)
    demand(bool(population.leverage), "population.leverage", "at least one", "none")
    for index, leverage in enumerate(population.leverage):
        where = f"population.leverage.{index}"
        demand(1 <= leverage.times <= PPM, f"{where}.times", "from 1 to 1000000", leverage.times)
        demand(1 <= leverage.weight <= PPM, f"{where}.weight", "from 1 to 1000000", leverage.weight)
    demand(scenario.liquidators.count <= 1000, "liquidators.count", "at most 1000", scenario.liquidators.count)
    demand(scenario.column not in ("ts", "symbol"), "column", "a column of prices", scenario.column)
    demand(scenario.keepers.actions >= 1, "keepers.actions", "at least 1", scenario.keepers.actions)
    demand(scenario.funding.every >= 1, "funding.every", "at least 1", scenario.funding.every)
