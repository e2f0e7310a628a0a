"""Mutants of the machine: one thing changed in it, as a mistake would change it.

The operators are those that matter here: which way is rounded, which side is meant, what is compared with what, what
is read before and what after, what is left out. Annotations, words and the order of fields are left alone: types and
the style of the code refuse those mistakes.
"""

import ast
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Any, Final

from proofs.sources import REFERENCE, source

COMPARISONS: Final[dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}

ARITHMETIC: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
}

OTHER: Final = {
    one: other
    for pair in (
        ("min", "max"),
        ("mul_div_up", "mul_div_down"),
        ("initial_margin", "maintenance_margin"),
        ("long_carry", "short_carry"),
        ("long_interest", "short_interest"),
        ("interest_lower", "interest_upper"),
        ("lowest_mark", "highest_mark"),
        ("initial_rate", "maintenance_fraction"),
        ("paid", "collected"),
        ("owing", "overdue"),
        ("buyer", "seller"),
        ("actor", "account"),
        ("long", "short"),
    )
    for one, other in (pair, pair[::-1])
}
"""Names that are taken for each other: of a side, a rounding, a measure, a role."""

STALE: Final = {"after": "pool", "closed": "pool", "market": "before"}
"""Names of what is new, and of what it was before, where a function has both."""


@dataclass(frozen=True)
class Mutant:
    """What is changed, in which function of which module, as text; the number is its place among the module's."""

    module: str
    function: str
    line: int
    was: str
    becomes: str
    number: int
    identifier: str

    @property
    def change(self) -> str:
        """The change in one line."""
        return f"{self.was} → {self.becomes}"

    def text(self) -> str:
        """The module with the change."""
        tree = ast.parse(source(self.module))
        for number, _ in enumerate(_changes(tree)):
            if number == self.number:
                return ast.unparse(ast.fix_missing_locations(tree)) + "\n"
        raise ValueError(f"{self.module} has no mutant {self.number}")


def mutants() -> list[Mutant]:
    """All there are, in the order of the machine's text."""
    return [one for path in sorted(REFERENCE.glob("[a-z]*.py")) for one in of_module(path.stem)]


@cache
def of_module(module: str) -> tuple[Mutant, ...]:
    """Those of a module."""
    found, times = [], Counter[str]()
    for number, (function, statement, line, was, becomes) in enumerate(_changes(ast.parse(source(module)))):
        content = "\0".join((function, statement, was, becomes))
        times[content] += 1
        digest = sha256(f"{content}\0{times[content]}".encode()).hexdigest()[:8]
        identifier = f"{module}.{function}.{digest}"
        found.append(Mutant(module, function, line, was, becomes, number, identifier))
    return tuple(found)


Place = tuple[ast.AST, str, int | None]
"""A node, the name of one of its fields, and the index where that is a list."""

Change = tuple[str, str, int, str, str]
"""Function, statement, line, what stood there, what stands there then."""


def _changes(tree: ast.Module) -> Iterator[Change]:
    """Each change, made while it is yielded and undone afterwards."""
    for function, statement in _statements(tree.body, ""):
        yield from _of_statement(function, statement)


def _statements(body: list[ast.stmt], function: str) -> Iterator[tuple[str, tuple[list[ast.stmt], int, set[str]]]]:
    """Every statement, in the list it stands in, with the name of its function and the names known before it."""
    known: set[str] = set()
    for index, node in enumerate(body):
        match node:
            case ast.FunctionDef():
                name = f"{function}.{node.name}".lstrip(".")
                arguments = {one.arg for one in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}
                yield from _inside(node.body, name, arguments)
            case ast.ClassDef():
                yield from _statements(node.body, f"{function}.{node.name}".lstrip("."))
            case ast.Assign() | ast.AnnAssign():
                yield function or "module", (body, index, known)


def _inside(
    body: list[ast.stmt], function: str, known: set[str]
) -> Iterator[tuple[str, tuple[list[ast.stmt], int, set[str]]]]:
    """Every statement of a function, likewise."""
    for index, node in enumerate(body):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        yield function, (body, index, set(known))
        for name in ast.walk(node):
            if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store):
                known.add(name.id)
        for field in ("body", "orelse"):
            yield from _inside(getattr(node, field, []), function, known)
        for case in getattr(node, "cases", []):
            yield from _inside(case.body, function, known)


