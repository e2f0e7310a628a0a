"""The prover's command line: python -m proofs verify, attack, mutants."""

import argparse
import os
import sys
from pathlib import Path

from proofs.attack import attack
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

ATTACKS = """\
exit codes: 0 every rule is necessary to a safety theorem or declared a rule of form; 1 one is not;
2 unusable arguments; 130 interrupted

examples:
  python -m proofs attack --rule LIQ-2                what falls first without LIQ-2, and the counterexample
  python -m proofs attack --rule LIQ-2 --everything   all that falls without it
  python -m proofs attack                             every rule, in a table
"""


MUTANTS = """\
exit codes: 0 every mutant is killed by a theorem or explained in proofs/equivalent.toml; 1 one survived, or is
explained and killed all the same, or an explanation is of no mutant; 2 unusable arguments; 130 interrupted

What was judged is kept: an interrupted run goes on where it was.

examples:
  python -m proofs mutants                          every mutant, by the proofs and by the tests
  python -m proofs mutants --of liquidation.close   those of one function
  python -m proofs mutants --sample 30 --no-tests   some, drawn by the sources themselves, by the proofs alone
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
    command = commands.add_parser(
        "attack",
        help="switch guards off, one at a time, and see which safety theorem falls",
        epilog=ATTACKS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("--rule", action="append", default=[], metavar="RULE", help="a rule, such as LIQ-2; else all")
    command.add_argument("--everything", action="store_true", help="do not stop at the first theorem that falls")
    command.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="processes; all cores")
    command = commands.add_parser(
        "mutants",
        help="change the machine, one thing at a time, and see whether a theorem falls",
        epilog=MUTANTS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("--of", action="append", default=[], metavar="PART", help="a part of a mutant's id")
    command.add_argument("--sample", type=int, metavar="N", help="so many of them")
    command.add_argument("--no-tests", action="store_true", help="do not run the tests, which are judged apart")
    command.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="processes; all cores")
    given = parser.parse_args(arguments)
    if given.jobs < 1:
        parser.error("--jobs: at least one process")
    if given.command == "attack":
        return attack(given.rule, given.everything, given.jobs)
    if given.command == "mutants":
        from proofs.mutation import mutate  # which imports all that tests need

        return mutate(given.of, given.sample, not given.no_tests, given.jobs)
    return verify(given.only, given.theorem, given.jobs, given.output)


if __name__ == "__main__":
    sys.exit(main())
