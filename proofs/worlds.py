"""The worlds of the machine: an arbitrary well-formed pool, actions on it, and the facts that totals obey."""

from typing import Any, TypeVar

from proofs import invariant
from proofs.kernel.paths import Path
from proofs.kernel.terms import Unsupported
from proofs.kernel.theorem import Theorem
from proofs.kernel.world import SymbolicWorld, WitnessWorld, World
from solvent import machine
from solvent.pool import Account, Market, Pool, PoolParameters

T = TypeVar("T")


class PoolWorld(World):
    """A world with an arbitrary well-formed pool in it."""

    def __init__(self, theorem: Theorem) -> None:
        super().__init__(theorem)
        self.steps: list[tuple[Pool, machine.Action, machine.Accepted | machine.Rejected]] = []

    def pool(self) -> Pool:
        """An arbitrary well-formed pool."""
        parameters = self.record(PoolParameters, "parameters")
        markets = self.table("markets", lambda name: self.record(Market, name), self._market_touched)
        accounts = self.table("accounts", self._account, self._account_touched)
        self._pool = Pool(parameters, self.integer("vault"), accounts, markets)  # type: ignore[arg-type]
        self._markets = markets.base
        self.assume(invariant.pool_is_well_formed(self._pool))
        return self._pool

    def _account(self, name: str) -> Account:
        positions = self.table(f"{name}.positions", self.integer, self._position_touched)
        return Account(self.integer(f"{name}.cash"), positions)  # type: ignore[arg-type]

    def _account_touched(self, _: Any, account: Account) -> None:
        self.assume(invariant.account_is_well_formed(self._pool, account))

    def _market_touched(self, key: Any, market: Market) -> None:
        self.assume(invariant.market_is_well_formed(market))
        self.assume(invariant.interest_is_consistent(self._pool, key, market))

    def _position_touched(self, key: Any, size: int) -> None:
        market = self._markets.initial[self._markets.touch(key)]
        self.assume(invariant.position_is_well_formed(size, market))

    def action(self, cls: type[T], _: Pool) -> T:
        """An arbitrary action of the class."""
        return self.record(cls, "action")

    def step(self, pool: Pool, action: machine.Action) -> machine.Accepted | machine.Rejected:
        """One step of the machine."""
        outcome = machine.step(pool, action)
        self.steps.append((pool, action, outcome))
        return outcome

    def touched(self, before: Any, after: Any) -> list[tuple[Any, Any, Any]]:
        """The key and both values of every entry that was touched."""
        return [(key, before.get(key), after.get(key)) for key in list(before.base.keys)]

    def each(self, before: Any, after: Any) -> list[tuple[Any, Any, Any]]:
        """The key and both values of every entry: those that were touched, and an arbitrary one of the rest."""
        base = before.base
        if after.base is not base:
            raise Unsupported("entries of tables that began apart")
        key = self.identifier(f"{base.name}.any")
        for known in base.keys:
            self.assume(key != known)
        base.add(self.as_key(key))
        return [(key, before.get(key), after.get(key)) for key in list(base.keys)]


class SymbolicPoolWorld(PoolWorld, SymbolicWorld):
    def __init__(self, theorem: Theorem, path: Path) -> None:
        SymbolicWorld.__init__(self, theorem, path)
        self.steps = []


class WitnessPoolWorld(PoolWorld, WitnessWorld):
    def __init__(self, theorem: Theorem, model: dict[str, int], constants: dict[int, str]) -> None:
        WitnessWorld.__init__(self, theorem, model, constants)
        self.steps = []
