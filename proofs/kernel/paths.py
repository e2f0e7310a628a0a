"""Exploring every path of a lifted function by re-execution, and what is to be proved at the end of each."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import z3

from proofs.kernel import terms
from proofs.kernel.solve import WITHOUT_PRODUCTS, contradictory, exported
from proofs.kernel.terms import Unsupported

FEASIBILITY_RLIMIT = 10_000
"""Z3 resource units for deciding whether a branch can be taken; undecided counts as feasible."""

SELECTION_RLIMIT = 100_000
"""Z3 resource units for finding the conditions that an obligation needs."""

NAMES = re.compile(r"[\w .:,()\[\]#-]+")
"""Names of symbols: without ~, which numbers them, and without what SMT-LIB cannot quote."""

PATH_LIMIT = 4_000
"""More paths than this mean that a contract or a case split is missing."""


class Infeasible(BaseException):
    """Neither side of a branch can be taken."""


@dataclass(frozen=True)
class Obligation:
    """One statement to be proved: the negated goal under the conditions of its path, as SMT-LIB 2 text.

    text: of the conditions that the goal was found to need, or else that have to do with it through variables in
    common; whole: of all of them. What is proved of the first is proved of the second.
    """

    path: int
    requirements: tuple[str, ...]
    label: str
    text: str
    whole: Callable[[], str]


class Variables:
    """The variables of terms, looked up once for each term."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[z3.ExprRef, frozenset[int]]] = {}

    def of(self, term: z3.ExprRef) -> frozenset[int]:
        """The numbers of the variables in the term."""
        known = self._known.get(term.get_id())
        if known is None:
            found = frozenset(number for child in term.children() for number in self.of(child))
            if z3.is_const(term) and term.decl().kind() == z3.Z3_OP_UNINTERPRETED:
                found = frozenset((term.get_id(),))
            known = self._known[term.get_id()] = (term, found)
        return known[1]


Decision = tuple[int, bool]
"""The hash of a branch's condition, and which way it went."""


