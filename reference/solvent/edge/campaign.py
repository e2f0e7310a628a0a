"""A campaign: many runs drawn from a seed, on the reference alone or against a subject; resumable, in parallel."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final

from solvent.edge.checks import check
from solvent.edge.codec import to_json, to_text
from solvent.edge.conformance.compare import Session
from solvent.edge.conformance.conform import Results, diverging_run, shrunk
from solvent.edge.conformance.ledger import ledger, record
from solvent.edge.conformance.protocol import ACTION_NAMES
from solvent.edge.conformance.shrink import Shrinker
from solvent.edge.files import UnusableError, write_whole
from solvent.edge.generator import Generator
from solvent.edge.structure import snake_case
from solvent.edge.workers import Workers
from solvent.machine import Accepted, Action, step
from solvent.pool import Pool

TRIALS: Final = 2000
"""Runs spent on making a finding of the reference alone small."""

TOTAL: Final = "CON-7"


@dataclass(frozen=True)
class Plan:
    """What is run: so many runs of so many steps of these actions, against the command if there is one."""

    seed: str
    runs: int
    steps: int
    actions: tuple[str, ...]
    command: tuple[str, ...]
    patience: float


@dataclass(frozen=True)
class Task:
    """One run, and the requirements of which a finding need not be made small: there is one already."""

    number: int
    known: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Finding:
    """A requirement violated by the last of the actions."""

    requirement: str
    run: int
    pool: Pool
    actions: tuple[Action, ...]
    shown: str

    def tree(self) -> dict[str, Any]:
        """The finding as it is written."""
        actions = [to_json(action) for action in self.actions]
        text = {"requirement": self.requirement, "run": str(self.run), "shown": self.shown}
        return {**text, "pool": to_json(self.pool), "actions": actions}


@dataclass(frozen=True)
class Outcome:
    """What came of a run."""

    number: int
    steps: int
    tally: dict[str, int]
    finding: Finding | None


@dataclass
class Summary:
    """What came of all runs, those of earlier sittings included."""

    done: set[int] = field(default_factory=set)
    steps: int = 0
    here: int = 0
    tally: Counter[str] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)


def carry_out(plan: Plan, task: Task) -> Outcome:
    """One run, on the reference alone or against the subject."""
    kinds = [ACTION_NAMES[name] for name in plan.actions]
    seed = f"{plan.seed}/{task.number}"
    if not plan.command:
        return alone(plan, task, Generator(Random(seed), kinds))
    session, results = Session(plan.command, plan.patience), Results("", ())
    try:
        divergence = diverging_run(session, kinds, seed, plan.steps, results)
        finding = None
        if divergence is not None:
            if divergence.requirement not in task.known:
                divergence = shrunk(session, divergence)
            finding = Finding(
                divergence.requirement, task.number, divergence.start, divergence.actions, ledger(divergence)
            )
    finally:
        session.end()
    return Outcome(task.number, results.steps, dict(results.tally), finding)


def alone(plan: Plan, task: Task, generator: Generator) -> Outcome:
    """A run of the reference, everything that must hold checked after every step."""
    start = pool = generator.pool()
    done: list[Action] = []
    tally: Counter[str] = Counter()
    for _ in range(plan.steps):
        try:
            done.append(generator.action(pool))
        except Exception as error:  # what is drawn is tried out on the machine
            shown = f"{TOTAL}: {error!r} while an action was drawn after\n{listed(done)}"
            return Outcome(task.number, len(done), tally, Finding(TOTAL, task.number, start, tuple(done), shown))
        requirement, pool, _ = tried(pool, done[-1])
        tally[f"{snake_case(type(done[-1]).__name__)} {'rejected' if requirement == '' else 'accepted'}"] += 1
        if requirement:
            finding = found(start, done, requirement, task)
            return Outcome(task.number, len(done), tally, finding)
    return Outcome(task.number, len(done), tally, None)


def tried(pool: Pool, action: Action) -> tuple[str | None, Pool, str]:
    """The requirement violated by a step, none if all is well and "" if it is rejected; the pool; what is wrong."""
    try:
        outcome = step(pool, action)
    except Exception as error:  # CON-7 is that there is none
        return TOTAL, pool, repr(error)
    if not isinstance(outcome, Accepted):
        return "", pool, ""
    violations = check(outcome.pool)
    if violations:
        return violations[0].requirement, outcome.pool, "; ".join(map(str, violations))
    return None, outcome.pool, ""


def found(start: Pool, actions: Sequence[Action], requirement: str, task: Task) -> Finding:
    """A finding of the reference alone, made small unless there is one already."""

    def shows(candidate: list[Action]) -> tuple[tuple[tuple[Action, ...], str], int] | None:
        pool = start
        for length, action in enumerate(candidate, start=1):
            violated, pool, wrong = tried(pool, action)
            if violated:
                return ((tuple(candidate[:length]), wrong), length) if violated == requirement else None
        return None

    seen = shows(list(actions))
    assert seen is not None
    trials = 0 if requirement in task.known else TRIALS
    smallest, wrong = Shrinker(actions, seen[0], shows, trials).shrunk()
    shown = f"{requirement}: {wrong}\nfrom a pool of {record(start.parameters)}\n{listed(smallest)}"
    return Finding(requirement, task.number, start, smallest, shown)


def listed(actions: Sequence[Action]) -> str:
    """One action a line."""
    return "".join(f"  {number} {record(action)}\n" for number, action in enumerate(actions, start=1))


class Corpus:
    """A directory in which a campaign keeps what it did, so that it can be resumed after anything."""

    def __init__(self, directory: Path, plan: Plan) -> None:
        self.directory = directory
        self.plan = plan
        self.log = directory / "done.jsonl"

    def resumed(self) -> Summary:
        """What was done already; raises UnusableError for a directory of another campaign."""
        wanted = json.dumps(asdict(self.plan), indent=1) + "\n"
        place = self.directory / "plan.json"
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            if place.exists() and place.read_text("utf-8") != wanted:
                raise UnusableError(f"{self.directory}: the corpus of another campaign; see its plan.json")
            if not place.exists():
                if any(self.directory.iterdir()):
                    raise UnusableError(f"{self.directory}: expected an empty directory or a corpus")
                write_whole(str(place), lambda path: path.write_text(wanted, encoding="utf-8"))
            summary, whole = Summary(), 0
            if self.log.exists():
                for line in self.log.read_bytes().splitlines(keepends=True):
                    # What was being written when the campaign was killed is run again.
                    if not line.endswith(b"\n") or not self.counted(line, summary):
                        break
                    whole += len(line)
                with open(self.log, "r+b") as log:
                    log.truncate(whole)
        except OSError as error:
            raise UnusableError(f"{self.directory}: {error.strerror or error}") from None
        return summary

    def counted(self, line: bytes, summary: Summary) -> bool:
        """Counts a line of the log in; whether it is one."""
        try:
            entry = json.loads(line)
            number, steps, finding = entry["run"], entry["steps"], entry["finding"]
            tally = Counter({name: int(times) for name, times in entry["tally"].items()})
        except (ValueError, KeyError, TypeError, AttributeError):
            return False
        summary.done.add(number)
        summary.steps += steps
        summary.tally += tally
        summary.findings += Counter([finding] if finding else [])
        return True

    def keep(self, outcome: Outcome) -> None:
        """Writes a run down, its finding first: what stands in the log is complete."""
        finding = outcome.finding
        if finding is not None:
            self.keep_finding(finding)
        requirement = None if finding is None else finding.requirement
        entry = {"run": outcome.number, "steps": outcome.steps, "finding": requirement, "tally": outcome.tally}
        try:
            with open(self.log, "a", encoding="utf-8") as log:
                log.write(json.dumps(entry) + "\n")
        except OSError as error:
            raise UnusableError(f"{self.log}: {error.strerror}") from None

    def keep_finding(self, finding: Finding) -> None:
        """Keeps the smallest finding of each requirement."""
        place = self.directory / "findings" / f"{finding.requirement}.json"
        place.parent.mkdir(exist_ok=True)
        if place.exists() and len(json.loads(place.read_bytes())["actions"]) <= len(finding.actions):
            return
        text = to_text(finding.tree()) + "\n"
        write_whole(str(place), lambda path: path.write_text(text, encoding="utf-8"))


def tasks(plan: Plan, summary: Summary) -> Iterator[Task]:
    """The runs that are not done yet."""
    for number in range(1, plan.runs + 1):
        if number not in summary.done:
            yield Task(number, frozenset(summary.findings))


def run(
    plan: Plan, workers: Workers[Task, Outcome], given: Iterable[Task], summary: Summary, corpus: Corpus | None
) -> Iterator[Finding | None]:
    """Runs what is left to run; yields each run's finding, if there is one."""
    for task, result in workers.results(given):
        outcome = result or Outcome(task.number, 0, {}, fatal(plan, task))
        if corpus is not None:
            corpus.keep(outcome)
        summary.done.add(outcome.number)
        summary.steps += outcome.steps
        summary.here += outcome.steps
        summary.tally.update(outcome.tally)
        if outcome.finding is not None:
            summary.findings[outcome.finding.requirement] += 1
        yield outcome.finding


def fatal(plan: Plan, task: Task) -> Finding:
    """The finding that a run ended the process it ran in, again and again."""
    generator = Generator(Random(f"{plan.seed}/{task.number}"))
    shown = f"{TOTAL}: run {task.number} ended its worker every time it was tried\n"
    return Finding(TOTAL, task.number, generator.pool(), (), shown)
