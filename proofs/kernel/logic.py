"""Connectives that do not fork: on plain truths they are Python's, on symbolic ones they build one term."""

from collections.abc import Callable
from typing import Any

import z3

from proofs.kernel.terms import Integer, Truth, integer_term, truth_term


def both(*conditions: bool) -> bool:
    """Whether every condition holds."""
    return _connect(lambda terms: z3.And(*terms), all, conditions)


def either(*conditions: bool) -> bool:
    """Whether some condition holds."""
    return _connect(lambda terms: z3.Or(*terms), any, conditions)


def negation(condition: bool) -> bool:
    """Whether the condition does not hold."""
    return _connect(lambda terms: z3.Not(terms[0]), lambda values: not values[0], (condition,))


def implies(hypothesis: bool, conclusion: bool) -> bool:
    """Whether the conclusion holds if the hypothesis does."""
    return either(negation(hypothesis), conclusion)


def iff(left: bool, right: bool) -> bool:
    """Whether the conditions hold together or not at all."""
    return _connect(lambda terms: terms[0] == terms[1], lambda values: values[0] == values[1], (left, right))


def choose(condition: bool, chosen: int, otherwise: int) -> int:
    """One integer or the other."""
    if not isinstance(condition, Truth):
        return chosen if condition else otherwise
    term = z3.If(truth_term(condition), integer_term(chosen), integer_term(otherwise))
    return Integer(term)


def _connect(symbolic: Callable[[Any], Any], concrete: Callable[[Any], bool], conditions: tuple[bool, ...]) -> bool:
    if any(isinstance(condition, Truth) for condition in conditions):
        return Truth(symbolic([truth_term(condition) for condition in conditions]))  # type: ignore[return-value]
    return concrete(conditions)
