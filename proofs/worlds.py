"""The worlds of the machine: an arbitrary well-formed pool, actions on it, and the facts that totals obey."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Self, TypeVar, get_args, get_origin

from proofs import invariant
from proofs.facts import LOSS_IS_NOT_NEGATIVE
from proofs.kernel.frames import name_of, same
from proofs.kernel.paths import Path
from proofs.kernel.terms import Integer, Unsupported
from proofs.kernel.theorem import Theorem
from proofs.kernel.world import SymbolicWorld, WitnessWorld, World
from solvent import machine
from solvent.default import Default
from solvent.numbers import CLASSES
from solvent.pool import Account, Certificate, Class, Market, Pool, PoolParameters

T = TypeVar("T")

Step = tuple[Pool, machine.Action, machine.Accepted | machine.Rejected | None]
"""The pool before, the action and the outcome; none where the machine ended in something else."""


class PoolWorld(World):
    """A world with an arbitrary well-formed pool in it."""

    def __init__(self, theorem: Theorem) -> None:
        super().__init__(theorem)
        self.steps: list[Step] = []

    def arbitrary(self, hint: Any, name: str) -> Any:
        """An arbitrary value; what there is one of for each class comes in that number."""
        if hint is Pool:
            return self.pool(books=True, backed=True)
        if get_origin(hint) is tuple:
            return tuple(self.arbitrary(get_args(hint)[0], f"{name}[{level}]") for level in range(CLASSES))
        return super().arbitrary(hint, name)

    def pool(
        self,
        name: str = "",
        known: Callable[[Pool, Any, Account | Market | int], None] = lambda *_: None,
        *,
        well_formed: bool = True,
        books: bool = False,
        backed: bool = False,
    ) -> Pool:
        """An arbitrary well-formed pool; or any pool whatever, of which a contract must be proved.

        `known` is told of every account, market and position looked at, with its key. With books, one in which nobody
        owes without a position, and of which lemmas about books are known; with backed, one whose live certificates are
        backed (CRT-8).
        """

        def position_touched(key: Any, size: int) -> None:
            with self.watching(None):
                if well_formed:
                    market = markets.base.initial[markets.base.touch(key)]
                    self.assume(invariant.position_is_well_formed(size, market))
                known(pool, key, size)

        def account(label: str) -> Account:
            positions = self.table(f"{label}.positions", self.integer, position_touched)
            certificate = self.record(Certificate, f"{label}.certificate")
            return Account(self.integer(f"{label}.cash"), positions, certificate)  # type: ignore[arg-type]

        def account_touched(key: Any, entry: Account) -> None:
            with self.watching(None):
                if well_formed:
                    self.assume(invariant.account_is_well_formed(pool, key, entry))
                known(pool, key, entry)
                if backed:
                    self.assume(invariant.certificate_is_backed(pool, entry))
                if books:
                    self.assume(invariant.without_a_position_nothing_is_owed(key, entry))

        def market_touched(key: Any, market: Market) -> None:
            with self.watching(None):
                if well_formed:
                    self.assume(invariant.market_is_well_formed(market))
                    self.assume(invariant.records_are_not_ahead(pool, market))
                    self.assume(invariant.interest_is_consistent(pool, key, market))
                known(pool, key, market)
                if backed:
                    self.assume(invariant.has_not_drifted(pool, market))

        prefix = f"{name}." if name else ""
        markets = self.table(f"{prefix}markets", lambda label: self.record(Market, label), market_touched)
        accounts = self.table(f"{prefix}accounts", account, account_touched)
        parameters = self.record(PoolParameters, f"{prefix}parameters")
        classes = tuple(self.record(Class, f"{prefix}classes[{level}]") for level in range(CLASSES))
        counts = (self.integer(f"{prefix}{count}") for count in ("exposed", "epoch", "owing", "overdue"))
        vault = self.integer(f"{prefix}vault")
        pool = Pool(parameters, vault, accounts, markets, classes, *counts)  # type: ignore[arg-type]
        if well_formed:
            self.assume(invariant.pool_is_well_formed(pool))
        return pool

    def action(self, cls: type[T], _: Pool) -> T:
        """An arbitrary action of the class."""
        return self.record(cls, "action")

    def step(self, pool: Pool, action: machine.Action) -> machine.Accepted | machine.Rejected:
        """One step of the machine; that an account's losses add up to no less than nothing is a fact about each."""
        if isinstance(action, Default):
            account = pool.accounts.get(action.account)
            self.use(LOSS_IS_NOT_NEGATIVE, account.positions, *self.along(pool.markets), pool.epoch)
        try:
            outcome = machine.step(pool, action)
        except Exception:
            self.steps.append((pool, action, None))
            raise
        self.steps.append((pool, action, outcome))
        return outcome

    def watching(self, told: Callable[[int], None] | None) -> AbstractContextManager[None]:
        """Tells of every integer that is computed inside, once it is; nobody, if there is nobody to tell."""
        raise NotImplementedError

    def accepted(self) -> bool:
        """Whether the machine accepted an action."""
        return any(isinstance(outcome, machine.Accepted) for _, _, outcome in self.steps)

    def along(self, table: Any) -> tuple[Any, ...]:
        """What a measure captures that reads another table at the entry's own key."""
        return (table.base,)

    def added_up(self) -> set[str]:
        """The names of the measures that were totalled."""
        return {name_of(measure) for base in self._bases for _, measure, _ in base.ghosts.values()}

    def event(self) -> Any:
        """The event of the last step."""
        outcome = self.steps[-1][2]
        return outcome.event if isinstance(outcome, machine.Accepted) else None

    def same(self, left: Any, right: Any) -> list[tuple[Any, Any]]:
        """The pairs of integers that are equal exactly when two records are."""
        return same(left, right)

    def touched(self, before: Any, after: Any) -> list[tuple[Any, Any, Any]]:
        """The key and both values of every entry that was touched."""
        return [(key, before.get(key), after.get(key)) for key in list(before.base.keys)]

    def each(self, before: Any, after: Any) -> list[tuple[Any, Any, Any]]:
        """The key and both values of every entry: those that were touched, and an arbitrary one of the rest."""
        base = before.base
        if after.base is not base:
            raise Unsupported("entries of tables that began apart")
        self.add_distinct(base, self.identifier(f"{base.name}.rest"))
        return self.touched(before, after)


