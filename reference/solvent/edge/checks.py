"""What must hold of any pool, checked on a given one: CON-1, CON-2, CON-9 and CON-10 (spec/pool.md)."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from solvent.edge.structure import Path, shown_path
from solvent.numbers import CARRY_CAP, CASH_CAP, SIZE_CAP, TIME_CAP, VAULT_CAP
from solvent.parameters import check_market_parameters, check_pool_parameters
from solvent.pool import Account, AccountId, Market, MarketId, Pool, equity, is_open
from solvent.rules import Rejection

SENTENCES: Final = {
    "CON-9": "every part is well-formed",
    "CON-10": "the vault is a whole number of token units",
    "CON-1": "equities add up to the vault",
    "CON-2": "interests are the sums of positions, and long equals short",
}
"""What is checked, in the order in which it is."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A requirement that does not hold, where, and by how much."""

    requirement: str
    where: Path
    message: str

    def __str__(self) -> str:
        return f"{self.requirement} {shown_path(self.where)}: {self.message}"


class Totals:
    """The sums CON-1 and CON-2 speak of, at the pool's own marks."""

    def __init__(self, pool: Pool) -> None:
        self.equity = 0
        self.long: Counter[MarketId] = Counter()
        self.short: Counter[MarketId] = Counter()
        for _, account in pool.accounts:
            self.add(account, pool, 1)

    def add(self, account: Account, pool: Pool, times: int) -> None:
        """Counts an account in, or with -1 out."""
        self.equity += times * equity(account, pool.markets)
        for market_id, size in account.positions:
            self.long[market_id] += times * max(size, 0)
            self.short[market_id] += times * max(-size, 0)

    def move(self, before: Pool, after: Pool, touched: Iterable[AccountId]) -> None:
        """Follows a step that changed no mark and no carry, and no accounts but these."""
        for account_id in set(touched):
            self.add(before.accounts.get(account_id), before, -1)
            self.add(after.accounts.get(account_id), after, 1)

    def violations(self, pool: Pool) -> Iterator[Violation]:
        """What of CON-1 and CON-2 does not hold of the pool these are the sums of."""
        if self.equity != pool.vault:
            yield Violation("CON-1", ("vault",), f"{pool.vault}, equities add up to {self.equity}")
        listed = {market_id for market_id, _ in pool.markets}
        for market_id in sorted(listed | set(self.long) | set(self.short)):
            market = pool.markets.get(market_id)
            for side, said, total in (
                ("long_interest", market.long_interest, self.long[market_id]),
                ("short_interest", market.short_interest, self.short[market_id]),
            ):
                if said != total:
                    yield Violation("CON-2", ("markets", market_id, side), f"{said}, positions add up to {total}")
            if market.long_interest != market.short_interest:
                message = f"{market.long_interest} long, {market.short_interest} short"
                yield Violation("CON-2", ("markets", market_id), message)


def check(pool: Pool, totals: Totals | None = None) -> list[Violation]:
    """Everything a given pool violates; nothing of a pool that came about by actions.

    With CON-2 and CON-9, conservation at the present marks is conservation at any. The totals are the pool's own.
    """
    by_place = sorted([*well_formed(pool), *whole_units(pool)], key=lambda violation: violation.where)
    return [*by_place, *(totals or Totals(pool)).violations(pool)]


def whole_units(pool: Pool) -> Iterator[Violation]:
    """CON-10, of a pool whose token unit is positive."""
    unit = pool.parameters.token_unit
    if unit > 0 and pool.vault % unit != 0:
        yield Violation("CON-10", ("vault",), f"{pool.vault} is not a whole number of token units of {unit}")


def well_formed(pool: Pool) -> Iterator[Violation]:
    """CON-9, entry by entry, in no order."""
    yield from within(("vault",), pool.vault, 0, VAULT_CAP)
    yield from accepted(("parameters",), lambda: check_pool_parameters(pool.parameters))
    for market_id, market in pool.markets:
        yield from well_formed_market(("markets", market_id), market)
    for account_id, account in pool.accounts:
        yield from well_formed_account(("accounts", account_id), account, pool)


def well_formed_market(where: Path, market: Market) -> Iterator[Violation]:
    """CON-9 of a market that is not the default."""
    parameters = market.parameters
    yield from accepted((*where, "parameters"), lambda: check_market_parameters(parameters))
    yield from within((*where, "time"), market.time, 1, TIME_CAP)
    yield from within((*where, "mark"), market.mark, parameters.lowest_mark, parameters.highest_mark)
    yield from within((*where, "long_carry"), market.long_carry, -CARRY_CAP, CARRY_CAP)
    yield from within((*where, "short_carry"), market.short_carry, -CARRY_CAP, CARRY_CAP)
    yield from within((*where, "long_interest"), market.long_interest, 0, SIZE_CAP)


def well_formed_account(where: Path, account: Account, pool: Pool) -> Iterator[Violation]:
    """CON-9 of an account and its positions."""
    yield from within((*where, "cash"), account.cash, -CASH_CAP, CASH_CAP)
    count, most = account.positions.total(is_open), pool.parameters.max_markets_per_account
    if count > most:
        yield Violation("CON-9", (*where, "positions"), f"in {count} markets, and at most {most} are allowed")
    for market_id, size in account.positions:
        market = pool.markets.get(market_id)
        lot = market.parameters.lot
        if market.mark == 0:
            yield Violation("CON-9", (*where, "positions", market_id), "the market is not listed")
        elif lot > 0 and size % lot != 0:
            yield Violation("CON-9", (*where, "positions", market_id), f"{size} is not a whole number of lots of {lot}")


def within(where: Path, value: int, least: int, most: int) -> Iterator[Violation]:
    """CON-9: a value between its bounds."""
    if not least <= value <= most:
        yield Violation("CON-9", where, f"{value} is not from {least} to {most}")


def accepted(where: Path, check_parameters: Callable[[], None]) -> Iterator[Violation]:
    """CON-9: parameters that the machine itself accepts."""
    try:
        check_parameters()
    except Rejection as rejection:
        message = f"{rejection.rule.value}: {rejection.rule.sentence}"
        yield Violation("CON-9", (*where, rejection.field), message)
