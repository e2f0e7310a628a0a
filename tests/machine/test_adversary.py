"""A few of the runs of `make adversary`, and that the adversary finds what is broken."""

import pytest

from solvent.numbers import mul_div_down
from solvent.pool import Pool
from tests.adversary.run import BrokenError, Run


@pytest.mark.parametrize("seed", range(8))
def test_adversarial_order_leaves_no_hole_and_no_book_uncertified_by_anything_but_the_oracle(seed: int) -> None:
    figures = Run(seed).play(150)
    assert figures["Mark"] > 0


def test_a_run_is_the_same_each_time() -> None:
    assert Run(3).play(100) == Run(3).play(100)


def is_found(*requirements: str) -> bool:
    """Whether one of these requirements is violated in one of some runs."""
    for seed in range(30):
        try:
            Run(seed).play(150)
        except BrokenError as error:
            if {violation.requirement for violation in error.violations} & set(requirements):
                return True
    return False


def test_a_bounty_paid_out_of_gains_that_nobody_has_paid_yet_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("solvent.certification.anchored_equity", lambda pool, account_id: 2**120)
    assert is_found("DEF-17")


def test_shares_and_cuts_rounded_down_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("solvent.default.mul_div_up", mul_div_down)
    assert is_found("CRT-14", "DEF-18")


def test_a_book_that_is_taken_for_certified_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody_asks(pool: Pool) -> bool:
        return True

    monkeypatch.setattr("solvent.machine.book_is_certified", nobody_asks)
    assert is_found("DEF-17", "CRT-14")
