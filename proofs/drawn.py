"""The third reading of a theorem: a drawn world, in which it runs on plain integers and real tables.

Pools are reached by actions from an empty pool, so nothing has to be assumed of them. Actions are drawn knowing the
pool: at the edges of the rules, and so that many are accepted. What chooses is Hypothesis in the tests, and a seed
where `make verify` looks for a witness. A claim that fails here while it is proved is a mistake of the prover.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, fields, is_dataclass, replace
from random import Random
from typing import Any, Final, NewType, Protocol, TypeVar, get_args, get_type_hints

from proofs.kernel.frames import Measure
from proofs.kernel.theorem import Theorem
from proofs.kernel.world import SumFact
from proofs.worlds import PoolWorld
from solvent import machine, numbers
from solvent.certification import Certify, book_is_certified, is_certified
from solvent.default import Default, ShareLoss, TakeOver, Unwind, loss_of, payers_of, wanted_of
from solvent.funding import Fund
from solvent.liquidation import Liquidate
from solvent.margin import Withdraw, equity_of, initial_margin, maintenance_margin, opening_rate, requirement
from solvent.marking import Mark
from solvent.numbers import CASH_CAP, FACTOR_CAP, LOWEST_MARK, PPM, PRICE_CAP, SIZE_CAP, VAULT_CAP
from solvent.parameters import ListMarket, SetParameters
from solvent.pool import (
    BACKSTOP,
    TREASURY,
    Account,
    AccountId,
    Deposit,
    Market,
    MarketId,
    MarketParameters,
    Pool,
    PoolParameters,
    is_exposed,
)
from solvent.settlement import Settle, SettlePosition, last_time
from solvent.trading import Trade

T = TypeVar("T")

ORACLE: Final = AccountId("oracle")
GOVERNANCE: Final = AccountId("governance")
ACCOUNTS: Final = (*map(AccountId, ("alice", "bob", "carol", "dan")), TREASURY, BACKSTOP)
MARKETS: Final = (MarketId("BTC"), MarketId("ETH"))

KINDS: Final = frozenset(kind.__name__ for kind in get_args(machine.Action))
"""The names of the actions."""

Life = tuple[PoolParameters, list[machine.Action]]
"""The parameters of a pool, and what it lived through."""

EDGES: Final = (0, 1, -1, *(value for name, value in sorted(vars(numbers).items()) if name.isupper()))
"""What integers are drawn near: zero, one, and every constant of the machine."""

LIVED: Final = tuple(kind for kind in get_args(machine.Action) if kind not in (Settle, SettlePosition))
"""What a pool lives through on the way; markets are settled at its end, if at all."""

LIFE: Final = 8
"""Actions that a pool has lived through, at most, after it was opened, and then in each of its last stages."""


class Unmet(Exception):  # noqa: N818 - a case that the theorem does not speak of
    """What was drawn does not satisfy an assumption."""


class Choices(Protocol):
    """What draws."""

    def between(self, least: int, most: int) -> int:
        """An integer from the least to the most."""

    def one_of(self, options: Sequence[T]) -> T:
        """One of the options; the first are the simplest."""


class Seeded:
    """Draws by a seed: the same every time."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def between(self, least: int, most: int) -> int:
        """An integer from the least to the most."""
        return self._random.randint(least, most)

    def one_of(self, options: Sequence[T]) -> T:
        """One of the options."""
        return self._random.choice(options)


@dataclass(frozen=True)
class Along:
    """Where a measure captures another table's value at the entry's own key."""

    table: Any


