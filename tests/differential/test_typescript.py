"""The TypeScript implementation against the reference, as it is and with defects seeded in it."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from solvent.edge.conformance.compare import Comparison, Session
from solvent.edge.conformance.vectors import Case, bundled
from solvent.machine import Action
from solvent.marking import Mark
from solvent.parameters import ListMarket
from solvent.pool import AccountId, Deposit, MarketId, Pool
from solvent.trading import Trade
from tests.differential import __main__ as conform
from tests.differential.defects import Defect, failing_vectors, seeded, steps_to_divergence
from tests.differential.defects.typescript import DEFECTS
from tests.differential.typescript.adapter import SOURCE, command
from tests.edge.pools import MARKET, PARAMETERS
from tests.edge.test_cli import ROOT, solvent

NAMES = ("__proto__", "constructor", "toJSON", "1", "\u2028", "\U0001f600", '"\\', "\x00")
"""Ids that a language with objects for tables, or lines that end where they do not, might stumble over."""


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(ROOT / "reference"), str(ROOT))))


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    return bundled()


@pytest.fixture
def session() -> Iterator[Session]:
    session = Session(command(SOURCE), 60)
    yield session
    session.end()


def test_it_conforms(cases: list[Case]) -> None:
    adapter = [sys.executable, "-m", "tests.differential.typescript.adapter"]
    run = solvent("conform", "--runs", "25", "--timeout", "60", "--", *adapter)
    assert run.returncode == 0, run
    assert f"vectors  {len(cases)} passed, 0 failed\n" in run.stdout
    assert "runs     25 passed, 0 failed\n" in run.stdout


def test_it_is_found_by_make_conform(capsys: pytest.CaptureFixture[str]) -> None:
    assert "typescript" in conform.implementations()
    with patch.object(sys, "argv", ["", "typescript", "--runs", "0"]):
        assert conform.main() == 0
    assert "== typescript" in capsys.readouterr().out


def test_an_implementation_that_is_not_there_is_unusable(capsys: pytest.CaptureFixture[str]) -> None:
    with patch.object(sys, "argv", ["", "cobol"]), pytest.raises(SystemExit) as ended:
        conform.main()
    assert ended.value.code == 2
    assert "cobol" in capsys.readouterr().err


@pytest.mark.parametrize("name", NAMES)
def test_an_id_has_no_meaning(session: Session, name: str) -> None:
    market, other = MarketId(name), AccountId("other")
    mark = MARKET.lowest_mark
    actions: list[Action] = [
        ListMarket(PARAMETERS.governance, market, mark, 1, MARKET),
        Deposit(AccountId(name), 10**30),
        Deposit(other, 10**30),
        Trade(market, AccountId(name), other, MARKET.lot, mark, mark, mark),
        Mark(PARAMETERS.oracle, market, mark + 1, 2),
    ]
    comparison = Comparison(session, Pool(PARAMETERS))
    assert comparison.begin() is None
    for action in actions:
        assert comparison.step(action) is None
    assert comparison.pool.accounts.get(AccountId(name)).positions.get(market) == MARKET.lot


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: f"{defect.mistake}: {defect.wrong or defect.right}")
def test_a_defect_is_found(defect: Defect, cases: list[Case]) -> None:
    with seeded(SOURCE, defect) as copy:
        by_vector = next(failing_vectors(command(copy), cases), None)
        assert by_vector is not None or steps_to_divergence(command(copy))[0] is not None


def test_a_defect_whose_line_is_not_there_is_not_seeded() -> None:
    with (
        pytest.raises(ValueError, match=r"rules\.ts: expected 'nothing like this' once"),
        seeded(Path(SOURCE), Defect("", "rules.ts", "nothing like this", "")),
    ):
        pass
