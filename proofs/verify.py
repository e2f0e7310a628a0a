"""Verifying a checkout: every theorem, and what else must hold of the code and its specification."""

import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from proofs import dependencies, jobs, report
from proofs.cache import Cache
from proofs.contracts import CONTRACTS
from proofs.kernel.check import Finding, Result, check
from proofs.kernel.solve import Verdict
from proofs.kernel.theorem import Theorem
from proofs.suite import MODULES, WORLDS, load
from proofs.witness import witnessed

ROOT = Path(__file__).parent.parent

CHECKS = {
    "types": [["mypy"]],
    "style": [["ruff", "check"], ["ruff", "format", "--check"]],
    "specification": [
        ["sphinx", "-q", "-W", "--keep-going", "-b", "needs", "spec", "build/spec"],
        ["proofs.requirements", "--check"],
        ["proofs.soundness", "--check"],
    ],
    "mutants": [["proofs", "mutants", "--sample", "24", "--no-tests", "--jobs", "1"]],
    "crosshair": [
        ["crosshair", "check", "--analysis_kind=asserts", "--max_uninteresting_iterations=5", "proofs.reach"],
    ],
}
"""Checks by name: Python modules with their arguments, each of which must end with 0."""

LENGTHY = ("leaves_the_book", "stay_backed", "is_rejected_exactly_when", "has_exactly_its_effect", "stays_within")
"""Parts of the names of theorems that take longest, and so are begun first."""


@dataclass(frozen=True)
class Check:
    """What became of a check that is no theorem."""

    name: str
    passed: bool
    seconds: float
    output: str


def work(job: str) -> Result | Check:
    """Does one job in a process of its own: `check NAME` or `theorem NAME`."""
    kind, name = job.split(" ", 1)
    if kind == "check":
        return run_check(name)
    theorem = next(theorem for theorem in load() if theorem.name == name)
    return witnessed(theorem, check(theorem, WORLDS))


def run_check(name: str) -> Check:
    """Runs the commands of a check; all of them, so that one run shows all there is to mend."""
    started = time.perf_counter()
    output, passed = "", True
    for command in CHECKS[name]:
        done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            passed = False
            output += f"{' '.join(command)} ended with {done.returncode}\n{done.stdout}{done.stderr}"
    return Check(name, passed, time.perf_counter() - started, output)


def unfinished(theorem: Theorem, reason: str) -> Result:
    """The result of a theorem whose proof did not come to its end: unknown, for the reason given."""
    finding = Finding(f"no verdict: {reason}", 0, Verdict.UNKNOWN, "")
    return Result(
        name=theorem.name,
        module=theorem.module,
        sentence=theorem.sentence,
        requirements=theorem.requirements,
        paths=0,
        accepting=0,
        obligations=(),
        relies_on=(),
        shows=(),
        resources=0,
        seconds=0.0,
        findings=(finding,),
    )


def verify(only: Sequence[str], parts: Sequence[str], processes: int, output: Path) -> int:
    """Proves what was asked for, prints what came of it and returns the exit code."""
    started = time.perf_counter()
    theorems = {
        theorem.name: theorem
        for theorem in load()
        if theorem.module in (only or MODULES) and (not parts or any(part in theorem.name for part in parts))
    }
    if not theorems:
        print("no theorem has that in its name", file=sys.stderr)
        return 2
    checks = [] if only or parts else list(CHECKS)
    first = [name for name in theorems if _is_lengthy(name)]
    rest = [name for name in theorems if not _is_lengthy(name)]
    wanted = [f"theorem {name}" for name in first]
    wanted += [f"check {name}" for name in checks]
    wanted += [f"theorem {name}" for name in rest]
    cache = Cache(ROOT)
    kept = {name: before for name in theorems if (before := cache.result(name)) is not None}
    passed = {name for name in checks if cache.get(cache.key_of_check(name)) is not None}
    results: list[Result] = list(kept.values())
    checked: list[Check] = [Check(name, True, 0.0, "") for name in checks if name in passed]
    wanted = [job for job in wanted if job.split(" ", 1)[1] not in kept.keys() | passed]
    if kept or passed:
        print(f"{len(kept)} theorems and {len(passed)} checks as before: nothing they depend on has changed")
    try:
        with report.Progress(len(wanted)) as progress:
            for job, result in jobs.run(work, wanted, processes, progress.started):
                kind, name = job.split(" ", 1)
                if isinstance(result, jobs.Failure):
                    result = (
                        Check(name, False, 0.0, result.reason)
                        if kind == "check"
                        else unfinished(theorems[name], result.reason)
                    )
                if isinstance(result, Check):
                    checked.append(result)
                    if result.passed:
                        cache.put(cache.key_of_check(name), {})
                    progress.ended(job, "passed" if result.passed else "failed", result.seconds)
                else:
                    results.append(result)
                    cache.keep(result)
                    progress.ended(job, result.verdict.value, result.seconds)
    except KeyboardInterrupt:
        print("interrupted: nothing was decided", file=sys.stderr)
        return 130
    if checks:
        found = list(dependencies.problems(results, load(), CONTRACTS))
        checked.append(Check("dependencies", not found, 0.0, "\n".join(found)))
    checked.sort(key=lambda item: item.name)
    results.sort(key=lambda result: list(theorems).index(result.name))
    seconds = time.perf_counter() - started
    report.show(results, checked, seconds)
    report.write(output, results, checked, seconds, ROOT)
    proved = all(result.verdict is Verdict.PROVED for result in results)
    return 0 if proved and all(item.passed for item in checked) else 1


def _is_lengthy(name: str) -> bool:
    return any(part in name for part in LENGTHY)
