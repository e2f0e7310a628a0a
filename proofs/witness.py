"""Witnesses: that a theorem about a transition is not empty, an example is shown in which the machine accepts.

The pool is reached by actions from an empty one. Whoever has the witness replays it with `solvent.machine.step` alone.
"""

import time
from dataclasses import replace

from proofs.drawn import DrawnPoolWorld, Seeded, Unmet
from proofs.kernel.check import Finding, Result
from proofs.kernel.solve import Verdict
from proofs.kernel.theorem import Theorem
from proofs.ledger import ledger, record
from solvent.edge.codec import to_json, to_text
from solvent.machine import Accepted

SEEDS = 2_000
"""Examples after which none is expected."""


def witnessed(theorem: Theorem, result: Result) -> Result:
    """The result with a witness; or with a finding where there should be one and is none, or where a claim fails."""
    stepped = result.accepting > 0
    for seed in range(SEEDS):
        world = _example(theorem, seed)
        if world is None:
            continue
        if world.failed:
            label = "false of an example: the prover is wrong"
            found = Finding(label, 0, Verdict.REFUTED, ledger(world), record(world))
            return replace(result, findings=(*result.findings, found))
        stepped = stepped or bool(world.steps)
        if not stepped:
            return result
        if world.claims and world.accepted():
            break
    else:
        return replace(result, findings=(*result.findings, _missing(f"none of {SEEDS} examples was accepted")))
    if not result.accepting:
        return replace(result, findings=(*result.findings, _missing("no path on which the action is accepted")))
    return replace(result, witness=_told(world))


def falsified(theorem: Theorem, examples: int) -> Result | None:
    """The result of a theorem of which an example shows that it is false; none if none of so many examples does."""
    started = time.perf_counter()
    for seed in range(examples):
        world = _example(theorem, seed)
        if world is not None and world.failed:
            told, data = ledger(world), record(world)
            findings = tuple(Finding(label, 0, Verdict.REFUTED, told, data) for label in dict.fromkeys(world.failed))
            about = (theorem.name, theorem.module, theorem.sentence, theorem.requirements)
            return Result(*about, 0, 0, (), (), (), 0, time.perf_counter() - started, findings)
    return None


def _example(theorem: Theorem, seed: int) -> DrawnPoolWorld | None:
    """The world of an example after the theorem was stated in it; none if the theorem does not speak of it."""
    world = DrawnPoolWorld(theorem, Seeded(seed))
    try:
        theorem.state(world)
    except Unmet:
        return None
    except Exception as error:  # whatever escapes the machine is what is being reported
        world.failed.append(f"{type(error).__name__} escapes: {error}")
    return world


def _missing(label: str) -> Finding:
    return Finding(f"empty: {label}", 0, Verdict.UNKNOWN, "")


def _told(world: DrawnPoolWorld) -> str:
    ((parameters, life),) = world.lives
    before, action, outcome = next(step for step in world.steps if isinstance(step[2], Accepted))
    assert isinstance(outcome, Accepted)
    told = {
        "parameters": to_json(parameters),
        "life": [to_json(lived) for lived in life],
        "pool": to_json(before),
        "action": to_json(action),
        "event": to_json(outcome.event),
    }
    return to_text(told)
