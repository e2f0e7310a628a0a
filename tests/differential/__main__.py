"""Holds every implementation beside this file against the reference: python -m tests.differential [NAME ...].

Each is a directory with an adapter, started as `python -m tests.differential.NAME.adapter`. It is held against every
vector and then, step by step, in runs drawn from a seed.

Exit codes: 0 all conform, 1 one does not, 2 unusable arguments, 130 interrupted.
"""

import argparse
import sys
from pathlib import Path
from typing import Final

from solvent.edge.cli import main as solvent
from solvent.edge.exits import FAILED, PASSED

HERE: Final = Path(__file__).parent


def implementations() -> list[str]:
    """Those that are there."""
    return sorted(path.parent.name for path in HERE.glob("*/adapter.py"))


def main() -> int:
    """Holds one after the other; the worst exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.differential", description=(__doc__ or "").partition("\n")[0]
    )
    known = implementations()
    parser.add_argument("names", metavar="NAME", nargs="*", help=f"of {', '.join(known)}; default: all")
    parser.add_argument("--runs", default="100", help="drawn from the seed, default: 100")
    parser.add_argument("--steps", default="200", help="of a run, default: 200")
    parser.add_argument("--seed", default="1", help="default: 1")
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in known]
    if unknown:
        parser.error(f"there is no implementation {unknown[0]}: expected one of {', '.join(known)}")
    drawn = ["--runs", options.runs, "--steps", options.steps, "--seed", options.seed]
    worst = PASSED
    for name in options.names or known:
        print(f"== {name}: every vector, then {options.runs} runs of {options.steps} steps", flush=True)
        code = solvent(["conform", *drawn, "--", sys.executable, "-m", f"{__package__}.{name}.adapter"])
        if code not in (PASSED, FAILED):
            return code
        worst = max(worst, code)
    return worst


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
