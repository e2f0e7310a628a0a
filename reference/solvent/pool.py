"""State and conservation: accounts, markets, equity, and what enters the vault (spec/pool.md)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Concatenate, Final, Generic, NewType, ParamSpec, TypeVar

from immutables import Map

from solvent.numbers import CASH_CAP, CLASSES, SIZE_CAP, VAULT_CAP, choose
from solvent.rules import Rule, require

AccountId = NewType("AccountId", str)
MarketId = NewType("MarketId", str)

BACKSTOP: Final = AccountId("backstop")
"""The account whose equity is the insurance fund: it has no owner, takes over defaulted positions, needs no margin."""

TREASURY: Final = AccountId("treasury")
"""The account whose income the trading fees are; an account like any other."""

K = TypeVar("K")
V = TypeVar("V")
W = TypeVar("W")
P = ParamSpec("P")


class Table(Generic[K, V]):
    """A persistent keyed collection in which an absent key holds the default.

    `get`, `set`, `total` and `total_along` are all the machine uses; under proof a table is some touched entries
    and an arbitrary rest (proofs/kernel/README.md). A measure is zero at the default.
    """

    __slots__ = ("_default", "_entries")

    def __init__(self, default: V, entries: "Map[K, V] | None" = None) -> None:
        self._default = default
        self._entries: Map[K, V] = Map() if entries is None else entries

    def get(self, key: K) -> V:
        """The value at the key; the default where nothing was set."""
        return self._entries.get(key, self._default)

    def set(self, key: K, value: V) -> "Table[K, V]":
        """The table with the value at the key; setting the default removes the entry."""
        if value != self._default:
            return Table(self._default, self._entries.set(key, value))
        if key in self._entries:
            return Table(self._default, self._entries.delete(key))
        return self

    def total(self, measure: Callable[Concatenate[V, P], int], *given: P.args, **named: P.kwargs) -> int:
        """The sum of measure(value, *given) over the entries."""
        return sum(measure(value, *given, **named) for value in self._entries.values())

    def total_along(
        self, other: "Table[K, W]", measure: Callable[Concatenate[V, W, P], int], *given: P.args, **named: P.kwargs
    ) -> int:
        """The sum of measure(value, the other table's value at the same key, *given) over the entries."""
        return sum(measure(value, other.get(key), *given, **named) for key, value in self._entries.items())

    def __iter__(self) -> Iterator[tuple[K, V]]:
        return iter(self._entries.items())

    def __len__(self) -> int:
        return len(self._entries)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Table) and self._default == other._default and self._entries == other._entries

    def __hash__(self) -> int:
        return hash(self._entries)

    def __repr__(self) -> str:
        return f"Table({dict(self._entries.items())!r})"


@dataclass(frozen=True, slots=True)
class MarketParameters:
    """What governance decides of a market.

    lot, backstop_inventory: base quanta. interest_lower, interest_upper: quote quanta of open interest at the mark.
    lowest_mark, highest_mark: quote quanta per base quantum. Rates: parts per million. backstop_cap: quote quanta, the
    most the backstop loses in the market since the anchor before winners pay. expiry: the oracle's time; zero for a
    perpetual market.
    """

    lot: int = 0
    initial_rate: int = 0
    maintenance_fraction: int = 0
    interest_lower: int = 0
    interest_upper: int = 0
    fee_rate: int = 0
    penalty_rate: int = 0
    funding_rate: int = 0
    lowest_mark: int = 0
    highest_mark: int = 0
    backstop_inventory: int = 0
    backstop_cap: int = 0
    expiry: int = 0


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where a market stood when the book was last certified, and what the backstop paid and collected in it since.

    Of another epoch than the pool's it says nothing: the market has not moved since, and stands where it stood.
    Mark and carries in quote quanta per base quantum; paid, collected and backstop_base (what the backstop's position
    was worth, taken over positions included) in quote quanta.
    """

    epoch: int = 0
    mark: int = 0
    long_carry: int = 0
    short_carry: int = 0
    paid: int = 0
    collected: int = 0
    backstop_base: int = 0


@dataclass(frozen=True, slots=True)
class Base:
    """Where a market stood when a class began its generation; of another generation, it has not moved since.

    Quote quanta per base quantum.
    """

    generation: int = 0
    mark: int = 0
    long_carry: int = 0
    short_carry: int = 0


@dataclass(frozen=True, slots=True)
class Market:
    """A market. Marks and carries in quote quanta per base quantum, interest in base quanta.

    `time` is that of the oracle's last word, mark, funding or settlement; `settled` that of the settlement, zero while
    the market is active. A market that is not listed has mark zero. One base for each class.
    """

    time: int = 0
    mark: int = 0
    long_carry: int = 0
    short_carry: int = 0
    long_interest: int = 0
    short_interest: int = 0
    settled: int = 0
    anchor: Anchor = Anchor()
    bases: tuple[Base, ...] = (Base(),) * CLASSES
    parameters: MarketParameters = MarketParameters()


NO_POSITIONS: Final[Table[MarketId, int]] = Table(0)


@dataclass(frozen=True, slots=True)
class Certificate:
    """Says that an account covered a class in one of its generations. Generation zero: no certificate."""

    level: int = 0
    generation: int = 0


@dataclass(frozen=True, slots=True)
class Account:
    """cash: signed quote quanta. positions: signed base quanta by market."""

    cash: int = 0
    positions: Table[MarketId, int] = NO_POSITIONS
    certificate: Certificate = Certificate()


@dataclass(frozen=True, slots=True)
class Class:
    """A class of certificates. count: how many accounts hold one of this generation."""

    generation: int = 1
    count: int = 0


@dataclass(frozen=True, slots=True)
class PoolParameters:
    """What governance decides of a pool.

    token_unit: quote quanta in the smallest amount the token can carry. requirement_floor: quote quanta, the least
    requirement of an account with a position. bounty: quote quanta for certifying an account. factors: of the classes,
    in multiples of the maintenance rate.
    """

    oracle: AccountId
    governance: AccountId
    token_unit: int
    requirement_floor: int
    max_markets_per_account: int
    bounty: int
    factors: tuple[int, ...]


NO_ACCOUNTS: Final[Table[AccountId, Account]] = Table(Account())
NO_MARKETS: Final[Table[MarketId, Market]] = Table(Market())


@dataclass(frozen=True, slots=True)
class Pool:
    """A compartment of risk. vault: quote quanta.

    exposed: how many accounts but the backstop have a position. epoch: counts the anchors. owing and overdue: how many
    markets have a due, and a due above their cap, that somebody could still pay (spec/default.md).
    """

    parameters: PoolParameters
    vault: int = 0
    accounts: Table[AccountId, Account] = NO_ACCOUNTS
    markets: Table[MarketId, Market] = NO_MARKETS
    classes: tuple[Class, ...] = (Class(),) * CLASSES
    exposed: int = 0
    epoch: int = 1
    owing: int = 0
    overdue: int = 0


def worth(size: int, market: Market) -> int:
    """Quote quanta: what a position is worth at the mark, net of the carry of its side. Exact."""
    return worth_at(size, market, market.mark)


def worth_at(size: int, market: Market, price: int) -> int:
    """Quote quanta: what a position is worth at a price, net of the carry of its side. Exact."""
    return max(size, 0) * (price - market.long_carry) + min(size, 0) * (price - market.short_carry)


def equity(account: Account, markets: Table[MarketId, Market]) -> int:
    """Quote quanta: cash and the worth of every position (MAR-1). Exact."""
    return account.cash + account.positions.total_along(markets, worth)


def is_open(size: int) -> int:
    """1 for a position, 0 for none."""
    return min(abs(size), 1)


def is_exposed(account: Account) -> int:
    """1 for an account with a position, 0 for one without."""
    return min(account.positions.total(is_open), 1)


def pay(pool: Pool, account_id: AccountId, amount: int) -> Pool:
    """Adds quote quanta to an account's cash; a negative amount takes them."""
    account = pool.accounts.get(account_id)
    return replace(pool, accounts=pool.accounts.set(account_id, replace(account, cash=account.cash + amount)))


