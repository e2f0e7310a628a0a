"""The reference and a subject, step by step, and the first step at which they differ."""

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from solvent.edge.checks import check
from solvent.edge.codec import RULES, Outcome, decode_pool, to_json, to_text
from solvent.edge.conformance.protocol import Reset, State, Step, unacceptable
from solvent.edge.conformance.subject import Greeting, Subject, SubjectError
from solvent.edge.structure import FormatError, Path, snake_case
from solvent.machine import Accepted, Action, Rejected, step
from solvent.pool import Pool

TOTAL: Final = "CON-7"
"""The requirement that every action has an outcome."""

PROTOCOL: Final = "protocol"
"""Named where no requirement is concerned: the subject cannot even start from the pool it is given."""

IDENTIFIER: Final = re.compile(r"\b[A-Z]{3}-[1-9][0-9]*\b")

NOTHING: Final = object()
"""Stands for a member that is not there."""


@dataclass(frozen=True)
class Difference:
    """Where two trees differ first, and what stands there."""

    place: Path
    expected: object
    found: object


@dataclass(frozen=True)
class Divergence:
    """A pool and actions, after the last of which the subject is not where the reference is.

    expected and found hold the outcome and the state after the last action, as trees; found has what the subject
    still replied.
    """

    requirement: str
    start: Pool
    actions: tuple[Action, ...]
    difference: Difference
    before: Pool
    expected: dict[str, Any]
    found: dict[str, Any]
    last_words: str = ""

    def violations(self) -> list[str]:
        """What the subject's pool violates of what must hold of any pool; nothing where it is none."""
        try:
            return list(map(str, check(decode_pool(to_text(self.found["state"])))))
        except (FormatError, KeyError, TypeError):
            return []


def difference(expected: object, found: object, place: Path = ()) -> Difference | None:
    """Where two trees differ first, by the order of names."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for name in sorted({*expected, *found}):
            inner = difference(expected.get(name, NOTHING), found.get(name, NOTHING), (*place, name))
            if inner is not None:
                return inner
        return None
    return None if expected == found else Difference(place, expected, found)


def effect_of(action: Action) -> str:
    """The requirement that states an action's exact effect: the one its transition names first."""
    transition = getattr(sys.modules[type(action).__module__], snake_case(type(action).__name__))
    found = IDENTIFIER.search((transition.__doc__ or "").partition("Rules:")[0])
    return found.group() if found else "CON-3"


def requirement_of(action: Action, expected: dict[str, Any], found: object) -> str:
    """The requirement at stake: the rule one of the two rejects by, or the action's effect."""
    if "rule" in expected:
        return str(expected["rule"])
    rule = found.get("rule") if isinstance(found, dict) else None
    return rule if isinstance(rule, str) and rule in RULES else effect_of(action)


def without_field(reply: object) -> object:
    """A reply without the offending field, which a subject may leave out."""
    return {name: value for name, value in reply.items() if name != "field"} if isinstance(reply, dict) else reply


class Session:
    """A subject that is started when it is needed, and again after it has ended."""

    def __init__(self, command: Sequence[str], patience: float) -> None:
        self.command = command
        self.patience = patience
        self.greeting: Greeting | None = None
        self.running: Subject | None = None

    def subject(self) -> Subject:
        """The running subject; raises SubjectError."""
        if self.running is None or self.running.stdin.closed:
            self.running = Subject(self.command, self.patience)
            self.greeting = self.running.greet()
        return self.running

    def greeted(self) -> Greeting:
        """What the subject says of itself; raises SubjectError."""
        self.subject()
        assert self.greeting is not None
        return self.greeting

    def end(self) -> None:
        """Ends the subject."""
        if self.running is not None:
            self.running.end()


class Comparison:
    """The reference and the subject from one pool on."""

    def __init__(self, session: Session, start: Pool) -> None:
        self.session = session
        self.start = start
        self.pool = start
        self.actions: list[Action] = []
        self.outcome: Outcome | None = None

    def begin(self) -> Divergence | None:
        """Has the subject start; whether it starts as it should. A pool that is to be rejected ends there."""
        rejection = unacceptable(self.start)
        expected: dict[str, Any] = {"outcome": rejection or {"outcome": "accepted"}}
        if rejection is None:
            expected["state"] = to_json(self.start)
        requests = [Reset(self.start), State()] if rejection is None else [Reset(self.start)]
        return self.compared(requests, expected, str(rejection["rule"]) if rejection else PROTOCOL)

    def step(self, action: Action) -> Divergence | None:
        """One action on both sides."""
        self.actions.append(action)
        before = self.pool
        self.outcome = outcome = step(self.pool, action)
        if isinstance(outcome, Rejected):
            shown: dict[str, Any] = {"outcome": "rejected", "rule": outcome.rule.value, "field": outcome.field}
        else:
            shown = {"outcome": "accepted", "event": to_json(outcome.event)}
            self.pool = outcome.pool
        expected = {"outcome": shown, "state": to_json(self.pool)}
        return self.compared([Step(action), State()], expected, None, before)

    def compared(
        self, requests: list[Any], expected: dict[str, Any], requirement: str | None, before: Pool | None = None
    ) -> Divergence | None:
        """What is asked and the difference, if there is one."""
        found: dict[str, Any] = {}
        last_words = ""
        try:
            replies = self.session.subject().ask(*requests)
        except SubjectError as error:
            unequal: Difference | None = Difference(("subject",), "a reply", str(error))
            requirement, last_words = TOTAL, error.last_words
        else:
            found["outcome"] = replies[0]
            if len(replies) > 1:
                state = replies[1]
                found["state"] = state.get("state", state) if isinstance(state, dict) else state
            unequal = difference(
                {**expected, "outcome": without_field(expected["outcome"])},
                {**found, "outcome": without_field(found["outcome"])},
            )
        if unequal is None:
            return None
        if requirement is None:
            requirement = requirement_of(self.actions[-1], expected["outcome"], found["outcome"])
        actions = tuple(self.actions)
        return Divergence(requirement, self.start, actions, unequal, before or self.start, expected, found, last_words)


def first_divergence(session: Session, start: Pool, actions: Sequence[Action]) -> Divergence | None:
    """The first step at which the subject differs, from the pool on."""
    comparison = Comparison(session, start)
    divergence = comparison.begin()
    for action in actions:
        if divergence is not None:
            break
        divergence = comparison.step(action)
    return divergence


def reached(start: Pool, actions: Sequence[Action]) -> Pool:
    """The pool after the actions; those that are rejected change nothing."""
    for action in actions:
        outcome = step(start, action)
        if isinstance(outcome, Accepted):
            start = outcome.pool
    return start