class SymbolicPoolWorld(PoolWorld, SymbolicWorld):
    def __init__(self, theorem: Theorem, path: Path) -> None:
        SymbolicWorld.__init__(self, theorem, path)
        self.steps = []

    @contextmanager
    def watching(self, told: Callable[[int], None] | None) -> Iterator[None]:
        before = self.path.watch
        self.path.watch = None if told is None else lambda term: told(Integer(term))  # type: ignore[arg-type]
        try:
            yield
        finally:
            self.path.watch = before


class WitnessPoolWorld(PoolWorld, WitnessWorld):
    def __init__(self, theorem: Theorem, model: dict[str, int], constants: dict[int, str]) -> None:
        WitnessWorld.__init__(self, theorem, model, constants)
        self.steps = []
        self._told: Callable[[int], None] | None = None

    def integer(self, name: str) -> int:
        return Watched(self, super().integer(name))

    @contextmanager
    def watching(self, told: Callable[[int], None] | None) -> Iterator[None]:
        before, self._told = self._told, told
        try:
            yield
        finally:
            self._told = before

    def computed(self, value: int) -> "Watched":
        """Tells of a computed integer whoever watches; what that computes itself is not told."""
        told, self._told = self._told, None
        if told is not None:
            told(value)
        self._told = told
        return Watched(self, value)


class Watched(int):
    """An integer of a witness, which tells its world what is computed with it."""

    world: WitnessPoolWorld

    def __new__(cls, world: WitnessPoolWorld, value: int) -> Self:
        watched = super().__new__(cls, value)
        watched.world = world
        return watched


def _watched(operation: Callable[..., Any]) -> Callable[..., Any]:
    def compute(self: Watched, *others: Any) -> Any:
        result = operation(self, *others)
        return result if result is NotImplemented else self.world.computed(result)

    return compute


for _name in ("add", "radd", "sub", "rsub", "mul", "rmul", "floordiv", "rfloordiv", "mod", "rmod", "neg", "abs"):
    setattr(Watched, f"__{_name}__", _watched(getattr(int, f"__{_name}__")))
