"""A series of prices, read from a CSV file with the columns ts (seconds since 1970), symbol and that of the prices."""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from solvent.edge.files import UnusableError, read_bytes
from solvent.edge.scenario import Scenario, read_amount
from solvent.edge.structure import FormatError, shown
from solvent.pool import MarketId

SECONDS: Final = re.compile(r"[1-9][0-9]{0,11}", re.ASCII)


@dataclass(frozen=True)
class Tick:
    """An instant, in seconds since 1970, and the marks known at it, in quote quanta per base quantum."""

    time: int
    marks: Mapping[MarketId, int]


def read_ticks(file: Path, scenario: Scenario) -> list[Tick]:
    """The scenario's ticks in the order of time; raises UnusableError, naming the line, for prices of no use."""
    index_of = {plan.symbol: index for index, plan in enumerate(scenario.markets)}
    start, end = int(scenario.start.timestamp()), int(scenario.end.timestamp())
    latest: dict[str, int] = {}
    marks: dict[int, dict[int, int]] = {}
    for line, time, symbol, price in read_rows(file, scenario.column):
        if symbol not in index_of:
            continue
        if time <= latest.get(symbol, 0):
            raise UnusableError(f"{file}: line {line}: ts: expected more than {latest[symbol]}, the last of {symbol}")
        latest[symbol] = time
        if start <= time < end:
            index = index_of[symbol]
            marks.setdefault(time, {})[index] = to_mark(
                price, scenario.price_decimals(index), scenario.column, f"{file}: line {line}"
            )
    if not marks:
        raise UnusableError(f"{file}: no price of {', '.join(index_of)} from {scenario.start} to {scenario.end}")
    first = min(marks)
    for symbol, index in index_of.items():
        if index not in marks[first]:
            raise UnusableError(f"{file}: no price of {symbol} at {first}, when the replay starts")
    return [
        Tick(time, {scenario.markets[index].id: mark for index, mark in sorted(marks[time].items())})
        for time in sorted(marks)
    ]


def to_mark(price: str, decimals: int, column: str, where: str) -> int:
    """A price as quote quanta per base quantum."""
    try:
        mark = read_amount(price, (column,)).quanta(decimals, (column,))
    except FormatError as error:
        raise UnusableError(f"{where}: {error}") from None
    if mark == 0:
        raise UnusableError(f"{where}: {column}: expected a positive price, found {shown(price)}")
    return mark


def read_rows(file: Path, column_of_prices: str) -> Iterator[tuple[int, int, str, str]]:
    """Number of the line, ts, symbol and price of every row."""
    columns = ("ts", "symbol", column_of_prices)
    try:
        text = read_bytes(str(file)).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnusableError(f"{file}: not UTF-8 at offset {error.start}") from None
    rows = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        missing = [column for column in columns if column not in (rows.fieldnames or ())]
        if missing:
            raise UnusableError(f"{file}: line 1: no column {', '.join(missing)}")
        for row in rows:
            time, symbol, price = (row[column] or "" for column in columns)
            if not SECONDS.fullmatch(time):
                raise UnusableError(
                    f"{file}: line {rows.line_num}: ts: expected seconds since 1970, found {shown(time)}"
                )
            yield rows.line_num, int(time), symbol, price
    except csv.Error as error:
        raise UnusableError(f"{file}: line {rows.line_num + 1}: {error}") from None
