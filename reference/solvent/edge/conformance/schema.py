"""The JSON Schema of the vectors, from the types of the machine."""

from collections.abc import Iterator
from types import UnionType
from typing import Any, Final, get_args, get_origin

from solvent.edge.codec import MOST_DIGITS, TAGS
from solvent.edge.conformance.vectors import MEMBERS, RESET, SCHEMA, SOURCES
from solvent.edge.structure import hints, snake_case
from solvent.machine import Action, Event
from solvent.pool import AccountId, MarketId, Pool, PoolParameters, Table
from solvent.rules import Rule

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

NAMES: Final = (str, AccountId, MarketId)

INTEGER_PATTERN: Final = rf"^(0|-?[1-9][0-9]{{0,{MOST_DIGITS - 1}}})$"


def schema() -> dict[str, Any]:
    """What a family's file looks like."""
    definitions: dict[str, Any] = {
        "integer": {"type": "string", "pattern": INTEGER_PATTERN},
        "name": {"type": "string", "minLength": 1},
        "rule": {"enum": [rule.value for rule in Rule]},
    }
    action, event, pool = (reference(hint, definitions) for hint in (Action, Event, Pool))
    parameters = reference(PoolParameters, definitions)
    history = record({"parameters": parameters, "actions": {"type": "array", "items": action}})
    rejected = record({"outcome": {"const": "rejected"}, "rule": {"$ref": "#/$defs/rule"}, "field": {"type": "string"}})
    accepted = record({"outcome": {"const": "accepted"}, "event": event, "state": pool})
    members = {
        "schema": {"const": SCHEMA},
        "id": {"type": "string", "pattern": "^[a-z_]+/[A-Z]{3}-[1-9][0-9]*/[0-9a-f]{8}$"},
        "family": {"enum": [RESET, *tags(Action)]},
        "requirement": {"type": "string", "pattern": "^[A-Z]{3}-[1-9][0-9]*$"},
        "source": {"enum": list(SOURCES)},
        "history": {"oneOf": [{"type": "null"}, history]},
        "state": pool,
        "action": {"oneOf": [{"type": "null"}, action]},
        "expected": {"oneOf": [rejected, accepted, record({"outcome": {"const": "accepted"}})]},
    }
    assert tuple(members) == MEMBERS
    return {
        "$schema": DIALECT,
        "title": "Solvent: vectors of a family",
        "type": "array",
        "items": record(members),
        "$defs": definitions,
    }


def record(members: dict[str, Any]) -> dict[str, Any]:
    """An object of exactly these members."""
    return {"type": "object", "properties": members, "required": list(members), "additionalProperties": False}


def tags(union: Any) -> list[str]:
    """The names of the records of a union."""
    return [snake_case(kind.__name__) for kind in get_args(union)]


def reference(hint: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    """The schema of a type; records are defined once and referred to."""
    if hint is int:
        return {"$ref": "#/$defs/integer"}
    if hint is Rule:
        return {"$ref": "#/$defs/rule"}
    if isinstance(hint, UnionType):
        return {"oneOf": list(tagged(hint, definitions))}
    if get_origin(hint) is Table:
        return {"type": "object", "additionalProperties": reference(get_args(hint)[1], definitions)}
    if get_origin(hint) is tuple:
        return {"type": "array", "items": reference(get_args(hint)[0], definitions)}
    if hint not in NAMES:
        name = snake_case(hint.__name__)
        if name not in definitions:
            definitions[name] = record({field: reference(inner, definitions) for field, inner in hints(hint).items()})
        return {"$ref": f"#/$defs/{name}"}
    return {"$ref": "#/$defs/name"}


def tagged(union: Any, definitions: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The records of a union, each with its tag."""
    for kind, tag in zip(get_args(union), tags(union), strict=True):
        fields = {field: reference(inner, definitions) for field, inner in hints(kind).items()}
        yield record({TAGS[union]: {"const": tag}, **fields})
