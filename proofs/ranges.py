"""Range: every integer that a transition computes fits a signed 256-bit word (NUM-2).

Products are the difficulty. A bound of each factor is guessed here from what is known of its variables, proved as an
obligation, and the product's bound follows by a lemma: a wrong guess can make a proof fail and nothing else.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from inspect import unwrap
from typing import ClassVar

import z3

from proofs import formulas, invariant, statements
from proofs.facts import BOUNDED, LONG_SIZES_ARE_NOT_NEGATIVE, OPEN_IS_NOT_NEGATIVE, SHORT_SIZES_ARE_NOT_NEGATIVE
from proofs.kernel.frames import Measure, name_of
from proofs.kernel.logic import both, choose
from proofs.kernel.paths import Path
from proofs.kernel.terms import Identifier, Integer, Unsupported, integer_term
from proofs.kernel.world import taken
from proofs.theorems.numbers import a_product_is_bounded, a_quotient_is_bounded, a_quotient_is_not_positive
from proofs.worlds import PoolWorld, SymbolicPoolWorld
from solvent.certification import anchored_worth, class_margin
from solvent.default import Default, loss_of
from solvent.liquidation import Liquidate, is_needed
from solvent.machine import Accepted, Action
from solvent.margin import may_trade
from solvent.numbers import CLASSES, FACTOR_CAP, LISTED_CAP, MARKETS_CAP, PRICE_CAP, SIZE_CAP, VAULT_CAP
from solvent.parameters import is_listed
from solvent.pool import BACKSTOP, Account, AccountId, Market, MarketId, Pool, Table, is_open

WORD = 2**255
"""A signed 256-bit word holds the integers from -WORD up to WORD - 1."""

STEPS = 2**100
"""More steps than are ever taken (ASM-9)."""

RUNNING_STEP = 2**140
"""The most that one step adds to the magnitude of a running number: a counter, or what an anchor accumulates."""

RUNNING_CAP = STEPS * RUNNING_STEP
"""So the largest magnitude of a running number, as each begins with one at most."""

ONLY_OF_OWNERS = (may_trade, is_needed)
"""Functions that multiply an account's totals: the backstop's, of more markets, would not fit."""

AT_ONCE = 8
"""How many computed integers one claim is about. A claim comes later than what it is about, on every way from there."""

WHAT_IS_STORED = "NUM-2: what is stored fits a signed 256-bit word"

ADDED_UP: tuple[Measure, ...] = (*BOUNDED, is_open, is_listed)
"""What the machine adds up over positions, or over markets."""

Interval = tuple[int, int]


def stays_within_a_word(world: PoolWorld, cls: type[Action], *totals: Measure) -> None:
    """NUM-2: whatever the action, whatever becomes of it; `totals` are what it adds up over an account's positions."""
    before = bounded_pool(world, "", *totals, well_formed=True)
    action = world.action(cls, before)
    if isinstance(action, Liquidate | Default):
        statements.backstop_is_where_markets_are_listed(world, before, action.market)
    with in_a_word(world):
        outcome = world.step(before, action)
    asked_of_bounded_pools(world, before)
    if isinstance(outcome, Accepted):
        world.claim(both(*map(fits, numbers_in(world, outcome.pool))), WHAT_IS_STORED)
        run_on(world, running_in_pool(before), running_in_pool(outcome.pool))
        for _, old, new in world.touched(before.markets, outcome.pool.markets):
            run_on(world, running_in_market(old), running_in_market(new))


def run_on(world: PoolWorld, before: list[int], after: list[int]) -> None:
    """Claims that a step adds to a running number's magnitude no more than a step may."""
    little = []
    for old, new in zip(before, after, strict=True):
        most = choose(old < 0, -old, old) + RUNNING_STEP
        little += [new >= -most, new <= most]
    world.claim(both(*little), "NUM-2: a step adds little to a running number")


def running_in_pool(pool: Pool) -> list[int]:
    """The numbers of a pool that have no cap of their own and change a little at a time."""
    counted = [number for one in pool.classes for number in (one.generation, one.count)]
    return [*counted, pool.exposed, pool.epoch, pool.owing, pool.overdue]


def running_in_market(market: Market) -> list[int]:
    """The numbers of a market that have no cap of their own and change a little at a time."""
    return [market.anchor.paid, market.anchor.collected, market.anchor.backstop_base]


