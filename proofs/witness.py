"""Witnesses: that a theorem about a transition is not empty, an example is shown in which the machine accepts.

The pool is reached by actions from an empty one. Whoever has the witness replays it with `solvent.machine.step` alone.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from proofs.drawn import DrawnPoolWorld, Seeded, SteppedPoolWorld, Unmet, life_of
from proofs.kernel.check import Finding, Result
from proofs.kernel.solve import Verdict
from proofs.kernel.theorem import Theorem
from proofs.ledger import ledger, record
from solvent.edge.codec import to_json, to_text
from solvent.machine import Accepted, step
from solvent.pool import Pool

W = TypeVar("W", bound=DrawnPoolWorld)

SEEDS = 2_000
"""Examples after which none is expected."""


def witnessed(theorem: Theorem, result: Result) -> Result:
    """The result with a witness; or with a finding where there should be one and is none, or where a claim fails."""
    stepped = result.accepting > 0
    for seed in range(SEEDS):
        world = drawn(theorem, seed)
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


def falsified(theorem: Theorem, seeds: Iterable[int]) -> Result | None:
    """The result of a theorem of which an example shows that it is false; none if none of these examples does."""
    started = time.perf_counter()
    for seed in seeds:
        world = drawn(theorem, seed)
        if world is not None and world.failed:
            told, data = ledger(world), record(world)
            findings = tuple(Finding(label, 0, Verdict.REFUTED, told, data) for label in dict.fromkeys(world.failed))
            about = (theorem.name, theorem.module, theorem.sentence, theorem.requirements)
            return Result(*about, 0, 0, (), (), (), 0, time.perf_counter() - started, findings)
    return None


def stepped(theorems: Sequence[Theorem], seeds: Iterable[int]) -> Iterator[tuple[Theorem, SteppedPoolWorld]]:
    """The theorems that are false of a step of a life, each with its world, for the lives of the seeds in their order.

    A life ends with the first step that a theorem is false of.
    """
    for seed in seeds:
        life = life_of(theorems[0], Seeded(seed))
        pool, found = Pool(life[0]), False
        for number, action in enumerate(life[1]):
            for theorem in theorems:
                world = SteppedPoolWorld(theorem, Seeded(seed), life, number, pool)
                if stated(theorem, world) is not None and world.failed:
                    found = True
                    yield theorem, world
            if found:
                break
            outcome = step(pool, action)
            assert isinstance(outcome, Accepted)
            pool = outcome.pool


def drawn(theorem: Theorem, seed: int) -> DrawnPoolWorld | None:
    """The world of an example after the theorem was stated in it; none if the theorem does not speak of it."""
    return stated(theorem, DrawnPoolWorld(theorem, Seeded(seed)))


def stated(theorem: Theorem, world: W) -> W | None:
    """The world after the theorem was stated in it; none if the theorem does not speak of it.

    A claim that failed before an assumption did so within the assumptions made until then.
    """
    try:
        theorem.state(world)
    except Unmet:
        return world if world.failed else None
    except Exception as error:  # whatever escapes the machine is what is being reported
        world.failed.append(f"{type(error).__name__} escapes: {error}")
    return world


def _missing(label: str) -> Finding:
    return Finding(f"empty: {label}", 0, Verdict.UNKNOWN, "")


def _told(world: DrawnPoolWorld) -> str:
    ((parameters, life),) = world.lives
    before, action, outcome = next(taken for taken in world.steps if isinstance(taken[2], Accepted))
    assert isinstance(outcome, Accepted)
    told = {
        "parameters": to_json(parameters),
        "life": [to_json(lived) for lived in life],
        "pool": to_json(before),
        "action": to_json(action),
        "event": to_json(outcome.event),
    }
    return to_text(told)
