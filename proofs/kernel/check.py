"""Checking one theorem: every path, every obligation, and a replay of whatever refutes it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import z3

from proofs.kernel.lift import inside
from proofs.kernel.paths import Infeasible, Obligation, Path, explore
from proofs.kernel.solve import Answer, Verdict, decide
from proofs.kernel.terms import Unsupported
from proofs.kernel.theorem import Theorem
from proofs.kernel.world import Contradicted, SymbolicWorld, WitnessWorld

ENOUGH = 8
"""Findings after which a theorem is given up."""


@dataclass(frozen=True)
class Finding:
    """An obligation that was not proved.

    The ledger tells the counterexample, the record has it as data; both are empty where there is none.
    """

    label: str
    path: int
    verdict: Verdict
    ledger: str
    record: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Result:
    """What became of a theorem."""

    name: str
    module: str
    sentence: str
    requirements: tuple[str, ...]
    paths: int
    obligations: int
    resources: int
    seconds: float
    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> Verdict:
        """Refuted if an obligation is, else unknown if an obligation is, else proved."""
        verdicts = {finding.verdict for finding in self.findings}
        return next((verdict for verdict in (Verdict.REFUTED, Verdict.UNKNOWN) if verdict in verdicts), Verdict.PROVED)


@dataclass(frozen=True)
class Worlds:
    """How to make the two worlds for a theorem, and how to tell what a witness saw, as text and as data."""

    symbolic: Callable[[Theorem, Path], SymbolicWorld]
    witness: Callable[[Theorem, dict[str, int], dict[int, str]], WitnessWorld]
    ledger: Callable[[Any], str]
    record: Callable[[Any], dict[str, Any]]


def check(theorem: Theorem, worlds: Worlds) -> Result:
    """Explores every path of the theorem and decides every obligation."""
    started = time.perf_counter()

    def run(path: Path) -> None:
        world = worlds.symbolic(theorem, path)
        with inside(world):
            try:
                theorem.state(world)
            except (Infeasible, Unsupported, z3.Z3Exception):
                raise
            except Exception as error:  # the machine may end in an outcome and in nothing else
                path.oblige(z3.BoolVal(False), theorem.requirements, f"{type(error).__name__} escapes: {error}")

    paths = explore(run)
    findings: list[Finding] = []
    resources = obligations = 0
    answers: dict[str, Answer] = {}
    for path in paths:
        for obligation in path.obligations:
            if obligation.text in answers or len(findings) >= ENOUGH:
                continue
            answer = answers[obligation.text] = decide(obligation.text)
            obligations += 1
            resources += answer.resources
            if answer.verdict is not Verdict.PROVED:
                findings.append(_finding(theorem, worlds, path, obligation, answer))
    if not obligations:
        findings.append(Finding("the theorem claims nothing", 0, Verdict.UNKNOWN, ""))
    seconds = time.perf_counter() - started
    return Result(
        theorem.name,
        theorem.module,
        theorem.sentence,
        theorem.requirements,
        len(paths),
        obligations,
        resources,
        seconds,
        tuple(findings),
    )


def _finding(theorem: Theorem, worlds: Worlds, path: Path, obligation: Obligation, answer: Answer) -> Finding:
    verdict, ledger = answer.verdict, ""
    record: dict[str, Any] = {}
    if verdict is Verdict.REFUTED:
        world = worlds.witness(theorem, answer.model, path.constants())
        try:
            theorem.state(world)
            confirmed = bool(world.failed)
        except Contradicted:
            confirmed = False
        except Exception as error:  # whatever escapes the machine is what is being reported
            confirmed = True
            world.failed.append(f"{type(error).__name__}: {error}")
        verdict = Verdict.REFUTED if confirmed else Verdict.UNKNOWN
        ledger, record = worlds.ledger(world), worlds.record(world)
    return Finding(obligation.label, obligation.path, verdict, ledger, record)
