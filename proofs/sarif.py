"""A verification as SARIF 2.1.0, which code hosts show at the lines it names.

A finding stands where what it violates is enforced: at the guard if it names a rule, else at the functions that
implement the requirement, else at the theorem. A check that failed is a notification of the run.
"""

import ast
from pathlib import Path
from typing import Any

from proofs.requirements import IDENTIFIER, REFERENCE, THEOREMS, Catalogue

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
Place = tuple[str, int]


def sarif(report: dict[str, Any], root: Path) -> dict[str, Any]:
    """The content of report.json, as SARIF."""
    catalogue = Catalogue(root)
    sentences = {block.identifier: block.sentence for block in catalogue.blocks}
    results = []
    named: dict[str, str] = {}
    for theorem in report["theorems"]:
        for finding in theorem["findings"]:
            identifier = violated(finding["label"], theorem["requirements"])
            named[identifier] = sentences.get(identifier, theorem["sentence"])
            text = f"{finding['verdict']}: {theorem['name']}\n{theorem['sentence']}\n{finding['label']}"
            results.append(
                {
                    "ruleId": identifier,
                    "level": "error",
                    "kind": "fail",
                    "message": {"text": f"{text}\n{finding['ledger']}".rstrip()},
                    "locations": [_location(place) for place in places(catalogue, finding["label"], theorem)],
                    "partialFingerprints": {"finding/v1": f"{theorem['name']}: {finding['label']}"},
                }
            )
    rules = [
        {"id": identifier, "shortDescription": {"text": sentence}, "properties": {"tags": ["solvency"]}}
        for identifier, sentence in sorted(named.items())
    ]
    failed = [check for check in report["checks"] if not check["passed"]]
    notifications = [
        {"level": "error", "message": {"text": f"{check['name']} failed\n{check['output']}".rstrip()}}
        for check in failed
    ]
    driver = {"name": "solvent verify", "rules": rules}
    invocation = {"executionSuccessful": not failed, "toolExecutionNotifications": notifications}
    run = {"tool": {"driver": driver}, "invocations": [invocation], "results": results}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def violated(label: str, requirements: list[str]) -> str:
    """The requirement that a finding is about: the one that its label begins with, else the theorem's first."""
    match = IDENTIFIER.match(label)
    return match.group(0) if match else requirements[0]


def places(catalogue: Catalogue, label: str, theorem: dict[str, Any]) -> list[Place]:
    """Where what a finding violates is enforced, the most telling place first."""
    named = IDENTIFIER.findall(label) or theorem["requirements"]
    rules = {rule.identifier: rule.name for rule in catalogue.rules}
    guards = [
        (f"{REFERENCE}/{guard.symbol.split('.')[1]}.py", guard.line)
        for identifier in named
        for guard in catalogue.guards
        if guard.rule == rules.get(identifier)
    ]
    blocks = {block.identifier: block for block in catalogue.blocks}
    symbols = [
        symbol
        for identifier in named
        if identifier in blocks
        for symbol in blocks[identifier].fields.get("implementation", "").split(", ")
    ]
    functions = [place for symbol in symbols for place in symbol_place(catalogue, symbol)]
    found = list(dict.fromkeys(guards or functions)) or [theorem_place(catalogue.root, theorem["name"])]
    # A rule may be guarded by several actions: those of the theorem's own module come first.
    return sorted(found, key=lambda place: Path(place[0]).stem != theorem["module"])


def symbol_place(catalogue: Catalogue, symbol: str) -> list[Place]:
    """The file and line of a function or class of the reference; nothing if there is none."""
    _, _, rest = symbol.partition("solvent.")
    name, _, member = rest.partition(".")
    module = catalogue.modules.get(name)
    node = module and (module.functions.get(member) or module.classes.get(member))
    return [(f"{REFERENCE}/{name}.py", node.lineno)] if node else []


def theorem_place(root: Path, name: str) -> Place:
    """The file and line of a theorem; the top of its file where it is not defined by name."""
    module, _, function = name.partition(".")
    path = THEOREMS / f"{module}.py"
    for node in ast.parse((root / path).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            return str(path), node.lineno
    return str(path), 1


def _location(place: Place) -> dict[str, Any]:
    path, line = place
    return {"physicalLocation": {"artifactLocation": {"uri": path}, "region": {"startLine": line}}}
