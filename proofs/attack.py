"""Guard necessity: with one guard switched off in a copy of the machine, a safety theorem must fall.

A theorem that states the rejection itself, one of CON-8, does not count: it always falls.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, get_args

from rich.console import Console
from rich.table import Table

from proofs import jobs, report
from proofs.exploit import exploit
from proofs.kernel.check import Finding, Result
from proofs.kernel.solve import Verdict
from proofs.kernel.theorem import Theorem
from proofs.mutate import judge
from proofs.requirements import Catalogue
from proofs.sources import ROOT, without_guard
from proofs.suite import load
from solvent.machine import Action
from solvent.rules import Rule

FORM: Final = {
    "LIQ-3": "who takes over its own position is at least as far below its initial requirement as before, so that "
    "LIQ-8 rejects, and the backstop cannot be liquidated (LIQ-2): the rule says what is wrong with it",
}
"""The rules of form, which no safety theorem needs, each with the reason why it is a rule at all."""

TOO_LARGE: Final = (
    "what it keeps out is too large for a word (NUM-2): the reference computes with integers without end, and the "
    "rules about what is left afterwards reject what would come of it"
)
AT_THE_START: Final = "it is asked of the parameters when a pool is made: no action comes before it"
UNEXPLOITED: Final[dict[str, str]] = {
    "NUM-4": TOO_LARGE,
    "NUM-7": TOO_LARGE,
    "NUM-10": TOO_LARGE,
    "NUM-14": "cash beyond its cap takes positions near the caps of size and price in many markets: no short life gets "
    "there, and what it keeps out is too large for a word (NUM-2)",
    "NUM-15": "a carry beyond its cap takes funding at the highest mark, or cuts, for very long: no short life gets "
    "there, and what it keeps out is too large for a word (NUM-2)",
    "PAR-14": AT_THE_START,
    "PAR-15": AT_THE_START,
    "PAR-16": AT_THE_START,
    "PAR-19": AT_THE_START,
    "PAR-20": AT_THE_START,
    "PAR-23": "it takes as many listings as there may be and one more, and what it bounds is the work of one action",
    "MAR-6": "a second line: a withdrawal needs a certified book (CRT-1), on which nobody is below zero (CRT-15), so "
    "that nobody's equity is more than the vault",
    "LIQ-5": "a second line: a liquidation needs a certified book (CRT-1), on which nobody is below zero (CRT-15)",
}
"""The rules without an exploit from an empty pool, each with the reason why there is none or none is shown."""

LATE: Final = ("within_a_word", "has_exactly_its_effect", "closes_no_more", "never_makes", "is_needed")
"""Parts of the names of theorems that are tried last, because they take longest."""


@dataclass(frozen=True)
class Attack:
    """What became of the machine without a rule's guards: which safety theorems fell, how many were tried, and how the
    guard's absence is used (proofs/exploit.py).
    """

    rule: str
    fallen: tuple[Result, ...]
    tried: int
    unknown: tuple[str, ...]
    exploit: dict[str, Any] | None

    @property
    def verdict(self) -> str:
        """Necessary if a safety theorem fell, of form if declared so, else unexplained."""
        if self.fallen:
            return "necessary"
        return "form" if self.rule in FORM else "unexplained"


def targets(rule: str) -> tuple[list[str], list[str]]:
    """The safety theorems: those that could see the guard at its place, likeliest first, and the others."""
    catalogue = Catalogue(ROOT)
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
        results = judge(without_guard(rule.replace("-", "_")), names)
        for result in results:
            tried += 1
            if result.verdict is Verdict.REFUTED:
                fallen.append(result)
                if not everything and names_a_requirement(told(result)):
                    break
            elif result.verdict is Verdict.UNKNOWN:
                unknown.append(result.name)
        results.close()
    return Attack(rule, tuple(fallen), tried, tuple(unknown), exploit_of(rule))


def exploit_of(rule: str) -> dict[str, Any] | None:
    """The shortest exploit found of the machine without the rule, by actions that are asked for it."""
    known = {theorem.name: theorem for theorem in load()}
    kinds = kinds_asked(rule)
    if not kinds or rule in UNEXPLOITED:
        return None
    return exploit(
        next(one for one in Rule if one.value == rule),
        kinds,
        [known[name] for names in targets(rule) for name in names],
    )


def kinds_asked(rule: str) -> list[type[Action]]:
    """The actions that the rule may reject."""
    catalogue = Catalogue(ROOT)
    name = next(known.name for known in catalogue.rules if known.identifier == rule)
    asked = {
        action.name
        for action in catalogue.actions
        if any(guard.rule == name for guard in catalogue.checks(action.module, action.transition))
    }
    before = any(guard.rule == name for guard in catalogue.checks("machine", "open_book"))
    return [kind for kind in get_args(Action) if before or kind.__name__ in asked]


def attack(rules: Sequence[str], everything: bool, processes: int) -> int:
    """Attacks the rules, or all there are, prints what fell and returns the exit code."""
    known = [rule.identifier for rule in Catalogue(ROOT).rules]
    strangers = [rule for rule in rules if rule not in known]
    if strangers:
        print(f"no rule: {', '.join(strangers)}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    directory, current = ROOT / "build/attacks", report.sources(ROOT)
    records = {} if rules else kept(directory, known, current)
    if records:
        print(f"{len(records)} rules as before: neither the machine nor the proofs have changed")
    wanted = [f"{rule} everything" if everything else rule for rule in rules or known if rule not in records]
    attacks: list[Attack] = []
    failed = False
    try:
        with report.Progress(len(wanted), ("necessary", "form")) as progress:
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
    return 1 if failed or any(map(is_unexplained, records.values())) else 0


def is_unexplained(content: dict[str, Any]) -> bool:
    """Whether no theorem needs a rule that is not one of form, or no exploit shows it and no reason is given."""
    shown = content["verdict"] == "form" or "exploit" in content or "no_exploit" in content
    return content["verdict"] == "unexplained" or not shown


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
    if one.exploit is not None:
        content["exploit"] = one.exploit
    elif one.rule in UNEXPLOITED:
        content["no_exploit"] = UNEXPLOITED[one.rule]
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
        if one.exploit is not None:
            print(f"\nfrom an empty pool, without {one.rule}")
            print("\n".join(f"  {line}" for line in [*one.exploit["story"], f"violates {one.exploit['violates']}"]))
            stop = one.exploit["stopped"]
            print(f"with it action {stop['action']} is rejected: {stop['rule']}, {stop['field']}")
        else:
            print(f"\nfrom an empty pool: {UNEXPLOITED.get(one.rule, 'no exploit was found')}")


def show_table(records: Sequence[dict[str, Any]]) -> None:
    """Prints one line for each rule."""
    table = Table()
    for title in ("rule", "verdict", "what falls without it", "from an empty pool"):
        table.add_column(title, overflow="fold")
    for one in records:
        exploit = one.get("exploit")
        told = f"{len(exploit['actions'])} actions" if exploit else one.get("no_exploit", "nothing found")
        table.add_row(one["rule"], one["verdict"], "\n".join(one["falls"]), told)
    console = Console() if sys.stdout.isatty() else Console(width=140)
    console.print()
    console.print(table)
    counts = {
        verdict: sum(one["verdict"] == verdict for one in records) for verdict in ("necessary", "form", "unexplained")
    }
    counts["with an exploit from an empty pool"] = sum("exploit" in one for one in records)
    counts["with a reason why there is none"] = sum("no_exploit" in one for one in records)
    print(", ".join(f"{count} {verdict}" for verdict, count in counts.items()))
