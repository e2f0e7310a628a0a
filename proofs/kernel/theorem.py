"""Theorems, lemmas and contracts: how they are stated, and where they are kept."""

from collections.abc import Callable
from dataclasses import dataclass, field
from inspect import signature
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Contract:
    """What is known of a function's result, once proved against its body; `facts(result, *arguments)` says it."""

    function: Callable[..., Any]
    facts: Callable[..., list[bool]]
    truth: bool

    @property
    def name(self) -> str:
        """The function's name with its module's."""
        return f"{self.function.__module__}.{self.function.__qualname__}"


@dataclass(frozen=True)
class Theorem:
    """A statement about the machine, as a function of a world, and the requirements it enforces."""

    statement: Callable[..., None]
    requirements: tuple[str, ...]
    contracts: tuple[Contract, ...]

    @property
    def module(self) -> str:
        """The module of the machine that the theorem is about."""
        return self.statement.__module__.rsplit(".", 1)[-1]

    @property
    def name(self) -> str:
        """The theorem's name with its module's."""
        return f"{self.module}.{self.statement.__name__}"

    @property
    def sentence(self) -> str:
        """The theorem in one line of English."""
        return (self.statement.__doc__ or "").strip().splitlines()[0]


    def state(self, world: Any) -> None:
        """States the theorem in a world; a lemma's parameters are arbitrary integers."""
        _, *parameters = signature(self.statement).parameters
        self.statement(world, *(world.integer(parameter) for parameter in parameters))


@dataclass
class Registry:
    """All that was stated, in the order of statement."""

    theorems: list[Theorem] = field(default_factory=list)


REGISTRY = Registry()


def theorem(*requirements: str, contracts: tuple[Contract, ...] = ()) -> Callable[[F], F]:
    """Registers a statement under the requirements it enforces; it sees the given contracts in place of the bodies."""

    def register(statement: F) -> F:
        if not requirements or not statement.__doc__:
            raise ValueError(f"{statement.__qualname__} needs a requirement and a sentence")
        REGISTRY.theorems.append(Theorem(statement, requirements, contracts))
        return statement

    return register
