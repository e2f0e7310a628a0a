"""The conformance kit, with subjects that conform, diverge and misbehave."""

import os
import select
import sys
from pathlib import Path
from random import Random
from xml.etree import ElementTree

import pytest

from solvent.edge.conformance.compare import Session, difference
from solvent.edge.conformance.conform import Results, diverging_run, shrunk
from solvent.edge.conformance.protocol import ACTION_NAMES, Hello, Reference, State, request_line
from solvent.edge.conformance.shrink import Shrinker
from solvent.edge.conformance.subject import Subject
from solvent.edge.generator import KINDS, Generator
from solvent.machine import Accepted, Action, step
from solvent.pool import AccountId, Deposit
from tests.edge.test_cli import ENVIRONMENT, said_in_one_line, solvent

LENGTH = 400
"""Actions of a run in which every kind is drawn, the rare ones too."""

SUBJECT = [sys.executable, str(Path(__file__).parent / "subject.py")]


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", ENVIRONMENT["PYTHONPATH"])


def test_the_reference_conforms(tmp_path: Path) -> None:
    junit = tmp_path / "junit.xml"
    run = solvent("conform", "--runs", "2", "--steps", "50", "--junit", str(junit), "--", *SUBJECT, "none")
    assert run.returncode == 0, run
    assert "runs     2 passed, 0 failed" in run.stdout
    suites = {suite.get("name"): suite for suite in ElementTree.parse(junit).getroot()}
    assert suites["runs"].get("tests") == "2"
    assert int(suites["vectors"].get("tests", "0")) > 100
    assert {suite.get("failures") for suite in suites.values()} == {"0"}


@pytest.mark.parametrize(
    ("defect", "requirement"), [("fee", "TRD-6"), ("needed", "LIQ-7"), ("share", "DEF-15"), ("taken", "DEF-10")]
)
def test_a_defect_fails_vectors(defect: str, requirement: str, tmp_path: Path) -> None:
    junit = tmp_path / "junit.xml"
    run = solvent("conform", "--runs", "0", "--junit", str(junit), "--", *SUBJECT, defect)
    assert run.returncode == 1
    assert f"/{requirement}/" in run.stdout
    assert "<-" in run.stdout
    found = ElementTree.parse(junit).getroot().iter("failure")
    assert requirement in {failure.get("message") for failure in found}


def test_a_divergence_of_a_run_is_made_small() -> None:
    session = Session([*SUBJECT, "fee"], 60)
    try:
        divergence = diverging_run(session, KINDS, "2/1", 200, Results("", ()))
        assert divergence is not None
        small = shrunk(session, divergence)
    finally:
        session.end()
    assert small.requirement == divergence.requirement == "TRD-6"
    assert len(small.actions) < len(divergence.actions)
    assert len(small.actions) <= 6


MISBEHAVIOUR = {
    "garbage": "a reply is not JSON",
    "talkative": "it said more than it was asked",
    "flood": "bytes",
    "dead": "it ended with exit code 3",
    "error": "it reports an error: no idea",
    "unknown-action": "actions.0: expected one of deposit",
}


@pytest.mark.parametrize("defect", MISBEHAVIOUR)
def test_misbehaviour_is_said_to_be(defect: str) -> None:
    run = solvent("conform", "--", *SUBJECT, defect)
    assert run.returncode == 1
    assert MISBEHAVIOUR[defect] in run.stdout


def test_a_silent_subject_is_not_waited_for() -> None:
    run = solvent("conform", "--timeout", "0.2", "--", *SUBJECT, "silent")
    assert (run.returncode, "it does not reply within 0.2 seconds" in run.stdout) == (1, True)


def test_a_crash_in_the_middle_is_a_breakdown_and_has_an_end() -> None:
    run = solvent("conform", "--runs", "3", "--", *SUBJECT, "crash")
    assert run.returncode == 1
    assert "CON-7" in run.stdout
    assert "oh no" in run.stdout
    assert "the subject failed to reply too often" in run.stdout


