"""What is shown of a verification: progress, the table, the counterexamples, report.json, junit.xml
and verify.sarif.

report.json is the same bytes for the same sources and versions: `versions`, `sources` (a hash over reference/ and
proofs/), `theorems` (each with name, module, sentence, requirements, verdict, paths, accepting paths, what it relies on
and shows, witness, findings, and its obligations: path, label, digest of the text, verdict, the second solver's
opinion), `second` (how many obligations both solvers agree on, and which theorems have undecided ones) and `checks`
(name, passed, output). A finding has label, verdict, path, and the counterexample as text, `ledger`, and as data,
`record`, see proofs/ledger.py. times.json has what differs from run to run: seconds and Z3's resources.
"""

import hashlib
import json
import platform
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from xml.etree import ElementTree

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from proofs.kernel.check import Finding, Opinion, Result
from proofs.kernel.solve import Verdict
from proofs.sarif import sarif

if TYPE_CHECKING:
    from proofs.verify import Check


SHOWN = 2
"""How many findings of a theorem are printed."""


class Progress:
    """One line that tells what is running, in a terminal; elsewhere a line for each job that ended, or for each that
    did not end well and for every so many others.
    """

    def __init__(self, total: int, well: tuple[str, ...] = ("proved", "passed"), every: int = 1) -> None:
        self._total = total
        self._well = well
        self._every = every
        self._done = 0
        self._wrong = 0
        self._running: list[str] = []
        console = Console()
        self._live = Live(Text(""), console=console, transient=True) if console.is_terminal else None

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def started(self, job: str) -> None:
        """A job began."""
        self._running.append(job)
        self._update()

    def ended(self, job: str, verdict: str, seconds: float) -> None:
        """A job ended."""
        self._done += 1
        self._wrong += verdict not in self._well
        if job in self._running:
            self._running.remove(job)
        if self._live is None and (verdict not in self._well or self._done % self._every == 0):
            print(f"{self._done:3}/{self._total} {verdict:8} {seconds:6.1f} s  {job}", flush=True)
        self._update()

    def _update(self) -> None:
        if self._live is None:
            return
        filled = 30 * self._done // self._total
        bar = "#" * filled + "." * (30 - filled)
        wrong = f", {self._wrong} not {self._well[0]}" if self._wrong else ""
        running = ", ".join(job.split(" ", 1)[1] for job in self._running)
        self._live.update(Text(f"{bar} {self._done}/{self._total}{wrong}  {running}", no_wrap=True))


def show(results: Sequence[Result], checks: Sequence["Check"], seconds: float) -> None:
    """Prints what was not proved, with its counterexample, and one table of everything."""
    for check in checks:
        if not check.passed:
            print(f"\nfailed: {check.name}\n{check.output.rstrip()}")
    for result in results:
        for finding in sorted(result.findings, key=_tells)[:SHOWN]:
            print(f"\n{finding.verdict.value}: {result.name}\n  {result.sentence}\n  {finding.label}")
            if finding.ledger:
                print(finding.ledger)
        if len(result.findings) > SHOWN:
            print(f"\n{result.name}: {len(result.findings) - SHOWN} more in report.json")
    table = Table()
    for title in ("module", "requirements", "theorems", "paths", "proved", "refuted", "unknown", "seconds"):
        table.add_column(title, justify="left" if title == "module" else "right")
    for module in dict.fromkeys(result.module for result in results):
        table.add_row(module, *_row([result for result in results if result.module == module]))
    table.add_section()
    table.add_row("all", *_row(results))
    # A table narrower than its content would be cut where there is no terminal to ask for its width.
    console = Console() if sys.stdout.isatty() else Console(width=100)
    console.print()
    console.print(table)
    opinions = second(results)
    print(f"cvc5 agrees on {opinions['agreed']} of {opinions['proved']} obligations")
    verdicts = [f"{check.name} {'passed' if check.passed else 'FAILED'}" for check in checks]
    if verdicts:
        print("checks: " + ", ".join(verdicts))
    print(f"{seconds:.0f} s")


def _tells(finding: Finding) -> bool:
    """What sorts findings that name a requirement and have a counterexample before those that do not."""
    return not (finding.ledger and finding.label[:3].isupper())


