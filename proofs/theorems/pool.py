"""Theorems about state and conservation (spec/pool.md)."""

from dataclasses import replace

from proofs import invariant, ranges, statements
from proofs.contracts import BY_NAME
from proofs.kernel.theorem import theorem
from proofs.statements import nothing, only
from proofs.worlds import PoolWorld
from solvent.numbers import CASH_CAP, VAULT_CAP
from solvent.pool import Deposit
from solvent.rules import Rule


@theorem("CON-1", contracts=BY_NAME)
def a_deposit_conserves(world: PoolWorld) -> None:
    """The sum of equities equals the vault after a deposit if it did before."""
    statements.conserves(world, Deposit)


@theorem("CON-1", contracts=BY_NAME)
def conservation_holds_at_any_mark(world: PoolWorld) -> None:
    """The sum of equities equals the vault whatever a market's mark is, so at any marks whatever."""
    pool = world.pool()
    world.assume(invariant.conserves(pool))
    market_id = world.identifier("market")
    market = pool.markets.get(market_id)
    world.assume(market.settled == 0)
    other = replace(pool, markets=pool.markets.set(market_id, replace(market, mark=world.integer("another mark"))))
    statements.revalue(world, pool, other, market_id)
    world.claim(invariant.conserves(other), "CON-1: at any marks whatever")


@theorem("CON-9", "CON-2", contracts=BY_NAME)
def a_deposit_leaves_the_pool_well_formed(world: PoolWorld) -> None:
    """A deposit into a well-formed pool leaves it well formed."""
    statements.stays_well_formed(world, Deposit)


@theorem("NUM-2", contracts=BY_NAME)
def a_deposit_stays_within_a_word(world: PoolWorld) -> None:
    """Every integer that a deposit computes, accepted or rejected, fits a signed 256-bit word."""
    ranges.stays_within_a_word(world, Deposit)


@theorem("CON-6", "CON-3", contracts=BY_NAME)
def a_deposit_has_exactly_its_effect(world: PoolWorld) -> None:
    """A deposit adds its amount to the vault and to one account's cash, and changes nothing else."""
    case = statements.accepted(world, Deposit)
    if case is None:
        return
    before, action, after = case
    world.claim(after.vault == before.vault + action.amount, "CON-6: the vault grows by the amount")
    statements.accounts_change(
        world, before, after, lambda account_id: only(account_id == action.account, action.amount), nothing
    )
    statements.no_market_changes(world, before, after)
    for event, said in world.same(world.event(), action):
        world.claim(event == said, "CON-6: the event says what was deposited")


@theorem("CON-7", "CON-8", contracts=BY_NAME)
def a_deposit_is_rejected_exactly_when(world: PoolWorld) -> None:
    """A deposit is rejected by the first of its rules that fails, and otherwise accepted."""
    before = world.pool()
    action = world.action(Deposit, before)
    outcome = world.step(before, action)
    cash = before.accounts.get(action.account).cash + action.amount
    statements.rejects_exactly(
        world,
        outcome,
        [
            (Rule.NUM_3, "amount", lambda: action.amount >= 1),
            (Rule.NUM_4, "amount", lambda: action.amount <= VAULT_CAP),
            (Rule.NUM_5, "amount", lambda: action.amount % before.parameters.token_unit == 0),
            (Rule.NUM_12, "amount", lambda: before.vault + action.amount <= VAULT_CAP),
            (Rule.NUM_14, "account", lambda: statements.within(cash, CASH_CAP)),
        ],
    )


@theorem("CON-10", contracts=BY_NAME)
def a_deposit_lowers_nobody(world: PoolWorld) -> None:
    """A deposit lowers nobody's cash, and the vault stays a whole number of token units that is not negative."""
    case = statements.accepted(world, Deposit)
    if case is None:
        return
    before, _, after = case
    statements.vault_stays_whole(world, before, after)
    for _, old, new in world.each(before.accounts, after.accounts):
        world.claim(new.cash >= old.cash, "CON-10: nobody's cash falls")


@theorem("NUM-2")
def what_is_stored_fits_a_word(world: PoolWorld) -> None:
    """Every field of a well-formed pool, however long it has run, fits a signed 256-bit word."""
    pool, market_id = ranges.bounded_pool(world, "", well_formed=True), world.identifier("market")
    account, market = pool.accounts.get(world.identifier("account")), pool.markets.get(market_id)
    for stored in (pool, account, account.positions.get(market_id), market):
        for value in ranges.numbers_in(world, stored):
            world.claim(ranges.fits(value), ranges.WHAT_IS_STORED)