def test_a_subject_may_say_much_on_its_standard_error() -> None:
    with Subject([*SUBJECT, "chatty-stderr"], 60) as subject:
        assert subject.greet().actions == tuple(ACTION_NAMES)


def test_what_a_subject_started_ends_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHILD", str(tmp_path / "child"))
    with Subject([*SUBJECT, "child"], 60) as subject:
        subject.greet()
        child = int((tmp_path / "child").read_text())
        handle = os.pidfd_open(child)
    try:
        ended, _, _ = select.select([handle], [], [], 60)
        assert ended
    finally:
        os.close(handle)


def test_a_command_that_cannot_be_started_is_unusable() -> None:
    said_in_one_line(solvent("conform", "--", "./no-such-program"), 2, "cannot be started")


def test_an_unknown_chapter_is_unusable() -> None:
    said_in_one_line(solvent("conform", "--profile", "pools", "--", *SUBJECT, "none"), 2, "--profile", "pools")


def test_a_profile_leaves_out_what_is_not_claimed() -> None:
    run = solvent("conform", "--profile", "pool,margin", "--runs", "1", "--steps", "30", "--", *SUBJECT, "none")
    assert run.returncode == 0, run
    assert "left out (" in run.stdout
    assert "not claimed" in run.stdout
    assert "trade" not in run.stdout.partition("steps")[2]


def test_who_starts_empty_is_asked_whether_a_pool_may_start() -> None:
    run = solvent("conform", "--only", "reset/", "--runs", "0", "--", *SUBJECT, "starts-empty")
    assert run.returncode == 0, run
    assert "vectors  27 passed, 0 failed" in run.stdout
    run = solvent("conform", "--only", "reset/", "--runs", "0", "--", *SUBJECT, "unchecked-parameters")
    assert run.returncode == 1
    assert "PAR-14" in run.stdout


def test_a_request_that_is_none_is_answered_by_an_error() -> None:
    reference = Reference()
    for line in (b"nonsense", b"{}", b'{"request":"state"}', b'{"request":"hello","protocol":"2"}'):
        assert reference.reply(line).startswith('{"error":')
    assert "actions" in reference.reply(request_line(Hello("1")))
    assert "reset first" in reference.reply(request_line(State()))


def test_the_first_difference_is_found() -> None:
    found = difference({"a": {"b": "1", "c": "2"}}, {"a": {"b": "1", "c": "3"}})
    assert found is not None
    assert (found.place, found.expected, found.found) == (("a", "c"), "2", "3")
    assert difference({"a": ["1"]}, {"a": ["1"]}) is None


def test_a_run_is_made_as_small_as_what_it_shows_allows() -> None:
    actions: list[Action] = [Deposit(AccountId("alice"), 1000 + number) for number in range(50)]

    def shows(candidate: list[Action]) -> tuple[str, int] | None:
        large = [n for n, action in enumerate(candidate) if isinstance(action, Deposit) and action.amount >= 5]
        return ("seen", large[1] + 1) if len(large) > 1 else None

    shrinker = Shrinker(actions, "seen", shows, 500)
    shrinker.shrunk()
    assert [action.amount for action in shrinker.actions if isinstance(action, Deposit)] == [5, 5] or (
        len(shrinker.actions) == 2
    )
    assert {type(tried) for tried in Shrinker(actions, "seen", shows, 0).actions} == {Deposit}


def test_the_same_seed_draws_the_same_actions() -> None:
    drawn = []
    for _ in range(2):
        generator = Generator(Random("seed"))
        pool = generator.pool()
        for _ in range(LENGTH):
            action = generator.action(pool)
            drawn.append(action)
            outcome = step(pool, action)
            pool = outcome.pool if isinstance(outcome, Accepted) else pool
    assert drawn[:LENGTH] == drawn[LENGTH:]
    assert {type(action) for action in drawn} == set(KINDS)
