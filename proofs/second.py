"""A second solver's opinion: of what Z3 proved, the part that it needed is asked of cvc5, under limits of its own."""

import cvc5

from proofs.kernel.check import Opinion
from proofs.kernel.solve import holds_over_reals, over_reals

INTEGER_RLIMIT = 60_000
"""cvc5 resource units over the integers: what ten times as much decides is hardly more."""

REAL_RLIMIT = 20_000
"""cvc5 resource units over the reals."""

REAL_OPTIONS = {"nl-cov": "true", "nl-ext": "light"}
"""Coverings, after little else: with the other methods in between some texts take minutes that no limit counts."""


def opinion(text: str) -> Opinion:
    """Agreed if the text is unsatisfiable for cvc5 too, disagreed if it is satisfiable over the integers."""
    verdict = _verdict(f"(set-logic QF_NIA)\n{text}", INTEGER_RLIMIT, {})
    if verdict == "unknown" and holds_over_reals(text):
        over = _verdict(f"(set-logic QF_NRA)\n{over_reals(text)}", REAL_RLIMIT, REAL_OPTIONS)
        verdict = "unsat" if over == "unsat" else "unknown"
    return {"unsat": Opinion.AGREED, "sat": Opinion.DISAGREED}.get(verdict, Opinion.UNDECIDED)


def _verdict(text: str, rlimit: int, options: dict[str, str]) -> str:
    solver = cvc5.Solver(cvc5.TermManager())
    for name, value in {"rlimit-per": str(rlimit), **options}.items():
        solver.setOption(name, value)
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, "obligation")
    symbols = parser.getSymbolManager()
    answer = ""
    while not (command := parser.nextCommand()).isNull():
        answer = command.invoke(solver, symbols) or answer
    return next((word for word in ("unsat", "sat") if answer.split()[:1] == [word]), "unknown")
