"""Holds a subject against the vectors and then, step by step, against the reference in runs drawn from a seed."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

from solvent.edge.codec import Outcome
from solvent.edge.conformance.compare import Comparison, Divergence, Session, first_divergence
from solvent.edge.conformance.protocol import ACTION_NAMES, ANY, chapter_of
from solvent.edge.conformance.shrink import Shrinker
from solvent.edge.conformance.vectors import Case
from solvent.edge.files import UnusableError
from solvent.edge.generator import KINDS, Generator
from solvent.edge.structure import snake_case
from solvent.machine import Action
from solvent.pool import Pool

MOST_BREAKDOWNS: Final = 5
"""After the subject has failed to reply so often, it is not asked any more."""

TRIALS: Final = 400
"""Runs spent on making a divergence small; each one that ends in a breakdown counts for many."""

BREAKDOWN_COSTS: Final = 20


@dataclass
class Check:
    """A case or a run, and what came of it."""

    suite: str
    name: str
    divergence: Divergence | None = None
    skipped: str = ""


@dataclass
class Results:
    """Everything that was checked."""

    subject: str
    actions: tuple[str, ...]
    checks: list[Check] = field(default_factory=list)
    steps: int = 0
    tally: Counter[str] = field(default_factory=Counter)
    breakdowns: int = 0

    def failed(self) -> list[Check]:
        """What did not pass."""
        return [check for check in self.checks if check.divergence is not None]

    def add(self, check: Check) -> None:
        """Counts a check in."""
        self.checks.append(check)
        if check.divergence is not None and is_breakdown(check.divergence):
            self.breakdowns += 1

    def exhausted(self) -> bool:
        """Whether the subject has failed to reply too often to be asked again."""
        return self.breakdowns >= MOST_BREAKDOWNS


def is_breakdown(divergence: Divergence) -> bool:
    """Whether the subject did not reply, or not as the protocol demands."""
    return divergence.difference.place == ("subject",)


def claimed_kinds(actions: Sequence[str], profile: Sequence[str] | None) -> list[type[Action]]:
    """The actions a subject supports, of the chapters it claims; of all chapters if it does not say."""
    chapters = {chapter_of(kind) for kind in KINDS}
    for chapter in profile or ():
        if chapter not in chapters:
            raise UnusableError(f"--profile: expected chapters of {', '.join(sorted(chapters))}, found {chapter}")
    kinds = [ACTION_NAMES[name] for name in actions if profile is None or chapter_of(ACTION_NAMES[name]) in profile]
    if not kinds:
        raise UnusableError("--profile: the subject supports no action of these chapters")
    return [kind for kind in KINDS if kind in kinds]


def run_vectors(
    session: Session, cases: Sequence[Case], kinds: Sequence[type[Action]], results: Results
) -> Iterator[Check]:
    """Every case in turn."""
    starts_anywhere = session.greeted().resets == ANY
    for case in cases:
        check = Check("vectors", case.id)
        if results.exhausted():
            check.skipped = "the subject failed to reply too often"
        elif not case.needs() <= set(kinds):
            check.skipped = "not claimed"
        elif case.history is None and not starts_anywhere and case.state != Pool(case.state.parameters):
            check.skipped = "the subject starts empty"
        elif case.history is None and case.action is not None and len(kinds) < len(KINDS):
            check.skipped = "the state may take actions that are not claimed"
        else:
            check.divergence = run_case(session, case, starts_anywhere)
        results.add(check)
        yield check


def run_case(session: Session, case: Case, starts_anywhere: bool) -> Divergence | None:
    """One case, from its state where the subject can start there, from its history otherwise."""
    actions = [] if case.action is None else [case.action]
    if starts_anywhere or case.history is None:
        return first_divergence(session, case.state, actions)
    return first_divergence(session, Pool(case.history.parameters), [*case.history.actions, *actions])


def run_seeds(
    session: Session, kinds: Sequence[type[Action]], seed: str, runs: int, steps: int, results: Results
) -> Iterator[Check]:
    """Runs drawn from the seed, until one diverges; that one made small."""
    for number in range(1, runs + 1):
        check = Check("runs", f"{seed}/{number}")
        if results.exhausted() or any(done.suite == "runs" and done.divergence for done in results.checks):
            check.skipped = "a run before this one diverged"
        else:
            divergence = diverging_run(session, kinds, check.name, steps, results)
            check.divergence = divergence and shrunk(session, divergence)
        results.add(check)
        yield check


def diverging_run(
    session: Session, kinds: Sequence[type[Action]], seed: str, steps: int, results: Results
) -> Divergence | None:
    """One run, up to where it diverges; what is drawn follows from the seed, whatever the subject does."""
    generator = Generator(Random(seed), kinds)
    comparison = Comparison(session, generator.pool())
    divergence = comparison.begin()
    for _ in range(steps):
        if divergence is not None:
            break
        action = generator.action(comparison.pool)
        divergence = comparison.step(action)
        results.steps += 1
        results.tally[tallied(action, comparison.outcome)] += 1
    return divergence


def tallied(action: Action, outcome: Outcome | None) -> str:
    """Under which name a step is counted."""
    return f"{snake_case(type(action).__name__)} {type(outcome).__name__.lower()}"


def shrunk(session: Session, divergence: Divergence) -> Divergence:
    """The smallest run found that shows the same requirement violated."""
    trials = TRIALS // BREAKDOWN_COSTS if is_breakdown(divergence) else TRIALS

    def shows(actions: list[Action]) -> tuple[Divergence, int] | None:
        found = first_divergence(session, divergence.start, actions)
        if found is None or found.requirement != divergence.requirement:
            return None
        if is_breakdown(found) != is_breakdown(divergence):
            return None
        return found, len(found.actions)

    return Shrinker(divergence.actions, divergence, shows, trials).shrunk()
