"""The requirements of spec/, and what the code and the theorems say of them.

    python -m proofs.requirements            writes the generated fields and tables of spec/
    python -m proofs.requirements --check    names what is stale or missing; exit code 1 if anything is

Everything is read from the text of the files; nothing is imported, so that a copy of the checkout can be asked too.
"""

import argparse
import ast
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Final

CHAPTERS: Final = Path("spec")
REFERENCE: Final = Path("reference/solvent")
THEOREMS: Final = Path("proofs/theorems")

IDENTIFIER: Final = re.compile(r"\b[A-Z]{3}-[1-9][0-9]*\b")
BLOCK: Final = re.compile(r"^```\{(req|asm)\}\n((?::\w+:[^\n]*\n)+)\n(.*?)\n```$", re.MULTILINE | re.DOTALL)
GENERATED: Final = re.compile(r"^(<!-- generated: (\w+)(?: (\w+))? -->\n).*?^(<!-- end -->)$", re.MULTILINE | re.DOTALL)
NAMED: Final = re.compile(r"\(((?:[A-Z]{3}-[0-9]+(?:, )?)+)\)")
RULES: Final = re.compile(r"Rules: (.*?)\.$", re.MULTILINE | re.DOTALL)

NOTHING: Final = "nothing yet"
"""The enforcement of a requirement that no theorem names."""


@dataclass(frozen=True)
class Block:
    """A requirement, or an assumption, as it stands in a chapter."""

    chapter: str
    is_assumption: bool
    fields: dict[str, str]
    body: str

    @property
    def identifier(self) -> str:
        """The id under which everything else knows the requirement."""
        return self.fields.get("id", "")

    @property
    def sentence(self) -> str:
        """The property; what follows it in the block explains it."""
        return " ".join(self.body.split("\n\n")[0].split())


@dataclass(frozen=True)
class Rule:
    """A member of solvent.rules.Rule."""

    name: str
    identifier: str
    sentence: str


@dataclass(frozen=True)
class Guard:
    """A call of `require`, the function it stands in, and the line of that function's file."""

    rule: str
    symbol: str
    field: str
    line: int


@dataclass(frozen=True)
class Action:
    """An action of the machine and the function that carries it out."""

    name: str
    module: str
    transition: str
    says: str


@dataclass(frozen=True)
class Theorem:
    """A theorem as it stands in proofs/theorems: it enforces what its decorator names and the rules its body does."""

    module: str
    name: str
    sentence: str
    requirements: tuple[str, ...]


@dataclass(frozen=True)
class Constant:
    """A constant of solvent.numbers."""

    name: str
    value: str
    meaning: str


@dataclass
class Module:
    """What the requirements need to know of a module of the reference."""

    functions: dict[str, ast.FunctionDef] = field(default_factory=dict)
    classes: dict[str, ast.ClassDef] = field(default_factory=dict)
    imports: dict[str, str] = field(default_factory=dict)


def modules(root: Path) -> list[str]:
    """The names of the machine's modules."""
    return sorted(path.stem for path in (root / REFERENCE).glob("*.py") if path.stem != "__init__")


