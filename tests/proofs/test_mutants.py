"""Mutants: what they are, and how they are judged."""

import ast

import pytest

from proofs.__main__ import main
from proofs.kernel.solve import Verdict
from proofs.mutants import mutants
from proofs.mutate import opened, refuted_of_the_code
from proofs.mutation import entry, explanations, is_function, neighbours, of_cases, reach, run
from proofs.sources import source
from proofs.suite import load
from solvent.pool import AccountId, Deposit

MUTANTS = mutants()


def test_every_mutant_has_an_id_and_is_another_program() -> None:
    assert len({one.identifier for one in MUTANTS}) == len(MUTANTS) > 1000
    for one in MUTANTS[::25]:
        assert ast.dump(ast.parse(one.text())) != ast.dump(ast.parse(source(one.module)))


def test_the_operators_are_all_used() -> None:
    changes = {one.change for one in MUTANTS}
    for change in (
        "equity >= 0 → equity > 0",
        "-penalty → penalty",
        "market.long_carry → market.short_carry",
        "penalty // 2 → -(-penalty // 2)",
        "require_cash(after, BACKSTOP, 'backstop') → nothing",
        "reanchor(pool) if book_is_certified(pool) else pool → pool if book_is_certified(pool) else reanchor(pool)",
    ):
        assert change in changes


def test_a_mutant_is_killed_by_a_theorem_that_reaches_it() -> None:
    mutant = next(one for one in MUTANTS if one.function == "deposit" and "amount > 0" in one.was)
    results, failures = run("examples", [mutant], 1, ("killed",))
    assert failures == 0
    (name,) = results[mutant.identifier]["killed_by"]
    assert "pool.deposit" in reach(next(one for one in load() if one.name == name), frozenset())


def test_no_theorem_is_false_of_a_case() -> None:
    assert not list(of_cases(load(), around=False))
    assert not list(of_cases([one for one in load() if "is_rejected_exactly_when" in one.name], around=True))


def test_neighbours_differ_by_a_number() -> None:
    amounts = [one.amount for one in neighbours(Deposit(AccountId("alice"), 7)) if isinstance(one, Deposit)]
    assert amounts == [6, 8, 0, 1, -7]


def test_what_only_a_contract_knew_refutes_no_code() -> None:
    known = {one.name: one for one in load()}
    theorem = known["certification.a_class_is_covered_exactly_when"]
    assert opened(theorem).verdict is Verdict.REFUTED
    assert refuted_of_the_code(theorem) is None


def test_what_is_explained_and_killed_all_the_same_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    mutant = MUTANTS[0]
    monkeypatch.setattr("proofs.mutation.explanations", lambda: {mutant.identifier: "a reason"})
    assert entry(mutant, {"killed_by": ["a"], "how": "example"}, None)["explained_wrongly"]
    assert entry(mutant, {"killed_by": []}, None)["verdict"] == "equivalent"


def test_explanations_are_of_mutants() -> None:
    assert set(explanations()) <= {one.identifier for one in MUTANTS}


def test_a_theorem_reaches_what_an_opaque_function_hides_by_example_only() -> None:
    theorem = next(one for one in load() if one.name == "margin.a_withdrawal_has_exactly_its_effect")
    hidden = frozenset(contract.name for contract in theorem.contracts if not contract.by_name)
    assert "certification.highest_class" in reach(theorem, frozenset())
    assert "certification.class_margin" in reach(theorem, frozenset()) - reach(theorem, hidden)
    assert not is_function(next(one for one in MUTANTS if one.function == "module"))


def test_nothing_of_that_name_is_unusable(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mutants", "--of", "cobol"]) == 2
    assert "no mutant" in capsys.readouterr().err
