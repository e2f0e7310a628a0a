"""The protocol between the kit and a subject: one JSON object a line, one reply to each request (README.md)."""

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any, BinaryIO, Final, cast, get_args

from solvent.edge.codec import GRAMMAR, describe, parse, to_json, to_text
from solvent.edge.structure import FormatError, Grammar, shown, snake_case
from solvent.machine import Accepted, Action, step
from solvent.parameters import check_pool_parameters
from solvent.pool import Pool
from solvent.rules import Rejection

VERSION: Final = "1"

ANY, EMPTY = "any", "empty"
"""From which pools a subject can start: from any, or only from those without accounts, markets and money."""

ACTION_NAMES: Final = {snake_case(kind.__name__): kind for kind in get_args(Action)}


@dataclass(frozen=True)
class Hello:
    """Who are you, and what can you do?"""

    protocol: str


@dataclass(frozen=True)
class Reset:
    """Start again from this pool."""

    state: Pool


@dataclass(frozen=True)
class Step:
    """Apply the action to the pool."""

    action: Action


@dataclass(frozen=True)
class State:
    """What is the pool now?"""


Request = Hello | Reset | Step | State

REQUESTS: Final = Grammar(GRAMMAR.scalars, {**GRAMMAR.tags, Request: "request"})


def request_line(request: Request) -> bytes:
    """A request as it is sent."""
    tree = cast(dict[str, object], to_json(request))
    return to_text({"request": snake_case(type(request).__name__), **tree}).encode() + b"\n"


def chapter_of(kind: type) -> str:
    """The chapter of the specification an action belongs to: the name of its module."""
    return kind.__module__.rpartition(".")[2]


class Reference:
    """The reference behind the protocol."""

    def __init__(self) -> None:
        self.pool: Pool | None = None

    def reply(self, line: bytes) -> str:
        """The reply to a line; to one that is no request, an error."""
        try:
            return self.answer(cast(Request, REQUESTS.read(Request, parse(line), ())))
        except FormatError as error:
            return to_text({"error": str(error)})

    def answer(self, request: Request) -> str:
        """The reply to a request."""
        match request:
            case Hello(protocol):
                if protocol != VERSION:
                    raise FormatError(("protocol",), f'"{VERSION}"', shown(protocol))
                return to_text(greeting())
            case Reset(state):
                rejection = unacceptable(state)
                if rejection is not None:
                    return to_text(rejection)
                self.pool = state
                return to_text({"outcome": "accepted"})
        if self.pool is None:
            raise FormatError(("request",), "reset first", "no pool")
        if isinstance(request, State):
            return to_text({"state": to_json(self.pool)})
        outcome = step(self.pool, request.action)
        if isinstance(outcome, Accepted):
            self.pool = outcome.pool
        return describe(outcome)


def greeting() -> dict[str, Any]:
    """What the reference says of itself."""
    try:
        subject = f"solvent {version('solvent')}"
    except PackageNotFoundError:
        subject = "solvent"
    return {"protocol": VERSION, "subject": subject, "actions": list(ACTION_NAMES), "resets": ANY}


def unacceptable(state: Pool) -> dict[str, Any] | None:
    """How a pool is rejected whose parameters are outside their region."""
    try:
        check_pool_parameters(state.parameters)
    except Rejection as rejection:
        return {"outcome": "rejected", "rule": rejection.rule.value, "field": rejection.field}
    return None


def serve(requests: BinaryIO, replies: BinaryIO) -> None:
    """Answers line by line until there are no more."""
    reference = Reference()
    for line in requests:
        replies.write(reference.reply(line).encode() + b"\n")
        replies.flush()
