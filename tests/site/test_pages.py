"""The site's parts: what they make of evidence, and what they refuse."""

import json
import re
from inspect import getsource
from pathlib import Path
from typing import Any

import pytest

from proofs.report import sources
from proofs.requirements import Catalogue
from solvent.liquidation import liquidate
from solvent.parameters import check_market_parameters, check_pool_parameters
from spec._site import __main__ as command
from spec._site import evidence, incidents, links, region
from spec._site.evidence import UnusableError
from spec._site.formulas import mathml, stated
from spec._site.ledgers import ledger, number
from spec._site.pages import Pages

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = Catalogue(ROOT)
CURRENT = sources(ROOT)
ATTACK = {"sources": CURRENT, "rule": "LIQ-6"}


def theorem(name: str, requirements: tuple[str, ...], **changes: Any) -> dict[str, Any]:
    made = {"name": name, "module": name.split(".")[0], "sentence": "A.", "requirements": list(requirements)}
    return {**made, "verdict": "proved", "paths": 2, "obligations": [], "findings": [], **changes}


def report(**changes: Any) -> dict[str, Any]:
    theorems = [theorem(f"{each.module}.{each.name}", each.requirements) for each in CATALOGUE.theorems]
    whole = {"sources": CURRENT, "versions": {"z3": "5"}, "theorems": theorems, "checks": []}
    whole["second"] = {"proved": 3, "agreed": 3, "undecided": {}}
    return {**whole, **changes}


def write(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")


@pytest.fixture
def build(tmp_path: Path) -> Path:
    write(tmp_path / "verify/report.json", report())
    write(tmp_path / "verify/times.json", {"seconds": 1.0})
    return tmp_path


RECORD: dict[str, Any] = {
    "violates": ["LIQ-11: equity is not negative"],
    "values": [],
    "steps": [
        {
            "action": ["Liquidate", [["account", "alice<"], ["size", "1000"]]],
            "event": ["Liquidated", [["penalty", "-7"]]],
            "cells": [
                [["accounts", "alice<", "cash"], "1234567", "-1"],
                [["vault"], "0", "0"],
                [["markets", "m", "mark"], "5", "5"],
            ],
        }
    ],
}


def test_a_complete_report_has_only_the_catalogues_own_problems(build: Path) -> None:
    assert list(evidence.problems(CATALOGUE, evidence.read(ROOT, build, CATALOGUE))) == []


def test_what_does_not_hold_is_a_problem(build: Path) -> None:
    whole = report(sources="other")
    first, second, third, *rest = whole["theorems"]
    whole["theorems"] = [{**second, "verdict": "refuted"}, {**third, "verdict": "unknown"}, *rest]
    write(build / "verify/report.json", whole)
    write(build / "attacks/a.json", {"sources": CURRENT, "rule": "LIQ-6", "verdict": "unexplained"})
    mutant = {"id": "m1", "file": "f", "line": 3, "change": "c", "verdict": "survived"}
    write(build / "mutants/report.json", {"mutants": [mutant]})
    found = list(evidence.problems(CATALOGUE, evidence.read(ROOT, build, CATALOGUE)))
    assert "report.json was made of other sources than these: run `make verify` again" in found
    assert f"{first['name']} is not in report.json: run `make verify` in full" in found
    assert f"{second['name']} is refuted" in found
    assert f"{third['name']} is unknown" in found
    assert f"{first['requirements'][0]} is a requirement without evidence" in found
    assert "LIQ-6 is a guard that no safety theorem needs" in found
    assert "mutant m1 survived: f:3 c" in found


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("verify/report.json", "{", "Expecting"),
        ("verify/report.json", [], "an object is needed"),
        ("verify/report.json", {"theorems": []}, "the field sources is missing"),
        ("attacks/a.json", {"sources": CURRENT, "rule": "LIQ-99", "verdict": "form"}, "rule: 'LIQ-99' is not known"),
        ("attacks/a.json", {"sources": CURRENT, "rule": "LIQ-6", "verdict": "maybe"}, "verdict: 'maybe' is not known"),
        (
            "attacks/a.json",
            {"sources": CURRENT, "rule": "LIQ-6", "verdict": "necessary"},
            "the field theorem is missing",
        ),
        (
            "attacks/a.json",
            {
                "sources": CURRENT,
                "rule": "LIQ-6",
                "verdict": "necessary",
                "theorem": "liquidation.a_liquidation_never_makes_things_worse",
                "counterexample": {},
            },
            "the field violates is missing",
        ),
        ("mutants/report.json", {"mutants": [{"id": "m"}]}, "the field file is missing"),
    ],
)
def test_unusable_evidence_is_refused_by_file_and_field(build: Path, name: str, content: Any, said: str) -> None:
    write(build / name, content)
    with pytest.raises(UnusableError, match=re.escape(said)) as refused:
        evidence.read(ROOT, build, CATALOGUE)
    assert name in str(refused.value)


