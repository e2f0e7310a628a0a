"""Checking one theorem: every path, every obligation, and a replay of whatever refutes it."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from hashlib import sha256
from typing import Any

import z3

from proofs.kernel.lift import inside
from proofs.kernel.paths import Obligation, Path, explore
from proofs.kernel.solve import Answer, Verdict, decide
from proofs.kernel.terms import Unsupported
from proofs.kernel.theorem import Theorem
from proofs.kernel.world import Contradicted, SymbolicWorld, WitnessWorld

ENOUGH, ENOUGH_ALIKE = 8, 2
"""Findings after which a theorem is given up, and findings of one label after which that label is."""


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


class Opinion(Enum):
    """What a second solver says of an obligation."""

    AGREED = "agreed"
    DISAGREED = "disagreed"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Decided:
    """An obligation and what was decided; the digest is that of its text."""

    path: int
    label: str
    digest: str
    verdict: Verdict
    opinion: Opinion


@dataclass(frozen=True)
class Result:
    """What became of a theorem.

    accepting: paths on which the machine accepted an action. relies_on, shows: lemmas, contracts, facts and measures.
    witness: an example in which the machine accepts an action and every claim holds, as JSON.
    """

    name: str
    module: str
    sentence: str
    requirements: tuple[str, ...]
    paths: int
    accepting: int
    obligations: tuple[Decided, ...]
    relies_on: tuple[str, ...]
    shows: tuple[str, ...]
    resources: int
    seconds: float
    findings: tuple[Finding, ...]
    witness: str = ""

    @property
    def verdict(self) -> Verdict:
        """Refuted if an obligation is, else unknown if an obligation is, else proved."""
        verdicts = {finding.verdict for finding in self.findings}
        return next((verdict for verdict in (Verdict.REFUTED, Verdict.UNKNOWN) if verdict in verdicts), Verdict.PROVED)


@dataclass(frozen=True)
class Worlds:
    """How to make the two worlds for a theorem, when a path accepts, how to tell what a witness saw, as text and as
    data, whom to ask for a second opinion, and who decides."""

    symbolic: Callable[[Theorem, Path], SymbolicWorld]
    witness: Callable[[Theorem, dict[str, int], dict[int, str]], WitnessWorld]
    accepts: Callable[[Any], bool]
    ledger: Callable[[Any], str]
    record: Callable[[Any], dict[str, Any]]
    second: Callable[[str], Opinion]
    decide: Callable[[str], Answer] = decide


def check(theorem: Theorem, worlds: Worlds) -> Result:
    """Explores every path of the theorem and decides every obligation."""
    started = time.perf_counter()
    relies_on: set[str] = set()
    shows: set[str] = set()
    accepting = 0

    def run(path: Path) -> None:
        nonlocal accepting
        world = worlds.symbolic(theorem, path)
        with inside(world):
            try:
                theorem.state(world)
            except z3.Z3Exception:
                raise
            except Exception as error:  # the machine may end in an outcome and in nothing else
                path.oblige(z3.BoolVal(False), theorem.requirements, f"{type(error).__name__} escapes: {error}")
            finally:
                relies_on.update(world.dependencies())
                shows.update(world.shows)
        accepting += worlds.accepts(world)

    findings: list[Finding] = []
    alike: Counter[str] = Counter()
    try:
        paths = explore(run)
    except (Unsupported, z3.Z3Exception) as error:
        paths = []
        findings.append(Finding(f"no model of this: {error}", 0, Verdict.UNKNOWN, ""))
    resources = 0
    decided: dict[str, Decided] = {}
    for path in paths:
        for obligation in path.obligations:
            if obligation.text in decided or len(findings) >= ENOUGH or alike[obligation.label] >= ENOUGH_ALIKE:
                continue
            text, answer = obligation.text, worlds.decide(obligation.text)
            resources += answer.resources
            if answer.verdict is not Verdict.PROVED and (whole := obligation.whole()) != text:
                text, answer = whole, worlds.decide(whole)
                resources += answer.resources
            opinion = Opinion.UNDECIDED
            if answer.verdict is not Verdict.PROVED:
                findings.append(_finding(theorem, worlds, path, obligation, answer))
                alike[obligation.label] += 1
            else:
                opinion = worlds.second(answer.core)
            if opinion is Opinion.DISAGREED:
                label = f"the second solver has a counterexample: {obligation.label}"
                findings.append(Finding(label, path.number, Verdict.UNKNOWN, ""))
            digest = sha256(text.encode()).hexdigest()
            decided[text] = Decided(path.number, obligation.label, digest, answer.verdict, opinion)
    if not decided and not findings:
        findings.append(Finding("the theorem claims nothing", 0, Verdict.UNKNOWN, ""))
    seconds = time.perf_counter() - started
    return Result(
        theorem.name,
        theorem.module,
        theorem.sentence,
        theorem.requirements,
        len(paths),
        accepting,
        tuple(decided.values()),
        tuple(sorted(relies_on)),
        tuple(sorted(shows)),
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
        except Contradicted:  # a claim that failed before did so within the assumptions made until then
            confirmed = bool(world.failed)
        except Exception as error:  # whatever escapes the machine is what is being reported
            confirmed = True
            world.failed.append(f"{type(error).__name__}: {error}")
        verdict = Verdict.REFUTED if confirmed else Verdict.UNKNOWN
        ledger, record = worlds.ledger(world), worlds.record(world)
    return Finding(obligation.label, obligation.path, verdict, ledger, record)