def change_position(pool: Pool, account_id: AccountId, market_id: MarketId, change: int, price: int) -> Pool:
    """Changes a position by signed base quanta and books cash so that equity at the price is unchanged. Exact.

    The change of worth, of interest and of exposure is taken as f(after) - f(before), so carries need no settling
    (FND-4).
    """
    old = pool.accounts.get(account_id)
    market = pool.markets.get(market_id)
    before = old.positions.get(market_id)
    after = before + change
    cash = old.cash + worth_at(before, market, price) - worth_at(after, market, price)
    account = replace(old, cash=cash, positions=old.positions.set(market_id, after))
    market = replace(
        market,
        long_interest=market.long_interest + max(after, 0) - max(before, 0),
        short_interest=market.short_interest + max(-after, 0) - max(-before, 0),
    )
    return replace(
        pool,
        accounts=pool.accounts.set(account_id, account),
        markets=pool.markets.set(market_id, market),
        exposed=pool.exposed + choose(account_id == BACKSTOP, 0, is_exposed(account) - is_exposed(old)),
    )


def require_interest(pool: Pool, market_id: MarketId) -> None:
    """Rejects by NUM-13 when the market's open interest is above the cap."""
    require(pool.markets.get(market_id).long_interest <= SIZE_CAP, Rule.NUM_13, "size")


def require_cash(pool: Pool, account_id: AccountId, field: str) -> None:
    """Rejects by NUM-14 when the account's cash is outside the cap."""
    require(abs(pool.accounts.get(account_id).cash) <= CASH_CAP, Rule.NUM_14, field)


def is_in_few_markets(pool: Pool, account_id: AccountId) -> bool:
    """Whether the account holds positions in no more markets than it may: the backstop in all that are listed."""
    held = pool.accounts.get(account_id).positions.total(is_open)
    return account_id == BACKSTOP or held <= pool.parameters.max_markets_per_account


@dataclass(frozen=True, slots=True)
class Deposit:
    """Anyone pays `amount` quote quanta into any account, the backstop's too."""

    account: AccountId
    amount: int


@dataclass(frozen=True, slots=True)
class Deposited:
    """amount: quote quanta that entered the vault."""

    account: AccountId
    amount: int


def deposit(pool: Pool, action: Deposit) -> tuple[Pool, Deposited]:
    """Adds the amount to the vault and to the account's cash. Exact (CON-6).

    Rules: NUM-3, NUM-4, NUM-5, NUM-12, NUM-14.
    """
    require(action.amount > 0, Rule.NUM_3, "amount")
    require(action.amount <= VAULT_CAP, Rule.NUM_4, "amount")
    require(action.amount % pool.parameters.token_unit == 0, Rule.NUM_5, "amount")

    after = pay(replace(pool, vault=pool.vault + action.amount), action.account, action.amount)

    require(after.vault <= VAULT_CAP, Rule.NUM_12, "amount")
    require_cash(after, action.account, "account")
    return after, Deposited(action.account, action.amount)
