"""Nothing is taken for granted that no theorem shows, and nothing is shown by means of itself."""

import pytest

from proofs import dependencies
from proofs.contracts import EQUITY, EQUITY_BY_NAME, REQUIREMENT
from proofs.kernel.check import Result
from proofs.kernel.theorem import Contract, Theorem, theorem
from proofs.kernel.world import World, contract_key


def result(name: str, relies_on: tuple[str, ...] = (), shows: tuple[str, ...] = ()) -> Result:
    return Result(name, "pool", "", ("CON-1",), 1, 0, (), relies_on, shows, 0, 0.0, ())


def named(name: str, establishes: tuple[Contract, ...] = ()) -> Theorem:
    def statement(world: World) -> None:
        """Nothing."""

    module, statement.__name__ = name.split(".")
    statement.__module__ = f"proofs.theorems.{module}"
    return Theorem(statement, ("CON-1",), (), establishes)


def found(*results: Result, contracts: tuple[Contract, ...] = (), establishes: tuple[Contract, ...] = ()) -> list[str]:
    theorems = [named(item.name, establishes) for item in results]
    return list(dependencies.problems(results, theorems, contracts))


SHOWN = f"contract {contract_key(REQUIREMENT)}"


def test_a_contract_needs_a_theorem() -> None:
    assert found(result("pool.a"), contracts=(REQUIREMENT,)) == [f"{SHOWN} is established by no theorem"]
    assert found(result("pool.a", shows=(SHOWN,)), contracts=(REQUIREMENT,), establishes=(REQUIREMENT,)) == []


def test_a_contract_by_name_needs_none() -> None:
    assert found(result("pool.a"), contracts=(EQUITY_BY_NAME,)) == []


def test_what_is_declared_is_claimed_and_the_other_way_round() -> None:
    assert found(result("pool.a"), establishes=(EQUITY,)) == [f"pool.a does not claim contract {contract_key(EQUITY)}"]
    assert found(result("pool.a", shows=(SHOWN,))) == [f"pool.a claims {SHOWN} undeclared"]


@pytest.mark.parametrize("item", ["fact 1 solvent.pool.is_open", "measure solvent.pool.worth", "theorem pool.b", SHOWN])
def test_what_is_relied_on_is_shown(item: str) -> None:
    assert found(result("pool.a", (item,))) == [f"pool.a relies on {item}, which no theorem shows"]


def test_no_theorem_relies_on_itself() -> None:
    (circle,) = found(result("pool.a", ("theorem pool.a",)))
    assert circle.startswith("theorems rely on each other in a circle: pool.a")


def test_no_theorem_relies_on_itself_by_way_of_others() -> None:
    fact = "fact 1 solvent.pool.is_open"
    (circle,) = found(result("pool.a", (fact,)), result("pool.b", ("theorem pool.a",), (fact,)))
    assert "pool.a" in circle
    assert "pool.b" in circle


def test_a_theorem_cannot_see_a_contract_instead_of_the_body_it_establishes_it_of() -> None:
    def circular(world: World) -> None:
        """Nothing."""

    with pytest.raises(ValueError, match="without the body"):
        theorem("CON-1", contracts=(EQUITY,), establishes=(EQUITY,))(circular)
    with pytest.raises(ValueError, match="two contracts for one function"):
        theorem("CON-1", contracts=(EQUITY, EQUITY_BY_NAME))(circular)
