"""The second solver decides by itself: what is satisfiable it calls so, whatever the first one says."""

from dataclasses import replace

import z3

from proofs.kernel.check import Opinion, check
from proofs.kernel.solve import Verdict, decide, exported, holds_over_reals
from proofs.kernel.theorem import Theorem
from proofs.second import opinion
from proofs.suite import WORLDS
from proofs.worlds import PoolWorld

x, y = z3.Ints("x y")


def test_what_is_unsatisfiable_is_agreed() -> None:
    assert opinion(exported(x > 0, x < 0)) is Opinion.AGREED
    assert opinion(exported(x * x < 0)) is Opinion.AGREED


def test_what_is_satisfiable_is_disagreed() -> None:
    assert opinion(exported(x > 0, x * y == 6)) is Opinion.DISAGREED


def test_what_holds_of_integers_alone_is_not_left_to_the_reals() -> None:
    between = exported(x > 0, x < 2, x != 1)
    assert opinion(between) is Opinion.AGREED
    assert decide(between).verdict is Verdict.PROVED


def test_what_is_too_hard_is_undecided() -> None:
    a, b, c = z3.Ints("a b c")
    assert opinion(exported(a > 2, b > 2, c > 2, a * a * a + b * b * b == c * c * c)) is Opinion.UNDECIDED


def test_integer_division_is_not_taken_to_the_reals() -> None:
    assert holds_over_reals(exported(x * y > 1, z3.If(x > y, x, y) == 3))
    for integral in (x / y == 1, x % y == 1, z3.ToReal(x) == 1):
        assert not holds_over_reals(exported(integral))


def test_the_second_solver_is_asked_for_what_the_first_one_needed() -> None:
    core = decide(exported(x > 0, y > 7, x < 0)).core
    assert opinion(core) is Opinion.AGREED
    assert "7" not in core


def test_disagreement_is_no_proof() -> None:
    def true(world: PoolWorld) -> None:
        """Nothing wrong with it."""
        world.claim(world.integer("x") - world.integer("x") * 0 >= 0 or True, "true")

    result = check(Theorem(true, ("CON-1",), (), ()), replace(WORLDS, second=lambda _: Opinion.DISAGREED))
    assert result.verdict is Verdict.UNKNOWN
    assert "the second solver has a counterexample" in result.findings[0].label
