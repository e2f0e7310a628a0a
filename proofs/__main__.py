"""The prover's command line: python -m proofs verify."""

import argparse
import os
import sys
from pathlib import Path

from proofs.suite import MODULES
from proofs.verify import verify

EXPLAINED = """\
exit codes: 0 all is proved and every check passed; 1 something was refuted, stayed unknown, or a check failed;
2 unusable arguments; 130 interrupted

examples:
  python -m proofs verify                      everything: the theorems, types, style, the specification, CrossHair
  python -m proofs verify --only liquidation   the theorems of one module, and nothing else
  python -m proofs verify --theorem conserves  the theorems with that in their names
"""


def main(arguments: list[str] | None = None) -> int:
    """Reads the arguments, does what they say, and returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m proofs", epilog=EXPLAINED, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser(
        "verify",
        help="prove the theorems and run the checks",
        epilog=EXPLAINED,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument(
        "--only", action="append", default=[], metavar="MODULE", choices=MODULES, help="of: " + ", ".join(MODULES)
    )
    command.add_argument("--theorem", action="append", default=[], metavar="PART", help="a part of a theorem's name")
    command.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="processes; all cores")
    command.add_argument(
        "--output",
        type=Path,
        default=Path("build/verify"),
        metavar="DIR",
        help="where report.json, junit.xml and verify.sarif go",
    )
    given = parser.parse_args(arguments)
    if given.jobs < 1:
        parser.error("--jobs: at least one process")
    return verify(given.only, given.theorem, given.jobs, given.output)


if __name__ == "__main__":
    sys.exit(main())
