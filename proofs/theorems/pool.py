"""Theorems about state and conservation (spec/pool.md)."""

from dataclasses import replace

from proofs import invariant, ranges, statements
from proofs.contracts import BY_NAME
from proofs.kernel.logic import either, iff
from proofs.kernel.theorem import theorem
from proofs.statements import nothing, only
from proofs.worlds import PoolWorld
from solvent.numbers import CASH_CAP, CLASSES, VAULT_CAP
from solvent.pool import (
    BACKSTOP,
    AccountId,
    Deposit,
    MarketId,
    Pool,
    PoolParameters,
    Table,
    is_in_few_markets,
    is_open,
)
from solvent.rules import Rule


@theorem("CON-12", "CON-1", "CON-10")
def a_new_pool_is_empty(world: PoolWorld, parameters: PoolParameters) -> None:
    """A new pool has its parameters and nothing else: no money, nobody, no market; epoch and generations are one."""
    pool = Pool(parameters)
    account, market = pool.accounts.get(AccountId("alice")), pool.markets.get(MarketId("BTC"))
    nothing_yet = [pool.vault, pool.exposed, pool.owing, pool.overdue, len(pool.accounts), len(pool.markets)]
    nothing_yet += [account.positions.get(MarketId("BTC")), len(account.positions)]
    for stored in (account, market):
        nothing_yet += ranges.numbers_in(world, stored)
    for said, given in world.same(pool.parameters, parameters):
        world.claim(said == given, "CON-12: the parameters given")
    for number in (*nothing_yet, *(one.count for one in pool.classes)):
        world.claim(number == 0, "CON-12: nothing")
    for number in (pool.epoch, *(one.generation for one in pool.classes)):
        world.claim(number == 1, "CON-12: the first epoch, and every class's first generation")
    world.claim(len(pool.classes) == len(market.bases) == CLASSES, "CON-12: all classes, and a base for each")


@theorem("CON-13")
def a_table_says_what_was_set(world: PoolWorld, value: int, other: int) -> None:
    """A table holds what was set and else its default; set to it, it is as before; equal tables hold the same."""
    empty: Table[MarketId, int] = Table(0)
    btc, eth = MarketId("BTC"), MarketId("ETH")
    table = empty.set(eth, other).set(btc, value)
    world.claim(table.get(btc) == value, "CON-13: what was set")
    world.claim(table.get(eth) == other, "CON-13: elsewhere what was set before")
    world.claim(table.get(MarketId("SOL")) == 0, "CON-13: else the default")
    world.claim(table.set(btc, 0) == empty.set(eth, other), "CON-13: the default, as if it had not been set")
    world.claim(table.set(btc, other).get(btc) == other, "CON-13: what was set last")
    world.claim(iff(table == empty.set(eth, other), value == 0), "CON-13: equal if they hold the same")
    world.claim(
        iff(empty.set(btc, value) == empty.set(btc, other), value == other), "CON-13: equal if they hold the same"
    )
    world.claim(Table(1) != Table(0), "CON-13: equal only with the same default")
    world.claim(empty != 0, "CON-13: equal to nothing but tables")


@theorem("CON-5")
def the_backstop_may_be_in_every_market(world: PoolWorld) -> None:
    """Exactly those are in few markets who hold positions in no more than they may, and the backstop."""
    pool, account_id = world.pool(well_formed=False), world.identifier("account")
    held = pool.accounts.get(account_id).positions.total(is_open)
    few = either(account_id == BACKSTOP, held < pool.parameters.max_markets_per_account + 1)
    world.claim(iff(is_in_few_markets(pool, account_id), few), "CON-5: in few, or the backstop")


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
