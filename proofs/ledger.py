"""A counterexample as a small ledger: the state before, the action, the state after, the requirement violated."""

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
