"""Every theorem about a transition has a witness, which the reference replays from an empty pool."""

import json
from dataclasses import replace

import pytest

from proofs.kernel.check import Result
from proofs.kernel.solve import Verdict
from proofs.kernel.theorem import Theorem
from proofs.suite import load
from proofs.witness import witnessed
from proofs.worlds import PoolWorld
from solvent.edge.codec import decode_action, decode_event, decode_pool, to_json, to_text
from solvent.machine import Accepted, step
from solvent.margin import Withdraw
from solvent.pool import BACKSTOP, Pool


def result_of(theorem: Theorem, accepting: int) -> Result:
    return Result(theorem.name, "pool", "", ("CON-1",), 1, accepting, (), (), (), 0, 0.0, ())


@pytest.mark.parametrize("theorem", load(), ids=lambda theorem: theorem.name)
def test_a_witness_is_replayed_by_the_reference(theorem: Theorem) -> None:
    if not witnessed(theorem, result_of(theorem, 0)).findings:
        return  # it makes no step, so there is nothing to accept
    result = witnessed(theorem, result_of(theorem, 1))
    assert result.findings == ()
    told = json.loads(result.witness)
    before = decode_pool(to_text(told["pool"]))
    pool = Pool(before.parameters)
    assert to_json(pool.parameters) == told["parameters"]
    for action in told["life"]:
        outcome = step(pool, decode_action(to_text(action)))
        assert isinstance(outcome, Accepted)
        pool = outcome.pool
    assert pool == before
    outcome = step(pool, decode_action(to_text(told["action"])))
    assert isinstance(outcome, Accepted)
    assert outcome.event == decode_event(to_text(told["event"]))


def test_a_theorem_that_is_never_accepted_is_empty() -> None:
    def empty(world: PoolWorld) -> None:
        pool = world.pool()
        world.step(pool, Withdraw(BACKSTOP, BACKSTOP, 1))
        world.claim(True, "nothing")

    theorem = Theorem(empty, ("CON-1",), (), ())
    (finding,) = witnessed(theorem, result_of(theorem, 1)).findings
    assert finding.label.startswith("empty: none of")


def test_a_path_that_accepts_is_needed_too() -> None:
    theorem = next(theorem for theorem in load() if theorem.name == "pool.a_deposit_conserves")
    (finding,) = witnessed(theorem, result_of(theorem, 0)).findings
    assert finding.label == "empty: no path on which the action is accepted"


def test_what_is_proved_and_false_of_an_example_is_refuted() -> None:
    def false(world: PoolWorld) -> None:
        world.claim(world.pool().vault == 0, "CON-1: an empty vault")

    result = witnessed(Theorem(false, ("CON-1",), (), ()), replace(result_of(load()[0], 1), name="false"))
    assert result.verdict is Verdict.REFUTED
    assert "the prover is wrong" in result.findings[0].label
