"""Vectors: single steps with their outcome, as files that any implementation can be held against (README.md)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, cast

from solvent.edge.codec import GRAMMAR, parse, read_text, to_json, to_text
from solvent.edge.conformance.compare import reached
from solvent.edge.conformance.protocol import unacceptable
from solvent.edge.files import UnusableError, read_bytes
from solvent.edge.structure import FormatError, members, shown, snake_case
from solvent.machine import Accepted, Action, step
from solvent.pool import Pool, PoolParameters

SCHEMA: Final = "1"

DIRECTORY: Final = Path(__file__).parent / "vectors"
"""Where the suite stands that comes along."""

RESET: Final = "reset"
"""The family of the cases without an action: whether a pool may start like that."""

SOURCES: Final = ("generator", "path", "fuzz")
"""Where a case is from: the seeded generator, the witness of a theorem's path, or a campaign."""

MEMBERS: Final = ("schema", "id", "family", "requirement", "source", "history", "state", "action", "expected")


@dataclass(frozen=True)
class History:
    """How a state comes about: from the empty pool of these parameters by these actions, all of them accepted."""

    parameters: PoolParameters
    actions: tuple[Action, ...]

    def state(self) -> Pool:
        """The state that comes about."""
        return reached(Pool(self.parameters), self.actions)


@dataclass(frozen=True)
class Case:
    """One step from a state, and what comes of it. Without an action, whether a pool may start from the state.

    Without a history it is not known whether the state can be reached; it is well-formed all the same.
    """

    id: str
    requirement: str
    source: str
    history: History | None
    state: Pool
    action: Action | None

    @property
    def family(self) -> str:
        """The action's name."""
        return RESET if self.action is None else snake_case(type(self.action).__name__)

    def needs(self) -> set[type]:
        """The actions a subject must support to get there by itself."""
        actions = [*(self.history.actions if self.history else ()), *([self.action] if self.action else ())]
        return {type(action) for action in actions}

    def expected(self) -> dict[str, Any]:
        """What the reference answers."""
        if self.action is None:
            return unacceptable(self.state) or {"outcome": "accepted"}
        outcome = step(self.state, self.action)
        if isinstance(outcome, Accepted):
            return {"outcome": "accepted", "event": to_json(outcome.event), "state": to_json(outcome.pool)}
        return {"outcome": "rejected", "rule": outcome.rule.value, "field": outcome.field}

    def tree(self) -> dict[str, Any]:
        """The case as it is written."""
        history = None
        if self.history is not None:
            history = {
                "parameters": to_json(self.history.parameters),
                "actions": [to_json(action) for action in self.history.actions],
            }
        return {
            "schema": SCHEMA,
            "id": self.id,
            "family": self.family,
            "requirement": self.requirement,
            "source": self.source,
            "history": history,
            "state": to_json(self.state),
            "action": None if self.action is None else to_json(self.action),
            "expected": self.expected(),
        }


def text_of(cases: Iterable[Case]) -> str:
    """A family's file: one case a line."""
    return "[\n" + ",\n".join(to_text(case.tree()) for case in cases) + "\n]\n"


def read_cases(file: Path) -> Iterator[Case]:
    """The cases of a file; raises UnusableError for what is none, or is one of another version of the reference."""
    try:
        trees = parse(read_bytes(str(file)))
        if not isinstance(trees, list):
            raise FormatError((), "an array of cases", shown(trees))
        for index, tree in enumerate(trees):
            yield read_case(tree, index)
    except FormatError as error:
        raise UnusableError(f"{file}: {error}") from None


def read_case(tree: object, index: int) -> Case:
    """A case from its tree; raises FormatError."""
    path = (str(index),)
    given = members(tree, path)
    for name in MEMBERS:
        if name not in given:
            raise FormatError((*path, name), "this field", "nothing")
    if given["schema"] != SCHEMA:
        raise FormatError((*path, "schema"), f'"{SCHEMA}"', shown(given["schema"]))
    case = Case(
        read_text(given["id"], (*path, "id")),
        read_text(given["requirement"], (*path, "requirement")),
        read_text(given["source"], (*path, "source")),
        None,
        cast(Pool, GRAMMAR.read(Pool, given["state"], (*path, "state"))),
        None if given["action"] is None else GRAMMAR.read(Action, given["action"], (*path, "action")),
    )
    if given["history"] is not None:
        history = GRAMMAR.read(History, given["history"], (*path, "history"))
        if history.state() != case.state:
            raise FormatError((*path, "history"), "a history that leads to the state", "another")
        case = replace(case, history=history)
    if case.expected() != given["expected"]:
        raise FormatError((*path, "expected"), "what the reference answers", "something else")
    return case


def bundled() -> list[Case]:
    """The suite that comes along."""
    return [case for file in sorted(DIRECTORY.glob("*/cases.json")) for case in read_cases(file)]
