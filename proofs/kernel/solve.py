"""Deciding one obligation from its exported text, in a fresh context, under resource limits and never a clock."""

import re
from collections.abc import Sequence
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


REAL_OPERATIONS = {
    "set-info", "set-logic", "declare-fun", "assert", "check-sat", "let",
    "and", "or", "not", "=>", "=", "distinct", "ite", "xor", "+", "-", "*", "<", "<=", ">", ">=",
}  # fmt: skip
"""What an exported text may say for the attempt over the reals; `div` and `mod` are not among it."""

SHARED = re.compile(r"[?$]x[0-9]+")
"""The names that Z3 gives to terms it writes once."""


class Verdict(Enum):
    """What the solver says of a goal."""

    PROVED = "proved"
    REFUTED = "refuted"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Answer:
    """The verdict, the model that refutes the goal, and what it took.

    core: of a text that is proved, the assertions that cannot hold together where the first attempt told them, or else all.
    """

    verdict: Verdict
    model: dict[str, int]
    resources: int
    method: str
    core: str = ""


def decide(text: str) -> Answer:
    """Proved if the text is unsatisfiable, refuted with a model over the integers if it is satisfiable."""
    resources = 0
    short = [(f"integers, seed {seed}", text, SHORT_RLIMIT, seed) for seed in SEEDS]
    reals = [("reals", over_reals(text), REAL_RLIMIT, 0)] if holds_over_reals(text) else []
    tracked = ("integers, tracked", text, SHORT_RLIMIT, 0)
    for method, source, rlimit, seed in (tracked, *short, *reals, ("integers, at length", text, LAST_RLIMIT, 0)):
        context = z3.Context()
        solver = z3.Tactic("qfnra-nlsat", context).solver() if method == "reals" else z3.Solver(ctx=context)
        solver.set("rlimit", rlimit)
        if method.startswith("integers, seed"):
            solver.set("smt.random_seed", seed)
            # The products here are of few variables: Groebner bases find nothing in them and take most of the time.
            solver.set("smt.arith.nl.grobner", False)
        assertions = z3.parse_smt2_string(source, ctx=context)
        if method == "integers, tracked":
            for index, assertion in enumerate(assertions):
                solver.assert_and_track(assertion, z3.Bool(str(index), context))
        else:
            solver.add(assertions)
        verdict = solver.check()
        resources += _spent(solver)
        if verdict == z3.unsat:
            core = exported(*contradictory(solver, assertions)) if method == "integers, tracked" else text
            return Answer(Verdict.PROVED, {}, resources, method, core)
        if verdict == z3.sat and method != "reals":
            model = solver.model()
            values = {symbol.name(): model[symbol] for symbol in model.decls()}
            numbers = {name: value.as_long() for name, value in values.items() if z3.is_int_value(value)}
            truths = {name: int(z3.is_true(value)) for name, value in values.items() if z3.is_bool(value)}
            return Answer(Verdict.REFUTED, numbers | truths, resources, method)
    return Answer(Verdict.UNKNOWN, {}, resources, "none")


def contradictory(solver: z3.Solver, assertions: Sequence[z3.BoolRef]) -> list[z3.BoolRef]:
    """Of assertions that the solver tracks by their numbers, those it found not to hold together, in their order."""
    return [assertions[number] for number in sorted(int(str(name)) for name in solver.unsat_core())]


def exported(*conditions: z3.BoolRef) -> str:
    """The conditions as SMT-LIB 2 text."""
    solver = z3.Solver(ctx=conditions[0].ctx)
    solver.add(*conditions)
    text: str = solver.to_smt2()
    return text


def holds_over_reals(text: str) -> bool:
    """Whether every operation in the text means over the reals what it means of integers."""
    operations = set(re.findall(r"\(([^\s()|]+)", re.sub(r"\|[^|]*\|", "", text)))
    return all(operation in REAL_OPERATIONS or SHARED.fullmatch(operation) for operation in operations)


def over_reals(text: str) -> str:
    """The same text over the reals, which have no fewer solutions: what they do not satisfy, no integers do."""
    return text.replace(" () Int)", " () Real)")


def _spent(solver: z3.Solver) -> int:
    statistics = solver.statistics()
    return int(statistics.get_key_value("rlimit count")) if "rlimit count" in statistics.keys() else 0  # noqa: SIM118