class Catalogue:
    """All requirements of a checkout, with the code and the theorems that name them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.chapters = {path.stem: path.read_text(encoding="utf-8") for path in sorted((root / CHAPTERS).glob("*.md"))}
        self.blocks = [block for chapter, text in self.chapters.items() for block in read_blocks(chapter, text)]
        self.modules = {name: read_module(root / REFERENCE / f"{name}.py") for name in modules(root)}
        self.rules = list(read_rules(self.modules["rules"].classes["Rule"]))
        self.guards = [guard for name in self.modules for guard in self._guards_in(name)]
        self.actions = list(self._actions())
        self.constants = list(read_constants(root / REFERENCE / "numbers.py"))
        self.ids = {rule.name: rule.identifier for rule in self.rules}
        files = sorted((root / THEOREMS).glob("*.py"))
        self.theorems = [theorem for path in files for theorem in read_theorems(path, self.ids)]

    def implementation(self, identifier: str) -> list[str]:
        """The functions that enforce a rule or whose docstring names the requirement."""
        symbols = [guard.symbol for guard in self.guards if self.ids.get(guard.rule) == identifier]
        for name, module in self.modules.items():
            for function in module.functions.values():
                if identifier in named_in(function):
                    symbols.append(f"solvent.{name}.{function.name}")
        return sorted(set(symbols))

    def enforcement(self, identifier: str) -> list[str]:
        """The theorems that name the requirement."""
        return [f"{theorem.module}.{theorem.name}" for theorem in self.theorems if identifier in theorem.requirements]

    def checks(self, module: str, function: str) -> list[Guard]:
        """The guards that a function passes, in order, those of the functions it calls included."""
        return list(self._passed(module, self.modules[module].functions[function], {}))

    def _passed(self, name: str, function: ast.FunctionDef, given: dict[str, str]) -> Iterator[Guard]:
        for call in calls_in(function):
            guard = as_guard(call, f"solvent.{name}.{function.name}")
            if guard is not None:
                yield replace(guard, field=given.get(guard.field, guard.field))
                continue
            where, callee = self._resolve(name, call)
            if callee is not None:
                parameters = [argument.arg for argument in callee.args.args]
                constants = dict(zip(parameters, map(constant_text, call.args), strict=False))
                yield from self._passed(where, callee, constants)

    def _resolve(self, name: str, call: ast.Call) -> tuple[str, ast.FunctionDef | None]:
        if not isinstance(call.func, ast.Name):
            return name, None
        where = self.modules[name].imports.get(call.func.id, name)
        return where, self.modules[where].functions.get(call.func.id) if where in self.modules else None

    def _guards_in(self, name: str) -> Iterator[Guard]:
        for function in self.modules[name].functions.values():
            for call in calls_in(function):
                guard = as_guard(call, f"solvent.{name}.{function.name}")
                if guard is not None:
                    yield guard

    def _actions(self) -> Iterator[Action]:
        machine = self.modules["machine"]
        for node in ast.walk(machine.functions["apply"]):
            if not isinstance(node, ast.match_case):
                continue
            match node:
                case ast.match_case(
                    pattern=ast.MatchClass(cls=ast.Name(id=name)),
                    body=[ast.Return(value=ast.Call(func=ast.Name(id=transition)))],
                ):
                    module = machine.imports[name]
                    says = " ".join((ast.get_docstring(self.modules[module].classes[name]) or "").split())
                    yield Action(name, module, transition, says)

    def text(self, chapter: str) -> str:
        """The chapter with its generated fields and tables as they should be."""

        def fill_block(match: re.Match[str]) -> str:
            return match.group(0).replace(match.group(2), self._fields(match.group(1), match.group(2)))

        def fill_table(match: re.Match[str]) -> str:
            table = TABLES.get(match.group(2))
            if table is None:
                return match.group(0)
            return f"{match.group(1)}\n{table(self, chapter, match.group(3) or '')}\n{match.group(4)}"

        return GENERATED.sub(fill_table, BLOCK.sub(fill_block, self.chapters[chapter]))

    def _fields(self, kind: str, lines: str) -> str:
        fields = read_fields(lines)
        if kind == "req":
            found = self.implementation(fields.get("id", ""))
            if found:
                fields["implementation"] = ", ".join(found)
            fields["enforcement"] = ", ".join(self.enforcement(fields.get("id", ""))) or NOTHING
        return "".join(f":{key}: {value}\n" for key, value in fields.items())

    def problems(self) -> Iterator[str]:
        """What is missing or contradicts, one line each."""
        known = [block.identifier for block in self.blocks]
        for identifier in sorted({identifier for identifier in known if known.count(identifier) > 1}):
            yield f"{identifier} stands in more than one block"
        for chapter, text in self.chapters.items():
            for identifier in sorted(set(IDENTIFIER.findall(text)) - set(known)):
                yield f"spec/{chapter}.md names {identifier}, which is no requirement"
            if text.count("\n```{") - text.count("\n```{toctree}") != len(BLOCK.findall(text)):
                yield f"spec/{chapter}.md has a block that cannot be read"
            for _, table, _, _ in GENERATED.findall(text):
                if table not in TABLES:
                    yield f"spec/{chapter}.md asks for {table}, which is no table"
        yield from self._missing_code()
        yield from self._rules_that_differ(known)
        yield from self._guards_out_of_order()
        for block in self.blocks:
            if not block.is_assumption and not self.enforcement(block.identifier):
                yield f"{block.identifier} has no theorem"
        for theorem in self.theorems:
            if not theorem.sentence:
                yield f"{theorem.module}.{theorem.name} has no sentence"
            for identifier in theorem.requirements:
                if identifier not in known:
                    yield f"{theorem.module}.{theorem.name} names {identifier}, which is no requirement"

    def _missing_code(self) -> Iterator[str]:
        symbols = {
            f"solvent.{name}.{symbol}"
            for name, module in self.modules.items()
            for symbol in [*module.functions, *module.classes]
        }
        for block in self.blocks:
            if block.is_assumption:
                continue
            stated = self.implementation(block.identifier) or read_list(block.fields.get("implementation", ""))
            if not stated:
                yield f"{block.identifier} has no implementation"
            for symbol in stated:
                if symbol not in symbols:
                    yield f"{block.identifier} is implemented by {symbol}, which is not in reference/"

    def _rules_that_differ(self, known: list[str]) -> Iterator[str]:
        guarded = {guard.rule for guard in self.guards}
        sentences = {block.identifier: block.sentence for block in self.blocks}
        for rule in self.rules:
            if rule.identifier not in known:
                yield f"{rule.identifier} is a rule without a block in spec/"
            elif sentences[rule.identifier] != as_sentence(rule.sentence):
                yield f"{rule.identifier} says something else in spec/ than in solvent.rules"
            if rule.name not in guarded:
                yield f"{rule.identifier} is a rule without a guard"
        for name in sorted(guarded - set(self.ids)):
            yield f"Rule.{name} is required and is no rule"
        for name, module in self.modules.items():
            for function in module.functions.values():
                for identifier in sorted(named_in(function) - set(known)):
                    yield f"solvent.{name}.{function.name} names {identifier}, which is no requirement"

    def _guards_out_of_order(self) -> Iterator[str]:
        order = list(self.ids)
        for name, module in self.modules.items():
            for function in module.functions.values():
                documented = RULES.search(ast.get_docstring(function) or "")
                if documented is None:
                    continue
                passed = [guard.rule for guard in self.checks(name, function.name) if guard.rule in order]
                if passed != sorted(passed, key=order.index):
                    yield f"solvent.{name}.{function.name} checks out of the order of precedence"
                expected = [self.ids[rule] for rule in dict.fromkeys(passed)]
                if self._documented(documented.group(1)) != expected:
                    yield f"solvent.{name}.{function.name} documents other rules than {', '.join(expected)}"

    def _documented(self, text: str) -> list[str]:
        ids = list(self.ids.values())
        found: list[str] = []
        for part in re.split(r",\s*", " ".join(text.split())):
            first, _, last = part.partition(" to ")
            if first in ids and (last or first) in ids:
                found.extend(ids[ids.index(first) : ids.index(last or first) + 1])
            else:
                found.append(part)
        return found


def read_fields(lines: str) -> dict[str, str]:
    """The fields of a block, in their order."""
    return {key: value.strip() for key, value in re.findall(r"^:(\w+):(.*)$", lines, re.MULTILINE)}


def read_blocks(chapter: str, text: str) -> Iterator[Block]:
    """The requirement blocks of a chapter."""
    for kind, lines, body in BLOCK.findall(text):
        yield Block(chapter, kind == "asm", read_fields(lines), body.strip())


def read_module(path: Path) -> Module:
    """The functions, classes and imports of a module of the reference."""
    module = Module()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        match node:
            case ast.FunctionDef():
                module.functions[node.name] = node
            case ast.ClassDef():
                module.classes[node.name] = node
            case ast.ImportFrom(module=str(source)) if source.startswith("solvent."):
                module.imports.update(
                    {alias.asname or alias.name: source.removeprefix("solvent.") for alias in node.names}
                )
    return module


def read_rules(enumeration: ast.ClassDef) -> Iterator[Rule]:
    """The members of the enumeration of rules, in its order."""
    for node in enumeration.body:
        match node:
            case ast.Assign(
                targets=[ast.Name(id=name)],
                value=ast.Tuple(elts=[ast.Constant(value=str(identifier)), ast.Constant(value=str(sentence))]),
            ):
                yield Rule(name, identifier, sentence)


def read_constants(path: Path) -> Iterator[Constant]:
    """The constants of a module that the string below them explains."""
    body = ast.parse(path.read_text(encoding="utf-8")).body
    for node, below in pairwise(body):
        match node, below:
            case (
                ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value),
                ast.Expr(value=ast.Constant(value=str(meaning))),
            ):
                yield Constant(name, ast.unparse(value).replace(" ** ", "^"), " ".join(meaning.split()))


def read_theorems(path: Path, rules: dict[str, str]) -> Iterator[Theorem]:
    """The functions of a file that are decorated as theorems; `rules` has the ids of the rules by name."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if not isinstance(node, ast.FunctionDef):
            continue
        for decorator in node.decorator_list:
            match decorator:
                case ast.Call(func=ast.Name(id="theorem"), args=arguments):
                    stated = filter(None, map(constant_text, arguments))
                    named = (rules[name] for name in rules_in(node) if name in rules)
                    sentence = (ast.get_docstring(node) or "").split("\n")[0]
                    yield Theorem(path.stem, node.name, sentence, tuple(dict.fromkeys([*stated, *named])))