def asked_of_bounded_pools(world: PoolWorld, before: Pool) -> None:
    """Functions with contracts, whose ranges are theorems of their own, are asked of what those theorems assume."""
    pools: dict[int, Pool] = {}
    for contract in world.theorem.contracts:
        for arguments, _ in world.calls(contract):
            pools |= {id(argument): argument for argument in arguments if isinstance(argument, Pool)}
            if contract.function in ONLY_OF_OWNERS:
                asked_of = arguments[contract.pool + 1]
                world.claim(asked_of != BACKSTOP, "NUM-2: asked of an account that has an owner")
            if contract.function is is_needed:
                pool, account_id, market_id, size = arguments
                position = pool.accounts.get(account_id).positions.get(market_id)
                world.claim(size <= formulas.magnitude(position), "NUM-2: asked of no more than a position")
    for pool in pools.values():
        within = [invariant.pool_is_well_formed(pool), *map(is_running, running_in_pool(pool))]
        for market_id, _, market in world.touched(before.markets, pool.markets):
            world.use(LONG_SIZES_ARE_NOT_NEGATIVE, before.accounts, market_id)
            world.use(SHORT_SIZES_ARE_NOT_NEGATIVE, before.accounts, market_id)
            within.append(is_bounded(pool, market_id, market))
            for _, _, account in world.touched(before.accounts, pool.accounts):
                within.append(is_bounded(pool, market_id, account.positions.get(market_id)))
        for account_id, _, account in world.touched(before.accounts, pool.accounts):
            within.append(is_bounded(pool, account_id, account))
        world.claim(both(*within), "NUM-2: asked of a pool within its bounds")


def is_bounded(pool: Pool, key: AccountId | MarketId, entry: Account | Market | int) -> bool:
    """What a function with a contract needs of an entry: in the midst of a step, not that it is well formed."""
    if isinstance(entry, Market):
        return both(invariant.market_is_well_formed(entry), *map(is_running, running_in_market(entry)))
    if isinstance(entry, Account):
        return invariant.account_is_within_caps(pool, key, entry)  # type: ignore[arg-type]
    return both(entry >= -SIZE_CAP, entry <= SIZE_CAP)


def is_running(number: int) -> bool:
    """What holds of a running number as long as fewer steps were taken than ever are (ASM-9)."""
    return both(number >= -RUNNING_CAP, number <= RUNNING_CAP)


def fits(value: int) -> bool:
    """Whether the value fits a word."""
    return both(value >= -WORD, value < WORD)


def numbers_in(world: PoolWorld, value: object) -> list[int]:
    """Every integer in a record or in the changed entries of a table."""
    return [number for number, _ in world.same(value, value) if not isinstance(number, str | Identifier | Table)]


def bounded_pool(world: PoolWorld, name: str, *totals: Measure, well_formed: bool = False) -> Pool:
    """An arbitrary pool within its bounds, with what follows for the totals over an account's positions.

    Before a step it is well formed, and its running numbers have at least one step to go.
    """

    def known(pool: Pool, key: AccountId | MarketId, entry: Account | Market | int) -> None:
        if isinstance(entry, Market) and well_formed:
            for number in running_in_market(entry):
                world.assume(has_a_step_to_go(number))
        world.assume(is_bounded(pool, key, entry))
        if isinstance(entry, Market):
            world.show(entry.mark <= PRICE_CAP, "NUM-2: a mark is within the price cap")
            world.show(entry.parameters.interest_lower <= VAULT_CAP, "NUM-2: a limit is within the vault cap")
        if not isinstance(entry, Account):
            return
        world.use(OPEN_IS_NOT_NEGATIVE, entry.positions)
        markets = LISTED_CAP if key == BACKSTOP else MARKETS_CAP
        for measure in map(unwrap, totals):
            cap, facts = BOUNDED[measure]
            for given in captured(pool, measure):
                for fact in facts:
                    world.use(fact, entry.positions, *world.along(pool.markets), *given)
                total = entry.positions.total_along(pool.markets, measure, *given)
                within = both(total >= -markets * cap, total <= markets * cap)
                world.show(within, "NUM-2: a total over positions is bounded by their number")

    pool = world.pool(name, known, well_formed=well_formed)
    world.assume(invariant.pool_is_well_formed(pool))
    for number in running_in_pool(pool):
        world.assume(has_a_step_to_go(number) if well_formed else is_running(number))
    for factor in pool.parameters.factors:
        world.show(both(factor >= 0, factor <= FACTOR_CAP), "NUM-2: a factor is within its cap")
    return pool


