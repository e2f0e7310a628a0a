"""What is kept is used only where nothing it depends on has changed; reports are the same however they came about."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from proofs.cache import Cache, closure
from proofs.kernel.check import Decided, Finding, Opinion, Result
from proofs.kernel.solve import Verdict

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what is proved and of the proofs."""
    for part in ("proofs", "reference"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def result(name: str = "pool.a_deposit_conserves", findings: tuple[Finding, ...] = ()) -> Result:
    decided = Decided(3, "CON-1: conserved", "ab", Verdict.PROVED, Opinion.AGREED)
    return Result(name, "pool", "S.", ("CON-1",), 4, 2, (decided,), ("fact f",), ("fact g",), 5, 0.5, findings, "{}")


def test_what_was_proved_is_kept_as_it_was(checkout: Path) -> None:
    cache = Cache(checkout)
    assert cache.result(result().name) is None
    cache.keep(result())
    assert Cache(checkout).result(result().name) == result()


def test_what_was_not_proved_is_not_kept(checkout: Path) -> None:
    cache = Cache(checkout)
    cache.keep(result(findings=(Finding("x", 0, Verdict.UNKNOWN, ""),)))
    assert cache.result(result().name) is None


@pytest.mark.parametrize(
    "changed",
    [
        "proofs/kernel/terms.py",
        "proofs/kernel/lift.py",
        "proofs/theorems/pool.py",
        "proofs/theorems/numbers.py",
        "proofs/statements.py",
        "proofs/invariant.py",
        "proofs/contracts.py",
        "proofs/facts.py",
        "proofs/formulas.py",
        "proofs/worlds.py",
        "proofs/drawn.py",
        "proofs/second.py",
        "reference/solvent/pool.py",
        "reference/solvent/numbers.py",
        "reference/solvent/trading.py",
        "reference/solvent/__init__.py",
    ],
)
def test_a_change_of_what_it_depends_on_is_noticed(checkout: Path, changed: str) -> None:
    Cache(checkout).keep(result())
    path = checkout / changed
    path.write_text(path.read_text() + "\n# changed\n")
    assert Cache(checkout).result(result().name) is None


def test_a_change_of_what_it_does_not_depend_on_is_not(checkout: Path) -> None:
    Cache(checkout).keep(result())
    (checkout / "proofs/theorems/funding.py").write_text("")
    assert Cache(checkout).result(result().name) == result()


def test_a_kept_result_that_was_tampered_with_or_cut_is_not_used(checkout: Path) -> None:
    cache = Cache(checkout)
    cache.keep(result())
    (kept,) = (checkout / "build/cache").iterdir()
    whole = kept.read_text()
    for damaged in (whole.replace("CON-1", "CON-2"), whole[:40], "", "null"):
        kept.write_text(damaged)
        assert cache.result(result().name) is None


def test_every_module_of_the_machine_is_followed() -> None:
    followed = {path.name for path in closure(ROOT, "proofs.suite")}
    assert {path.name for path in (ROOT / "reference/solvent").glob("*.py")} <= followed


def test_reports_do_not_differ(checkout: Path) -> None:
    reports = []
    for index, (jobs, hash_seed, fresh) in enumerate([("1", "1", True), ("2", "2", True), ("2", "3", False)]):
        if fresh:
            shutil.rmtree(checkout / "build", ignore_errors=True)
        output = checkout / f"out{index}"
        command = [sys.executable, "-m", "proofs", "verify", "--theorem", "pool.a_deposit", "--theorem", "rounding"]
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": f"{checkout / 'reference'}:{checkout}"}
        done = subprocess.run(
            [*command, "--jobs", jobs, "--output", str(output)],
            cwd=checkout,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert ("as before" in done.stdout) is not fresh
        reports.append((output / "report.json").read_bytes())
    assert reports[0] == reports[1] == reports[2]
    report = json.loads(reports[0])
    assert "seconds" not in report
    assert report["second"]["proved"] > 0
