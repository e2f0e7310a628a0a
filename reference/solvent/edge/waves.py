"""Waves of defaults as a venue reported them, by actions of the machine: what winners pay, and what they paid there.

Of each wave it is known what was needed to cover the losers, what the winners had gained in all, and what the venue
took from them. Here one loser holds the whole long side with so much of its own that exactly what was needed is missing
after the fall; ten winners of different sizes hold the short side; the backstop has nothing. So all of it comes to the
gains.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from solvent.certification import Certify, book_is_certified, is_certified
from solvent.default import Default, LossShared, ShareLoss
from solvent.edge.checks import Standing, Violation, check
from solvent.edge.files import UnusableError, read_bytes
from solvent.edge.scenario import GOVERNANCE, ORACLE, read_amount
from solvent.edge.structure import FormatError, shown
from solvent.machine import Action, Event, Rejected, step
from solvent.margin import equity_of
from solvent.marking import Mark
from solvent.numbers import PPM, SIZE_CAP, VAULT_CAP
from solvent.parameters import ListMarket
from solvent.pool import BACKSTOP, AccountId, Deposit, MarketId, MarketParameters, Pool, PoolParameters, is_exposed
from solvent.trading import Trade

DECIMALS: Final = 18
"""A quote quantum is 1e-18 of the currency."""

TOKEN_DECIMALS: Final = 6
"""Deposits, and what a wave needed, are whole millionths."""

TOKEN: Final = 10 ** (DECIMALS - TOKEN_DECIMALS)

FIRST: Final = 2 * TOKEN
"""The first mark. It falls by half, so that each base quantum wins or loses a token unit."""

INITIAL_RATE: Final = 10_000

MARKET: Final = MarketId("COIN-PERP")
LOSER: Final = AccountId("loser")
WINNERS: Final = tuple(AccountId(f"winner-{number}") for number in range(1, 11))

COLUMNS: Final = ("wave", "budget_needed", "total_cap", "budget_prod")

PARAMETERS: Final = MarketParameters(
    lot=1,
    initial_rate=INITIAL_RATE,
    maintenance_fraction=500_000,
    interest_lower=VAULT_CAP - 1,
    interest_upper=VAULT_CAP,
    lowest_mark=TOKEN,
    highest_mark=FIRST,
)


class Wave(NamedTuple):
    """What is known of a wave, in token units."""

    name: str
    needed: int
    gained: int
    taken: int


@dataclass(frozen=True)
class Shared:
    """What the machine took for a wave. collected, beyond: quote quanta, in all and above what was needed."""

    wave: Wave
    cut: int
    collected: int
    beyond: int


class WaveFailedError(Exception):
    """The machine did not do with a wave what it must."""


def read_waves(file: Path) -> list[Wave]:
    """The waves of a CSV file; raises UnusableError, naming the line."""
    try:
        text = read_bytes(str(file)).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnusableError(f"{file}: not UTF-8 at offset {error.start}") from None
    rows = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        missing = [column for column in COLUMNS if column not in (rows.fieldnames or ())]
        if missing:
            raise UnusableError(f"{file}: line 1: no column {', '.join(missing)}")
        waves = [read_wave(row, f"{file}: line {rows.line_num}") for row in rows]
    except csv.Error as error:
        raise UnusableError(f"{file}: line {rows.line_num + 1}: {error}") from None
    if not waves:
        raise UnusableError(f"{file}: no wave")
    return waves


def read_wave(row: dict[str, str | None], where: str) -> Wave:
    """A row of the file. What was needed is rounded up to a token unit; the others are rounded down."""

    def tokens(column: str, up: bool) -> int:
        amount = read_amount(row[column] or "", (column,))
        scaled, unit = amount.digits * 10**TOKEN_DECIMALS, int(10**amount.places)
        return -(-scaled // unit) if up else scaled // unit

    try:
        wave = Wave(
            row["wave"] or "",
            tokens("budget_needed", True),
            tokens("total_cap", False),
            tokens("budget_prod", False),
        )
    except FormatError as error:
        raise UnusableError(f"{where}: {error}") from None
    if wave.gained > SIZE_CAP:
        most = SIZE_CAP // 10**TOKEN_DECIMALS
        raise UnusableError(f"{where}: total_cap: expected at most {most}, found {shown(row['total_cap'])}")
    if wave.needed > wave.gained - 2 * wave.gained * INITIAL_RATE // PPM - len(WINNERS):
        raise UnusableError(
            f"{where}: budget_needed: expected at most 98 % of total_cap, found {shown(row['budget_needed'])}"
        )
    return wave


class Venue:
    """A pool acted upon, with everything that must hold checked after every action."""

    def __init__(self) -> None:
        self.pool = Pool(PoolParameters(ORACLE, GOVERNANCE, TOKEN, 0, 1, 0, (0, 1, 4, 16)))
        self.standing = Standing(self.pool)

    def do(self, action: Action) -> Event:
        """An action that must be accepted."""
        outcome = step(self.pool, action)
        if isinstance(outcome, Rejected):
            raise WaveFailedError(f"{action} was rejected by {outcome.rule.value}, {outcome.field}")
        before, self.pool = self.pool, outcome.pool
        self.standing.move(before, self.pool)
        self.demand([*check(self.pool), *self.standing.violations(self.pool)], action)
        return outcome.event

    def demand(self, violations: list[Violation], action: Action) -> None:
        """Nothing is violated."""
        if violations:
            raise WaveFailedError(f"after {action}: {'; '.join(map(str, violations))}")


def play(wave: Wave) -> Shared:
    """The wave by actions; raises WaveFailedError where the machine does not do what it must."""
    venue = Venue()
    venue.do(ListMarket(GOVERNANCE, MARKET, FIRST, 1, PARAMETERS))
    venue.do(Deposit(LOSER, (wave.gained - wave.needed) * TOKEN))
    parts = sum(range(1, len(WINNERS) + 1))
    sizes = {winner: wave.gained * number // parts for number, winner in enumerate(WINNERS, start=1)}
    sizes[WINNERS[-1]] += wave.gained - sum(sizes.values())
    for winner, size in sizes.items():
        venue.do(Deposit(winner, size * TOKEN))
        venue.do(Trade(MARKET, LOSER, winner, size, FIRST, FIRST, FIRST))
    venue.do(Mark(ORACLE, MARKET, FIRST // 2, 2))
    cut, collected = 0, 0
    if equity_of(venue.pool, LOSER) < 0:
        venue.do(Default(LOSER, MARKET))
        shared = venue.do(ShareLoss(MARKET))
        assert isinstance(shared, LossShared)
        cut, collected = shared.cut, shared.collected
    for account_id in (LOSER, *WINNERS):
        account = venue.pool.accounts.get(account_id)
        if is_exposed(account) and not is_certified(account, venue.pool.classes):
            venue.do(Certify(BACKSTOP, account_id))
    for winner, size in sizes.items():
        demand(
            equity_of(venue.pool, winner) == size * (2 * TOKEN - cut), f"{winner} paid another cut than {cut} x size"
        )
    beyond = collected - wave.needed * TOKEN
    demand(book_is_certified(venue.pool), "the book is not complete")
    demand(equity_of(venue.pool, BACKSTOP) == beyond, "the backstop does not have what was collected beyond the need")
    demand(0 <= beyond < wave.gained, f"{beyond} quanta were collected beyond the need")
    return Shared(wave, cut, collected, beyond)


def demand(holds: bool, otherwise: str) -> None:
    """Raises WaveFailedError unless something holds."""
    if not holds:
        raise WaveFailedError(otherwise)


def table(shares: list[Shared]) -> Iterator[str]:
    """The lines of a Markdown table: amounts rounded to two places, up where winners pay."""
    yield "| wave | winners' gain | needed | the venue took | taken by `ShareLoss` | of the gain | beyond the need |"
    yield "| ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    for one in shares:
        yield row(one.wave.name, one.wave, one.collected, one.beyond)
    waves = [one.wave for one in shares]
    total = Wave("", *(sum(amounts) for amounts in zip(*(wave[1:] for wave in waves), strict=True)))
    yield row("all", total, sum(one.collected for one in shares), sum(one.beyond for one in shares))


def row(name: str, wave: Wave, collected: int, beyond: int) -> str:
    """A line of the table."""
    share = -(-collected * 10**5 // (wave.gained * TOKEN))
    amounts = [places(wave.gained), places(wave.needed), places(wave.taken), places(-(-collected // TOKEN))]
    percent = f"{share // 1000}.{share % 1000:03} %"
    return f"| {' | '.join([name, *amounts, percent, f'{-(-beyond // TOKEN)}e-{TOKEN_DECIMALS}'])} |"


def places(tokens: int) -> str:
    """Token units as currency with two places, rounded to the nearest."""
    cents = (tokens * 100 + 10**TOKEN_DECIMALS // 2) // 10**TOKEN_DECIMALS
    return f"{cents // 100:,}.{cents % 100:02}"
