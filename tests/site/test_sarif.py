"""SARIF points at the line that enforces what a finding violates."""

from pathlib import Path
from typing import Any

from proofs.sarif import sarif

ROOT = Path(__file__).resolve().parents[2]


def report(label: str, *requirements: str, passed: bool = True) -> dict[str, Any]:
    finding = {"label": label, "verdict": "refuted", "path": 3, "ledger": "  before\n  after"}
    theorem = {
        "name": "liquidation.a_liquidation_conserves",
        "module": "liquidation",
        "sentence": "Conserves.",
        "requirements": list(requirements),
        "findings": [finding],
    }
    return {"theorems": [theorem], "checks": [{"name": "types", "passed": passed, "output": "broken"}]}


def lines(log: dict[str, Any]) -> list[str]:
    found = []
    for location in log["runs"][0]["results"][0]["locations"]:
        physical = location["physicalLocation"]
        path = ROOT / physical["artifactLocation"]["uri"]
        found.append(path.read_text(encoding="utf-8").split("\n")[physical["region"]["startLine"] - 1])
    return found


def test_a_rule_is_found_at_its_guard() -> None:
    log = sarif(report("CON-8: past LIQ-6 only if the account is below", "CON-8"), ROOT)
    assert log["runs"][0]["results"][0]["ruleId"] == "CON-8"
    assert len(lines(log)) == 1
    assert "Rule.LIQ_6" in lines(log)[0]


def test_a_rule_of_several_actions_is_found_in_the_theorems_own_module_first() -> None:
    found = lines(sarif(report("NUM-8: whole lots", "NUM-8"), ROOT))
    assert len(found) > 1
    assert all("Rule.NUM_8" in line for line in found)
    first = sarif(report("NUM-8: whole lots", "NUM-8"), ROOT)["runs"][0]["results"][0]["locations"][0]
    assert first["physicalLocation"]["artifactLocation"]["uri"] == "reference/solvent/liquidation.py"


def test_what_is_no_rule_is_found_at_its_implementation() -> None:
    assert [line.split("(")[0] for line in lines(sarif(report("LIQ-11: not negative", "LIQ-11"), ROOT))] == [
        "def close"
    ]


def test_what_names_nothing_is_found_by_the_theorems_requirement_and_else_at_the_theorem() -> None:
    assert lines(sarif(report("ZeroDivisionError escapes", "LIQ-11"), ROOT))[0].startswith("def close")
    assert lines(sarif(report("ZeroDivisionError escapes", "ABC-1"), ROOT)) == [
        "def a_liquidation_conserves(world: PoolWorld) -> None:"
    ]


def test_a_failed_check_is_a_notification() -> None:
    for passed in (True, False):
        invocation = sarif(report("x", "LIQ-11", passed=passed), ROOT)["runs"][0]["invocations"][0]
        assert invocation["executionSuccessful"] is passed
        assert len(invocation["toolExecutionNotifications"]) == (not passed)
