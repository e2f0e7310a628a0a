"""Waves of defaults: exactly what is needed is taken, and input that is of no use is said to be."""

from pathlib import Path

import pytest

from solvent.default import ShareLoss
from solvent.edge import waves as module
from solvent.edge.cli import main
from solvent.edge.files import UnusableError
from solvent.edge.waves import TOKEN, Wave, WaveFailedError, places, play, read_waves
from solvent.machine import Accepted, Action, Rejected, step
from solvent.pool import BACKSTOP, Pool, pay

HEADER = "wave,budget_needed,total_cap,budget_prod\n"


@pytest.mark.parametrize(
    ("needed", "gained"),
    [(0, 1000), (1, 1000), (969, 1000), (7 * 10**6, 261 * 10**6 + 1), (10**12, 10**15 + 7)],
)
def test_exactly_what_is_needed_is_taken(needed: int, gained: int) -> None:
    shared = play(Wave("1", needed, gained, 0))
    assert shared.collected - shared.beyond == needed * TOKEN
    assert 0 <= shared.beyond < gained
    assert shared.collected == shared.cut * gained


def test_a_machine_that_takes_more_fails(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def greedy(pool: Pool, action: Action) -> Accepted | Rejected:
        outcome = step(pool, action)
        if isinstance(outcome, Rejected) or not isinstance(action, ShareLoss):
            return outcome
        return Accepted(pay(pay(outcome.pool, BACKSTOP, 1), module.WINNERS[0], -1), outcome.event)

    monkeypatch.setattr(module, "step", greedy)
    with pytest.raises(WaveFailedError, match=r"^winner-1 paid another cut than \d+ x size$"):
        play(Wave("1", 100, 1000, 0))
    (tmp_path / "waves.csv").write_text(HEADER + "1,0.01,1,2\n")
    assert main(["waves", str(tmp_path / "waves.csv")]) == 1
    assert "wave 1: winner-1 paid another cut" in capsys.readouterr().err


def test_the_table_has_a_line_for_each_wave_and_one_for_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "waves.csv").write_text(HEADER + "1,10.5,100,40\n8,0.0000001,50.25,0\n")
    assert main(["waves", str(tmp_path / "waves.csv")]) == 0
    assert capsys.readouterr().out.splitlines()[2:] == [
        "| 1 | 100.00 | 10.50 | 40.00 | 10.50 | 10.500 % | 0e-6 |",
        "| 8 | 50.25 | 0.00 | 0.00 | 0.00 | 0.001 % | 1e-6 |",
        "| all | 150.25 | 10.50 | 40.00 | 10.50 | 6.989 % | 1e-6 |",
    ]


BROKEN = {
    "": "line 1: no column wave, budget_needed, total_cap, budget_prod",
    HEADER: "no wave",
    HEADER + "1,x,1,1\n": "line 2: budget_needed: expected a decimal number",
    HEADER + "1,-1,1,1\n": "line 2: budget_needed: expected a decimal number",
    HEADER + "1,1\n": "line 2: total_cap: expected a decimal number",
    HEADER + "1,99,100,1\n": "line 2: budget_needed: expected at most 98 % of total_cap",
    HEADER + "1,1,0,1\n": "line 2: budget_needed: expected at most 98 % of total_cap",
    HEADER + f"1,1,{10**20},1\n": "line 2: total_cap: expected at most ",
    HEADER + '1,"1': "line 2: unexpected end of data",
    "\udcff": "not UTF-8 at offset 0",
}


@pytest.mark.parametrize("text", BROKEN, ids=lambda text: text[-30:])
def test_waves_of_no_use_are_said_to_be(text: str, tmp_path: Path) -> None:
    file = tmp_path / "waves.csv"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(UnusableError) as caught:
        read_waves(file)
    assert str(caught.value).removeprefix(f"{file}: ").startswith(BROKEN[text])


def test_places_are_rounded_to_the_nearest() -> None:
    assert [places(amount) for amount in (4_999, 5_000, 1_234_567_890_000)] == ["0.00", "0.01", "1,234,567.89"]