def _of_statement(function: str, place: tuple[list[ast.stmt], int, set[str]]) -> Iterator[Change]:
    body, index, known = place
    node = body[index]
    whole = ast.unparse(node)
    if _can_be_left_out(node, known):
        body[index] = ast.copy_location(ast.Pass(), node)
        yield function, whole, node.lineno, whole.partition("\n")[0], "nothing"
        body[index] = node
    for parent, name, at in list(_expressions(node)):
        old = _get(parent, name, at)
        for new in _variants(old, parent, known):
            shown = parent if isinstance(old, ast.Constant | ast.Name | ast.keyword) else old
            was, line = _shown(shown), getattr(old, "lineno", node.lineno)
            _set(parent, name, at, new)
            becomes = _shown(parent if shown is parent or new is None else new)
            yield function, whole, line, was, becomes
            _unset(parent, name, at, old, new)


def _shown(node: ast.AST) -> str:
    return ast.unparse(node).partition("\n")[0]


def _can_be_left_out(node: ast.stmt, known: set[str]) -> bool:
    match node:
        case ast.Expr(value=ast.Call()) | ast.AugAssign():
            return True
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name in known
        case ast.Assign(targets=[ast.Tuple(elts=names)]):
            return all(isinstance(name, ast.Name) and name.id in known for name in names)
    return False


def _expressions(node: ast.AST) -> Iterator[Place]:
    """Every place in a statement where an expression stands; not those of the statements in it, nor annotations."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "targets", "target", "returns", "decorator_list", "ctx", "pattern"):
            continue
        entries = list(enumerate(value)) if isinstance(value, list) else [(None, value)]
        for at, one in entries:
            if isinstance(one, ast.expr | ast.keyword | ast.comprehension):
                yield node, name, at
                yield from _expressions(one)


def _get(parent: ast.AST, name: str, at: int | None) -> ast.AST:
    value: Any = getattr(parent, name)
    node: ast.AST = value if at is None else value[at]
    return node


def _set(parent: ast.AST, name: str, at: int | None, new: ast.AST | None) -> None:
    if at is None:
        setattr(parent, name, new)
    elif new is None:
        del getattr(parent, name)[at]
    else:
        getattr(parent, name)[at] = new


def _unset(parent: ast.AST, name: str, at: int | None, old: ast.AST, new: ast.AST | None) -> None:
    if at is not None and new is None:
        getattr(parent, name).insert(at, old)
    else:
        _set(parent, name, at, old)


def _variants(node: ast.AST, parent: ast.AST, known: set[str]) -> Iterator[ast.AST | None]:
    """What may stand in the place of an expression; None for nothing."""
    match node:
        case ast.Compare(ops=ops):
            for place, op in enumerate(ops):
                for other in COMPARISONS[type(op)]:
                    new = deepcopy(node)
                    new.ops[place] = other()
                    yield new
        case ast.BoolOp(op=op, values=values):
            for place in range(len(values)):
                rest = [value for number, value in enumerate(values) if number != place]
                yield rest[0] if len(rest) == 1 else ast.BoolOp(op, rest)
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
        case ast.BinOp(left=left, op=ast.FloorDiv(), right=right):
            yield ast.UnaryOp(ast.USub(), ast.BinOp(ast.UnaryOp(ast.USub(), left), ast.FloorDiv(), right))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in ARITHMETIC and not isinstance(left, ast.Tuple):
            yield ast.BinOp(left, ARITHMETIC[type(op)](), right)
        case ast.UnaryOp(op=ast.USub() | ast.Not(), operand=operand):
            yield operand
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int(value)):
            yield ast.Constant(value + 1)
            yield ast.Constant(value - 1)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            yield ast.IfExp(test, orelse, body)
        case ast.Call(func=ast.Name(id="abs"), args=[argument]):
            yield argument
        case ast.Call(func=ast.Name(id="choose") as name, args=[condition, chosen, otherwise]):
            yield ast.Call(name, [condition, otherwise, chosen], [])
        case ast.keyword() if isinstance(parent, ast.Call) and isinstance(parent.func, ast.Name):
            if parent.func.id == "replace" and len(parent.keywords) > 1:
                yield None
        case ast.Attribute(value=value, attr=attr) if attr in OTHER:
            yield ast.Attribute(value, OTHER[attr], ast.Load())
        case ast.Name(id=name):
            if name in OTHER and (name not in ("buyer", "seller", "account") or OTHER[name] in known):
                yield ast.Name(OTHER[name], ast.Load())
            if name in STALE and STALE[name] in known:
                yield ast.Name(STALE[name], ast.Load())
    match parent:
        case ast.If(test=test) if test is node and not isinstance(node, ast.Compare | ast.BoolOp | ast.UnaryOp):
            yield ast.UnaryOp(ast.Not(), node)
        case ast.For(iter=iterated) if iterated is node:
            yield ast.Tuple([], ast.Load())
