"""Implementations with one line changed, as a mistake would change it, and how soon the kit finds that out."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from solvent.edge.conformance.compare import Session
from solvent.edge.conformance.conform import Results, claimed_kinds, diverging_run, run_vectors
from solvent.edge.conformance.vectors import Case

SEED: Final = "1"
RUNS: Final = 150
STEPS: Final = 200
PATIENCE: Final = 60.0


@dataclass(frozen=True)
class Defect:
    """A kind of mistake, and what it turns into what, on one line of a file."""

    kind: str
    file: str
    right: str
    wrong: str


@dataclass(frozen=True)
class Found:
    """How many vectors fail, of which requirements, and after how many steps the runs drawn from the seed diverge.

    steps is None where they do not diverge; violated is the requirement that the divergence violates.
    """

    vectors: int
    requirements: tuple[str, ...]
    steps: int | None
    violated: str


@contextmanager
def seeded(source: Path, defect: Defect) -> Iterator[Path]:
    """A copy of the source with the defect in it."""
    with tempfile.TemporaryDirectory() as directory:
        copy = Path(shutil.copytree(source, Path(directory, source.name)))
        file = copy / defect.file
        lines = file.read_text(encoding="utf-8").split("\n")
        places = [number for number, line in enumerate(lines) if defect.right in line]
        if len(places) != 1:
            raise ValueError(f"{defect.file}: expected one line {defect.right!r}, found {len(places)}")
        lines[places[0]] = lines[places[0]].replace(defect.right, defect.wrong)
        file.write_text("\n".join(lines), encoding="utf-8")
        yield copy


def failing_vectors(command: Sequence[str], cases: Sequence[Case]) -> Iterator[str]:
    """The requirement of each vector that fails, in their order."""
    with session_of(command) as session:
        greeting = session.greeted()
        results = Results(greeting.subject, greeting.actions)
        for check in run_vectors(session, cases, claimed_kinds(greeting.actions, None), results):
            if check.divergence is not None:
                yield check.divergence.requirement


def steps_to_divergence(command: Sequence[str], runs: int = RUNS) -> tuple[int | None, str]:
    """How many steps the runs drawn from the seed take until one diverges, and what that violates."""
    with session_of(command) as session:
        greeting = session.greeted()
        results = Results(greeting.subject, greeting.actions)
        kinds = claimed_kinds(greeting.actions, None)
        for number in range(1, runs + 1):
            divergence = diverging_run(session, kinds, f"{SEED}/{number}", STEPS, results)
            if divergence is not None:
                return results.steps, divergence.requirement
    return None, ""


@contextmanager
def session_of(command: Sequence[str]) -> Iterator[Session]:
    """A session that ends with its block."""
    session = Session(command, PATIENCE)
    try:
        yield session
    finally:
        session.end()


def found(command: Sequence[str], cases: Sequence[Case]) -> Found:
    """What the kit finds."""
    failing = list(failing_vectors(command, cases))
    steps, violated = steps_to_divergence(command)
    return Found(len(failing), tuple(dict.fromkeys(failing)), steps, violated)
