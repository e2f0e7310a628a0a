"""Theorems, lemmas and contracts: how they are stated, and where they are kept."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar, get_type_hints

F = TypeVar("F", bound=Callable[..., Any])


def _nothing(*_: object) -> list[bool]:
    return []


@dataclass(frozen=True)
class Contract:
    """What a theorem sees in the place of a function's body, once that was proved of it.

    `facts(result, *arguments)`: what is known of the result. `needs(*arguments)`: what must hold where it is called,
    one after the other; every caller has to show it. `truth`: the result is a truth, not an integer. `pool`: which
    argument is the state the function reads last. `by_name`: the body is run as well, and the result stands for what
    it returns; such a contract says nothing that would have to be proved.
    """

    function: Callable[..., Any]
    facts: Callable[..., list[bool]]
    truth: bool
    pool: int = 0
    needs: Callable[..., Iterable[bool]] = _nothing
    by_name: bool = False

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
    establishes: tuple[Contract, ...]

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
        """States the theorem in a world; a lemma's parameters are arbitrary integers and records."""
        _, *parameters = get_type_hints(self.statement).items()
        self.statement(world, *(world.arbitrary(hint, name) for name, hint in parameters if name != "return"))


@dataclass
class Registry:
    """All that was stated, in the order of statement."""

    theorems: list[Theorem] = field(default_factory=list)


REGISTRY = Registry()


def theorem(
    *requirements: str, contracts: tuple[Contract, ...] = (), establishes: tuple[Contract, ...] = ()
) -> Callable[[F], F]:
    """Registers a statement under the requirements it enforces.

    It sees the given contracts in place of the functions' bodies. Of the functions whose contracts it establishes it
    runs the bodies, on arguments of which it assumes no more than the contract needs, and it claims the facts.
    """

    def register(statement: F) -> F:
        if not requirements or not statement.__doc__:
            raise ValueError(f"{statement.__qualname__} needs a requirement and a sentence")
        opaque = [contract.name for contract in contracts]
        if len(set(opaque)) < len(opaque):
            raise ValueError(f"{statement.__qualname__} has two contracts for one function")
        if {contract.name for contract in establishes} & set(opaque):
            raise ValueError(f"{statement.__qualname__} establishes a contract without the body")
        REGISTRY.theorems.append(Theorem(statement, requirements, contracts, establishes))
        return statement

    return register
