"""Canonical JSON of pools, actions, events and outcomes.

- An integer is a string of decimal digits: `"0"`, or no leading zero, with `-` in front if negative; at most 78 digits,
  which is what the numbers of 256 bits have. So no reader of JSON can round it.
- A record is an object of all its fields, a tuple an array. A table is an object keyed by id, without the entries that
  hold the default.
- An action has its kind under `action`, an event under `event`, an outcome under `outcome`: `"list_market"`.
- Written, keys are sorted by code point and nothing stands between tokens; the text is UTF-8, escaped only where JSON
  demands it. Each value has one such text, and reading it and writing it again gives the same bytes. Read, white space
  and the order of keys are free.

What an action or a pool says is not judged here: a negative amount is read, and the machine rejects it by its rule; a
pool is judged by solvent.edge.checks.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import is_dataclass
from typing import Any, Final, cast

from solvent.edge.structure import Duplicated, FormatError, Grammar, Number, Path, hints, shown, snake_case
from solvent.machine import Accepted, Action, Event, Rejected
from solvent.pool import AccountId, MarketId, Pool, Table
from solvent.rules import Rule

Outcome = Accepted | Rejected

TAGS: Final[Mapping[Any, str]] = {Action: "action", Event: "event", Outcome: "outcome"}

TAG_OF: Final[Mapping[type, str]] = {kind: tag for union, tag in TAGS.items() for kind in union.__args__}

MOST_DIGITS: Final = 78
"""The digits of 2**256."""

INTEGER: Final = re.compile(rf"0|-?[1-9][0-9]{{0,{MOST_DIGITS - 1}}}", re.ASCII)

RULES: Final = {rule.value: rule for rule in Rule}


def read_integer(value: object, path: Path) -> int:
    """An integer from its canonical decimal string."""
    if not isinstance(value, str) or not INTEGER.fullmatch(value):
        expected = f'an integer as a string of at most {MOST_DIGITS} decimal digits, such as "-12"'
        raise FormatError(path, expected, shown(value))
    return int(value)


def read_text(value: object, path: Path) -> str:
    """A string that says something and is Unicode."""
    if not isinstance(value, str) or not value:
        raise FormatError(path, "a string that is not empty", shown(value))
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise FormatError(path, "a string of Unicode characters", f"half of a surrogate pair in {shown(value)}")
    return value


def read_rule(value: object, path: Path) -> Rule:
    """A rule from its id."""
    if not isinstance(value, str) or value not in RULES:
        raise FormatError(path, "the id of a rule, such as NUM-3", shown(value))
    return RULES[value]


GRAMMAR: Final = Grammar(
    {int: read_integer, str: read_text, AccountId: read_text, MarketId: read_text, Rule: read_rule}, TAGS
)


def distinct(pairs: list[tuple[str, object]]) -> object:
    """An object, or what stands for one with a key twice."""
    members: dict[str, object] = {}
    for key, value in pairs:
        if key in members:
            return Duplicated(key)
        members[key] = value
    return members


def parse(text: str | bytes) -> object:
    """The tree a JSON text stands for."""
    try:
        if isinstance(text, bytes):
            text = text.decode("utf-8")
        return json.loads(text, object_pairs_hook=distinct, parse_int=Number, parse_float=Number, parse_constant=Number)
    except UnicodeDecodeError as error:
        raise FormatError((), "UTF-8", f"byte {error.object[error.start]:#04x} at offset {error.start}") from None
    except json.JSONDecodeError as error:
        found = f"line {error.lineno} column {error.colno}: {error.msg}"
        raise FormatError((), "JSON", found) from None
    except RecursionError:
        raise FormatError((), "JSON", "too many levels of nesting") from None


def decode_pool(text: str | bytes) -> Pool:
    """The pool a text stands for; raises FormatError. Whether such a pool can come about, solvent.edge.checks says."""
    return cast(Pool, GRAMMAR.read(Pool, parse(text), ()))


def decode_action(text: str | bytes) -> Action:
    """The action a text stands for; raises FormatError."""
    return cast(Action, GRAMMAR.read(Action, parse(text), ()))


def decode_event(text: str | bytes) -> Event:
    """The event a text stands for; raises FormatError."""
    return cast(Event, GRAMMAR.read(Event, parse(text), ()))


def decode_outcome(text: str | bytes) -> Outcome:
    """The outcome a text stands for; raises FormatError."""
    return cast(Outcome, GRAMMAR.read(Outcome, parse(text), ()))


def encode(value: Pool | Action | Event | Outcome) -> str:
    """The canonical text; raises FormatError for what could not be read back."""
    return to_text(to_json(value))


def describe(outcome: Outcome) -> str:
    """An outcome in a line: all of it but the pool."""
    if isinstance(outcome, Rejected):
        return encode(outcome)
    return to_text({"outcome": "accepted", "event": to_json(outcome.event)})


def to_text(tree: object) -> str:
    """The canonical text of a tree."""
    return json.dumps(tree, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def to_json(value: object, path: Path = ()) -> object:
    """The tree of objects and strings a value is written as."""
    match value:
        case bool():
            raise FormatError(path, "an integer", shown(value))
        case int():
            if abs(value) >= 10**MOST_DIGITS:
                raise FormatError(path, f"an integer of at most {MOST_DIGITS} decimal digits", "more")
            return str(value)
        case Rule():
            return value.value
        case str():
            return read_text(value, path)
        case tuple():
            return [to_json(item, (*path, str(index))) for index, item in enumerate(value)]
        case Table():
            return {read_text(key, path): to_json(entry, (*path, key)) for key, entry in value}
    assert is_dataclass(value)
    kind: type = type(value)
    tree = {name: to_json(getattr(value, name), (*path, name)) for name in hints(kind)}
    return {TAG_OF[kind]: snake_case(kind.__name__), **tree} if kind in TAG_OF else tree
