"""Deciding one obligation from its exported text, in a fresh context, under resource limits and never a clock."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

import z3

SHORT_RLIMIT = 1_000_000
"""Z3 resource units for one attempt over the integers."""

REAL_RLIMIT = 6_000_000
"""Z3 resource units for the same obligation over the reals, which proves it for the integers."""

LAST_RLIMIT = 40_000_000
"""Z3 resource units for the last attempt, over the integers again."""

SEEDS = (0, 1, 2, 3, 4)
"""What one seed does not decide within its budget, another often does in a tenth of it."""

WITHOUT_PRODUCTS = {
    f"smt.arith.nl.{technique}": False for technique in ("nra", "order", "tangents", "horner", "grobner", "branching")
}
"""Options of a solver that hardly knows more of a product than that it is the same wherever it stands."""

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


class Form(Enum):
    """How an attempt is given the assertions of a text.

    TRACKED: so that it tells which it needed. MONOMIALS: products multiplied out, definitions put in their places and
    choices named, so that equal products look equal; only what is proved of that counts. REALS: over the reals.
    """

    TRACKED = "tracked"
    PLAIN = "plain"
    MONOMIALS = "monomials"
    REALS = "reals"


@dataclass(frozen=True)
class Attempt:
    """One attempt at deciding a text, with its limit and options of Z3's."""

    name: str
    form: Form
    rlimit: int
    options: Mapping[str, int | bool]


# The products here are of few variables: Groebner bases find nothing in them and take most of the time.
ATTEMPTS = (
    Attempt("tracked", Form.TRACKED, SHORT_RLIMIT, {}),
    Attempt("monomials as unknowns", Form.MONOMIALS, SHORT_RLIMIT, WITHOUT_PRODUCTS),
    Attempt("monomials", Form.MONOMIALS, SHORT_RLIMIT, {"smt.arith.nl.grobner": False}),
    *(
        Attempt(f"seed {seed}", Form.PLAIN, SHORT_RLIMIT, {"smt.random_seed": seed, "smt.arith.nl.grobner": False})
        for seed in SEEDS
    ),
    Attempt("reals", Form.REALS, REAL_RLIMIT, {}),
    Attempt("at length", Form.PLAIN, LAST_RLIMIT, {}),
)


@dataclass(frozen=True)
class Answer:
    """The verdict, the model that refutes the goal, and what it took.

    core: of a text that is proved, the assertions that cannot hold together where the attempt told them, or else all.
    """

    verdict: Verdict
    model: dict[str, int]
    resources: int
    method: str
    core: str = ""


def decide(text: str, attempts: Sequence[Attempt] = ATTEMPTS) -> Answer:
    """Proved if the text is unsatisfiable, refuted with a model over the integers if it is satisfiable."""
    resources = 0
    for attempt in attempts:
        if attempt.form is Form.REALS and not holds_over_reals(text):
            continue
        context = z3.Context()
        assertions = z3.parse_smt2_string(over_reals(text) if attempt.form is Form.REALS else text, ctx=context)
        solver = z3.Tactic("qfnra-nlsat", context).solver() if attempt.form is Form.REALS else z3.Solver(ctx=context)
        solver.set("rlimit", attempt.rlimit)
        for option, value in attempt.options.items():
            solver.set(option, value)
        if attempt.form is Form.TRACKED:
            for index, assertion in enumerate(assertions):
                solver.assert_and_track(assertion, z3.Bool(str(index), context))
        else:
            solver.add(_in_monomials(assertions) if attempt.form is Form.MONOMIALS else assertions)
        verdict = solver.check()
        resources += _spent(solver)
        if verdict == z3.unsat:
            core = exported(*contradictory(solver, assertions)) if attempt.form is Form.TRACKED else text
            return Answer(Verdict.PROVED, {}, resources, attempt.name, core)
        if verdict == z3.sat and attempt.form in (Form.TRACKED, Form.PLAIN):
            model = solver.model()
            values = {symbol.name(): model[symbol] for symbol in model.decls()}
            numbers = {name: value.as_long() for name, value in values.items() if z3.is_int_value(value)}
            truths = {name: int(z3.is_true(value)) for name, value in values.items() if z3.is_bool(value)}
            return Answer(Verdict.REFUTED, numbers | truths, resources, attempt.name)
    return Answer(Verdict.UNKNOWN, {}, resources, "none")


def _in_monomials(assertions: z3.AstVector) -> z3.BoolRef:
    context = assertions.ctx
    multiplied = z3.With("simplify", som=True, ctx=context)
    steps = multiplied, "propagate-values", "solve-eqs", "elim-term-ite", "solve-eqs", multiplied
    goal = z3.Goal(ctx=context)
    goal.add(*assertions)
    return z3.Then(*steps, ctx=context)(goal).as_expr()


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
