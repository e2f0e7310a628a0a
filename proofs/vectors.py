"""Writes the vectors of the conformance kit: the writer watches a witness of every theorem about an action, too.

python -m proofs.vectors            writes reference/solvent/edge/conformance/vectors/
python -m proofs.vectors --check    exit code 1 if what stands there is another
"""

import argparse
import sys
from collections.abc import Iterator

from proofs.suite import load
from proofs.witness import SEEDS, drawn
from solvent.edge.conformance.vectors import History
from solvent.edge.conformance.writer import Witness, write
from solvent.edge.progress import followed
from solvent.machine import Accepted


def witnesses() -> Iterator[Witness]:
    """The first example of every theorem that an action is accepted in."""
    theorems = load()
    for theorem in followed(theorems, len(theorems), "theorems drawn"):
        for seed in range(SEEDS):
            world = drawn(theorem, seed)
            if world is not None and not world.steps:
                break
            if world is not None and world.claims and world.accepted():
                ((parameters, life),) = world.lives
                action = next(action for _, action, outcome in world.steps if isinstance(outcome, Accepted))
                yield History(parameters, tuple(life)), action
                break


def main() -> int:
    """Writes the suite, or compares it with what stands there; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m proofs.vectors", description="The vectors.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 if anything is stale")
    return write(list(witnesses()), parser.parse_args().check)


if __name__ == "__main__":
    sys.exit(main())
