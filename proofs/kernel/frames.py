"""Frames: a keyed collection under proof is the entries that were touched and an arbitrary rest.

A total over the collection is a ghost, the unknown total over its arbitrary beginning, plus what the changes since
added: the sum over the changed keys of f(after) - f(before). Nothing is known of a ghost but what follows from facts
about each entry.
"""

from collections.abc import Callable, Hashable
from dataclasses import fields, is_dataclass
from inspect import unwrap
from types import FunctionType
from typing import Any, Generic, TypeVar

from proofs.kernel.terms import Identifier, Integer, Unsupported

V = TypeVar("V")
Measure = Callable[..., Any]


def name_of(function: Callable[..., Any]) -> str:
    """The name under which a measure is known, whichever copy of the function it is.

    Only functions of a module have one: what a closure or a method holds would be missing in it.
    """
    original = unwrap(function)
    if not isinstance(original, FunctionType) or original.__closure__ or "<" in original.__qualname__:
        raise Unsupported(f"a total of {function!r}, which is no plain function of a module")
    return f"{original.__module__}.{original.__qualname__}"


def key_of(value: object) -> Hashable:
    """What a ghost depends on, by structure: two values with the same key are the same in every model.

    Z3 numbers terms by structure while something holds them: whoever keeps a key keeps the value.
    """
    if isinstance(value, Integer | Identifier):
        return (Integer, value.term.get_id())
    if isinstance(value, str | int):
        return value
    if isinstance(value, FrameTable):
        changes = ((index, key_of(entry)) for index, entry in sorted(value.changes.items()))
        return (id(value.base), *changes)
    if isinstance(value, FunctionType):
        return name_of(value)
    if isinstance(value, tuple):
        return tuple(key_of(item) for item in value)
    if is_dataclass(value):
        return tuple(key_of(getattr(value, field.name)) for field in fields(value))
    raise Unsupported(f"a ghost that depends on a {type(value).__name__}")


class Base(Generic[V]):
    """The arbitrary collection that a table began as, and which of its entries were looked at."""

    def __init__(
        self,
        name: str,
        make: Callable[[str], V],
        ghost: Callable[[str], Any],
        touched: Callable[[Any, V], None],
        as_key: Callable[[Any], Any],
    ) -> None:
        self.name = name
        self.make = make
        self.keys: list[Any] = []
        self.initial: list[V] = []
        self.ghosts: dict[Hashable, tuple[Any, Measure, tuple[Any, ...]]] = {}
        self._ghost = ghost
        self.touched = touched
        self._as_key = as_key

    def touch(self, key: Any) -> int:
        """The index of the entry at the key; whether two keys are the same is decided by a fork."""
        key = self._as_key(key)
        for index, known in enumerate(self.keys):
            if known == key:
                return index
        return self.add(key)

    def add(self, key: Any) -> int:
        """Touches the entry at a key that is known to be none of the others."""
        value = self.make(f"{self.name}[{len(self.keys)}]")
        self.keys.append(key)
        self.initial.append(value)
        self.touched(key, value)
        return len(self.keys) - 1

    def ghost(self, measure: Measure, given: tuple[Any, ...]) -> Any:
        """The total of the measure over the beginning, under what it captures."""
        key = (name_of(measure), *(id(item) if isinstance(item, Base) else key_of(item) for item in given))
        if key not in self.ghosts:
            symbol = self._ghost(f"{self.name}.total({measure.__name__})")
            self.ghosts[key] = (symbol, measure, given)
        return self.ghosts[key][0]


class FrameTable(Generic[V]):
    """Stands for `solvent.pool.Table`: the same four methods."""

    def __init__(self, base: Base[V], changes: dict[int, V] | None = None) -> None:
        self.base = base
        self.changes: dict[int, V] = {} if changes is None else changes

    def get(self, key: Any) -> V:
        """The value at the key."""
        index = self.base.touch(key)
        return self.changes.get(index, self.base.initial[index])

    def set(self, key: Any, value: V) -> "FrameTable[V]":
        """The table with the value at the key."""
        return FrameTable(self.base, {**self.changes, self.base.touch(key): value})

    def total(self, measure: Measure, *given: Any) -> Any:
        """The ghost of the measure, and what each change added."""
        result = self.base.ghost(measure, given)
        for index, value in sorted(self.changes.items()):
            result = result + measure(value, *given) - measure(self.base.initial[index], *given)
        return result

    def total_along(self, other: "FrameTable[Any]", measure: Measure, *given: Any) -> Any:
        """The ghost of the measure over both beginnings, and what each change of either added."""
        result = self.base.ghost(measure, (other.base, *given))
        keys = [self.base.keys[index] for index in sorted(self.changes)]
        keys += [other.base.keys[index] for index in sorted(other.changes)]
        done: set[int] = set()
        for key in keys:
            mine, theirs = self.base.touch(key), other.base.touch(key)
            if mine in done:
                continue
            done.add(mine)
            before = measure(self.base.initial[mine], other.base.initial[theirs], *given)
            after = measure(
                self.changes.get(mine, self.base.initial[mine]),
                other.changes.get(theirs, other.base.initial[theirs]),
                *given,
            )
            result = result + after - before
        return result

    def total_of_rest(self, measure: Measure, given: tuple[Any, ...], touched: int | None = None) -> Any:
        """The total of the measure over the beginning, without the entries that were touched, or so many of them."""
        result = self.base.ghost(measure, given)
        for key, value in zip(self.base.keys[:touched], self.base.initial[:touched], strict=True):
            if given and isinstance(given[0], Base):
                result = result - measure(value, given[0].initial[given[0].touch(key)], *given[1:])
            else:
                result = result - measure(value, *given)
        return result

    def entries(self) -> list[tuple[Any, V]]:
        """The touched entries as they are now."""
        return [(key, self.changes.get(index, self.base.initial[index])) for index, key in enumerate(self.base.keys)]

    def __iter__(self) -> Any:
        raise Unsupported("iteration over a table of arbitrary size")

    def __len__(self) -> int:
        raise Unsupported("the length of a table of arbitrary size")

    def __contains__(self, key: object) -> bool:
        raise Unsupported("membership in a table")

    def __bool__(self) -> bool:
        raise Unsupported("the truth of a table")

    def __eq__(self, other: object) -> bool:
        raise Unsupported("equality of tables of arbitrary size")

    def __hash__(self) -> int:
        raise Unsupported("the hash of a table")


def same(left: object, right: object) -> list[tuple[Any, Any]]:
    """The pairs of integers and identifiers that are equal exactly when two values of one type are.

    For a table: the touched entries; the rest is the same when both began alike.
    """
    if isinstance(left, FrameTable) and isinstance(right, FrameTable):
        if left.base is not right.base:
            raise Unsupported("equality of tables that began apart")
        pairs = []
        for index in sorted({*left.changes, *right.changes}):
            initial = left.base.initial[index]
            pairs += same(left.changes.get(index, initial), right.changes.get(index, initial))
        return pairs
    if isinstance(left, tuple) and isinstance(right, tuple):
        return [pair for ours, theirs in zip(left, right, strict=True) for pair in same(ours, theirs)]
    if is_dataclass(left) and is_dataclass(right):
        return [pair for field in fields(left) for pair in same(getattr(left, field.name), getattr(right, field.name))]
    return [(left, right)]
