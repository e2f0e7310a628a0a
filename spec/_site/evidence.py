"""The evidence that the site shows, read from what other commands leave in build/.

build/verify/report.json and times.json, required; see proofs/report.py. Beside what is written there today the site
shows, where present, `waived`: a list of objects with `name` and `reason`.

build/attacks/*.json, optional: one object for each rule that was switched off, as `make attacks` leaves them; those of
other sources than these are not shown.

    sources          the hash of the sources that were attacked (proofs/report.py)
    rule             its id
    verdict          "necessary", "form" (a rule of form, which needs no exploit) or "unexplained"
    theorem          the safety theorem that is refuted without it; for a necessary rule
    counterexample   one step, in the form of a finding's `record` in report.json (proofs/ledger.py)
    exploit          the same from an empty pool, where one was found (proofs/exploit.py)
    no_exploit       why there is none, where none is

The vectors are those of the conformance kit, read and checked as it does.

build/mutants/report.json, optional: an object with `mutants`, a list of objects.

    id, file, line, change   what was changed where, `change` as one line of text
    verdict                  "killed", "equivalent" or "survived"
    killed_by, how           names of theorems, where killed, and what showed that they are false (proofs/mutation.py)
    explained_wrongly        true, where a reason was given and it is killed all the same
    reason                   why it changes nothing, where equivalent
    killed_by_test           the first test that kills it, in a list that is empty where none does; where tests were run

Input that names an unknown requirement, rule or theorem, or misses a field, is refused: nothing of it is shown.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from proofs.report import sources
from proofs.requirements import Catalogue
from solvent.edge.conformance.vectors import DIRECTORY as VECTORS
from solvent.edge.conformance.vectors import Case, bundled

ATTACK_VERDICTS = ("necessary", "form", "unexplained")
MUTANT_VERDICTS = ("killed", "equivalent", "survived")


class UnusableError(Exception):
    """Evidence that cannot be read; the message names the file and what is wrong with it."""


@dataclass
class Evidence:
    """What is known of a checkout. `current`: the report was made of these very sources."""

    report: dict[str, Any]
    seconds: float
    current: bool
    attacks: dict[str, dict[str, Any]] = field(default_factory=dict)
    vectors: list[Case] = field(default_factory=list)
    mutants: list[dict[str, Any]] | None = None

    @property
    def theorems(self) -> dict[str, dict[str, Any]]:
        """The theorems of the report by name."""
        return {theorem["name"]: theorem for theorem in self.report["theorems"]}

    @property
    def waived(self) -> list[dict[str, str]]:
        """What was waived, each with a name and a reason."""
        return list(self.report.get("waived", []))


def read(root: Path, build: Path, catalogue: Catalogue) -> Evidence:
    """Reads all evidence there is; raises UnusableError."""
    path = build / "verify/report.json"
    if not path.exists():
        raise UnusableError(f"{path}: there is no report, and so no evidence: run `make verify` first")
    report = load(path)
    need(path, report, ["sources", "versions", "second", "theorems", "checks"])
    times = load(build / "verify/times.json")
    need(build / "verify/times.json", times, ["seconds"])
    known = {block.identifier for block in catalogue.blocks}
    current = sources(root)
    rules = {rule.identifier for rule in catalogue.rules}
    theorems = {f"{theorem.module}.{theorem.name}" for theorem in catalogue.theorems}
    for theorem in report["theorems"]:
        need(
            path, theorem, ["name", "module", "sentence", "requirements", "verdict", "paths", "obligations", "findings"]
        )
    evidence = Evidence(report, times["seconds"], report["sources"] == current, vectors=bundled())
    for case in evidence.vectors:
        one_of(VECTORS / case.family / "cases.json", "requirement", case.requirement, known)
    for path in sorted((build / "attacks").glob("*.json")):
        attack = load(path)
        need(path, attack, ["sources", "rule", "verdict"])
        if attack["sources"] != current:
            continue
        one_of(path, "rule", attack["rule"], rules)
        one_of(path, "verdict", attack["verdict"], ATTACK_VERDICTS)
        if attack["verdict"] == "necessary":
            need(path, attack, ["theorem", "counterexample"])
            one_of(path, "theorem", attack["theorem"], theorems)
            need(path, attack["counterexample"], ["violates", "steps", "values"])
        if "exploit" in attack:
            need(path, attack["exploit"], ["violates", "story", "stopped"])
            need(path, attack["exploit"]["stopped"], ["action", "rule", "field"])
        evidence.attacks[attack["rule"]] = attack
    path = build / "mutants/report.json"
    if path.exists():
        content = load(path)
        need(path, content, ["mutants"])
        for mutant in content["mutants"]:
            need(path, mutant, ["id", "file", "line", "change", "verdict"])
            one_of(path, "verdict", mutant["verdict"], MUTANT_VERDICTS)
            need(path, mutant, {"killed": ["killed_by"], "equivalent": ["reason"]}.get(mutant["verdict"], []))
            for name in mutant.get("killed_by", []):
                one_of(path, "killed_by", name, theorems)
        evidence.mutants = list(content["mutants"])
    return evidence


def problems(catalogue: Catalogue, evidence: Evidence) -> Iterator[str]:
    """Why the site's claims do not hold, one line each: what fails the build."""
    if not evidence.current:
        yield "report.json was made of other sources than these: run `make verify` again"
    reported = evidence.theorems
    stated = {f"{theorem.module}.{theorem.name}" for theorem in catalogue.theorems}
    for name in sorted(stated - set(reported)):
        yield f"{name} is not in report.json: run `make verify` in full"
    for name, theorem in reported.items():
        if theorem["verdict"] != "proved":
            yield f"{name} is {theorem['verdict']}"
        if name not in stated:
            yield f"{name} is in report.json and not in proofs/theorems"
    for block in catalogue.blocks:
        # That no theorem names it is the catalogue's to say.
        unproved = status(catalogue, evidence, block.identifier) == "no theorem"
        if not block.is_assumption and unproved and catalogue.enforcement(block.identifier):
            yield f"{block.identifier} is a requirement without evidence"
    for rule, attack in evidence.attacks.items():
        if attack["verdict"] == "unexplained":
            yield f"{rule} is a guard that no safety theorem needs"
    for mutant in evidence.mutants or []:
        if mutant["verdict"] == "survived":
            yield f"mutant {mutant['id']} survived: {mutant['file']}:{mutant['line']} {mutant['change']}"


def status(catalogue: Catalogue, evidence: Evidence, identifier: str) -> str:
    """What is known of a requirement: the worst verdict of its theorems, or that there is none."""
    names = catalogue.enforcement(identifier)
    verdicts = {evidence.theorems[name]["verdict"] for name in names if name in evidence.theorems}
    missing = not names or any(name not in evidence.theorems for name in names)
    return next(
        (verdict for verdict in ("refuted", "unknown") if verdict in verdicts), "no theorem" if missing else "proved"
    )


def load(path: Path) -> dict[str, Any]:
    """A file's JSON object."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise UnusableError(f"{path}: {error}") from error
    if not isinstance(content, dict):
        raise UnusableError(f"{path}: an object is needed")
    return content


def need(path: Path, content: Any, names: list[str]) -> None:
    """Refuses an object that misses a field."""
    for name in names:
        if not isinstance(content, dict) or name not in content:
            raise UnusableError(f"{path}: the field {name} is missing")


def one_of(path: Path, name: str, value: Any, known: Any) -> None:
    """Refuses a value that is not among those known."""
    if value not in known:
        raise UnusableError(f"{path}: {name}: {value!r} is not known")
