"""A guard switched off in a copy of the machine: what falls, and what the command says."""

import pytest

from proofs import sources
from proofs.__main__ import main
from proofs.attack import attack_rule, record, targets
from proofs.mutate import judge


def test_a_guard_that_safety_needs_is_necessary() -> None:
    attack = attack_rule("MAR-5")
    assert attack.verdict == "necessary"
    assert "violates MAR-" in attack.fallen[0].findings[0].ledger
    assert record(attack, "these")["counterexample"]["violates"][0].startswith("MAR-")


def test_theorems_that_state_rejections_do_not_count() -> None:
    near, elsewhere = targets("MAR-5")
    assert near
    assert elsewhere
    assert not [name for name in near + elsewhere if name.endswith("is_rejected_exactly_when")]


def test_the_machine_as_it_is_stands() -> None:
    (result,) = judge({}, ["pool.a_deposit_conserves"])
    assert result.verdict.value == "proved"


def test_an_unknown_rule_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["attack", "--rule", "LIQ-99"]) == 2
    assert "LIQ-99" in capsys.readouterr().err


def test_a_replacement_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="0 times"):
        sources.replaced("pool", "no such text", "")


def test_a_rule_without_a_guard_is_refused() -> None:
    with pytest.raises(ValueError, match="no guard requires XXX_1"):
        sources.without_guard("XXX_1")


def test_a_copy_that_cannot_be_loaded_is_no_verdict() -> None:
    with pytest.raises(RuntimeError, match="SyntaxError"):
        list(judge({"pool": "def"}, ["pool.a_deposit_conserves"]))
