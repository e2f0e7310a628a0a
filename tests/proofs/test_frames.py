"""Frames against plain dictionaries: the same reads and the same totals, whatever was touched and changed before."""

from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any

import pytest

from proofs.kernel import frames
from proofs.kernel.frames import Base, FrameTable
from proofs.kernel.terms import Unsupported

KEYS = tuple("abcdef")


class Known(Base[int]):
    """A beginning that is not arbitrary: its entries and totals are those of a dictionary."""

    def __init__(self, name: str, entries: dict[str, int]) -> None:
        self.entries = entries
        self._key = ""
        self._asked: tuple[Callable[..., int], tuple[Any, ...]] = (value_of, ())
        super().__init__(name, lambda _: self.entries.get(self._key, 0), self._total, lambda *_: None, self._seen)

    def ghost(self, measure: Callable[..., Any], given: tuple[Any, ...]) -> Any:
        self._asked = (measure, given)
        return super().ghost(measure, given)

    def _total(self, _: str) -> int:
        measure, given = self._asked
        return sum(
            measure(value, *(item.entries.get(key, 0) if isinstance(item, Known) else item for item in given))
            for key, value in self.entries.items()
        )

    def _seen(self, key: str) -> str:
        self._key = key
        return key


def value_of(value: int) -> int:
    return value


def square(value: int) -> int:
    return value * value


def scaled(value: int, factor: int) -> int:
    return value * factor


def priced(value: int, prices: FrameTable[int]) -> int:
    return value * (prices.get("a") + 2 * prices.get("b"))


def product(value: int, price: int) -> int:
    return value * price


class Pair:
    """A frame and the dictionary it must not differ from."""

    def __init__(self, name: str, random: Random) -> None:
        self.now = {key: random.randint(-9, 9) for key in KEYS if random.random() < 0.7}
        self.table = FrameTable(Known(name, dict(self.now)))

    def set(self, key: str, value: int) -> None:
        self.now = {**self.now, key: value}
        self.table = self.table.set(key, value)


def differs(seed: int) -> str:
    """Runs a random script on frames and dictionaries and says where they part, if they do."""
    random = Random(seed)
    sizes, prices = Pair("sizes", random), Pair("prices", random)
    for _ in range(12):
        choice, key = random.randint(0, 6), random.choice(KEYS)
        if choice == 0:
            sizes.set(key, random.randint(-9, 9))
        elif choice == 1:
            prices.set(key, random.randint(-9, 9))
        elif choice == 2 and sizes.table.get(key) != sizes.now.get(key, 0):
            return "get"
        elif choice == 3:
            for measure in (value_of, square):
                if sizes.table.total(measure) != sum(map(measure, sizes.now.values())):
                    return "total"
        elif choice == 4:
            factor = random.randint(-3, 3)
            if sizes.table.total(scaled, factor) != factor * sum(sizes.now.values()):
                return "a total of what is captured"
        elif choice == 5:
            rate = prices.now.get("a", 0) + 2 * prices.now.get("b", 0)
            if sizes.table.total(priced, prices.table) != rate * sum(sizes.now.values()):
                return "a total over an environment"
        elif choice == 6:
            along = sum(size * prices.now.get(key, 0) for key, size in sizes.now.items())
            if sizes.table.total_along(prices.table, product) != along:
                return "a total along another table"
    base = sizes.table.base
    assert isinstance(base, Known)
    rest = sum(value for key, value in base.entries.items() if key not in base.keys)
    return "" if sizes.table.total_of_rest(value_of, ()) == rest else "a total of the rest"


def test_frames_do_not_differ_from_dictionaries() -> None:
    assert {seed: said for seed in range(1_000) if (said := differs(seed))} == {}


BROKEN: dict[str, tuple[Any, str, Any]] = {
    "a stale environment": (frames, "key_of", lambda value: id(value.base) if isinstance(value, FrameTable) else value),
    "captured values are forgotten": (frames, "key_of", lambda _: 0),
    "measures are not told apart": (frames, "name_of", lambda _: "measure"),
    "a change is not counted": (FrameTable, "total", lambda self, measure, *given: self.base.ghost(measure, given)),
    "changes of the other table are not counted": (
        FrameTable,
        "total_along",
        lambda self, other, measure: self.base.ghost(measure, (other.base,)),
    ),
    "keys are never the same": (Base, "touch", Base.add),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_frame_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    owner, method, broken = BROKEN[name]
    monkeypatch.setattr(owner, method, broken)
    assert any(differs(seed) for seed in range(1_000))


@pytest.mark.parametrize(
    "measure",
    [lambda value: value, partial(scaled, factor=2), Random(0).randint, len],
    ids=["lambda", "partial", "method", "builtin"],
)
def test_only_a_plain_function_is_a_measure(measure: Callable[..., int]) -> None:
    with pytest.raises(Unsupported, match="no plain function"):
        Pair("sizes", Random(0)).table.total(measure)


def test_a_closure_is_no_measure() -> None:
    factor = 2

    def captured(value: int) -> int:
        return value * factor

    with pytest.raises(Unsupported, match="no plain function"):
        Pair("sizes", Random(0)).table.total(captured)


@pytest.mark.parametrize("use", [list, len, bool, hash, lambda table: "a" in table, lambda table: table == table])
def test_what_needs_every_entry_raises(use: Callable[[FrameTable[int]], Any]) -> None:
    with pytest.raises(Unsupported):
        use(Pair("sizes", Random(0)).table)


def test_a_ghost_cannot_depend_on_what_has_no_structure() -> None:
    with pytest.raises(Unsupported, match="depends on a list"):
        Pair("sizes", Random(0)).table.total(scaled, [2])
