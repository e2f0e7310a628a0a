"""How soon the kit finds each seeded defect: python -m tests.differential.defects.

Exit codes: 0 all were found, 1 one was not, 130 interrupted.
"""

import sys

from solvent.edge.conformance.vectors import bundled
from solvent.edge.exits import FAILED, INTERRUPTED, PASSED
from tests.differential.defects import RUNS, STEPS, Defect, Found, found, seeded
from tests.differential.defects.typescript import DEFECTS
from tests.differential.typescript.adapter import SOURCE, command


def row(defect: Defect, result: Found) -> str:
    """A line of the table."""
    steps = "-" if result.steps is None else f"{result.steps:,}"
    named = result.violated or ", ".join(result.requirements[:3])
    return f"{defect.kind:<17} {defect.file:<17} {result.vectors:>7} {steps:>8}  {named:<8} {defect.wrong or '(gone)'}"


def main() -> int:
    """Prints the table."""
    cases = bundled()
    print(f"of {len(cases)} vectors how many fail, and after how many of {RUNS * STEPS:,} steps a run diverges")
    print(f"{'kind':<17} {'file':<17} {'vectors':>7} {'steps':>8}  violated")
    missed = 0
    for defect in DEFECTS:
        with seeded(SOURCE, defect) as copy:
            result = found(command(copy), cases)
        missed += result.vectors == 0 and result.steps is None
        print(row(defect, result), flush=True)
    print(f"{len(DEFECTS) - missed} of {len(DEFECTS)} found")
    return FAILED if missed else PASSED


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
