"""Deciding one obligation from its exported text, in a fresh context, under resource limits and never a clock."""

from dataclasses import dataclass
from enum import Enum

import z3

SHORT_RLIMIT = 1_000_000
"""Z3 resource units for one attempt over the integers."""

SEEDS = (0, 1, 2, 3, 4)
"""The attempts: what one seed does not decide within its budget, another often does in a tenth of it."""

REAL_RLIMIT = 6_000_000
"""Z3 resource units for the same obligation over the reals, which proves it for the integers."""

LAST_RLIMIT = 40_000_000
"""Z3 resource units for the last attempt, over the integers again."""


class Verdict(Enum):
    """What the solver says of a goal."""

    PROVED = "proved"
    REFUTED = "refuted"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Answer:
    """The verdict, the model that refutes the goal, and what it took."""

    verdict: Verdict
    model: dict[str, int]
    resources: int
    method: str


def decide(text: str) -> Answer:
    """Proved if the text is unsatisfiable, refuted with a model over the integers if it is satisfiable."""
    resources = 0
    short = [(f"integers, seed {seed}", text, SHORT_RLIMIT, seed) for seed in SEEDS]
    reals = ("reals", over_reals(text), REAL_RLIMIT, 0)
    linear = ("linear", text, SHORT_RLIMIT, 0)
    for method, source, rlimit, seed in (linear, *short, reals, ("integers, at length", text, LAST_RLIMIT, 0)):
        context = z3.Context()
        solver = z3.Tactic("qfnra-nlsat", context).solver() if method == "reals" else z3.Solver(ctx=context)
        solver.set("rlimit", rlimit)
        if rlimit == SHORT_RLIMIT:
            solver.set("smt.random_seed", seed)
            # The products here are of few variables: Groebner bases find nothing in them and take most of the time.
            solver.set("smt.arith.nl.grobner", False)
        # Products as unknowns of their own: what is proved so is proved, and most is, at once.
        if method == "linear":
            solver.set("smt.arith.nl", False)
        solver.from_string(source)
        verdict = solver.check()
        resources += _spent(solver)
        if verdict == z3.unsat:
            return Answer(Verdict.PROVED, {}, resources, method)
        if verdict == z3.sat and method not in ("linear", "reals"):
            model = solver.model()
            values = {symbol.name(): model[symbol] for symbol in model.decls()}
            numbers = {name: value.as_long() for name, value in values.items() if z3.is_int_value(value)}
            truths = {name: int(z3.is_true(value)) for name, value in values.items() if z3.is_bool(value)}
            return Answer(Verdict.REFUTED, numbers | truths, resources, method)
    return Answer(Verdict.UNKNOWN, {}, resources, "none")


def over_reals(text: str) -> str:
    """The same text over the reals. Sound for proving: quotients are written out, so no operation is integral."""
    return text.replace(" () Int)", " () Real)")


def _spent(solver: z3.Solver) -> int:
    statistics = solver.statistics()
    return int(statistics.get_key_value("rlimit count")) if "rlimit count" in statistics.keys() else 0  # noqa: SIM118