def has_a_step_to_go(number: int) -> bool:
    """What holds of a running number before a step, which is not the last that is ever taken."""
    most = RUNNING_CAP - RUNNING_STEP
    return both(number >= -most, number <= most)


def captured(pool: Pool, measure: Measure) -> Sequence[tuple[int, ...]]:
    """What a measure captures beside the market, of all that the machine adds it up for."""
    if measure is class_margin:
        levels = zip(pool.classes, pool.parameters.factors, strict=True)
        return [(level, one.generation, factor) for level, (one, factor) in enumerate(levels)][1:]
    return [(pool.epoch,)] if measure in (anchored_worth, loss_of) else [()]


def adds_up_within_a_word(
    world: PoolWorld, size: int, market: Market, epoch: int, generation: int, factor: int
) -> None:
    """NUM-2 of all that the machine adds up, for one position in one market: of those not touched none is computed."""
    world.show(market.mark <= PRICE_CAP, "NUM-2: a mark is within the price cap")
    world.show(market.parameters.interest_lower <= VAULT_CAP, "NUM-2: a limit is within the vault cap")
    with in_a_word(world):
        for measure in ADDED_UP:
            if measure is is_listed:
                is_listed(market)
            elif measure is class_margin:
                for level in range(CLASSES):
                    class_margin(size, market, level, generation, factor)
            else:
                measure(size, *taken(measure, (market, epoch)))


@contextmanager
def in_a_word(world: PoolWorld) -> Iterator[None]:
    """Claims of every integer that is computed inside that it fits a word."""
    bound = lemmas(world) if isinstance(world, SymbolicPoolWorld) else lambda _: None
    told_of: dict[int, z3.ExprRef] = {}
    fit: list[bool] = []

    def claim() -> None:
        world.claim(both(*fit), "NUM-2: what is computed fits a signed 256-bit word")
        fit.clear()

    def told(value: int) -> None:
        if isinstance(value, Integer):
            term = z3.simplify(value.term)
            if told_of.setdefault(term.get_id(), term) is not term:
                return
        bound(value)
        fit.append(fits(value))
        if len(fit) == AT_ONCE:
            claim()

    try:
        with world.watching(told):
            yield
    finally:
        claim()
    for name in sorted(world.added_up()):
        if not name.startswith("proofs.") and name not in map(name_of, ADDED_UP):
            raise Unsupported(f"a total of {name}, of which no theorem says that it stays within a word")


def lemmas(world: SymbolicPoolWorld) -> Callable[[int], None]:
    """Applies to a product, or to a quotient by what is not constant, the lemma that bounds it."""
    guess = Guess(world.path)

    def apply(value: int) -> None:
        term = integer_term(value)
        operands = quotients(world.path).get(term.get_id())
        if z3.is_mul(term) and not any(map(z3.is_int_value, term.children())):
            first, second = term.children()
            caps = guess.magnitude(first), guess.magnitude(second)
            world.apply(a_product_is_bounded, Integer(first), Integer(second), *caps)
        elif operands is not None and not z3.is_int_value(operands[1]):
            dividend, divisor = Integer(operands[0]), Integer(operands[1])
            world.apply(a_quotient_is_bounded, dividend, divisor, guess.magnitude(operands[0]))
            world.apply(a_quotient_is_not_positive, dividend, divisor)

    return apply


def quotients(path: Path) -> dict[int, tuple[z3.ArithRef, z3.ArithRef]]:
    """The dividend and the divisor of every quotient."""
    return {quotient.get_id(): (dividend, divisor) for dividend, divisor, quotient in path.quotients.values()}


