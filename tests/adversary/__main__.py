"""Ten thousand runs of the adversary, on all cores: python -m tests.adversary [FIRST LAST].

Exit codes: 0 nothing broke, 1 something did (with the seed that shows it), 2 unusable arguments, 130 interrupted.
"""

import argparse
import os
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from typing import Final

from solvent.edge.progress import followed
from solvent.rules import Rule
from tests.adversary.run import BrokenError, Run

RUNS: Final = 10_000
STEPS: Final = 300
CHUNK: Final = 10


def play(seed: int) -> Counter[str] | str:
    """The figures of a run, or what broke."""
    try:
        return Run(seed).play(STEPS)
    except BrokenError as error:
        return str(error)


def main() -> int:
    """Runs, and prints what was accepted and rejected; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.adversary", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("first", nargs="?", type=int, default=0, help="the first seed (default: 0)")
    parser.add_argument("last", nargs="?", type=int, default=RUNS, help=f"the seed after the last (default: {RUNS})")
    options = parser.parse_args()
    seeds = range(options.first, options.last)
    if not seeds:
        parser.error("there is no seed from FIRST to LAST")
    figures: Counter[str] = Counter()
    with ProcessPoolExecutor(os.cpu_count()) as workers:
        for result in followed(workers.map(play, seeds, chunksize=CHUNK), len(seeds), "runs"):
            if isinstance(result, str):
                workers.shutdown(cancel_futures=True)
                print(f"broken: {result}", file=sys.stderr)
                return 1
            figures += result
    rules = {rule.value for rule in Rule}
    print(f"{len(seeds):,} runs of {STEPS} actions and as many as complete the book: nothing broke")
    print(f"the book was uncertified {figures.pop('uncertified', 0):,} times, and completed each time")
    print(
        "accepted", *(f"{name} {count:,}" for name, count in sorted(figures.items()) if name not in rules), sep="\n  "
    )
    rejected = {rule.value: figures[rule.value] for rule in Rule if figures[rule.value]}
    print("rejected", *(f"{name} {count:,}" for name, count in rejected.items()), sep="\n  ")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
