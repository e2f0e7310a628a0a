"""Steps per second of the reference alone, and of the kit that holds it against other implementations, with ratios.

    python -m tests.benchmarks implementations

The runs are drawn from seeds beforehand; what is measured is taking them. `with trees` is the reference and each pool
as JSON, which the kit compares; `serve` is the reference once more, in a process of its own behind the protocol, which
shows what the protocol costs. All take turns, so that whatever else the computer does disturbs all of them alike.
"""

import sys
from collections.abc import Callable
from functools import partial
from random import Random
from statistics import median
from time import perf_counter
from typing import Final

from solvent.edge.codec import to_json
from solvent.edge.conformance.compare import Session, first_divergence, reached
from solvent.edge.generator import Generator
from solvent.machine import Action
from solvent.pool import Pool
from tests.differential.__main__ import implementations

RUNS: Final = 12
STEPS: Final = 200
PATIENCE: Final = 60

Run = tuple[Pool, list[Action]]
"""A pool, and actions from there on."""


def drawn(seed: int) -> Run:
    """A run as the fuzzer draws it."""
    generator = Generator(Random(seed))
    start = pool = generator.pool()
    actions = []
    for _ in range(STEPS):
        action = generator.action(pool)
        actions.append(action)
        pool = reached(pool, [action])
    return start, actions


def alone(run: Run) -> None:
    """The reference."""
    reached(*run)


def with_trees(run: Run) -> None:
    """The reference, and each pool as JSON."""
    pool, actions = run
    for action in actions:
        pool = reached(pool, [action])
        to_json(pool)


def against(session: Session, run: Run) -> None:
    """The reference, and another implementation that must not differ."""
    assert first_divergence(session, *run) is None


def main() -> None:
    """Measures, and prints a table."""
    subjects = {"serve": [sys.executable, "-m", "solvent.edge", "serve"]}
    subjects |= {name: [sys.executable, "-m", f"tests.differential.{name}.adapter"] for name in implementations()}
    sessions = {name: Session(command, PATIENCE) for name, command in subjects.items()}
    ways: dict[str, Callable[[Run], None]] = {"reference alone": alone, "with trees": with_trees}
    ways |= {f"against {name}": partial(against, session) for name, session in sessions.items()}
    times: dict[str, list[float]] = {name: [] for name in ways}
    try:
        for session in sessions.values():
            session.greeted()
        for seed in range(RUNS):
            run = drawn(seed)
            for name, way in ways.items():
                begin = perf_counter()
                way(run)
                times[name].append((perf_counter() - begin) / STEPS)
            print(f"run {seed + 1} of {RUNS}", file=sys.stderr, flush=True)
    finally:
        for session in sessions.values():
            session.end()
    first = median(times["reference alone"])
    print(f"{'steps per second':<24}{'':>12}{'slower by':>12}")
    for name, taken in times.items():
        print(f"{name:<24}{1 / median(taken):>12,.0f}{median(taken) / first:>11.1f}x")