def rules_in(function: ast.FunctionDef) -> list[str]:
    """The names of the rules in a function's body, in the order of the text."""
    attributes = [node for node in ast.walk(function) if isinstance(node, ast.Attribute)]
    named = [node for node in attributes if isinstance(node.value, ast.Name) and node.value.id == "Rule"]
    return [node.attr for node in sorted(named, key=lambda node: (node.lineno, node.col_offset))]


def calls_in(function: ast.FunctionDef) -> list[ast.Call]:
    """The calls in a function's body, in the order of the text."""
    calls = [node for statement in function.body for node in ast.walk(statement) if isinstance(node, ast.Call)]
    return sorted(calls, key=lambda call: (call.lineno, call.col_offset))


def as_guard(call: ast.Call, symbol: str) -> Guard | None:
    """The guard that a call is, if it is one."""
    match call:
        case ast.Call(
            func=ast.Name(id="require"),
            args=[_, ast.Attribute(value=ast.Name(id="Rule"), attr=rule), ast.expr() as named],
        ):
            field_named = named.id if isinstance(named, ast.Name) else constant_text(named)
            return Guard(rule, symbol, field_named, call.lineno)
    return None


def constant_text(node: ast.expr) -> str:
    """The text of a literal string, and nothing for any other expression."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def named_in(function: ast.FunctionDef) -> set[str]:
    """The requirements that a docstring names in parentheses."""
    groups = NAMED.findall(ast.get_docstring(function) or "")
    return {identifier for group in groups for identifier in IDENTIFIER.findall(group)}


def as_sentence(text: str) -> str:
    """The text with a capital letter and a full stop."""
    return f"{text[:1].upper()}{text[1:]}."


def read_list(text: str) -> list[str]:
    """The parts of a field that lists several."""
    return [part.strip() for part in text.split(",") if part.strip()]


def link_to_symbol(symbol: str) -> str:
    """A link from a chapter to the module of a symbol of the reference."""
    _, module, *name = symbol.split(".")
    return f"[`{module}.{'.'.join(name)}`](../{REFERENCE.as_posix()}/{module}.py)"


def link_to_theorem(qualified: str) -> str:
    """A link from a chapter to the file of a theorem."""
    return f"[`{qualified}`](../{THEOREMS.as_posix()}/{qualified.split('.')[0]}.py)"


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table."""
    heads = list(heads)
    lines = [heads, ["---"] * len(heads), *(list(row) for row in rows)]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