class Path:
    """One execution: the decisions that lead it, the conditions gathered, the obligations met."""

    def __init__(
        self,
        number: int,
        decisions: list[Decision],
        postpone: Callable[[list[Decision]], None],
        variables: Variables,
    ) -> None:
        self.number = number
        self.decisions = decisions
        self._given = tuple(decisions)
        self.obligations: list[Obligation] = []
        self.watch: Callable[[z3.ArithRef], None] | None = None
        self.conditions: list[z3.BoolRef] = []
        self._gathered: set[int] = set()
        self._postpone = postpone
        self._variables = variables
        self._groups: dict[int, set[int]] = {}
        self._position = 0
        self._decided: dict[int, tuple[z3.BoolRef, bool]] = {}
        self.quotients: dict[tuple[int, int], tuple[z3.ArithRef, z3.ArithRef, z3.ArithRef]] = {}
        self._names: dict[str, int] = {}
        self._constants: dict[str, int] = {}
        self._solver = z3.Solver()
        for option, value in WITHOUT_PRODUCTS.items():
            self._solver.set(option, value)

    def fresh(self, name: str) -> z3.ArithRef:
        """An integer of which nothing is known; a name that was used before gets a number."""
        if not NAMES.fullmatch(name):
            raise Unsupported(f"{name!r} as a name")
        count = self._names.get(name, 0)
        self._names[name] = count + 1
        return z3.Int(f"{name}~{count}" if count else name)

    def constant(self, name: str) -> z3.ArithRef:
        """The number that stands for an identifier of the machine: distinct for distinct names, and negative."""
        return z3.IntVal(self._constants.setdefault(name, -1 - len(self._constants)))

    def constants(self) -> dict[int, str]:
        """The identifiers by the numbers that stand for them."""
        return {number: name for name, number in self._constants.items()}

    def assume(self, condition: z3.BoolRef) -> None:
        """Takes the condition for true from here on."""
        if not self.knows(condition):
            condition = z3.simplify(condition)
            self._solver.assert_and_track(condition, z3.Bool(str(len(self.conditions))))
            self.conditions.append(condition)
            self._gathered.add(condition.get_id())
            self._join(self._variables.of(condition))

    def knows(self, condition: z3.BoolRef) -> bool:
        """Whether the condition is trivial, or literally one of those gathered."""
        condition = z3.simplify(condition)
        return bool(z3.is_true(condition)) or condition.get_id() in self._gathered

    def intermediate(self, term: z3.ArithRef) -> None:
        """Tells of a computed integer whoever watches; what that computes itself is not told."""
        watch, self.watch = self.watch, None
        if watch is not None:
            watch(term)
        self.watch = watch

    def branch(self, condition: z3.BoolRef) -> bool:
        """Which way a branch goes: as decided, or the first feasible way, postponing the other."""
        condition = z3.simplify(condition)
        if z3.is_true(condition) or z3.is_false(condition):
            return bool(z3.is_true(condition))
        known = self._decided.get(condition.get_id())
        if known is not None:
            return known[1]
        if self._position < len(self.decisions):
            asked, choice = self.decisions[self._position]
            if asked != condition.hash():
                raise Unsupported("a different branch on the same path: the theorem or the code is not deterministic")
        else:
            choice = self._decide(condition)
            self.decisions.append((condition.hash(), choice))
        self._position += 1
        negated = z3.simplify(z3.Not(condition))
        self._decided[condition.get_id()] = (condition, choice)
        self._decided[negated.get_id()] = (negated, not choice)
        self.assume(condition if choice else negated)
        return choice

    def _decide(self, condition: z3.BoolRef) -> bool:
        can_be_true = self._feasible(condition)
        can_be_false = self._feasible(z3.Not(condition))
        if not can_be_true and not can_be_false:
            raise Infeasible
        if can_be_true and can_be_false:
            self._postpone([*self.decisions, (condition.hash(), False)])
        return can_be_true

    def _feasible(self, condition: z3.BoolRef) -> bool:
        return self._contradicting(condition, FEASIBILITY_RLIMIT) is None

    def _contradicting(self, condition: z3.BoolRef, rlimit: int) -> list[z3.BoolRef] | None:
        """Conditions gathered that the condition contradicts, in their order; none if that was not found."""
        self._solver.set("rlimit", rlimit)
        self._solver.push()
        self._solver.add(condition)
        found = None
        if self._solver.check() == z3.unsat:
            found = contradictory(self._solver, self.conditions)
        self._solver.pop()
        return found

    def quotient(self, dividend: z3.ArithRef, divisor: z3.ArithRef) -> z3.ArithRef:
        """Python's floor division: q x divisor <= dividend < (q + 1) x divisor. The divisor is proved positive."""
        dividend, divisor = z3.simplify(dividend), z3.simplify(divisor)
        if z3.is_int_value(divisor) and divisor.as_long() <= 0:
            raise ZeroDivisionError if divisor.as_long() == 0 else Unsupported("a negative divisor")
        if z3.is_int_value(dividend) and z3.is_int_value(divisor):
            return z3.IntVal(dividend.as_long() // divisor.as_long())
        key = (dividend.get_id(), divisor.get_id())
        if key not in self.quotients:
            if not z3.is_int_value(divisor):
                self.oblige(divisor > 0, (), "the divisor is positive")
                self.assume(divisor > 0)
            quotient = self.fresh("quotient")
            self.assume(quotient * divisor <= dividend)
            self.assume(dividend < quotient * divisor + divisor)
            self.quotients[key] = (dividend, divisor, quotient)
        return self.quotients[key][2]

    def oblige(self, goal: z3.BoolRef, requirements: tuple[str, ...], label: str) -> None:
        """The goal is to be proved from the conditions gathered so far.

        Until the last decision that was given, the path repeats an earlier one, and so would its obligations.
        """
        if self._position < len(self._given):
            return
        denied = z3.simplify(z3.Not(goal))
        conditions = tuple(self.conditions)
        relevant = self._contradicting(denied, SELECTION_RLIMIT)
        if relevant is None:
            relevant = self._related(denied)
        text = exported(*relevant, denied)
        self.obligations.append(
            Obligation(self.number, requirements, label, text, lambda: exported(*conditions, denied))
        )

    def _related(self, goal: z3.BoolRef) -> list[z3.BoolRef]:
        """The conditions gathered that have to do with the goal, through variables in common."""
        related: set[int] = set()
        for number in self._variables.of(goal):
            related |= self._groups.get(number, {number})
        return [known for known in self.conditions if not related.isdisjoint(self._variables.of(known))]

    def _join(self, variables: frozenset[int]) -> None:
        """What is said of some variables together makes one group of theirs."""
        group: set[int] = set(variables)
        for number in variables:
            group |= self._groups.get(number, set())
        for number in group:
            self._groups[number] = group


def explore(run: Callable[[Path], None]) -> list[Path]:
    """Runs the function once per path, depth first, until no decision is left untried."""
    pending: list[list[Decision]] = [[]]
    paths: list[Path] = []
    variables = Variables()
    while pending:
        if len(paths) >= PATH_LIMIT:
            raise Unsupported(f"more than {PATH_LIMIT} paths")
        path = Path(len(paths), pending.pop(), pending.append, variables)
        terms.enter(path)
        try:
            run(path)
        except Infeasible:
            # What was to be proved on the way still is: assuming it may be what made the path impossible.
            if not path.obligations:
                continue
        finally:
            terms.leave()
        paths.append(path)
    return paths