def _row(results: Sequence[Result]) -> list[str]:
    requirements = {requirement for result in results for requirement in result.requirements}
    verdicts = [sum(result.verdict is verdict for result in results) for verdict in Verdict]
    seconds = sum(result.seconds for result in results)
    counts = [len(requirements), len(results), sum(result.paths for result in results), *verdicts]
    return [*map(str, counts), f"{seconds:.1f}"]


def write(directory: Path, results: Sequence[Result], checks: Sequence["Check"], seconds: float, root: Path) -> None:
    """Writes report.json, junit.xml and verify.sarif, each whole or not at all."""
    directory.mkdir(parents=True, exist_ok=True)
    content: dict[str, Any] = {
        "versions": {"python": platform.python_version(), "z3": version("z3-solver"), "cvc5": version("cvc5")},
        "sources": sources(root),
        "second": second(results),
        "theorems": [_theorem(result) for result in results],
        "checks": [{"name": check.name, "passed": check.passed, "output": check.output} for check in checks],
    }
    times = {
        "seconds": round(seconds, 1),
        "theorems": {
            result.name: {"seconds": round(result.seconds, 2), "resources": result.resources} for result in results
        },
        "checks": {check.name: round(check.seconds, 1) for check in checks},
    }
    replace(directory / "times.json", json.dumps(times, indent=1) + "\n")
    replace(directory / "report.json", json.dumps(content, indent=1) + "\n")
    suite = ElementTree.Element("testsuite", name="verify", tests=str(len(results) + len(checks)))
    for result in results:
        case = ElementTree.SubElement(
            suite, "testcase", classname=result.module, name=result.name, time=f"{result.seconds:.1f}"
        )
        if result.verdict is not Verdict.PROVED:
            told = "\n\n".join(f"{finding.label}\n{finding.ledger}" for finding in result.findings)
            ElementTree.SubElement(case, "failure", message=result.verdict.value).text = told
    for check in checks:
        case = ElementTree.SubElement(
            suite, "testcase", classname="check", name=check.name, time=f"{check.seconds:.1f}"
        )
        if not check.passed:
            ElementTree.SubElement(case, "failure", message="failed").text = check.output
    replace(directory / "junit.xml", ElementTree.tostring(suite, encoding="unicode") + "\n")
    replace(directory / "verify.sarif", json.dumps(sarif(content, root), indent=1) + "\n")


def _theorem(result: Result) -> dict[str, object]:
    return {
        "name": result.name,
        "module": result.module,
        "sentence": result.sentence,
        "requirements": list(result.requirements),
        "verdict": result.verdict.value,
        "paths": result.paths,
        "accepting": result.accepting,
        "relies_on": list(result.relies_on),
        "shows": list(result.shows),
        "witness": json.loads(result.witness) if result.witness else None,
        "findings": [
            {
                "label": finding.label,
                "verdict": finding.verdict.value,
                "path": finding.path,
                "ledger": finding.ledger,
                "record": finding.record,
            }
            for finding in result.findings
        ],
        "obligations": [
            [item.path, item.label, item.digest, item.verdict.value, item.opinion.value] for item in result.obligations
        ],
    }


def second(results: Sequence[Result]) -> dict[str, Any]:
    """How many of the obligations that Z3 proved cvc5 proves too, and where it does not."""
    opinions = [item.opinion for result in results for item in result.obligations if item.verdict is Verdict.PROVED]
    undecided = {
        result.name: count
        for result in results
        if (count := sum(item.opinion is Opinion.UNDECIDED for item in result.obligations))
    }
    return {"proved": len(opinions), "agreed": opinions.count(Opinion.AGREED), "undecided": undecided}


def sources(root: Path) -> str:
    """A hash over every Python file of the machine and of the proofs."""
    digest = hashlib.sha256()
    for path in sorted([*root.glob("reference/**/*.py"), *root.glob("proofs/**/*.py")]):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def replace(path: Path, text: str) -> None:
    """Writes a file whole or not at all."""
    new = path.with_suffix(".new")
    new.write_text(text, encoding="utf-8")
    new.replace(path)
