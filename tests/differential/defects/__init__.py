"""Implementations with a line changed, as a mistake would change it, and how soon the kit finds that out."""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from solvent.edge.conformance.compare import Session
from solvent.edge.conformance.conform import Results, claimed_kinds, diverging_run, run_vectors
from solvent.edge.conformance.vectors import Case, bundled

SEED: Final = "1"
RUNS: Final = 150
STEPS: Final = 200
PATIENCE: Final = 120.0
"""Seconds for one reply: the first one of a contract waits for the compiler."""

Command = Callable[[Path], Sequence[str]]
"""What starts an implementation whose source stands in a folder."""

CACHES: Final = shutil.ignore_patterns("__pycache__")


@dataclass(frozen=True)
class Defect:
    """What is mistaken, and the text that stands once in a file, with what a mistake makes of it."""

    mistake: str
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
        copy = Path(shutil.copytree(source, Path(directory, source.name), ignore=CACHES))
        file = copy / defect.file
        text = file.read_text(encoding="utf-8")
        if text.count(defect.right) != 1:
            raise ValueError(
                f"{defect.file}: expected {defect.right!r} once, found it {text.count(defect.right)} times"
            )
        file.write_text(text.replace(defect.right, defect.wrong), encoding="utf-8")
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


def found(source: Path, command: Command, defect: Defect) -> Found:
    """What the kit finds of an implementation with the defect."""
    with seeded(source, defect) as copy:
        failing = list(failing_vectors(command(copy), bundled()))
        steps, violated = steps_to_divergence(command(copy))
    return Found(len(failing), tuple(dict.fromkeys(failing)), steps, violated)
