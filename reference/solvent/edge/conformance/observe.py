"""Watches the machine decide: which guards it passes and how narrowly, and which way every decision goes.

The functions of the machine's modules are compiled a second time, with every decision reported; the modules themselves
stay as they are, and so do the types. What is reported of a step says which path it took.
"""

import ast
import inspect
import operator
import pkgutil
from collections.abc import Callable, Sequence
from importlib import import_module
from types import FunctionType, ModuleType
from typing import Any, Final, NamedTuple

import solvent
from solvent.edge.codec import Outcome
from solvent.machine import Action
from solvent.pool import Pool
from solvent.rules import Rule

COMPARISONS: Final[dict[type[ast.cmpop], Callable[[Any, Any], bool]]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
CHOICES: Final = ("min", "max")


class Decision(NamedTuple):
    """A decision, named by its function and its text, and which way it went."""

    name: str
    way: str

    @property
    def is_fork(self) -> bool:
        """Whether what is done next depends on it, and not only a number."""
        return self.way in ("true", "false")


class Near(NamedTuple):
    """A comparison, and by how much its two sides differed: by one at most."""

    name: str
    distance: int


class Guard(NamedTuple):
    """A rule that was demanded, with the field it would have named."""

    rule: Rule
    field: str


class Observation(NamedTuple):
    """What a step did on its way to its outcome."""

    outcome: Outcome
    guards: tuple[Guard, ...]
    decisions: frozenset[Decision]
    near: frozenset[Near]


class Reporting(ast.NodeTransformer):
    """Has every decision of a function reported to `observer`."""

    def __init__(self, function: str) -> None:
        self.function = function

    def name(self, node: ast.expr) -> ast.Constant:
        return ast.Constant(f"{self.function}: {ast.unparse(node)}")

    def call(self, method: str, *arguments: ast.expr) -> ast.Call:
        return ast.Call(ast.Attribute(ast.Name("observer", ast.Load()), method, ast.Load()), list(arguments), [])

    def visit_If(self, node: ast.If) -> ast.If:
        node.test = self.decided(node.test)
        node.body = [self.visit(statement) for statement in node.body]
        node.orelse = [self.visit(statement) for statement in node.orelse]
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.IfExp:
        return ast.IfExp(self.decided(node.test), self.visit(node.body), self.visit(node.orelse))

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.BoolOp:
        return ast.BoolOp(node.op, [self.decided(value) for value in node.values])

    def decided(self, node: ast.expr) -> ast.expr:
        return self.call("decided", self.name(node), self.visit(node))

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        sides = [self.visit(side) for side in (node.left, *node.comparators)]
        kinds = ast.Tuple([ast.Constant(type(kind).__name__) for kind in node.ops], ast.Load())
        return self.call("compared", self.name(node), kinds, *sides)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        if isinstance(node.func, ast.Name) and node.func.id in CHOICES and len(node.args) == 2:
            return self.call("chosen", self.name(node), ast.Constant(node.func.id), *map(self.visit, node.args))
        if isinstance(node.func, ast.Name) and node.func.id == "choose":
            condition, *values = node.args
            picked = self.call("picked", self.name(condition), self.visit(condition))
            return ast.Call(node.func, [picked, *map(self.visit, values)], [])
        self.generic_visit(node)
        return node


class Observer:
    """The machine under observation."""

    def __init__(self) -> None:
        self.guards: list[Guard] = []
        self.decisions: set[Decision] = set()
        self.near: set[Near] = set()
        self.faults: list[Guard] | None = None
        spaces = {module.__name__: self.observed(module) for module in machine_modules()}
        for space in spaces.values():
            for name, value in space.items():
                if isinstance(value, FunctionType) and value.__module__ in spaces and value.__name__ != "require":
                    space[name] = spaces[value.__module__].get(value.__name__, value)
            space["require"] = self.required
        self.require = spaces["solvent.rules"]["_require"]
        self.apply = spaces["solvent.machine"]["step"]

    def observed(self, module: ModuleType) -> dict[str, Any]:
        """The names of a module, its functions reporting."""
        space = {**vars(module), "observer": self, "_require": vars(module).get("require")}
        short = module.__name__.rpartition(".")[2]
        tree = ast.parse(inspect.getsource(module))
        functions = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name != "require"]
        for function in functions:
            reporting = Reporting(f"{short}.{function.name}")
            function.body = [reporting.visit(statement) for statement in function.body]
        code = ast.fix_missing_locations(ast.Module([*future_annotations(), *functions], []))
        exec(compile(code, str(module.__file__), "exec"), space)
        return space

    def step(self, pool: Pool, action: Action) -> Observation:
        """One step, and what was seen of it."""
        self.guards, self.decisions, self.near = [], set(), set()
        outcome = self.apply(pool, action)
        return Observation(outcome, tuple(self.guards), frozenset(self.decisions), frozenset(self.near))

    def faults_of(self, pool: Pool, action: Action) -> list[Guard]:
        """Every guard the action breaks, had those before it let it pass; none after one without which nothing goes."""
        faults: list[Guard] = []
        self.faults = faults
        try:
            self.apply(pool, action)
        except ArithmeticError:
            # What a guard kept out, a size that is no multiple of a lot of zero for instance.
            faults.append(faults[-1])
        finally:
            self.faults = None
        return faults

    def required(self, condition: bool, rule: Rule, field: str) -> None:
        """A guard."""
        self.guards.append(Guard(rule, field))
        if self.faults is not None:
            self.faults += [] if condition else [Guard(rule, field)]
            return
        self.require(condition, rule, field)

    def decided(self, name: str, value: Any) -> Any:
        """A test, or a part of one."""
        self.decisions.add(Decision(name, str(bool(value)).lower()))
        return value

    def chosen(self, name: str, choice: str, left: int, right: int) -> int:
        """The lower or the higher of two."""
        way = "equal" if left == right else "first" if (left < right) == (choice == "min") else "second"
        self.decisions.add(Decision(name, way))
        return min(left, right) if choice == "min" else max(left, right)

    def picked(self, name: str, value: Any) -> Any:
        """The condition of a choice of which both sides are computed."""
        self.decisions.add(Decision(name, "chosen" if value else "otherwise"))
        return value

    def compared(self, name: str, kinds: Sequence[str], *sides: Any) -> bool:
        """A comparison, or a chain of them."""
        holds = True
        for kind, left, right in zip(kinds, sides, sides[1:], strict=False):
            if isinstance(left, int) and isinstance(right, int) and abs(left - right) <= 1:
                self.near.add(Near(name, left - right))
            holds = holds and OPERATORS[kind](left, right)
        return holds


OPERATORS: Final = {kind.__name__: compare for kind, compare in COMPARISONS.items()}


def future_annotations() -> list[ast.stmt]:
    """Annotations are not evaluated a second time."""
    return [ast.ImportFrom("__future__", [ast.alias("annotations")], 0)]


def machine_modules() -> list[ModuleType]:
    """The machine's modules."""
    names = [module.name for module in pkgutil.iter_modules(solvent.__path__) if not module.ispkg]
    return [import_module(f"solvent.{name}") for name in sorted(names)]