def table_of_requirements(catalogue: Catalogue, chapter: str, _: str) -> str:
    """The requirements of a chapter, with links to the code and the theorems."""

    def row(block: Block) -> list[str]:
        symbols = catalogue.implementation(block.identifier) or read_list(block.fields.get("implementation", ""))
        theorems = map(link_to_theorem, catalogue.enforcement(block.identifier))
        return [
            block.identifier,
            block.fields.get("criticality", ""),
            "<br>".join(map(link_to_symbol, symbols)),
            "<br>".join(theorems) or NOTHING,
        ]

    blocks = [block for block in catalogue.blocks if block.chapter == chapter and not block.is_assumption]
    return table(["No.", "Criticality", "Implementation", "Enforcement"], map(row, blocks))


def table_of_theorems(catalogue: Catalogue, chapter: str, _: str) -> str:
    """The theorems about a chapter's module."""
    theorems = [theorem for theorem in catalogue.theorems if theorem.module == chapter]
    if not theorems:
        return "No theorem is stated in this module.\n"
    rows = ([f"`{theorem.name}`", theorem.sentence, ", ".join(theorem.requirements)] for theorem in theorems)
    return table(["Theorem", "What it says", "Requirements"], rows)


def table_of_rules(catalogue: Catalogue, _: str, __: str) -> str:
    """Every rule in its order of precedence."""
    rows = (
        [
            str(place),
            rule.identifier,
            rule.sentence,
            "<br>".join(map(link_to_symbol, sorted({g.symbol for g in catalogue.guards if g.rule == rule.name}))),
        ]
        for place, rule in enumerate(catalogue.rules, 1)
    )
    return table(["Precedence", "Rule", "What it demands", "Enforced in"], rows)


