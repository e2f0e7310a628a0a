"""Co-simulation: every lifted operator on numbers, as the kernel computes it and as Python does."""

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from random import Random
from typing import Any

import z3

from proofs.kernel import logic, terms
from proofs.kernel.paths import Path, Variables
from proofs.kernel.terms import Integer, Truth

EDGES = (0, 1, -1, 2, -2, 3, 7, -7, 10**6, -(10**6), 2**63, -(2**63), 2**120 + 1, -(2**255) + 1, 2**256 - 1)

PYTHON: dict[str, tuple[Callable[..., Any], Callable[..., Any], int]] = {
    "+": (operator.add, operator.add, 2),
    "-": (operator.sub, operator.sub, 2),
    "*": (operator.mul, operator.mul, 2),
    "//": (operator.floordiv, operator.floordiv, 2),
    "%": (operator.mod, operator.mod, 2),
    "<": (operator.lt, operator.lt, 2),
    "<=": (operator.le, operator.le, 2),
    ">": (operator.gt, operator.gt, 2),
    ">=": (operator.ge, operator.ge, 2),
    "==": (operator.eq, operator.eq, 2),
    "!=": (operator.ne, operator.ne, 2),
    "neg": (operator.neg, operator.neg, 1),
    "pos": (operator.pos, operator.pos, 1),
    "abs": (abs, abs, 1),
    "max": (terms.largest, max, 3),
    "min": (terms.smallest, min, 3),
    "choose": (
        lambda a, b, c: logic.choose(a < b, b, c),
        lambda a, b, c: b if a < b else c,
        3,
    ),
    "both": (lambda a, b, c: logic.both(a < b, b < c), lambda a, b, c: a < b < c, 3),
    "either": (lambda a, b, c: logic.either(a < b, b < c), lambda a, b, c: a < b or b < c, 3),
    "negation": (lambda a, b: logic.negation(a < b), lambda a, b: not a < b, 2),
    "implies": (lambda a, b, c: logic.implies(a < b, b < c), lambda a, b, c: not a < b or b < c, 3),
    "iff": (lambda a, b, c: logic.iff(a < b, b < c), lambda a, b, c: (a < b) == (b < c), 3),
    "not": (lambda a, b: not a < b, lambda a, b: not a < b, 2),
    "and": (lambda a, b, c: a < b and b < c, lambda a, b, c: a < b and b < c, 3),
    "or": (lambda a, b, c: a < b or b < c, lambda a, b, c: a < b or b < c, 3),
    "chain": (lambda a, b, c: a < b <= c, lambda a, b, c: a < b <= c, 3),
    "sum": (lambda a, b, c: sum((a, b, c)), lambda a, b, c: a + b + c, 3),
}
"""By name: as the kernel does it, as Python does it, and of how many integers."""


@dataclass(frozen=True)
class Difference:
    """Where the kernel and Python do not agree."""

    operation: str
    values: tuple[int, ...]
    expected: int | bool


def cases(count: int, random: Random) -> Iterator[tuple[int, ...]]:
    """Combinations of edge values, of edges and others, and random ones of every magnitude."""
    combinations = list(product(EDGES, repeat=count)) if count < 3 else []
    yield from random.sample(combinations, min(len(combinations), 30))
    for _ in range(30):
        yield tuple(
            random.choice((random.choice(EDGES), random.randint(-9, 9), random.randint(-(2**80), 2**80)))
            for _ in range(count)
        )


def differences(name: str) -> Iterator[Difference]:
    """Where an operator, on variables that are said to have the values, does not come to what Python comes to.

    Every operand is symbolic, or the other one alone, so that the reflected operators are tried too.
    """
    lifted, plain, count = PYTHON[name]
    random = Random(name)
    for values in cases(count, random):
        if name in ("//", "%") and values[1] <= 0:
            continue
        expected = plain(*values)
        if not agrees(lifted, values, random.choice((0, 1, 2)) if count == 2 else 0, expected):
            yield Difference(name, values, expected)
            return


def agrees(lifted: Callable[..., Any], values: tuple[int, ...], mixed: int, expected: int | bool) -> bool:
    """Whether the expected result, and no other, is possible where the operands have these values."""
    path = Path(0, [], lambda _: None, Variables())
    terms.enter(path)
    try:
        operands: list[Any] = []
        for index, value in enumerate(values):
            symbol = Integer(path.fresh("operand"))
            path.assume((symbol == value).term)
            operands.append(value if mixed == index + 1 else symbol)
        result = lifted(*operands)
        if isinstance(result, bool):
            return result is expected
        same = result == expected if isinstance(result, Integer) else logic.iff(result, bool(expected))
        assert isinstance(same, Truth)
        return possible(path, same.term) and not possible(path, z3.Not(same.term))
    finally:
        terms.leave()


def possible(path: Path, condition: z3.BoolRef) -> bool:
    """Whether the condition is possible at the end of the path; it must be decided."""
    solver = z3.Solver()
    solver.add(*path.conditions, condition)
    verdict = solver.check()
    assert verdict != z3.unknown
    return bool(verdict == z3.sat)