def test_without_a_report_the_command_says_what_to_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--build", str(tmp_path)]) == 2
    assert "run `make verify` first" in capsys.readouterr().err


def pages(build: Path, problems: list[str] | None = None) -> dict[str, str]:
    told, wrong = incidents.read(ROOT / "spec/incidents")
    assert wrong == []
    found = evidence.read(ROOT, build, CATALOGUE)
    return dict(Pages(CATALOGUE, found, told, problems or [], "/root").all())


def test_there_is_a_page_for_everything(build: Path) -> None:
    made = pages(build)
    assert {f"requirements/{block.identifier}" for block in CATALOGUE.blocks if not block.is_assumption} <= set(made)
    assert {f"actions/{action.name}" for action in CATALOGUE.actions} <= set(made)
    assert {f"incidents/{path.stem}" for path in (ROOT / "spec/incidents").glob("*.md")} <= set(made)
    assert {f"spec/{name}" for name in CATALOGUE.modules} <= set(made)


def test_what_does_not_exist_is_said_to_be_not_yet(build: Path) -> None:
    page = pages(build)["requirements/LIQ-6"]
    assert page.count("Not yet") == 2
    assert ":pyobject: liquidate" in page
    guard = next(line for line, text in enumerate(getsource(liquidate).splitlines(), 1) if "Rule.LIQ_6" in text)
    assert f":emphasize-lines: {guard}" in page


def test_evidence_that_exists_is_shown(build: Path) -> None:
    attack = {
        "sources": CURRENT,
        "rule": "LIQ-6",
        "verdict": "necessary",
        "theorem": "liquidation.a_liquidation_conserves",
    }
    write(build / "attacks/a.json", {**attack, "counterexample": RECORD})
    mutant = {"id": "m1", "file": "f.py", "line": 3, "change": "< to <=", "verdict": "killed"}
    killed_by = ["liquidation.a_liquidation_is_rejected_exactly_when"]
    write(build / "mutants/report.json", {"mutants": [{**mutant, "killed_by": killed_by}]})
    made = pages(build)
    page = made["requirements/LIQ-6"]
    assert "Not yet" not in page
    assert "alice&lt;" in page
    assert "vectors.html#vector-liquidate-LIQ-6-" in page
    assert "&lt; to &lt;=" in page
    assert "1 of 1" in made["index"]
    assert f"1 of {len(CATALOGUE.rules)}" in made["index"]


def test_an_attack_on_other_sources_is_not_shown(build: Path) -> None:
    write(build / "attacks/a.json", {"sources": "other", "rule": "LIQ-6", "verdict": "form"})
    assert evidence.read(ROOT, build, CATALOGUE).attacks == {}


def test_a_refuted_theorem_has_a_page_with_its_counterexample(build: Path) -> None:
    whole = report()
    finding = {"label": "LIQ-11: equity", "verdict": "refuted", "path": 1, "ledger": "", "record": RECORD}
    name = whole["theorems"][0]["name"]
    whole["theorems"][0].update(verdict="refuted", findings=[finding])
    write(build / "verify/report.json", whole)
    made = pages(build, [f"{name} is refuted"])
    page = made[f"counterexamples/{name.replace('.', '-')}"]
    assert page.index("requirements/LIQ-11.html") < page.index("<table")
    assert "Not everything holds: 1 matter to mend" in made["index"]


def test_a_ledger_marks_what_changed_and_leaves_out_what_is_zero() -> None:
    told = ledger(RECORD, "../")
    assert told.count('<tr class="changed">') == told.count("<mark>changed</mark>") == 1
    assert "&minus;1</td>" in told
    assert "<th scope='row'>vault</th>" not in told
    assert "1 cells that are zero" in told
    assert "\n\n" not in told
    rejected = {**RECORD["steps"][0], "rejected": ["LIQ-6", "it is below", "account"]}
    del rejected["event"]
    told = ledger({**RECORD, "steps": [rejected]}, "")
    assert "It was rejected by" in told
    assert "After" not in told


@pytest.mark.parametrize(
    ("text", "told"), [("0", "0"), ("-1234", "&minus;1\u202f234"), ("#3", "#3"), ("<", "&lt;"), (str(10**30), None)]
)
def test_numbers_are_grouped_and_names_are_kept(text: str, told: str | None) -> None:
    assert number(text) == (told or "1" + "\u202f000" * 10)


