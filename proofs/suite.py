"""The suite: every theorem, the lifted machine, and how a counterexample is told."""

from functools import cache
from importlib import import_module
from pathlib import Path

from proofs import contracts, facts, invariant, statements
from proofs.kernel.check import Worlds
from proofs.kernel.lift import install
from proofs.kernel.theorem import REGISTRY, Theorem
from proofs.ledger import ledger, record
from proofs.second import opinion
from proofs.worlds import SymbolicPoolWorld, WitnessPoolWorld

MODULES = tuple(sorted(path.stem for path in Path(__file__).parent.joinpath("theorems").glob("[a-z]*.py")))
"""The modules of theorems, which are those of the machine."""

WORLDS = Worlds(SymbolicPoolWorld, WitnessPoolWorld, lambda world: world.accepted(), ledger, record, opinion)


@cache
def load() -> list[Theorem]:
    """Every theorem there is, with the machine lifted: what lifts a process, once."""
    theorems = [import_module(f"proofs.theorems.{name}") for name in MODULES]
    machine = [import_module(f"solvent.{name}") for name in MODULES]
    install([*machine, *theorems, contracts, facts, invariant, statements], list(contracts.CONTRACTS))
    return REGISTRY.theorems