def table_of_checks(catalogue: Catalogue, chapter: str, function: str) -> str:
    """The rules that a function checks, in the order in which it does."""
    rules = {rule.name: rule for rule in catalogue.rules}
    guards = catalogue.checks(chapter, function)
    rows = (
        [str(place), rules[guard.rule].identifier, rules[guard.rule].sentence, f"`{guard.field}`"]
        for place, guard in enumerate(guards, 1)
        if guard.rule in rules
    )
    return table(["", "Rule", "What it demands", "Field named"], rows)


def table_of_actions(catalogue: Catalogue, _: str, __: str) -> str:
    """The actions of the machine."""

    def row(action: Action) -> list[str]:
        guards = catalogue.checks(action.module, action.transition)
        rules = dict.fromkeys(catalogue.ids[guard.rule] for guard in guards if guard.rule in catalogue.ids)
        return [f"`{action.name}`", f"[{action.module}]({action.module}.md)", action.says, ", ".join(rules)]

    heads = ["Action", "Chapter", "Who may, and what it does", "Rules, in the order of their checks"]
    return table(heads, map(row, catalogue.actions))


def table_of_caps(catalogue: Catalogue, _: str, __: str) -> str:
    """The constants of the machine."""
    rows = ([f"`{constant.name}`", f"`{constant.value}`", constant.meaning] for constant in catalogue.constants)
    return table(["Constant", "Value", "Meaning"], rows)


TABLES: Final[dict[str, Callable[[Catalogue, str, str], str]]] = {
    "requirements": table_of_requirements,
    "theorems": table_of_theorems,
    "rules": table_of_rules,
    "checks": table_of_checks,
    "actions": table_of_actions,
    "caps": table_of_caps,
}


def check(root: Path) -> list[str]:
    """What is stale, missing or contradictory, one line each; nothing if all is well."""
    catalogue = Catalogue(root)
    stale = [
        f"spec/{chapter}.md is stale: run `make tables`"
        for chapter, text in catalogue.chapters.items()
        if catalogue.text(chapter) != text
    ]
    return stale + list(catalogue.problems())


def write(root: Path) -> list[Path]:
    """Brings the generated fields and tables of spec/ up to date; returns the files that changed."""
    catalogue = Catalogue(root)
    changed = []
    for chapter, text in catalogue.chapters.items():
        path = root / CHAPTERS / f"{chapter}.md"
        if catalogue.text(chapter) != text:
            path.write_text(catalogue.text(chapter), encoding="utf-8")
            changed.append(path.relative_to(root))
    return changed


def main(arguments: list[str]) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m proofs.requirements", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if anything is stale or missing")
    options = parser.parse_args(arguments)
    root = Path(__file__).resolve().parent.parent
    if not options.check:
        for path in write(root):
            print(f"wrote {path}")
        return 0
    problems = check(root)
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