class Guess:
    """Intervals of terms, by interval arithmetic from the conditions on a path that bound one variable."""

    _read_before: ClassVar[dict[int, tuple[z3.BoolRef, dict[int, Interval]]]] = {}

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = 0
        self._known: dict[int, Interval] = {}
        self._terms: dict[int, tuple[z3.ArithRef, Interval]] = {}

    def magnitude(self, term: z3.ArithRef) -> int:
        """The largest magnitude that the term seems to have."""
        if self._read < len(self._path.conditions):
            for condition in self._path.conditions[self._read :]:
                number = condition.get_id()
                if number not in self._read_before:
                    self._read_before[number] = (condition, _bounds(condition, True))
                self._known = _intersection(self._known, self._read_before[number][1])
            self._terms.clear()
            for condition in self._path.conditions[self._read :]:
                if z3.is_le(condition) or z3.is_ge(condition):
                    self._bound_by_the_other(condition)
            self._read = len(self._path.conditions)
            self._terms.clear()
        return max(map(abs, self._of(z3.simplify(term))))

    def _bound_by_the_other(self, comparison: z3.BoolRef) -> None:
        smaller, larger = comparison.children() if z3.is_le(comparison) else reversed(comparison.children())
        if z3.is_const(smaller) and not z3.is_int_value(smaller):
            self._known = _intersection(self._known, {smaller.get_id(): (-WORD, self._of(larger)[1])})

    def _of(self, term: z3.ArithRef) -> Interval:
        if term.get_id() not in self._terms:
            self._terms[term.get_id()] = (term, self._computed(term))
        return self._terms[term.get_id()][1]

    def _computed(self, term: z3.ArithRef) -> Interval:
        if z3.is_int_value(term):
            return term.as_long(), term.as_long()
        if z3.is_app_of(term, z3.Z3_OP_ITE):
            chosen, otherwise = self._of(term.arg(1)), self._of(term.arg(2))
            which = _larger_or_smaller(term)
            if which is not None:
                return which(chosen[0], otherwise[0]), which(chosen[1], otherwise[1])
            return min(chosen[0], otherwise[0]), max(chosen[1], otherwise[1])
        if z3.is_add(term):
            parts = [self._of(part) for part in term.children()]
            return sum(part[0] for part in parts), sum(part[1] for part in parts)
        if z3.is_mul(term):
            result = 1, 1
            for factor in map(self._of, term.children()):
                corners = [one * other for one in result for other in factor]
                result = min(corners), max(corners)
            return result
        operands = quotients(self._path).get(term.get_id())
        known = self._known.get(term.get_id(), (-WORD, WORD))
        if operands is None:
            return known
        dividend, divisor = map(self._of, operands)
        least = max(divisor[0], 1)
        return max(known[0], min(dividend[0], 0) // least), min(known[1], max(dividend[1], 0) // least)


def _larger_or_smaller(term: z3.ArithRef) -> Callable[[int, int], int] | None:
    condition, chosen, otherwise = term.children()
    if not z3.is_le(condition) and not z3.is_ge(condition):
        return None
    smaller, larger = condition.children() if z3.is_le(condition) else reversed(condition.children())
    if smaller.eq(chosen) and larger.eq(otherwise):
        return min
    return max if larger.eq(chosen) and smaller.eq(otherwise) else None


def _bounds(condition: z3.BoolRef, holds: bool) -> dict[int, Interval]:
    if z3.is_not(condition):
        return _bounds(condition.arg(0), not holds)
    if z3.is_and(condition) or z3.is_or(condition):
        parts = [_bounds(part, holds) for part in condition.children()]
        if z3.is_and(condition) is holds:
            result: dict[int, Interval] = {}
            for part in parts:
                result = _intersection(result, part)
            return result
        common = set.intersection(*map(set, parts))
        return {name: (min(p[name][0] for p in parts), max(p[name][1] for p in parts)) for name in common}
    if condition.num_args() != 2:
        return {}
    left, right = condition.children()
    turned = z3.is_int_value(left)
    variable, bound = (right, left) if turned else (left, right)
    if not z3.is_int_value(bound) or not z3.is_const(variable):
        return {}
    value, name = bound.as_long(), variable.get_id()
    if z3.is_eq(condition):
        return {name: (value, value)} if holds else {}
    if not z3.is_le(condition) and not z3.is_ge(condition):
        return {}
    if (z3.is_le(condition) == holds) != turned:
        return {name: (-WORD, value if holds else value - 1)}
    return {name: (value if holds else value + 1, WORD)}


def _intersection(first: dict[int, Interval], second: dict[int, Interval]) -> dict[int, Interval]:
    result = dict(first)
    for name, (least, most) in second.items():
        known = result.get(name, (-WORD, WORD))
        result[name] = max(known[0], least), min(known[1], most)
    return result
