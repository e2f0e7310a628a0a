"""Models of path conditions, run through the real functions on plain integers, land on the same path and result."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import Any

import pytest
import z3

from proofs.kernel.frames import FrameTable
from proofs.kernel.lift import inside
from proofs.kernel.paths import Infeasible, Path, explore
from proofs.kernel.terms import Identifier, Integer, Truth, Unsupported
from proofs.kernel.theorem import Theorem
from proofs.suite import load
from proofs.worlds import PoolWorld, SymbolicPoolWorld, WitnessPoolWorld
from solvent import machine
from solvent.funding import Fund
from solvent.margin import Withdraw, may_trade, opening_rate
from solvent.marking import Mark
from solvent.parameters import ListMarket
from solvent.pool import Deposit, Market, Pool, change_position

load()

MODELS = 3
"""Models of each path, each with another value of some variable."""


def transition(cls: type[Any]) -> Callable[[PoolWorld], Any]:
    def run(world: PoolWorld) -> Any:
        pool = world.pool()
        return machine.step(pool, world.action(cls, pool))

    return run


def of_a_market(world: PoolWorld) -> Any:
    market = world.record(Market, "market")
    world.assume(market.parameters.interest_upper > market.parameters.interest_lower)
    return opening_rate(market)


def of_a_position(world: PoolWorld) -> Any:
    account, market, change, price = (
        world.identifier("account"),
        world.identifier("market"),
        world.integer("change"),
        world.integer("price"),
    )
    return change_position(world.pool(), account, market, change, price)


def of_a_side(world: PoolWorld) -> Any:
    before, after = world.pool("before", well_formed=False), world.pool("after", well_formed=False)
    return bool(may_trade(before, after, world.identifier("account"), world.identifier("market")))


RUN: dict[str, Callable[[PoolWorld], Any]] = {
    **{cls.__name__: transition(cls) for cls in (Deposit, Withdraw, Mark, Fund, ListMarket)},
    "opening_rate": of_a_market,
    "change_position": of_a_position,
    "may_trade": of_a_side,
}


def flat(value: Any) -> list[Any]:
    """Everything in an outcome that has a value, in a fixed order."""
    if isinstance(value, FrameTable):
        return [item for key, entry in value.entries() for item in (key, *flat(entry))]
    if isinstance(value, tuple):
        return [item for entry in value for item in flat(entry)]
    if is_dataclass(value):
        return [type(value).__name__, *(item for f in fields(value) for item in flat(getattr(value, f.name)))]
    return [value]


def evaluated(model: z3.ModelRef, value: Any, names: dict[int, str]) -> Any:
    if isinstance(value, Integer):
        return model.eval(value.term, model_completion=True).as_long()
    if isinstance(value, Truth):
        return z3.is_true(model.eval(value.term, model_completion=True))
    if isinstance(value, Identifier):
        number = model.eval(value.term, model_completion=True).as_long()
        return names.get(number, f"#{number}")
    return value


def models(path: Path) -> list[z3.ModelRef]:
    solver = z3.Solver()
    solver.set("rlimit", 2_000_000)
    solver.add(*path.conditions)
    found: list[z3.ModelRef] = []
    while len(found) < MODELS and solver.check() == z3.sat:
        found.append(solver.model())
        some = [symbol() for symbol in found[-1].decls()][:4]
        solver.add(z3.Or([symbol != found[-1].eval(symbol) for symbol in some]) if some else z3.BoolVal(False))
    return found


@pytest.mark.parametrize("name", RUN)
def test_models_of_every_path_land_on_it(name: str) -> None:
    theorem = Theorem(RUN[name], ("CON-1",), (), ())
    outcomes: dict[int, Any] = {}

    def run(path: Path) -> None:
        world = SymbolicPoolWorld(theorem, path)
        with inside(world):
            outcomes[path.number] = RUN[name](world)

    paths = [path for path in explore(run) if path.number in outcomes]
    tried = 0
    for path in paths:
        for model in models(path):
            values = {symbol.name(): model[symbol].as_long() for symbol in model.decls()}
            witness = WitnessPoolWorld(theorem, values, path.constants())
            expected = [evaluated(model, item, path.constants()) for item in flat(outcomes[path.number])]
            assert flat(RUN[name](witness)) == expected
            tried += 1
    assert paths
    assert tried >= len(paths)


def test_every_combination_of_branches_is_explored() -> None:
    seen = set()

    def run(path: Path) -> None:
        a, b = Integer(path.fresh("a")), Integer(path.fresh("b"))
        seen.add((bool(a > 0), bool(b > a), bool(b > 0)))

    assert len(explore(run)) == 6
    assert (True, True, False) not in seen
    assert len(seen) == 6


def test_an_obligation_on_the_way_to_an_impossible_branch_stays() -> None:
    def run(path: Path) -> None:
        value = Integer(path.fresh("value"))
        path.oblige((value > 0).term, (), "positive")
        path.assume((value > 0).term)
        path.assume((value < 0).term)
        bool(value > 5)

    (path,) = explore(run)
    assert len(path.obligations) == 1


def test_what_an_obligation_does_not_need_is_left_out_of_its_text() -> None:
    def run(path: Path) -> None:
        value, other = Integer(path.fresh("value")), Integer(path.fresh("other"))
        path.assume((value > 0).term)
        bool(other > value)
        path.oblige((value >= 0).term, (), "not negative")
        path.oblige((value * value >= other).term, (), "what products decide")

    texts = [[obligation.text for obligation in path.obligations] for path in explore(run)]
    assert len(texts) == 2
    (first, either), (second, other) = texts
    assert first == second
    assert "other" not in first
    assert "other" in either
    assert either != other


def test_undecided_counts_as_possible(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(path: Path) -> None:
        value = Integer(path.fresh("value"))
        path.assume((value > 0).term)
        bool(value < 0)

    assert len(explore(run)) == 1
    monkeypatch.setattr(z3.Solver, "check", lambda self: z3.unknown)
    assert len(explore(run)) == 2


def test_a_run_that_does_not_repeat_itself_is_refused() -> None:
    runs: list[int] = []

    def run(path: Path) -> None:
        runs.append(1)
        value = Integer(path.fresh("value"))
        bool(value > len(runs))
        bool(value > 100)

    with pytest.raises(Unsupported, match="not deterministic"):
        explore(run)


def test_what_lies_behind_a_contradiction_is_not_explored() -> None:
    def run(path: Path) -> None:
        value = Integer(path.fresh("value"))
        path.assume((value > 0).term)
        path.assume((value < 0).term)
        bool(value > 5)
        raise AssertionError

    assert explore(run) == []
    assert issubclass(Infeasible, BaseException)
    assert not issubclass(Infeasible, Exception)


def test_pools_of_a_witness_are_those_of_the_model() -> None:
    theorem = Theorem(RUN["Deposit"], ("CON-1",), (), ())
    world = WitnessPoolWorld(theorem, {"vault": 5, "accounts[0].cash": 7}, {})
    pool: Pool = world.pool(well_formed=False)
    assert (pool.vault, pool.accounts.get("alice").cash, pool.accounts.get("bob").cash) == (5, 7, 0)  # type: ignore[arg-type]
