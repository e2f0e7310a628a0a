"""Benchmarks: ratios measured in one run. python -m tests.benchmarks [accounts | implementations]; both by default."""

import argparse

from tests.benchmarks import accounts, implementations

if __name__ == "__main__":
    measures = {"accounts": accounts.main, "implementations": implementations.main}
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__.partition("\n")[0])
    parser.add_argument("names", metavar="NAME", nargs="*", help=f"of {', '.join(measures)}; default: all")
    given = parser.parse_args()
    unknown = [name for name in given.names if name not in measures]
    if unknown:
        parser.error(f"{unknown[0]} is not measured: expected one of {', '.join(measures)}")
    for name in given.names or measures:
        measures[name]()
