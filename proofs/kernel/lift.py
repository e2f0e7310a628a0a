"""Lifting: inside, the machine's own functions run on symbolic values.

Put before the modules' own names are `max`, `min` and `choose`, which would fork, and each function that has a
contract. The module that `choose` is from keeps its own, so that a theorem can speak of it (NUM-16).
On plain values all of them are the originals.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from types import ModuleType
from typing import Any

from proofs.kernel import logic, terms
from proofs.kernel.theorem import Contract
from proofs.kernel.world import SymbolicWorld, as_symbolic

_worlds: list[SymbolicWorld] = []


@contextmanager
def inside(world: SymbolicWorld) -> Iterator[None]:
    """Calls of functions with contracts are the world's to answer."""
    _worlds.append(world)
    try:
        yield
    finally:
        _worlds.pop()


def install(modules: list[ModuleType], contracts: list[Contract]) -> None:
    """Puts the lifted names into the modules, once per process."""
    stubs = {contract.name: _stub(contract.name, contract.function) for contract in contracts}
    for module in modules:
        for name, value in list(vars(module).items()):
            known = f"{getattr(value, '__module__', '')}.{getattr(value, '__qualname__', '')}"
            if known in stubs:
                setattr(module, name, stubs[known])
        vars(module).update(max=terms.largest, min=terms.smallest)
        if "choose" in vars(module) and module.choose.__module__ != module.__name__:
            vars(module).update(choose=logic.choose)


def _stub(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(original)
    def stub(*arguments: Any) -> Any:
        if _worlds and as_symbolic(arguments):
            return _worlds[-1].call(name, original, arguments)
        return original(*arguments)

    return stub
