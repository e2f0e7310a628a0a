"""Symbolic integers, truths and identifiers: what the lifted code computes with in the place of int, bool and str.

An operation that is not modelled raises `Unsupported`; nothing falls back on Python's defaults.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, Protocol

import z3


class Unsupported(BaseException):
    """The lifted code did something the kernel has no model of. No `except Exception` in it can hide that."""


class Recorder(Protocol):
    """What the terms need of the path that is being explored."""

    def branch(self, condition: z3.BoolRef) -> bool: ...

    def quotient(self, dividend: z3.ArithRef, divisor: z3.ArithRef) -> z3.ArithRef: ...

    def intermediate(self, term: z3.ArithRef) -> None: ...

    def constant(self, name: str) -> z3.ArithRef: ...


_path: list[Recorder] = []


def path() -> Recorder:
    """The path being explored."""
    if not _path:
        raise Unsupported("a symbolic value was used outside of a proof")
    return _path[-1]


def enter(recorder: Recorder) -> None:
    """Makes `recorder` the path being explored."""
    _path.append(recorder)


def leave() -> None:
    """Ends what `enter` began."""
    _path.pop()


class Integer:
    """An unbounded symbolic integer."""

    __slots__ = ("term",)

    def __init__(self, term: z3.ArithRef) -> None:
        self.term = term

    def __add__(self, other: object) -> "Integer":
        return _computed(self.term + integer_term(other))

    def __radd__(self, other: object) -> "Integer":
        return _computed(integer_term(other) + self.term)

    def __sub__(self, other: object) -> "Integer":
        return _computed(self.term - integer_term(other))

    def __rsub__(self, other: object) -> "Integer":
        return _computed(integer_term(other) - self.term)

    def __mul__(self, other: object) -> "Integer":
        return _computed(self.term * integer_term(other))

    def __rmul__(self, other: object) -> "Integer":
        return _computed(integer_term(other) * self.term)

    def __neg__(self) -> "Integer":
        return _computed(-self.term)

    def __pos__(self) -> "Integer":
        return self

    def __abs__(self) -> "Integer":
        return _computed(z3.If(self.term >= 0, self.term, -self.term))

    def __floordiv__(self, other: object) -> "Integer":
        return _computed(path().quotient(self.term, integer_term(other)))

    def __rfloordiv__(self, other: object) -> "Integer":
        return _computed(path().quotient(integer_term(other), self.term))

    def __mod__(self, other: object) -> "Integer":
        divisor = integer_term(other)
        return _computed(self.term - path().quotient(self.term, divisor) * divisor)

    def __rmod__(self, other: object) -> "Integer":
        dividend = integer_term(other)
        return _computed(dividend - path().quotient(dividend, self.term) * self.term)

    def __lt__(self, other: object) -> "Truth":
        return Truth(self.term < integer_term(other))

    def __le__(self, other: object) -> "Truth":
        return Truth(self.term <= integer_term(other))

    def __gt__(self, other: object) -> "Truth":
        return Truth(self.term > integer_term(other))

    def __ge__(self, other: object) -> "Truth":
        return Truth(self.term >= integer_term(other))

    def __eq__(self, other: object) -> "Truth":  # type: ignore[override]
        return Truth(self.term == integer_term(other))

    def __ne__(self, other: object) -> "Truth":  # type: ignore[override]
        return Truth(self.term != integer_term(other))

    def __repr__(self) -> str:
        return f"Integer({self.term})"


class Truth:
    """A symbolic truth. Asking for its `bool` forks the path."""

    __slots__ = ("term",)

    def __init__(self, term: z3.BoolRef) -> None:
        self.term = term

    def __bool__(self) -> bool:
        return path().branch(self.term)

    def __repr__(self) -> str:
        return f"Truth({self.term})"


class Identifier:
    """A symbolic identifier: all that is known is to which others it is equal."""

    __slots__ = ("term",)

    def __init__(self, term: z3.ArithRef) -> None:
        self.term = term

    def __eq__(self, other: object) -> Truth:  # type: ignore[override]
        return Truth(self.term == identifier_term(other))

    def __ne__(self, other: object) -> Truth:  # type: ignore[override]
        return Truth(self.term != identifier_term(other))

    def __repr__(self) -> str:
        return f"Identifier({self.term})"


def integer_term(value: object) -> z3.ArithRef:
    """The term of an integer, symbolic or not; a bool is none."""
    if isinstance(value, Integer):
        return value.term
    if type(value) is int:
        return _numeral(value)
    raise Unsupported(f"{type(value).__name__} in the place of an integer")


@cache
def _numeral(value: int) -> z3.ArithRef:
    return z3.IntVal(value)


def truth_term(value: object) -> z3.BoolRef:
    """The term of a truth, symbolic or not."""
    if isinstance(value, Truth):
        return value.term
    if type(value) is bool:
        return z3.BoolVal(value)
    raise Unsupported(f"{type(value).__name__} in the place of a truth")


def identifier_term(value: object) -> z3.ArithRef:
    """The term of an identifier, symbolic or a constant of the machine."""
    if isinstance(value, Identifier):
        return value.term
    if isinstance(value, str):
        return path().constant(value)
    raise Unsupported(f"{type(value).__name__} in the place of an identifier")


def is_symbolic(value: object) -> bool:
    """Whether the value is one of this module's."""
    return isinstance(value, Integer | Truth | Identifier)


def largest(*values: Any) -> Any:
    """`max` without a fork: one conditional term."""
    return _chosen(max, lambda left, right: left >= right, values)


def smallest(*values: Any) -> Any:
    """`min` without a fork: one conditional term."""
    return _chosen(min, lambda left, right: left <= right, values)


def _chosen(concrete: Callable[..., Any], prefers: Callable[[Any, Any], z3.BoolRef], values: tuple[Any, ...]) -> Any:
    if len(values) < 2 or not any(isinstance(value, Integer) for value in values):
        return concrete(*values)
    chosen = integer_term(values[0])
    for value in values[1:]:
        term = integer_term(value)
        chosen = z3.If(prefers(chosen, term), chosen, term)
    return _computed(chosen)


def _computed(term: z3.ArithRef) -> Integer:
    path().intermediate(term)
    return Integer(term)


def _refuse(cls: type, base: type) -> None:
    """Makes every special method that `base` has, or Python could ask for, and `cls` does not model, raise."""
    inherent = {
        "__class__", "__delattr__", "__dir__", "__doc__", "__getattribute__", "__getnewargs__", "__getstate__",
        "__init__", "__init_subclass__", "__module__", "__new__", "__reduce__", "__reduce_ex__", "__setattr__",
        "__sizeof__", "__slots__", "__subclasshook__",
    }  # fmt: skip
    asked = {"__bool__", "__hash__", "__str__", "__format__", "__len__", "__iter__", "__contains__", "__call__"}
    asked |= {"__getitem__", "__complex__", "__bytes__", "__matmul__", "__rmatmul__", "__copy__", "__deepcopy__"}
    for name in sorted((set(dir(base)) | asked) - set(cls.__dict__) - inherent):
        if name.startswith("__") and name.endswith("__"):
            setattr(cls, name, _refusal(cls, name))
    cls.__hash__ = _refusal(cls, "__hash__")  # type: ignore[method-assign]


def _refusal(cls: type, name: str) -> Callable[..., Any]:
    def refused(*_: object, **__: object) -> Any:
        raise Unsupported(f"{name} of a symbolic {cls.__name__.lower()}")

    return refused


_refuse(Integer, int)
_refuse(Truth, bool)
_refuse(Identifier, str)
