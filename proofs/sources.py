"""The machine's text, and copies of it with something changed."""

import ast
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
REFERENCE: Final = ROOT / "reference/solvent"


def source(module: str) -> str:
    """The text of a module of the machine."""
    return (REFERENCE / f"{module}.py").read_text(encoding="utf-8")


def replaced(module: str, old: str, new: str) -> dict[str, str]:
    """The module with a piece of its text, which stands there exactly once, replaced."""
    text = source(module)
    if text.count(old) != 1:
        raise ValueError(f"{module}.py has {text.count(old)} times: {old}")
    return {module: text.replace(old, new)}


def without_guard(rule: str) -> dict[str, str]:
    """Every module that requires the rule, by the name of its member, without its `require`."""
    mutated = {}
    for path in sorted(REFERENCE.glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        dropper = _Dropper(rule)
        tree = dropper.visit(tree)
        if dropper.dropped:
            mutated[path.stem] = ast.unparse(ast.fix_missing_locations(tree)) + "\n"
    if not mutated:
        raise ValueError(f"no guard requires {rule}")
    return mutated


class _Dropper(ast.NodeTransformer):
    def __init__(self, rule: str) -> None:
        self.rule = rule
        self.dropped = 0

    def visit_Expr(self, node: ast.Expr) -> ast.stmt:
        match node.value:
            case ast.Call(func=ast.Name(id="require"), args=[_, ast.Attribute(attr=rule), _]) if rule == self.rule:
                self.dropped += 1
                return ast.copy_location(ast.Pass(), node)
        return node


@contextmanager
def copied(sources: Mapping[str, str]) -> Iterator[str]:
    """A folder that, first on the path, has a copy of the machine with some modules' text replaced."""
    with tempfile.TemporaryDirectory() as directory:
        copy = Path(directory) / "solvent"
        copy.mkdir()
        (copy / "edge").symlink_to(REFERENCE / "edge")
        for path in REFERENCE.glob("*.py"):
            (copy / path.name).write_text(sources.get(path.stem, path.read_text(encoding="utf-8")), encoding="utf-8")
        yield directory
