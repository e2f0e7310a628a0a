"""Reads trees of objects, arrays and scalars into dataclasses as their type hints say, and says where they do not fit.

Of a dataclass every field is required and no other accepted. What a scalar looks like is the caller's to say: JSON
and TOML differ in that and in nothing else.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from types import UnionType
from typing import Any, Final, NamedTuple, get_args, get_origin, get_type_hints

from solvent.pool import Table

Path = tuple[str, ...]

LONGEST_SHOWN: Final = 40
"""How much of what was found, or of a name, an error shows."""

PLAIN_NAME: Final = re.compile(r"[A-Za-z0-9_-]+")


class FormatError(ValueError):
    """Input that is not of the form it must have: where, what was expected there, and what was found."""

    def __init__(self, path: Path, expected: str, found: str) -> None:
        super().__init__(f"{shown_path(path) + ': ' if path else ''}expected {expected}, found {found}")
        self.path = path
        self.expected = expected
        self.found = found


class Duplicated(NamedTuple):
    """Stands for an object that has a key twice."""

    key: str


class Number(NamedTuple):
    """Stands for a JSON number: its digits are not read."""

    text: str


def shown_name(name: str) -> str:
    """One step of a path, short and on one line whatever the name is."""
    short = name if len(name) <= LONGEST_SHOWN else name[:LONGEST_SHOWN] + "..."
    return short if PLAIN_NAME.fullmatch(name) else json.dumps(short)


def shown_path(path: Path) -> str:
    """Where something stands: accounts.alice.cash."""
    return ".".join(map(shown_name, path))


def shown(value: object) -> str:
    """What was found, short and on one line whatever it is."""
    match value:
        case dict():
            return "an object"
        case list():
            return "an array"
        case Duplicated(key):
            return f"the key {shown_name(key)} twice"
        case Number(text):
            return f"the number {shown_name(text)}"
        case None | bool():
            return json.dumps(value)
        case str():
            return json.dumps(value if len(value) <= LONGEST_SHOWN else value[:LONGEST_SHOWN] + "...")
        case _:
            return shown_name(str(value))


def snake_case(name: str) -> str:
    """ListMarket as list_market."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


@cache
def hints(kind: Any) -> dict[str, Any]:
    """The fields of a dataclass in their order, and their types."""
    types = get_type_hints(kind)
    return {field.name: types[field.name] for field in fields(kind)}


def members(value: object, path: Path) -> dict[str, object]:
    """The members of an object."""
    if not isinstance(value, dict):
        raise FormatError(path, "each key once" if isinstance(value, Duplicated) else "an object", shown(value))
    return value


@dataclass(frozen=True)
class Grammar:
    """What scalars look like, and under which key a record that is one of several says which it is."""

    scalars: Mapping[Any, Callable[[object, Path], Any]]
    tags: Mapping[Any, str]

    def read(self, hint: Any, value: object, path: Path) -> Any:
        """The value the hint describes."""
        if hint in self.scalars:
            return self.scalars[hint](value, path)
        if isinstance(hint, UnionType):
            return self.read_tagged(hint, value, path)
        if is_dataclass(hint):
            return self.read_fields(hint, members(value, path), path)
        assert get_origin(hint) is tuple
        if not isinstance(value, list):
            raise FormatError(path, "an array", shown(value))
        (inner, _) = get_args(hint)
        return tuple(self.read(inner, item, (*path, str(index))) for index, item in enumerate(value))

    def read_tagged(self, union: UnionType, value: object, path: Path) -> Any:
        """One of several dataclasses: which one, the tag says."""
        tag = self.tags[union]
        rest = dict(members(value, path))
        kinds = {snake_case(kind.__name__): kind for kind in get_args(union)}
        if tag not in rest:
            raise FormatError((*path, tag), f"one of {', '.join(kinds)}", "nothing")
        name = rest.pop(tag)
        if not isinstance(name, str) or name not in kinds:
            raise FormatError((*path, tag), f"one of {', '.join(kinds)}", shown(name))
        return self.read_fields(kinds[name], rest, path)

    def read_fields(self, kind: Any, given: dict[str, object], path: Path) -> Any:
        """A dataclass of exactly the fields given."""
        wanted = hints(kind)
        for name in given:
            if name not in wanted:
                raise FormatError(
                    (*path, name), f"no such field; the fields are {', '.join(wanted)}", shown(given[name])
                )
        for name in wanted:
            if name not in given:
                raise FormatError((*path, name), "this field", "nothing")
        values = {}
        for field in fields(kind):
            hint, inner = wanted[field.name], (*path, field.name)
            if get_origin(hint) is Table:
                values[field.name] = self.read_table(field.default, hint, given[field.name], inner)
            else:
                values[field.name] = self.read(hint, given[field.name], inner)
        return kind(**values)

    def read_table(self, empty: Any, hint: Any, value: object, path: Path) -> Any:
        """A table, to which every entry given adds something: an entry that is the default has no place in it."""
        key_hint, entry_hint = get_args(hint)
        table = empty
        for name, item in members(value, path).items():
            inner = (*path, name)
            key = self.scalars[key_hint](name, inner)
            entry = self.read(entry_hint, item, inner)
            if entry == table.get(key):
                raise FormatError(inner, "no entry that says nothing", "the default, which is left out")
            table = table.set(key, entry)
        return table
