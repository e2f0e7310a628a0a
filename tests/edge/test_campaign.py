"""Campaigns, and workers that are killed."""

import json
import os
import signal
from functools import partial
from pathlib import Path
from unittest.mock import patch

import pytest

from solvent.edge import campaign
from solvent.edge.campaign import Plan, Task, carry_out
from solvent.edge.checks import Violation
from solvent.edge.conformance.protocol import ACTION_NAMES
from solvent.edge.workers import ClusterWorkers, LocalWorkers
from tests.edge.test_cli import ENVIRONMENT, said_in_one_line, solvent

FUZZ = ("fuzz", "--runs", "4", "--steps", "20", "--jobs", "2")


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", f"{ENVIRONMENT['PYTHONPATH']}:{Path(__file__).resolve().parents[2]}")


def killed_once(directory: Path, every: int, number: int) -> int:
    """Kills the process it runs in, the first time."""
    mark = directory / str(number)
    if number % every == 0 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def always_killed(number: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return number


def test_a_worker_that_is_killed_loses_nothing(tmp_path: Path) -> None:
    workers = LocalWorkers(partial(killed_once, tmp_path, 3), 2)
    assert dict(workers.results(range(1, 8))) == {number: number * number for number in range(1, 8)}
    assert workers.lost == 2


def test_a_task_that_kills_its_worker_is_given_up() -> None:
    workers = LocalWorkers(always_killed, 1)
    assert list(workers.results([1])) == [(1, None)]
    assert workers.lost == 3


def test_a_worker_of_a_cluster_that_is_killed_loses_nothing(tmp_path: Path) -> None:
    from distributed import LocalCluster

    with LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        workers = ClusterWorkers(partial(killed_once, tmp_path, 20), cluster.scheduler_address)
        assert dict(workers.results(range(1, 40))) == {number: number * number for number in range(1, 40)}
        assert workers.lost >= 1


def test_a_campaign_is_resumed_where_it_was_killed(tmp_path: Path) -> None:
    corpus = ("--corpus", str(tmp_path / "corpus"))
    assert solvent(*FUZZ, *corpus).returncode == 0
    log = tmp_path / "corpus" / "done.jsonl"
    lines = log.read_bytes().splitlines(keepends=True)
    assert len(lines) == 4
    log.write_bytes(b"".join(lines[:2]) + lines[2][:10])
    run = solvent(*FUZZ, *corpus)
    assert "runs     4 of 4, 2 of them before" in run.stdout
    assert sorted(json.loads(line)["run"] for line in log.read_bytes().splitlines()) == [1, 2, 3, 4]


def test_the_corpus_of_another_campaign_is_unusable(tmp_path: Path) -> None:
    corpus = ("--corpus", str(tmp_path))
    assert solvent(*FUZZ, *corpus).returncode == 0
    said_in_one_line(solvent(*FUZZ, "--seed", "2", *corpus), 2, "the corpus of another campaign")


def test_a_violation_is_found_and_made_small() -> None:
    plan = Plan("1", 1, 60, tuple(ACTION_NAMES), (), 1.0)
    violated = [Violation("CON-1", ("vault",), "wrong")]
    with patch.object(campaign, "check", lambda pool: violated if len(pool.accounts) > 1 else []):
        finding = carry_out(plan, Task(1)).finding
    assert finding is not None
    assert (finding.requirement, len(finding.actions)) == ("CON-1", 2)


def test_an_exception_of_the_machine_is_a_finding() -> None:
    plan = Plan("1", 1, 60, tuple(ACTION_NAMES), (), 1.0)
    with patch.object(campaign, "step", side_effect=ZeroDivisionError):
        finding = carry_out(plan, Task(1)).finding
    assert finding is not None
    assert (finding.requirement, len(finding.actions)) == ("CON-7", 1)
