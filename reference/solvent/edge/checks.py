"""What must hold of any pool, checked on a given one: CON-1, CON-2, CON-9 and CON-10 (spec/pool.md)."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from solvent.edge.structure import shown_name
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
    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.requirement} {self.where}: {self.message}"


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

    def conservation(self, pool: Pool) -> Iterator[Violation]:
        """CON-1."""
        if self.equity != pool.vault:
            yield Violation("CON-1", "vault", f"holds {pool.vault}, equities add up to {self.equity}")

    def interest(self, pool: Pool) -> Iterator[Violation]:
        """CON-2."""
        listed = {market_id for market_id, _ in pool.markets}
        for market_id in sorted(listed | set(self.long) | set(self.short)):
            market = pool.markets.get(market_id)
            for side, said, total in (
                ("long_interest", market.long_interest, self.long[market_id]),
                ("short_interest", market.short_interest, self.short[market_id]),
            ):
                if said != total:
                    where = f"markets.{shown_name(market_id)}.{side}"
                    yield Violation("CON-2", where, f"is {said}, positions add up to {total}")
            if market.long_interest != market.short_interest:
                message = f"{market.long_interest} long, {market.short_interest} short"
                yield Violation("CON-2", f"markets.{shown_name(market_id)}", message)


def check(pool: Pool) -> list[Violation]:
    """Everything a given pool violates; nothing of a pool that came about by actions.

    With CON-2 and CON-9, conservation at the present marks is conservation at any.
    """
    totals = Totals(pool)
    return [*well_formed(pool), *whole_units(pool), *totals.conservation(pool), *totals.interest(pool)]


def whole_units(pool: Pool) -> Iterator[Violation]:
    """CON-10, of a pool whose token unit is positive."""
    unit = pool.parameters.token_unit
    if unit > 0 and pool.vault % unit != 0:
        yield Violation("CON-10", "vault", f"is {pool.vault}, the token unit is {unit}")


def well_formed(pool: Pool) -> Iterator[Violation]:
    """CON-9, entry by entry."""
    yield from within("vault", pool.vault, 0, VAULT_CAP)
    yield from accepted("parameters", lambda: check_pool_parameters(pool.parameters))
    for market_id, market in sorted(pool.markets):
        yield from well_formed_market(f"markets.{shown_name(market_id)}", market)
    for account_id, account in sorted(pool.accounts, key=lambda entry: entry[0]):
        yield from well_formed_account(f"accounts.{shown_name(account_id)}", account, pool)


def well_formed_market(where: str, market: Market) -> Iterator[Violation]:
    """CON-9 of a market that is not the default."""
    parameters = market.parameters
    yield from accepted(f"{where}.parameters", lambda: check_market_parameters(parameters))
    yield from within(f"{where}.time", market.time, 1, TIME_CAP)
    yield from within(f"{where}.mark", market.mark, parameters.lowest_mark, parameters.highest_mark)
    yield from within(f"{where}.long_carry", market.long_carry, -CARRY_CAP, CARRY_CAP)
    yield from within(f"{where}.short_carry", market.short_carry, -CARRY_CAP, CARRY_CAP)
    yield from within(f"{where}.long_interest", market.long_interest, 0, SIZE_CAP)


def well_formed_account(where: str, account: Account, pool: Pool) -> Iterator[Violation]:
    """CON-9 of an account and its positions."""
    yield from within(f"{where}.cash", account.cash, -CASH_CAP, CASH_CAP)
    most = pool.parameters.max_markets_per_account
    yield from within(f"{where}.positions", account.positions.total(is_open), 0, most)
    for market_id, size in sorted(account.positions):
        market = pool.markets.get(market_id)
        place = f"{where}.positions.{shown_name(market_id)}"
        if market.mark == 0:
            yield Violation("CON-9", place, "the market is not listed")
        elif market.parameters.lot > 0 and size % market.parameters.lot != 0:
            yield Violation("CON-9", place, f"{size} is not a whole number of lots of {market.parameters.lot}")


def within(where: str, value: int, least: int, most: int) -> Iterator[Violation]:
    """CON-9: a value between its bounds."""
    if not least <= value <= most:
        yield Violation("CON-9", where, f"{value} is not from {least} to {most}")


def accepted(where: str, parameters_are_checked: Callable[[], None]) -> Iterator[Violation]:
    """CON-9: parameters that the machine itself accepts."""
    try:
        parameters_are_checked()
    except Rejection as rejection:
        yield Violation("CON-9", f"{where}.{rejection.field}", f"{rejection.rule.value}: {rejection.rule.sentence}")