def test_formulas_become_mathml() -> None:
    made = mathml("|payment'| <= floor(mark x funding_rate / 1e6)")
    assert made.startswith('<math display="block"')
    for part in (
        "<mi>payment&prime;</mi>",
        "<mo>≤</mo>",
        "<mo>⌊</mo>",
        "<mo>⌋</mo>",
        "<msup><mn>10</mn><mn>6</mn></msup>",
    ):
        assert part in made
    assert made.count("<mrow>") == made.count("</mrow>")


@pytest.mark.parametrize("text", ["a ? b", "floor(a", "|a", "x ≥ 1"])
def test_what_is_no_formula_stays_text(text: str) -> None:
    assert mathml(text).startswith("<code")


def test_formulas_are_found_by_the_id_before_or_after_them() -> None:
    text = "```text\nNUM-3    amount > 0      NUM-9    price > 0\nE' >= 0      it stays     LIQ-11\n```\n"
    assert stated(text, "NUM-3") == [("amount > 0", "")]
    assert stated(text, "NUM-9") == [("price > 0", "")]
    assert stated(text, "LIQ-11") == [("E' >= 0", "it stays")]
    assert stated(text, "LIQ-1") == []


def test_the_region_is_what_the_reference_accepts() -> None:
    found = {each.name: each for each in region.ranges()}
    rate = found["initial_rate"]
    assert (rate.lowest, rate.highest, rate.rules) == (1, 1_000_000, ("PAR-4",))
    for each in found.values():
        of_pool = each.of == "pool"
        start: Any = region.POOL if of_pool else region.MARKET
        check: Any = check_pool_parameters if of_pool else check_market_parameters
        for value in (each.lowest, each.highest):
            assert region.rejected_by(start, check, **{each.name: value}) is None
        for value in (each.lowest - 1, each.highest + 1):
            assert region.rejected_by(start, check, **{each.name: value}) in each.rules


def test_of_two_that_depend_the_region_is_above_the_diagonal() -> None:
    for lower, upper, may_be_equal in (
        ("interest_lower", "interest_upper", False),
        ("lowest_mark", "highest_mark", True),
    ):
        start = getattr(region.MARKET, lower), getattr(region.MARKET, upper)
        picture, equal = region.triangle(lower, upper, *start)
        assert equal is may_be_equal
        assert picture.count('class="safe"') == (136 if equal else 120)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("- Loss: ", "- Lost: ", "has not the form of an incident"),
        ("- When: 13 March 2023", "- When: in spring", "has not the form of an incident"),
        ("- Standing: answered", "- Standing: fine", "has a standing that is none of"),
    ],
)
def test_an_incident_out_of_form_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = (ROOT / "spec/incidents/euler.md").read_text(encoding="utf-8")
    write(tmp_path / "euler.md", text.replace(old, new))
    assert [said in problem for problem in incidents.read(tmp_path)[1]] == [True]


def test_incidents_name_what_there_is() -> None:
    known = {block.identifier for block in CATALOGUE.blocks}
    assert [i.name for i in incidents.read(ROOT / "spec/incidents")[0] if not set(i.identifiers) <= known] == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('<a href="b.html#there">x</a><img src="p.svg">', None),
        ('<a href="https://example.org/">a link away is no request</a>', None),
        ('<a href="c.html">x</a>', "which is not there"),
        ('<a href="b.html#gone">x</a>', "no such place on that page"),
        ("<a href='#gone'>x</a>", "no such place on that page"),
        ('<a href="../outside.html">x</a>', "which is not there"),
        ('<img src="q.svg">', "which is not there"),
        ('<script src="https://cdn.example.org/x.js"></script>', "from another machine"),
        ('<link rel="stylesheet" href="//cdn.example.org/x.css">', "from another machine"),
    ],
)
def test_links_are_checked(tmp_path: Path, body: str, said: str | None) -> None:
    write(tmp_path / "site/a.html", body)
    write(tmp_path / "site/b.html", '<p id="there">')
    write(tmp_path / "site/p.svg", "<svg/>")
    write(tmp_path / "outside.html", "")
    found = list(links.problems(tmp_path / "site"))
    assert [said in problem for problem in found] == [True] if said else found == []


def test_a_style_that_fetches_is_a_problem(tmp_path: Path) -> None:
    write(tmp_path / "a.css", "@font-face { src: url('https://fonts.example.org/a.woff') }")
    write(tmp_path / "b.css", "p { background: url(data:image/png;base64,AA) }")
    assert list(links.problems(tmp_path)) == ["a.css fetches from another machine"]
