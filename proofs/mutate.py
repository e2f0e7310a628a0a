"""Theorems against a mutated copy of the machine, loaded apart: the machine itself has no switch.

python -m proofs.mutate judged|opened THEOREM ...    asks of whichever machine is on the path; for `judge`
"""

import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Generator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Final, Literal

from proofs.contracts import HIDING_NOTHING
from proofs.kernel.check import Opinion, Result, check
from proofs.kernel.solve import ATTEMPTS, Verdict, decide
from proofs.kernel.theorem import Theorem
from proofs.sources import ROOT, copied
from proofs.suite import WORLDS, load
from proofs.witness import falsified
from proofs.worlds import SymbolicPoolWorld
from solvent.numbers import CASH_CAP, LOWEST_MARK, PPM

RICH: Final = CASH_CAP // 2
"""Quote quanta: more than the requirement of any account."""


def judge(
    sources: Mapping[str, str], theorems: Sequence[str], how: Literal["judged", "opened"] = "judged"
) -> Generator[Result, None, None]:
    """The theorems' results on a copy of the machine with some modules' text replaced, in the order given, a batch at a
    time: first of those that an example refutes, then of the others. Or those of the theorems opened, without examples.

    Whoever stops asking ends the process that proves them.
    """
    with copied(sources) as directory:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([directory, str(ROOT)])}
        command = [sys.executable, "-m", "proofs.mutate", how, *theorems]
        with (
            tempfile.TemporaryFile() as errors,
            subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=errors) as process,
        ):
            assert process.stdout is not None
            try:
                for _ in theorems:
                    try:
                        yield pickle.load(process.stdout)
                    except EOFError:
                        errors.seek(0)
                        raise RuntimeError(errors.read().decode(errors="replace")) from None
            finally:
                process.kill()


BATCH = 24
"""Theorems that are tried with examples before the first of them is asked of a solver."""

EXAMPLES = 200
"""Examples in which a theorem about a mutated machine is tried before it is asked of a solver."""


FIRST = 4
"""How many of the attempts at an obligation are made of a mutated machine."""

QUICK: Final = replace(
    WORLDS,
    second=lambda _: Opinion.UNDECIDED,
    decide=lambda text: decide(text, ATTEMPTS[:FIRST]),
)
"""Asks for counterexamples: what is not decided soon is hardly ever refuted, and proofs are nobody's concern here."""


def solved(theorem: Theorem) -> Result:
    """The result of a theorem that no example refutes.

    What its contracts leave open may refute a theorem in ways that the code does not take. Then it is tried among
    accounts with so much cash that every margin is met, and by contracts that hide nothing.
    """
    result = check(theorem, QUICK)
    if result.verdict is Verdict.UNKNOWN and theorem.contracts:
        among_the_rich = check(theorem, replace(QUICK, symbolic=RichWorld))
        if among_the_rich.verdict is Verdict.REFUTED:
            return among_the_rich
        return refuted_of_the_code(theorem) or result
    return result


def opened(theorem: Theorem, symbolic: type[SymbolicPoolWorld] = SymbolicPoolWorld) -> Result:
    """The result of a theorem with contracts that hide nothing."""
    return check(replace(theorem, contracts=HIDING_NOTHING), replace(QUICK, symbolic=symbolic))


def refuted_of_the_code(theorem: Theorem) -> Result | None:
    """The result of the theorem opened, if that refutes it of a mutated machine; none if it does not.

    What a contract knew of a total is not known any longer, which may refute what is true. So it must be proved, opened
    as it is, of the machine itself.
    """
    result = opened(theorem, PlainWorld)
    if result.verdict is not Verdict.REFUTED:
        result = opened(theorem)
    if result.verdict is not Verdict.REFUTED:
        return None
    (unchanged,) = judge({}, [theorem.name], "opened")
    return result if unchanged.verdict is Verdict.PROVED else None


class RichWorld(SymbolicPoolWorld):
    """A world in which every account began with much cash: a part of the cases, so what falls here falls."""

    def integer(self, name: str) -> int:
        value = super().integer(name)
        if name.endswith(".cash"):
            self.assume(value >= RICH)
        return value


PLAIN: Final = {
    ".mark": LOWEST_MARK,
    ".long_carry": 0,
    ".short_carry": 0,
    ".initial_rate": PPM,
    ".maintenance_fraction": PPM,
    ".penalty_rate": 0,
}
"""What every market has in a plain world, so that products with it are multiples."""


class PlainWorld(SymbolicPoolWorld):
    """A world of markets with the same marks, carries and rates: a part of the cases, so what falls here falls."""

    def integer(self, name: str) -> int:
        value = super().integer(name)
        for field, given in PLAIN.items():
            if name.endswith(field):
                self.assume(value == given)
        return value


def main(how: str, *names: str) -> None:
    """Writes the result of each theorem once there is one. Most mistakes an example shows at once, of some theorem."""
    known = {theorem.name: theorem for theorem in load()}
    with suppress(BrokenPipeError):
        if how == "opened":
            for name in names:
                write(opened(known[name]))
            return
        for start in range(0, len(names), BATCH):
            batch = [known[name] for name in names[start : start + BATCH]]
            by_example = {}
            for theorem in batch:
                by_example[theorem.name] = result = falsified(theorem, range(EXAMPLES))
                if result is not None:
                    write(result)
            for theorem in batch:
                if by_example[theorem.name] is None:
                    write(solved(theorem))


def write(result: Result) -> None:
    """Sends a result to whoever waits for it."""
    pickle.dump(result, sys.stdout.buffer)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
