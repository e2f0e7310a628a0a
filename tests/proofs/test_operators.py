"""Every lifted operator computes what Python computes; what is not modelled raises; a broken operator is caught."""

import copy
import math
import operator
from collections.abc import Callable
from typing import Any

import pytest
import z3

from proofs.kernel import terms
from proofs.kernel.paths import Path, Variables
from proofs.kernel.terms import Identifier, Integer, Truth, Unsupported
from tests.proofs import operators


@pytest.fixture
def path() -> Any:
    path = Path(0, [], lambda _: None, Variables())
    terms.enter(path)
    yield path
    terms.leave()


@pytest.mark.parametrize("name", operators.PYTHON)
def test_an_operator_computes_what_python_computes(name: str) -> None:
    assert list(operators.differences(name)) == []


def truncating(path: Path, dividend: z3.ArithRef, divisor: z3.ArithRef) -> z3.ArithRef:
    return z3.If(dividend >= 0, dividend / divisor, -(-dividend / divisor))


def loose(path: Path, dividend: z3.ArithRef, divisor: z3.ArithRef) -> z3.ArithRef:
    quotient = path.fresh("quotient")
    path.assume(quotient * divisor <= dividend)
    return quotient


def with_the_dividends_sign(dividend: Integer, divisor: Any) -> Integer:
    by = terms.integer_term(divisor)
    return Integer(dividend.term - truncating(terms.path(), dividend.term, by) * by)  # type: ignore[arg-type]


BROKEN: dict[str, tuple[str, type, str, Callable[..., Any]]] = {
    "floor division truncates": ("//", Path, "quotient", truncating),
    "a quotient has no upper bound": ("//", Path, "quotient", loose),
    "less is at most": ("<", Integer, "__lt__", lambda a, b: Truth(a.term <= terms.integer_term(b))),
    "reflected subtraction is not reflected": ("-", Integer, "__rsub__", Integer.__sub__),
    "abs is negation": ("abs", Integer, "__abs__", Integer.__neg__),
    "modulo has the sign of the dividend": ("%", Integer, "__mod__", with_the_dividends_sign),
    "not equal is Python's identity": ("!=", Integer, "__ne__", lambda a, b: a is not b),
    "a branch is always taken": ("and", Path, "branch", lambda path, condition: True),
}
"""By name: the operator that must be caught, and what is put in the place of which method."""


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_operator_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    operation, owner, method, broken = BROKEN[name]
    monkeypatch.setattr(owner, method, broken)
    assert list(operators.differences(operation)) != []


UNSUPPORTED: dict[str, Callable[[Any, Any, Any], Any]] = {
    "true division": lambda x, t, i: x / 2,
    "power": lambda x, t, i: x**2,
    "power of": lambda x, t, i: 2**x,
    "shift": lambda x, t, i: x << 1,
    "bits": lambda x, t, i: x & 1,
    "inversion": lambda x, t, i: ~x,
    "divmod": lambda x, t, i: divmod(x, 2),
    "index": lambda x, t, i: [1, 2][x],
    "range": lambda x, t, i: range(x),
    "int": lambda x, t, i: int(x),
    "float": lambda x, t, i: float(x),
    "round": lambda x, t, i: round(x),
    "floor": lambda x, t, i: math.floor(x),
    "truth of an integer": lambda x, t, i: bool(x),
    "hash": lambda x, t, i: hash(x),
    "a key of a dictionary": lambda x, t, i: {x: 1},
    "str": lambda x, t, i: str(x),
    "format": lambda x, t, i: f"{x}",
    "len": lambda x, t, i: len(x),
    "iteration": lambda x, t, i: list(x),
    "copy": lambda x, t, i: copy.copy(x),
    "a sum with a truth": lambda x, t, i: x + True,
    "a sum with a float": lambda x, t, i: x + 1.0,
    "equality with text": lambda x, t, i: x == "1",
    "equality with nothing": lambda x, t, i: x == None,  # noqa: E711
    "a negative divisor": lambda x, t, i: x // -2,
    "equality of truths": lambda x, t, i: t == True,  # noqa: E712
    "difference of truths": lambda x, t, i: t != t,
    "a sum of truths": lambda x, t, i: t + t,
    "bits of truths": lambda x, t, i: t & t,
    "hash of a truth": lambda x, t, i: hash(t),
    "order of identifiers": lambda x, t, i: i < i,
    "length of an identifier": lambda x, t, i: len(i),
    "concatenation": lambda x, t, i: i + "x",
    "hash of an identifier": lambda x, t, i: hash(i),
    "an identifier compared with a number": lambda x, t, i: i == 1,
    "membership": lambda x, t, i: operator.contains(i, "x"),
}


@pytest.mark.parametrize("name", UNSUPPORTED)
def test_what_is_not_modelled_raises(name: str, path: Path) -> None:
    integer, truth, identifier = Integer(path.fresh("x")), Truth(path.fresh("t") != 0), Identifier(path.fresh("i"))
    with pytest.raises(Unsupported):
        UNSUPPORTED[name](integer, truth, identifier)


def test_nothing_in_the_lifted_code_hides_what_is_not_modelled(path: Path) -> None:
    def hiding() -> int:
        try:
            return hash(Integer(path.fresh("x")))
        except Exception:
            return 0

    with pytest.raises(Unsupported):
        hiding()


def test_a_symbolic_value_is_of_no_use_outside_of_a_proof() -> None:
    with pytest.raises(Unsupported, match="outside of a proof"):
        bool(Truth(z3.Bool("t")))


@pytest.mark.parametrize("name", ["x~1", "a|b", "a\\b", "", "x\n"])
def test_a_name_that_could_be_taken_for_another_is_refused(name: str, path: Path) -> None:
    with pytest.raises(Unsupported):
        path.fresh(name)


def test_names_are_never_given_twice(path: Path) -> None:
    assert len({path.fresh("x").decl().name() for _ in range(5)}) == 5
