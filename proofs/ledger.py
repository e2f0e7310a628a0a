"""A counterexample as a small ledger: the state before, the action, the state after, the requirement violated."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from proofs.drawn import DrawnPoolWorld
from proofs.kernel.frames import FrameTable
from proofs.worlds import WitnessPoolWorld
from solvent.machine import Accepted
from solvent.pool import Pool

SHOWN = ("time", "mark", "long_carry", "short_carry", "long_interest", "short_interest")
"""The fields of a market that are shown; of its parameters, those that are not zero."""


def ledger(world: WitnessPoolWorld | DrawnPoolWorld) -> str:
    """What a world saw, a witness only what was looked at; what changed with an arrow."""
    lines: list[str] = []
    for before, action, outcome in world.steps:
        lines += ["before", *_pool(before, before)]
        lines += [f"action  {_record(action)}"]
        if isinstance(outcome, Accepted):
            lines += [f"event   {_record(outcome.event)}", "after", *_pool(before, outcome.pool)]
        elif outcome is None:
            lines += ["no outcome"]
        else:
            lines += [f"rejected by {outcome.rule.value} ({outcome.field}): {outcome.rule.sentence}"]
    if not world.steps:
        lines += [f"values  {name} = {number(value)}" for name, value in world.drawn.items()]
    lines += [f"violates {label}" for label in dict.fromkeys(world.failed)]
    return "\n".join("  " + line for line in lines)


def record(world: WitnessPoolWorld | DrawnPoolWorld) -> dict[str, Any]:
    """The same as data, complete: every field that was looked at, before and after each step.

    `steps`: each with `action` and its `event`, or the rule that `rejected` with its sentence and field, or neither
    where the machine ended otherwise, and `cells`: where, the value before, the value after. Actions and events are a
    name and pairs of a field and a value. `values`: what was drawn. `violates`: the claims that failed. Values are
    decimal strings, or names.
    """
    steps = []
    for before, action, outcome in world.steps:
        after = dict(_cells(outcome.pool if isinstance(outcome, Accepted) else before))
        step: dict[str, Any] = {"action": [type(action).__name__, _pairs(action)]}
        if isinstance(outcome, Accepted):
            step["event"] = [type(outcome.event).__name__, _pairs(outcome.event)]
        elif outcome is not None:
            step["rejected"] = [outcome.rule.value, outcome.rule.sentence, outcome.field]
        step["cells"] = [[list(where), value, after.get(where, value)] for where, value in _cells(before)]
        steps.append(step)
    values = [[name, str(value)] for name, value in world.drawn.items()]
    return {"violates": list(dict.fromkeys(world.failed)), "steps": steps, "values": values}


def _cells(value: Any, where: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, FrameTable):
        for key, entry in value.entries():
            yield from _cells(entry, (*where, str(key)))
    elif is_dataclass(value):
        for item in fields(value):
            yield from _cells(getattr(value, item.name), (*where, item.name))
    else:
        yield where, str(value)


def _pairs(value: Any) -> list[list[str]]:
    return [[" ".join(where), told] for where, told in _cells(value)]


def number(value: int) -> str:
    """An integer with its digits in groups of three."""
    return f"{value:_}"


def _pool(before: Pool, after: Pool) -> list[str]:
    lines = [f"  vault {_change(before.vault, after.vault)}"]
    lines += [f"  parameters {_record(after.parameters)}"] if before is after else []
    for key, old, new in _entries(before.markets, after.markets):
        values = [f"{name} {_change(getattr(old, name), getattr(new, name))}" for name in SHOWN]
        lines.append(f"  market {key}: " + ", ".join(values))
        if before is after or old.parameters != new.parameters:
            parameters = [f for f in fields(new.parameters) if getattr(new.parameters, f.name)]
            lines.append("    " + ", ".join(f"{f.name} {number(getattr(new.parameters, f.name))}" for f in parameters))
    for key, old, new in _entries(before.accounts, after.accounts):
        held = [f"{market} {_change(was, now)}" for market, was, now in _entries(old.positions, new.positions)]
        lines.append(f"  account {key}: cash {_change(old.cash, new.cash)}; " + (", ".join(held) or "no position seen"))
    return lines


def _entries(before: Any, after: Any) -> list[tuple[Any, Any, Any]]:
    if isinstance(before, FrameTable) and isinstance(after, FrameTable):
        now = dict(after.entries())
        return [(key, value, now[key]) for key, value in before.entries()]
    keys = sorted({key for table in (before, after) for key, _ in table})
    return [(key, before.get(key), after.get(key)) for key in keys]


def _change(before: int, after: int) -> str:
    return number(before) if before == after else f"{number(before)} -> {number(after)}"


def _record(value: Any) -> str:
    def shown(item: Any) -> str:
        return f"({_record(item)})" if is_dataclass(item) else number(item) if isinstance(item, int) else str(item)

    return type(value).__name__ + " " + ", ".join(f"{f.name} {shown(getattr(value, f.name))}" for f in fields(value))
