"""A gallery of false theorems, each with the reason it must fall; a prover that misses one is wrong."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from proofs import invariant, statements
from proofs.contracts import MAY_TRADE, REQUIREMENT
from proofs.kernel.check import Opinion, Result, check
from proofs.kernel.logic import both, choose, either, implies
from proofs.kernel.solve import Verdict
from proofs.kernel.terms import largest
from proofs.kernel.theorem import Contract, Theorem
from proofs.kernel.world import SumFact
from proofs.suite import WORLDS, load
from proofs.theorems.numbers import whole_lots_add_up
from proofs.worlds import PoolWorld
from solvent import pool
from solvent.funding import Fund
from solvent.margin import equity_of, maintenance_margin, opening_margin, requirement
from solvent.marking import Mark
from solvent.numbers import mul_div_down, mul_div_up
from solvent.pool import BACKSTOP, Account, Deposit, equity, worth
from solvent.rules import Rule, require
from solvent.trading import Trade

load()


def proved(statement: Callable[..., None], contracts: tuple[Contract, ...] = ()) -> Result:
    worlds = replace(WORLDS, second=lambda _: Opinion.UNDECIDED)
    return check(Theorem(statement, ("CON-1",), contracts, ()), worlds)


def rounding_down_is_at_most_one_off_below(world: PoolWorld, value: int, factor: int, denominator: int) -> None:
    """Off by one: the claim forgets that floor may be exact."""
    world.assume(denominator > 0)
    world.claim(mul_div_down(value, factor, denominator) * denominator < value * factor, "strictly below")


def rounding_up_is_rounding_down_and_one(world: PoolWorld, value: int, factor: int, denominator: int) -> None:
    """Wrong rounding: not where the division is exact."""
    world.assume(denominator > 0)
    up, down = mul_div_up(value, factor, denominator), mul_div_down(value, factor, denominator)
    world.claim(up == down + 1, "one more")


def floor_division_truncates(world: PoolWorld, value: int) -> None:
    """Rounding towards zero is not Python's."""
    world.claim(value // 7 == choose(value >= 0, value // 7, -(-value // 7)), "towards zero")


def a_remainder_can_be_its_divisor(world: PoolWorld, value: int, divisor: int) -> None:
    """Off by one in the other direction: that no remainder is one less than the divisor."""
    world.assume(divisor > 1)
    world.claim(value % divisor < divisor - 1, "less than one less")


def divides_by_what_may_be_zero(world: PoolWorld, value: int, divisor: int) -> None:
    """A total that may be zero divides: ZeroDivisionError is no outcome."""
    world.assume(divisor >= 0)
    world.claim(value - value == 0 * (value // divisor), "whatever it is")


def divides_by_a_total(world: PoolWorld) -> None:
    """The interest of a market may be zero."""
    before = world.pool()
    total = before.accounts.total(invariant.long_in, world.identifier("market"))
    world.claim(0 * (before.vault // total) == 0, "whatever it is")


def two_accounts_are_two(world: PoolWorld) -> None:
    """Aliasing: two names may be of one account."""
    before = world.pool()
    first, second = world.identifier("first"), world.identifier("second")
    after = pool.pay(pool.pay(before, first, 1), second, 1)
    world.claim(after.accounts.get(first).cash == before.accounts.get(first).cash + 1, "paid once")


def a_deposit_is_never_the_backstops(world: PoolWorld) -> None:
    """Aliasing with a name of the machine: the account may be the backstop."""
    case = statements.accepted(world, Deposit)
    if case is not None:
        before, _, after = case
        world.claim(after.accounts.get(BACKSTOP).cash == before.accounts.get(BACKSTOP).cash, "unchanged")


def nobody_but_the_named_is_changed_by_a_trade(world: PoolWorld) -> None:
    """A frame that forgets the treasury."""
    case = statements.accepted(world, Trade)
    if case is None:
        return
    before, action, after = case
    for account_id, old, new in world.each(before.accounts, after.accounts):
        named = either(account_id == action.buyer, account_id == action.seller)
        world.claim(either(named, new.cash == old.cash), "unchanged")


def equity_does_not_depend_on_marks(world: PoolWorld) -> None:
    """A stale environment: the same measure over other markets is another total."""
    before = world.pool()
    market_id = world.identifier("market")
    market = replace(before.markets.get(market_id), mark=world.integer("mark"))
    after = replace(before, markets=before.markets.set(market_id, market))
    total = before.accounts.total(equity, before.markets)
    world.claim(before.accounts.total(equity, after.markets) == total, "the same total")


def requirements_do_not_depend_on_the_margin(world: PoolWorld) -> None:
    """A contract's result is of its arguments: another margin is another requirement."""
    before, account_id = world.pool(), world.identifier("account")
    lower = requirement(before, account_id, maintenance_margin)
    world.claim(requirement(before, account_id, opening_margin) == lower, "the same requirement")


def requirements_do_not_depend_on_the_pool(world: PoolWorld) -> None:
    """A contract's result is of its arguments: another pool is another requirement."""
    before, account_id, market_id = world.pool(), world.identifier("account"), world.identifier("market")
    account = before.accounts.get(account_id)
    grown = Account(account.cash, account.positions.set(market_id, account.positions.get(market_id) + 1))
    after = replace(before, accounts=before.accounts.set(account_id, grown))
    same = requirement(after, account_id, maintenance_margin) == requirement(before, account_id, maintenance_margin)
    world.claim(same, "the same requirement")


def every_total_is_not_negative(world: PoolWorld) -> None:
    """Nothing is known of a total without a fact."""
    before, account_id = world.pool(), world.identifier("account")
    world.claim(before.accounts.get(account_id).positions.total_along(before.markets, worth) >= 0, "not negative")


def the_rest_is_nothing(world: PoolWorld) -> None:
    """The rest of a table is arbitrary, not empty."""
    before, account_id = world.pool(), world.identifier("account")
    total = before.accounts.total(invariant.long_in, world.identifier("market"))
    world.use(SumFact(((1, invariant.long_in),)), before.accounts, world.identifier("market"))
    one = before.accounts.get(account_id).cash
    world.claim(both(total == 0, one == one), "nothing else")


def a_false_sum_rule(world: PoolWorld) -> None:
    """What is claimed of the arbitrary entry is an obligation."""
    before = world.pool()
    world.sum_rule(before.accounts, [(1, invariant.long_in, (world.identifier("market"),))], label="CON-2")


def a_lemma_without_its_hypothesis(world: PoolWorld, size: int, lot: int) -> None:
    """A lemma's hypotheses are obligations."""
    world.apply(whole_lots_add_up, size, lot, lot)


def a_contract_without_what_it_needs(world: PoolWorld) -> None:
    """What a contract needs is an obligation: of a pool of which nothing is known it cannot be shown."""
    before, account_id = world.pool(well_formed=False), world.identifier("account")
    world.claim(requirement(before, account_id, maintenance_margin) >= 0, "not negative")


def pools_that_are_not_well_formed_conserve_nothing(world: PoolWorld) -> None:
    """Well-formedness is not assumed of a pool that is said to lack it."""
    before = world.pool(well_formed=False)
    world.claim(before.vault >= 0, "a vault")


def a_mark_never_moves_down(world: PoolWorld) -> None:
    """A marking rule that is not there."""
    case = statements.accepted(world, Mark)
    if case is not None:
        before, action, _ = case
        world.claim(action.mark >= before.markets.get(action.market).mark, "up")


def funding_leaves_every_equity(world: PoolWorld) -> None:
    """Zero-sum is not zero for each."""
    case = statements.accepted(world, Fund)
    if case is None:
        return
    before, _, after = case
    for account_id, _, _ in world.each(before.accounts, after.accounts):
        world.claim(equity_of(after, account_id) == equity_of(before, account_id), "the same")


def the_positive_part_is_the_value(world: PoolWorld, value: int) -> None:
    """max without a fork keeps both cases."""
    world.claim(largest(value, 0) == value, "the value")


def an_implication_needs_its_hypothesis(world: PoolWorld, value: int) -> None:
    """From nothing follows nothing."""
    world.claim(implies(value > 0, value > 1), "more than one")


def the_last_case_of_a_loop_is_forgotten(world: PoolWorld, first: int, second: int) -> None:
    """Both sides of every branch are explored, in every combination."""
    found = 0
    for value in (first, second):
        if value > 10:
            found += 1
    world.claim(found < 2, "never both")


def a_guard_is_no_assumption_before_it(world: PoolWorld, value: int) -> None:
    """What a guard says holds after it and not before."""
    world.claim(value > 0, "already")
    require(value > 0, Rule.NUM_3, "amount")


def the_unexpected_escapes(world: PoolWorld, value: int) -> None:
    """An exception that is no rejection is a refutation."""
    world.claim({1: 2}[2 if value > 3 else 1] == 2, "no KeyError")


FALSE = (
    rounding_down_is_at_most_one_off_below,
    rounding_up_is_rounding_down_and_one,
    floor_division_truncates,
    a_remainder_can_be_its_divisor,
    divides_by_what_may_be_zero,
    divides_by_a_total,
    two_accounts_are_two,
    a_deposit_is_never_the_backstops,
    equity_does_not_depend_on_marks,
    every_total_is_not_negative,
    the_rest_is_nothing,
    a_false_sum_rule,
    a_lemma_without_its_hypothesis,
    pools_that_are_not_well_formed_conserve_nothing,
    a_mark_never_moves_down,
    funding_leaves_every_equity,
    the_positive_part_is_the_value,
    an_implication_needs_its_hypothesis,
    the_last_case_of_a_loop_is_forgotten,
    a_guard_is_no_assumption_before_it,
    the_unexpected_escapes,
)


@pytest.mark.parametrize("statement", FALSE, ids=lambda statement: statement.__name__)
def test_a_false_theorem_is_refuted(statement: Callable[..., None]) -> None:
    result = proved(statement)
    assert result.verdict is Verdict.REFUTED
    assert any(finding.ledger for finding in result.findings)


@pytest.mark.parametrize(
    ("statement", "contracts"),
    [
        (nobody_but_the_named_is_changed_by_a_trade, (MAY_TRADE,)),
        (requirements_do_not_depend_on_the_margin, (REQUIREMENT,)),
        (requirements_do_not_depend_on_the_pool, (REQUIREMENT,)),
        (a_contract_without_what_it_needs, (REQUIREMENT,)),
    ],
    ids=lambda item: getattr(item, "__name__", ""),
)
def test_a_false_theorem_is_not_proved_by_contracts(
    statement: Callable[..., None], contracts: tuple[Contract, ...]
) -> None:
    assert proved(statement, contracts).verdict is not Verdict.PROVED