class DrawnPoolWorld(PoolWorld):
    """Every value is drawn; what is assumed and does not hold ends the example, what is claimed is checked."""

    def __init__(self, theorem: Theorem, choices: Choices) -> None:
        super().__init__(theorem)
        self.failed: list[str] = []
        self.claims = 0
        self.drawn: dict[str, int] = {}
        self.lives: list[Life] = []
        self._choices = choices
        self._pool: Pool | None = None

    def assume(self, condition: bool) -> None:
        if not condition:
            raise Unmet

    def claim(self, condition: bool, label: str) -> None:
        self.claims += 1
        if not condition:
            self.failed.append(label)

    def apply(self, lemma: Callable[..., None], *arguments: Any) -> None:
        """Checks the lemma here: its hypotheses and what it claims."""
        lemma(_Checked(self, lemma.__name__), *arguments)

    def along(self, table: Any) -> tuple[Any, ...]:
        return (Along(table),)

    def use(self, fact: SumFact, table: Any, *given: Any) -> None:
        """Checks the fact of every entry."""
        for key, value in _entries(table):
            self.claim(fact.of_entry(value, *_captured(given, key)), "a fact about each entry")

    def sum_rule(
        self,
        table: Any,
        terms: list[tuple[int, Measure, tuple[Any, ...]]],
        *,
        label: str,
        equal: bool = True,
        rest: bool = False,
        besides: tuple[Any, ...] = (),
        first: Callable[[Any, Any], None] = lambda *_: None,
    ) -> None:
        """Checks the combination of every entry, touched or not, besides those that are named."""
        for key, value in _entries(table):
            if key in besides:
                continue
            first(key, value)
            total = sum(factor * measure(value, *_captured(given, key)) for factor, measure, given in terms)
            self.claim(total == 0 if equal else total >= 0, f"{label}: of every entry")

    def none_rule(self, table: Any, counter: Measure, measure: Measure, given: tuple[Any, ...], *, label: str) -> None:
        """Checks of every entry that it counts for at least nothing, and that what does not count is nothing."""
        for key, value in _entries(table):
            counted = counter(value)
            self.claim(counted >= 0, f"{label}: no entry counts for less than nothing")
            self.claim(counted != 0 or measure(value, *_captured(given, key)) == 0, f"{label}: the rest is nothing")

    def compare_rule(self, smaller: tuple[Any, Measure], larger: tuple[Any, Measure], *, label: str) -> None:
        """Checks of every key that the one measure is not more than the other."""
        for key in {key for table, _ in (smaller, larger) for key, _ in table}:
            value, most = (measure(table.get(key)) for table, measure in (smaller, larger))
            self.claim(value <= most, f"{label}: at every key")

    def touched(self, before: Any, after: Any) -> list[tuple[Any, Any, Any]]:
        keys = dict.fromkeys([key for key, _ in before] + [key for key, _ in after])
        return [(key, before.get(key), after.get(key)) for key in sorted(keys)]

    def each(self, before: Any, after: Any) -> list[tuple[Any, Any, Any]]:
        absent = "somebody else"
        return [*self.touched(before, after), (absent, before.get(absent), after.get(absent))]

    def integer(self, name: str) -> int:
        value = self._number(list(self.drawn.values()))
        self.drawn[f"{name}~{len(self.drawn)}" if name in self.drawn else name] = value
        return value

    def truth(self, _: str) -> bool:
        """Rarely true: one of fifteen kinds of actions is asked for by a truth each, and the first that is one."""
        return self._choices.one_of((False,) * 5 + (True,))

    def identifier(self, name: str) -> Any:
        return self._choices.one_of(MARKETS if "market" in name else ACCOUNTS)

    def arbitrary(self, hint: Any, name: str) -> Any:
        if isinstance(hint, NewType):
            return self._choices.one_of(MARKETS if hint is MarketId else (*ACCOUNTS, ORACLE, GOVERNANCE))
        return super().arbitrary(hint, name)

    def record(self, cls: type[T], name: str) -> T:
        """A record of a market or of parameters is one that could be, with a field changed now and then."""
        drawn: Any
        if cls is Market:
            listed = [market for _, market in _entries(self._reached().markets)]
            drawn = self._choices.one_of([*listed, Market()])
        elif cls is MarketParameters:
            drawn = self._market_parameters()
        elif cls is PoolParameters:
            drawn = self._pool_parameters()
        else:
            return super().record(cls, name)
        return self._disturbed(drawn, 4)  # type: ignore[no-any-return]

    def pool(
        self,
        name: str = "",
        known: Callable[[Pool, Any, Account | Market | int], None] = lambda *_: None,
        *,
        well_formed: bool = True,
        books: bool = False,
        backed: bool = False,
    ) -> Pool:
        """A pool reached by actions, of which everything holds that is asked for; a second is the first, later."""
        pool = self._pool = self._reached() if self._pool is None else self._lived(self._pool, self.lives[-1][1])
        for table in (pool.markets, pool.accounts):
            for key, entry in _entries(table):
                known(pool, key, entry)
        return pool

    def watching(self, told: Callable[[int], None] | None) -> AbstractContextManager[None]:
        """Nobody is told of what is computed on plain integers; what is stored is checked all the same."""
        return nullcontext()

    def action(self, cls: type[T], pool: Pool) -> T:
        """An action aimed at the edges of its rules, a field changed now and then to something else."""
        return self._disturbed(self._aimed(cls, pool), 3)

    def _reached(self) -> Pool:
        if self._pool is None:
            parameters = self._pool_parameters()
            self.lives.append((parameters, []))
            self._pool = self._lived(self._opened(Pool(parameters)), self.lives[-1][1])
        return self._pool

    def _opened(self, pool: Pool) -> Pool:
        """Markets, deposits and trades."""
        life, between = self.lives[-1][1], self._choices.between
        if between(0, 15) == 0:
            return pool
        for market_id in MARKETS[: between(1, len(MARKETS))]:
            pool = _taken(pool, self._listing(pool, market_id), life)
        for account_id in (*ACCOUNTS[: between(2, len(ACCOUNTS))], *self._choices.one_of(((), (BACKSTOP,)))):
            pool = _taken(pool, Deposit(account_id, 10 ** between(9, 13) * pool.parameters.token_unit), life)
        for _ in range(between(1, 3)):
            pool = _taken(pool, self._trade(pool), life)
        return pool

    def _lived(self, pool: Pool, life: list[machine.Action]) -> Pool:
        """Some actions, and often at last a mark that leaves somebody short of margin."""
        between, one_of = self._choices.between, self._choices.one_of
        for _ in range(between(0, LIFE)):
            kind = one_of((Trade, Trade, Mark, *LIVED))
            pool = _taken(pool, self._aimed(kind, pool), life)
        pool = self._completed(pool, life, (Certify, Default, ShareLoss))
        for _ in range(between(0, 1)):
            pool = _taken(pool, self._trade(pool), life)
        for _ in range(between(0, 2)):
            pool = _taken(pool, self._mark(pool), life)
        pool = self._completed(pool, life, one_of(((), (Certify, Default), (Certify, Default, ShareLoss))))
        if between(0, 5) == 0:
            pool = _taken(pool, self._settle(pool), life)
        return pool

    def _completed(self, pool: Pool, life: list[machine.Action], kinds: Sequence[type[machine.Action]]) -> Pool:
        """What completes the book is done, as far as actions of these kinds do."""
        for _ in range(LIFE):
            for kind in kinds:
                if not book_is_certified(pool):
                    pool = _taken(pool, self._aimed(kind, pool), life)
        return pool

    def _pool_parameters(self) -> PoolParameters:
        one_of = self._choices.one_of
        oracle, governance = one_of(((ORACLE, GOVERNANCE), (ORACLE, GOVERNANCE), (ACCOUNTS[0], ACCOUNTS[0])))
        return PoolParameters(
            oracle,
            governance,
            token_unit=one_of((1, 10, 7)),
            requirement_floor=one_of((0, 1, 10**7)),
            max_markets_per_account=one_of((2, 16, 1)),
            bounty=one_of((10**6, 0, 1, 10**12)),
            factors=one_of(((0, 1, 4, 16), (0, 1, 2, FACTOR_CAP), (0, 5, 10, 20))),
        )

    def _market_parameters(self) -> MarketParameters:
        one_of = self._choices.one_of
        lower = one_of((10**12, 0, 10**15))
        return MarketParameters(
            lot=one_of((1, 10, 7)),
            initial_rate=one_of((100_000, 333_333, 50_000, 100_000, 1, PPM)),
            maintenance_fraction=one_of((500_000, 666_667, 900_000, PPM, 1)),
            interest_lower=lower,
            interest_upper=one_of((VAULT_CAP, VAULT_CAP, lower * 10 + 1, lower + 1)),
            fee_rate=one_of((500, 0, 1, 20_000)),
            penalty_rate=one_of((10_000, 0, 250_000, PPM)),
            funding_rate=one_of((10_000, 1, 0, PPM)),
            lowest_mark=one_of((LOWEST_MARK, 10**7)),
            highest_mark=one_of((10**12, PRICE_CAP, 10**9)),
            backstop_inventory=one_of((10**6, SIZE_CAP, 10, 0)),
            backstop_cap=one_of((10**9, 0, VAULT_CAP, 10**12)),
            expiry=one_of((0, 0, 0, 12)),
        )

    def _listing(self, pool: Pool, market_id: MarketId) -> ListMarket:
        mark = self._choices.one_of((10**8, 10**9, 10**7, 123_456_789))
        return ListMarket(pool.parameters.governance, market_id, mark, 1, self._market_parameters())

    def _aimed(self, cls: type[T], pool: Pool) -> T:
        aim = AIMS.get(cls)
        if aim is not None:
            return aim(self, pool)  # type: ignore[no-any-return]
        # An action without an aim of its own: every field is drawn for what it is.
        return self.record(cls, "action")

    def _deposit(self, pool: Pool) -> Deposit:
        account_id = self._choices.one_of(ACCOUNTS)
        cash = pool.accounts.get(account_id).cash
        amount = self._near((10**9, 1, VAULT_CAP - pool.vault, CASH_CAP - cash, 10**12), pool.parameters.token_unit)
        return Deposit(account_id, amount)

    def _withdraw(self, pool: Pool) -> Withdraw:
        account_id = self._choices.one_of(ACCOUNTS)
        free = _free(pool, account_id)
        amount = self._near((free, 1, free // 2, pool.vault), pool.parameters.token_unit)
        return Withdraw(account_id, account_id, amount)

    def _trade(self, pool: Pool) -> Trade:
        one_of = self._choices.one_of
        market_id = self._listed(pool)
        market = pool.markets.get(market_id)
        able = [account_id for account_id in ACCOUNTS[:-1] if equity_of(pool, account_id) > 0]
        buyer = one_of(able or ACCOUNTS)
        seller = one_of([account_id for account_id in able if account_id != buyer] or ACCOUNTS)
        held = pool.accounts.get(one_of((buyer, seller))).positions.get(market_id)
        rate = opening_rate(market) if market.mark else PPM
        margin = max(market.mark * (rate + market.parameters.fee_rate) // PPM, 1)
        affordable = [_free(pool, account_id) // margin for account_id in (buyer, seller)]
        lot = max(market.parameters.lot, 1)
        most = min(affordable)
        size = self._near((most - most // 50, most, most // 3, abs(held), lot, max(affordable)), lot)
        price = market.mark + one_of((0, 0, 0, 1, -1, market.mark // 100))
        return Trade(market_id, buyer, seller, size, price, price + one_of((0, 1)), price - one_of((0, 1)))

    def _mark(self, pool: Pool) -> Mark:
        market_id = self._listed(pool)
        market = pool.markets.get(market_id)
        one_of = self._choices.one_of
        short, far = [], []
        goals = [market.mark + market.mark // 50, market.mark - market.mark // 50, market.mark]
        for account_id, account in _entries(pool.accounts):
            size = account.positions.get(market_id)
            if size:
                equity, maintenance = (
                    equity_of(pool, account_id),
                    requirement(pool, account_id, maintenance_margin),
                )
                for target in (maintenance // 2, maintenance - maintenance // 5, maintenance // 10, 0, maintenance):
                    short.append(market.mark + (target - equity) // size)
                # Some way below zero: there the account defaults.
                far += [market.mark - (equity + beyond) // size for beyond in (maintenance, max(equity, 1))]
        mark = one_of(one_of((goals, short or goals, far or goals))) + one_of((0, 1, -1))
        mark = min(max(mark, market.parameters.lowest_mark), market.parameters.highest_mark)
        return Mark(pool.parameters.oracle, market_id, mark, self._later(market))

    def _later(self, market: Market) -> int:
        """A time at which something may be said of the market, as long as there is one."""
        time = market.time + self._choices.one_of((1, 2, 3))
        return max(min(time, last_time(market.parameters)), market.time + 1)

    def _fund(self, pool: Pool) -> Fund:
        market_id = self._listed(pool)
        market = pool.markets.get(market_id)
        limit = market.mark * market.parameters.funding_rate // PPM
        payment = self._choices.one_of((limit // 3, limit, -limit, 0, 1, limit + 1))
        return Fund(pool.parameters.oracle, market_id, payment, self._later(market))

    def _liquidate(self, pool: Pool) -> Liquidate:
        one_of = self._choices.one_of
        held = _held(pool)
        needy = [(account_id, market_id) for account_id, market_id in held if _is_needy(pool, account_id)]
        account_id, market_id = one_of(needy or held or [(ACCOUNTS[0], MARKETS[0])])
        position = pool.accounts.get(account_id).positions.get(market_id)
        lot = max(pool.markets.get(market_id).parameters.lot, 1)
        size = self._near((lot, abs(position), abs(position) // 2, 2 * lot), lot)
        liquidator = one_of([BACKSTOP, *(other for other in ACCOUNTS if other != account_id)])
        actor = one_of(ACCOUNTS) if liquidator == BACKSTOP else liquidator
        return Liquidate(actor, market_id, account_id, liquidator, size)

    def _certify(self, pool: Pool) -> Certify:
        open_ = [
            account_id
            for account_id, account in _entries(pool.accounts)
            if account_id != BACKSTOP and is_exposed(account) and not is_certified(account, pool.classes)
        ]
        solvent = [account_id for account_id in open_ if equity_of(pool, account_id) >= 0]
        return Certify(self._choices.one_of(ACCOUNTS), self._choices.one_of(solvent or open_ or ACCOUNTS))

    def _default(self, pool: Pool) -> Default:
        held = _held(pool)
        below = [(account_id, market_id) for account_id, market_id in held if equity_of(pool, account_id) < 0]
        others = [(account_id, market_id) for account_id, market_id in below if account_id != BACKSTOP]
        lost = [
            (account_id, market_id)
            for account_id, market_id in others
            if loss_of(pool.accounts.get(account_id).positions.get(market_id), pool.markets.get(market_id), pool.epoch)
        ]
        return Default(*self._choices.one_of(lost or others or held or [(ACCOUNTS[0], MARKETS[0])]))

    def _share_loss(self, pool: Pool) -> ShareLoss:
        own = pool.accounts.get(BACKSTOP).positions
        asked = [
            market_id
            for market_id, market in _entries(pool.markets)
            if wanted_of(pool, market_id) > 0 and payers_of(market, own.get(market_id), pool.epoch) > 0
        ]
        return ShareLoss(self._choices.one_of(asked) if asked else self._listed(pool))

    def _inventory(self, pool: Pool) -> tuple[MarketId, int, int]:
        """A market in which the backstop has a position, if there is one; the position and the lot."""
        own = [market_id for market_id, _ in _entries(pool.accounts.get(BACKSTOP).positions)]
        market_id = self._choices.one_of(own) if own else self._listed(pool)
        position = pool.accounts.get(BACKSTOP).positions.get(market_id)
        return market_id, position, max(pool.markets.get(market_id).parameters.lot, 1)

    def _unwind(self, pool: Pool) -> Unwind:
        market_id, own, lot = self._inventory(pool)
        accounts = _entries(pool.accounts)
        opposite = [name for name, account in accounts if account.positions.get(market_id) * own < 0]
        account_id = self._choices.one_of(opposite or ACCOUNTS)
        held = abs(pool.accounts.get(account_id).positions.get(market_id))
        return Unwind(account_id, market_id, self._near((min(held, abs(own)), lot, held, abs(own)), lot))

    def _take_over(self, pool: Pool) -> TakeOver:
        market_id, own, lot = self._inventory(pool)
        taker = self._choices.one_of(ACCOUNTS[:-1])
        return TakeOver(taker, market_id, self._near((lot, abs(own), abs(own) // 3), lot))

    def _settle(self, pool: Pool) -> Settle:
        market_id = self._listed(pool)
        market = pool.markets.get(market_id)
        time = max(market.time + self._choices.one_of((1, 2, 3)), market.parameters.expiry)
        return Settle(pool.parameters.oracle, market_id, time)

    def _settle_position(self, pool: Pool) -> SettlePosition:
        held = _held(pool)
        settled = [(account_id, market_id) for account_id, market_id in held if pool.markets.get(market_id).settled]
        return SettlePosition(*self._choices.one_of(settled or held or [(ACCOUNTS[0], MARKETS[0])]))

    def _set_parameters(self, pool: Pool) -> SetParameters:
        market_id = self._listed(pool)
        old = pool.markets.get(market_id).parameters
        parameters = replace(self._market_parameters(), lot=old.lot, expiry=old.expiry)
        return SetParameters(pool.parameters.governance, market_id, parameters)

    def _list_market(self, pool: Pool) -> ListMarket:
        return self._listing(pool, self._choices.one_of((MarketId("SOL"), *MARKETS)))

    def _listed(self, pool: Pool) -> MarketId:
        listed: list[MarketId] = [market_id for market_id, _ in _entries(pool.markets)]
        return self._choices.one_of(listed or list(MARKETS))

    def _near(self, targets: Sequence[int], unit: int) -> int:
        """A whole number of units at or just beside one of the targets."""
        target = self._choices.one_of([target for target in targets if target >= unit] or targets)
        return (target // unit + self._choices.one_of((0, 0, 0, 0, 1, -1))) * unit

    def _number(self, known: Sequence[int]) -> int:
        one_of = self._choices.one_of
        small = self._choices.between(-20, 100)
        related = [small * value for value in known[-3:]] + list(known)
        target: int = one_of([small, one_of(EDGES), *related])
        return target + one_of((0, 0, 1, -1))

    def _disturbed(self, record: T, rarity: int) -> T:
        """The record, one field of it something else in one of so many cases."""
        if self._choices.between(1, rarity) < rarity or not is_dataclass(record) or not fields(record):
            return record
        name = self._choices.one_of([field.name for field in fields(record)])
        value = getattr(record, name)
        if is_dataclass(value):
            changed: Any = self._disturbed(value, 1)
        elif isinstance(value, tuple):
            level = self._choices.between(0, len(value) - 1)
            inner = value[level]
            other = self._disturbed(inner, 1) if is_dataclass(inner) else self._number([inner])
            changed = (*value[:level], other, *value[level + 1 :])
        elif isinstance(value, int):
            changed = self._choices.one_of((value + 1, value - 1, 0, -value, self._number([value])))
        else:
            hint = get_type_hints(type(record))[name]
            changed = self.arbitrary(hint, name)
        return replace(record, **{name: changed})  # type: ignore[type-var]


class SteppedPoolWorld(DrawnPoolWorld):
    """A world in which the pool is given, as a life has brought it about, and so is the action that comes next.

    Theorems about an action are stated of it wherever a life comes to one: what is assumed of the pool before need not
    hold any longer when the life is over, if the machine is not the one that was proved.
    """

    def __init__(self, theorem: Theorem, choices: Choices, life: Life, number: int, pool: Pool) -> None:
        super().__init__(theorem, choices)
        self.lives.append((life[0], life[1][:number]))
        self._pool = pool
        self._given = life[1][number]

    def pool(self, *given: Any, **named: Any) -> Pool:
        """The pool; there is no second one."""
        if self.steps:
            raise Unmet
        return self._reached()

    def action(self, cls: type[T], pool: Pool) -> T:
        """The action, if it is of the class."""
        if not isinstance(self._given, cls):
            raise Unmet
        return self._given

    def truth(self, name: str) -> bool:
        """Of a kind of action, whether the action is of it."""
        return name == type(self._given).__name__ if name in KINDS else super().truth(name)


def life_of(theorem: Theorem, choices: Choices) -> Life:
    """A pool's life from its beginning: its parameters, and actions that were all accepted."""
    world = DrawnPoolWorld(theorem, choices)
    world.pool()
    return world.lives[0]


AIMS: Final[dict[Any, Callable[[DrawnPoolWorld, Pool], Any]]] = {
    Deposit: DrawnPoolWorld._deposit,
    Withdraw: DrawnPoolWorld._withdraw,
    Trade: DrawnPoolWorld._trade,
    Mark: DrawnPoolWorld._mark,
    Fund: DrawnPoolWorld._fund,
    Certify: DrawnPoolWorld._certify,
    Liquidate: DrawnPoolWorld._liquidate,
    Default: DrawnPoolWorld._default,
    ShareLoss: DrawnPoolWorld._share_loss,
    Unwind: DrawnPoolWorld._unwind,
    TakeOver: DrawnPoolWorld._take_over,
    Settle: DrawnPoolWorld._settle,
    SettlePosition: DrawnPoolWorld._settle_position,
    ListMarket: DrawnPoolWorld._list_market,
    SetParameters: DrawnPoolWorld._set_parameters,
}


class _Checked:
    """The world as a lemma sees it that is checked in another theorem."""

    def __init__(self, world: DrawnPoolWorld, lemma: str) -> None:
        self._world = world
        self._lemma = lemma

    def assume(self, condition: bool) -> None:
        self._world.claim(condition, f"hypothesis of {self._lemma}")

    def claim(self, condition: bool, label: str) -> None:
        self._world.claim(condition, f"{self._lemma}: {label}")

    def show(self, condition: bool, label: str) -> None:
        self.claim(condition, label)

    def use(self, *given: Any) -> None:
        self._world.use(*given)

    def apply(self, lemma: Callable[..., None], *arguments: Any) -> None:
        self._world.apply(lemma, *arguments)

    def sum_rule(self, *given: Any, **named: Any) -> None:
        self._world.sum_rule(*given, **named)

    def none_rule(self, *given: Any, **named: Any) -> None:
        self._world.none_rule(*given, **named)

    def along(self, table: Any) -> tuple[Any, ...]:
        return self._world.along(table)


def _entries(table: Any) -> list[tuple[Any, Any]]:
    """The entries by key: the order in a table is that of hashes."""
    return sorted(table, key=lambda entry: str(entry[0]))


def _taken(pool: Pool, action: Any, life: list[machine.Action]) -> Pool:
    outcome = machine.step(pool, action)
    if not isinstance(outcome, machine.Accepted):
        return pool
    life.append(action)
    return outcome.pool


def _held(pool: Pool) -> list[tuple[AccountId, MarketId]]:
    """Who holds a position, and where."""
    accounts = _entries(pool.accounts)
    return [(account_id, market_id) for account_id, account in accounts for market_id, _ in _entries(account.positions)]


def _is_needy(pool: Pool, account_id: AccountId) -> bool:
    return 0 <= equity_of(pool, account_id) < requirement(pool, account_id, maintenance_margin)


def _free(pool: Pool, account_id: AccountId) -> int:
    return equity_of(pool, account_id) - requirement(pool, account_id, initial_margin)


def _captured(given: tuple[Any, ...], key: Any) -> Iterator[Any]:
    return (item.table.get(key) if isinstance(item, Along) else item for item in given)
