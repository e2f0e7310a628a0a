"""How soon the kit finds each seeded defect.

    python -m tests.differential.defects            prints the tables, of typescript and vyper
    python -m tests.differential.defects vyper      one of them
    python -m tests.differential.defects --write    all, and writes them into the README

Exit codes: 0 all were found, 1 one was not, 2 unusable arguments, 130 interrupted.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from rich.progress import track

from solvent.edge.conformance.vectors import bundled
from solvent.edge.exits import FAILED, INTERRUPTED, PASSED
from tests.differential.defects import RUNS, STEPS, Command, Defect, Found, found, typescript, vyper
from tests.differential.typescript import adapter as typescript_adapter
from tests.differential.vyper import adapter as vyper_adapter
from tests.differential.vyper.chain import CONTRACTS

README: Final = Path(__file__).parent / "README.md"

IMPLEMENTATIONS: Final[dict[str, tuple[Path, Command, tuple[Defect, ...]]]] = {
    "typescript": (typescript_adapter.SOURCE, typescript_adapter.command, typescript.DEFECTS),
    "vyper": (CONTRACTS, vyper_adapter.command, vyper.DEFECTS),
}


def row(defect: Defect, result: Found) -> str:
    """A line of the table."""
    steps = f"more than {RUNS * STEPS:,}" if result.steps is None else f"{result.steps:,}"
    named = result.violated or ", ".join(result.requirements[:3])
    wrong = " ".join(defect.wrong.split()).replace("|", "\\|")
    columns = (defect.mistake, defect.file, f"`{wrong}`" if wrong else "gone", str(result.vectors), steps, named)
    return f"| {' | '.join(columns)} |"


def table(name: str, results: Sequence[tuple[Defect, Found]]) -> Iterator[str]:
    """The table of an implementation."""
    yield f"## {name}"
    yield ""
    failing = f"Vectors of {len(bundled())} that fail"
    yield f"| Mistake | In | What stands there then | {failing} | Steps of runs | Requirement |"
    yield "| --- | --- | --- | ---: | ---: | --- |"
    for defect, result in results:
        yield row(defect, result)
    missed = sum(result.vectors == 0 and result.steps is None for _, result in results)
    yield ""
    yield f"{len(results) - missed} of {len(results)} found."


def main() -> int:
    """Prints the tables, and writes them if asked."""
    lines = (__doc__ or "").split("\n\n")
    parser = argparse.ArgumentParser(
        prog="python -m tests.differential.defects",
        description=lines[0],
        epilog="\n\n".join(lines[1:]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", metavar="NAME", nargs="*", help=f"of {', '.join(IMPLEMENTATIONS)}; default: all")
    parser.add_argument("--write", action="store_true", help="write the tables of all into the README")
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in IMPLEMENTATIONS]
    if unknown:
        parser.error(f"there is no implementation {unknown[0]}: expected one of {', '.join(IMPLEMENTATIONS)}")
    if options.write and options.names:
        parser.error("--write: the README has the tables of all implementations")
    tables, code = [], PASSED
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as processes:
        for name in options.names or IMPLEMENTATIONS:
            source, command, defects = IMPLEMENTATIONS[name]
            results = processes.map(partial(found, source, command), defects)
            shown = track(results, name, len(defects), disable=not sys.stderr.isatty())
            pairs = list(zip(defects, shown, strict=True))
            tables.append("\n".join(table(name, pairs)))
            print(tables[-1] + "\n", flush=True)
            if any(result.vectors == 0 and result.steps is None for _, result in pairs):
                code = FAILED
    if options.write:
        opening = README.read_text(encoding="utf-8").partition("\n## ")[0]
        README.write_text("\n\n".join([opening.rstrip("\n"), *tables]) + "\n", encoding="utf-8")
    return code


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
