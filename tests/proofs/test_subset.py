"""The machine keeps to what the prover lifts: nothing in it can tell a symbolic value from an integer."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

MACHINE = sorted((ROOT / "reference/solvent").glob("*.py"))

FORBIDDEN = {
    "bool", "callable", "divmod", "eval", "exec", "float", "format", "getattr", "globals", "hasattr", "hash", "id",
    "input", "int", "isinstance", "issubclass", "open", "pow", "print", "repr", "round", "setattr", "str", "type",
    "vars",
}  # fmt: skip
"""Calls that would see through a symbolic value, or the world outside."""

ALLOWED = {"pool.Table.__eq__", "pool.Table.__repr__", "pool.Table.__hash__", "rules.Rule.__new__"}
"""Functions that no lifted path calls: under proof a frame stands for a table, and rules are made on import."""

MODULES = {"collections.abc", "dataclasses", "enum", "itertools", "typing", "immutables"}
"""What the machine imports besides itself."""


def outside(name: str, text: str) -> Iterator[str]:
    """What in a module is not within the lifted subset, one line each."""
    yield from visited(name, ast.parse(text))


def visited(name: str, node: ast.AST) -> Iterator[str]:
    if name in ALLOWED:
        return
    for child in ast.iter_child_nodes(node):
        inner = f"{name}.{child.name}" if isinstance(child, ast.FunctionDef | ast.ClassDef) else name
        said = judged(child)
        if said:
            yield f"{name}: {said}"
        yield from visited(inner, child)


def judged(node: ast.AST) -> str:
    match node:
        case ast.Compare(ops=ops, comparators=comparators) if any(isinstance(op, ast.Is | ast.IsNot) for op in ops):
            if not all(isinstance(item, ast.Constant) and item.value is None for item in comparators):
                return "an identity"
        case ast.Call(func=ast.Name(id=called)) if called in FORBIDDEN:
            return f"a call of {called}"
        case ast.ExceptHandler(type=caught) if not (isinstance(caught, ast.Name) and caught.id == "Rejection"):
            return "catches more than Rejection"
        case ast.Global() | ast.Nonlocal() | ast.Delete() | ast.Yield() | ast.Await() | ast.While() | ast.With():
            return type(node).__name__
        case ast.Dict() | ast.Set() | ast.DictComp() | ast.SetComp() | ast.JoinedStr() if not is_message(node):
            return type(node).__name__
        case ast.Assign(targets=[ast.Attribute(), *_]) | ast.AugAssign(target=ast.Attribute()):
            return "" if is_initial(node) else "a field is assigned"
        case ast.Constant(value=float() | complex()):
            return "a number that is no integer"
        case ast.BinOp(op=ast.Div() | ast.BitAnd() | ast.BitOr() | ast.BitXor() | ast.LShift() | ast.RShift()):
            return "" if is_of_types(node) else "an operator that is not modelled"
        case ast.ImportFrom(module=str(source)) if not source.startswith("solvent.") and source not in MODULES:
            return f"imports {source}"
        case ast.Import():
            return "an import by name"
    return ""


def is_message(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr) and "rule.value" in ast.unparse(node)


def is_initial(node: ast.AST) -> bool:
    return ast.unparse(node).startswith(("self.", "rule."))


def is_of_types(node: ast.AST) -> bool:
    """A union of types, such as Accepted | Rejected."""
    assert isinstance(node, ast.BinOp)
    names = [item.id for item in ast.walk(node) if isinstance(item, ast.Name)]
    return isinstance(node.op, ast.BitOr) and all(name[:1].isupper() for name in names)


@pytest.mark.parametrize("path", MACHINE, ids=lambda path: path.stem)
def test_the_machine_keeps_to_what_is_lifted(path: Path) -> None:
    assert list(outside(path.stem, path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "text",
    [
        "isinstance(x, int)",
        "x is y",
        "type(x)",
        "hash(x)",
        "{x: 1}",
        "x / 2",
        "x & 1",
        "1.5",
        "import time",
        "from random import random",
        "try:\n    f()\nexcept Exception:\n    pass",
        "try:\n    f()\nexcept:\n    pass",
        "def f():\n    global x",
        "pool.vault = 1",
        "while x:\n    pass",
        "f'{x}'",
    ],
)
def test_what_is_not_lifted_is_noticed(text: str) -> None:
    assert list(outside("module", text)) != []
