"""Guard necessity: with one guard switched off in a copy of the machine, a safety theorem must fall.

A theorem that states the rejection itself, one of CON-8, does not count: it always falls.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from proofs import jobs, mutate, report
from proofs.kernel.check import Finding, Result
from proofs.kernel.solve import Verdict
from proofs.kernel.theorem import Theorem
from proofs.requirements import Catalogue
from proofs.suite import load

FORM: Final[dict[str, str]] = {}
"""The rules of form, which no safety theorem needs, each with the reason why it is a rule at all."""

LATE: Final = ("within_a_word", "has_exactly_its_effect", "closes_no_more", "never_makes", "is_needed")
"""Parts of the names of theorems that are tried last, because they take longest."""


@dataclass(frozen=True)
class Attack:
    """What became of the machine without a rule's guards: which safety theorems fell, and how many were tried."""

    rule: str
    fallen: tuple[Result, ...]
    tried: int
    unknown: tuple[str, ...]

    @property
    def verdict(self) -> str:
        """Necessary if a safety theorem fell, of form if declared so, else unexplained."""
        if self.fallen:
            return "necessary"
        return "form" if self.rule in FORM else "unexplained"


def targets(rule: str) -> tuple[list[str], list[str]]:
    """The safety theorems: those that could see the guard at its place, likeliest first, and the others."""
    catalogue = Catalogue(mutate.ROOT)
    name = next(known.name for known in catalogue.rules if known.identifier == rule)
    modules = {guard.symbol.split(".")[1] for guard in catalogue.guards if guard.rule == name}
    for action in catalogue.actions:
        if any(guard.rule == name for guard in catalogue.checks(action.module, action.transition)):
            modules.add(action.module)

    def place(theorem: Theorem) -> tuple[bool, bool, bool]:
        late = any(part in theorem.name for part in LATE)
        return rule not in theorem.requirements, late, "well_formed" not in theorem.name

    safety = sorted((theorem for theorem in load() if "CON-8" not in theorem.requirements), key=place)
    near = [theorem for theorem in safety if theorem.module in modules or rule in theorem.requirements]
    return [theorem.name for theorem in near], [theorem.name for theorem in safety if theorem not in near]


def attack_rule(job: str) -> Attack:
    """Switches a rule's guards off and asks the theorems, until one falls by a requirement or, if asked, to the end.

    If one at the guard's place falls by a step of its proof alone, the others are not asked.
    """
    rule, _, everything = job.partition(" ")
    fallen: list[Result] = []
    unknown: list[str] = []
    tried = 0
    for names in targets(rule):
        if fallen and not everything:
            break
        results = mutate.judge(mutate.without_guard(rule.replace("-", "_")), names)
        for result in results:
            tried += 1
            if result.verdict is Verdict.REFUTED:
                fallen.append(result)
                if not everything and names_a_requirement(told(result)):
                    break
            elif result.verdict is Verdict.UNKNOWN:
                unknown.append(result.name)
        results.close()
    return Attack(rule, tuple(fallen), tried, tuple(unknown))


def attack(rules: Sequence[str], everything: bool, processes: int) -> int:
    """Attacks the rules, or all there are, prints what fell and returns the exit code."""
    known = [rule.identifier for rule in Catalogue(mutate.ROOT).rules]
    strangers = [rule for rule in rules if rule not in known]
    if strangers:
        print(f"no rule: {', '.join(strangers)}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    directory, current = mutate.ROOT / "build/attacks", report.sources(mutate.ROOT)
    records = {} if rules else kept(directory, known, current)
    if records:
        print(f"{len(records)} rules as before: neither the machine nor the proofs have changed")
    wanted = [f"{rule} everything" if everything else rule for rule in rules or known if rule not in records]
    attacks: list[Attack] = []
    failed = False
    try:
        with report.Progress(len(wanted)) as progress:
            for job, result in jobs.run(attack_rule, wanted, processes, progress.started):
                if isinstance(result, jobs.Failure):
                    failed = True
                    print(f"{job}: {result.reason}", file=sys.stderr)
                    progress.ended(job, "failed", 0.0)
                    continue
                attacks.append(result)
                records[result.rule] = record(result, current)
                write(records[result.rule], directory)
                progress.ended(job, result.verdict, sum(one.seconds for one in result.fallen))
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    attacks.sort(key=lambda one: known.index(one.rule))
    if rules:
        show_exploits(attacks)
    show_table([records[rule] for rule in known if rule in records])
    return 1 if failed or any(one["verdict"] == "unexplained" for one in records.values()) else 0


def record(one: Attack, sources: str) -> dict[str, Any]:
    """What became of an attack on these sources: `falls` has a line for each theorem that fell, or why none did."""
    by_requirement = [result for result in one.fallen if names_a_requirement(told(result))]
    falls = [f"{result.name}: {violated(told(result))}" for result in by_requirement or one.fallen]
    none = FORM.get(one.rule, f"nothing, of {one.tried} theorems tried")
    undecided = [f"undecided: {', '.join(one.unknown)}"] if one.unknown and not one.fallen else []
    content: dict[str, Any] = {
        "sources": sources,
        "rule": one.rule,
        "verdict": one.verdict,
        "falls": [*(falls or [none]), *undecided],
    }
    if one.fallen:
        result = (by_requirement or one.fallen)[0]
        content |= {"theorem": result.name, "counterexample": told(result).record}
    return content


def write(content: dict[str, Any], directory: Path) -> None:
    """Leaves a file for a rule, which the site shows (spec/_site/evidence.py)."""
    directory.mkdir(parents=True, exist_ok=True)
    report.replace(directory / f"{content['rule']}.json", json.dumps(content, indent=1) + "\n")


def kept(directory: Path, rules: Sequence[str], sources: str) -> dict[str, dict[str, Any]]:
    """What was found of rules before, of these very sources."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(directory.glob("*.json"))]
    return {one["rule"]: one for one in found if one["sources"] == sources and one["rule"] in rules}


def told(result: Result) -> Finding:
    """The finding of a refuted theorem that tells most: refuted, and naming a requirement."""
    refuted = [finding for finding in result.findings if finding.verdict is Verdict.REFUTED]
    return min(refuted, key=lambda finding: not names_a_requirement(finding))


def names_a_requirement(finding: Finding) -> bool:
    """Whether what failed is a requirement; a step of a proof, the hypothesis of a lemma for instance, is none."""
    return violated(finding)[:3].isupper()


def violated(finding: Finding) -> str:
    """The requirement that the counterexample violates; what ends in no outcome at all violates totality."""
    lines: list[str] = finding.record.get("violates", [])
    named = [line for line in (finding.label, *lines) if line[:3].isupper()]
    escaped = [f"CON-7: {line}" for line in lines if line.split(":")[0].endswith("Error")]
    return [*named, *escaped, finding.label][0]


def show_exploits(attacks: Sequence[Attack]) -> None:
    """Prints what each fallen theorem says and the counterexample, as a ledger."""
    for one in attacks:
        for result in one.fallen:
            finding = told(result)
            print(f"\nwithout {one.rule}, {result.name} falls\n  {result.sentence}\n  {violated(finding)}")
            print(finding.ledger)


def show_table(records: Sequence[dict[str, Any]]) -> None:
    """Prints one line for each rule."""
    table = Table()
    for title in ("rule", "verdict", "what falls without it"):
        table.add_column(title, overflow="fold")
    for one in records:
        table.add_row(one["rule"], one["verdict"], "\n".join(one["falls"]))
    console = Console() if sys.stdout.isatty() else Console(width=140)
    console.print()
    console.print(table)
    counts = {
        verdict: sum(one["verdict"] == verdict for one in records) for verdict in ("necessary", "form", "unexplained")
    }
    print(", ".join(f"{count} {verdict}" for verdict, count in counts.items()))
