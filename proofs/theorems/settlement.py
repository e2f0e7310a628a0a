"""Theorems about settlement (spec/settlement.md)."""

from dataclasses import replace

from proofs import formulas, ranges, statements
from proofs.contracts import (
    BOOK,
    BOOK_EXACTLY,
    BY_NAME,
    EQUITY_BY_NAME,
    HIGHEST,
    IS_NEEDED,
    MAY_TRADE,
    MEETS_INITIAL,
    REQUIREMENT,
)
from proofs.facts import OPEN_IS_NOT_NEGATIVE
from proofs.invariant import long_in, short_in
from proofs.kernel.logic import both, choose, implies
from proofs.kernel.theorem import theorem
from proofs.statements import nothing, only
from proofs.worlds import PoolWorld
from solvent.certification import book_is_certified
from solvent.funding import Fund
from solvent.machine import Accepted
from solvent.marking import Mark
from solvent.numbers import CASH_CAP, TIME_CAP
from solvent.parameters import ListMarket
from solvent.pool import Account, AccountId, Market, MarketId, Pool, equity
from solvent.rules import Rule
from solvent.settlement import PositionSettled, Settle, Settled, SettlePosition


@theorem("CON-1", contracts=BY_NAME)
def a_settlement_conserves(world: PoolWorld) -> None:
    """The sum of equities equals the vault after a settlement if it did before."""
    statements.conserves(world, Settle)


@theorem("CON-9", "CON-2", contracts=BY_NAME)
def a_settlement_leaves_the_pool_well_formed(world: PoolWorld) -> None:
    """A settlement in a well-formed pool leaves it well formed."""
    statements.stays_well_formed(world, Settle)


@theorem("NUM-2", contracts=BY_NAME)
def a_settlement_stays_within_a_word(world: PoolWorld) -> None:
    """Every integer that a settlement computes, accepted or rejected, fits a signed 256-bit word."""
    ranges.stays_within_a_word(world, Settle)


@theorem("CON-1", contracts=BY_NAME)
def a_positions_settlement_conserves(world: PoolWorld) -> None:
    """The sum of equities equals the vault after a position's settlement if it did before."""
    statements.conserves(world, SettlePosition)


@theorem("CON-9", "CON-2", contracts=BY_NAME)
def a_positions_settlement_leaves_the_pool_well_formed(world: PoolWorld) -> None:
    """A position's settlement in a well-formed pool leaves it well formed."""
    statements.stays_well_formed(world, SettlePosition)


@theorem("SET-8", "CON-3", contracts=BY_NAME)
def a_settlement_has_exactly_its_effect(world: PoolWorld) -> None:
    """A settlement stores its time as the market's and as that of its settlement, and changes nothing else."""
    case = statements.accepted(world, Settle)
    if case is None:
        return
    before, action, after = case
    market = before.markets.get(action.market)
    world.claim(after.vault == before.vault, "SET-8: the vault is unchanged")
    statements.pool_keeps_its_parameters(world, before, after)
    statements.unmoved_classes(world, before, after)
    statements.accounts_change(world, before, after, nothing, nothing)
    changed = replace(market, settled=action.time, time=action.time)
    statements.only_market_changes(world, before, after, action.market, changed)
    for said, meant in world.same(world.event(), Settled(action.market, market.mark, action.time)):
        world.claim(said == meant, "SET-8: the event says the frozen mark and the time")


@theorem("SET-2", "SET-3", "SET-4", "CON-7", "CON-8", contracts=BY_NAME)
def a_settlement_is_rejected_exactly_when(world: PoolWorld) -> None:
    """A settlement is rejected by the first of its rules that fails, and otherwise accepted."""
    before = world.pool()
    action = world.action(Settle, before)
    outcome = world.step(before, action)
    certified, market = book_is_certified(before), before.markets.get(action.market)
    statements.rejects_exactly(
        world,
        outcome,
        [
            (Rule.CRT_1, "book", lambda: certified),
            (Rule.SET_2, "actor", lambda: action.actor == before.parameters.oracle),
            (Rule.NUM_11, "time", lambda: action.time <= TIME_CAP),
            (Rule.CON_4, "market", lambda: market.mark >= 1),
            (Rule.SET_1, "market", lambda: market.settled == 0),
            (Rule.SET_3, "time", lambda: action.time >= market.time + 1),
            (Rule.SET_4, "time", lambda: action.time >= market.parameters.expiry),
        ],
    )


@theorem("SET-13", contracts=BY_NAME)
def a_market_is_settled_by_the_oracle_in_time(world: PoolWorld) -> None:
    """A market that settles is the oracle's doing, once, after all it said of the market and not before its expiry."""
    case = statements.accepted(world, Settle)
    if case is None:
        return
    before, action, after = case
    for _, old, new in world.each(before.markets, after.markets):
        stays = new.settled == old.settled
        oracle = action.actor == before.parameters.oracle
        world.claim(statements.unless(stays, oracle), "SET-13: only the oracle settles")
        world.claim(statements.unless(stays, old.settled == 0), "SET-13: a market settles once")
        world.claim(statements.unless(stays, new.settled > old.time), "SET-13: an old word settles nothing")
        world.claim(statements.unless(stays, new.settled >= old.parameters.expiry), "SET-13: not before the expiry")


@theorem("SET-7", contracts=BY_NAME)
def what_is_said_is_said_in_time(world: PoolWorld) -> None:
    """The time of a market that is listed, marked or funded leaves a later one for its settlement."""
    before = world.pool()
    case = statements.any_step(world, before, (ListMarket, Mark, Fund))
    if case is None:
        return
    _, _, after = case
    for _, old, new in world.each(before.markets, after.markets):
        expiry = new.parameters.expiry
        in_time = new.time <= choose(expiry == 0, TIME_CAP - 1, expiry)
        world.claim(statements.unless(new.time == old.time, in_time), "SET-7: in time for its settlement")


@theorem("SET-9", "CON-3", contracts=BY_NAME)
def a_positions_settlement_has_exactly_its_effect(world: PoolWorld) -> None:
    """A position's settlement turns it into cash at the market's mark, and changes nothing else but the interest."""
    case = statements.accepted(world, SettlePosition)
    if case is None:
        return
    before, action, after = case
    market = before.markets.get(action.market)
    size = before.accounts.get(action.account).positions.get(action.market)
    world.claim(after.vault == before.vault, "SET-9: the vault is unchanged")
    statements.pool_keeps_its_parameters(world, before, after)
    statements.unmoved_classes(world, before, after)
    statements.accounts_change(
        world,
        before,
        after,
        lambda account_id: only(account_id == action.account, formulas.worth(size, market)),
        lambda account_id, market_id: choose_both(account_id == action.account, market_id == action.market, -size),
    )
    changed = statements.with_interest(market, [(size, 0)])
    statements.only_market_changes(world, before, after, action.market, changed)
    for said, meant in world.same(world.event(), PositionSettled(action.account, action.market, size)):
        world.claim(said == meant, "SET-9: the event says what was closed")


def choose_both(first: bool, second: bool, value: int) -> int:
    """The value where both conditions hold, else nothing."""
    return only(first, only(second, value))


@theorem("SET-9", contracts=BY_NAME)
def a_positions_settlement_moves_no_equity_and_comes_once(world: PoolWorld) -> None:
    """Settling a position changes nobody's equity; what was settled is not settled again."""
    case = statements.accepted(world, SettlePosition)
    if case is None:
        return
    before, action, after = case
    for _, old, new in world.each(before.accounts, after.accounts):
        same = equity(new, after.markets) == equity(old, before.markets)
        world.claim(same, "SET-9: nobody's equity changes")
    again = world.step(after, action)
    world.claim(not isinstance(again, Accepted), "SET-9: it is done once only")


@theorem("SET-5", "SET-6", "CON-7", "CON-8", contracts=BY_NAME)
def a_positions_settlement_is_rejected_exactly_when(world: PoolWorld) -> None:
    """A position's settlement is rejected by the first of its rules that fails, and otherwise accepted."""
    before = world.pool()
    action = world.action(SettlePosition, before)
    outcome = world.step(before, action)
    certified, market = book_is_certified(before), before.markets.get(action.market)
    account = before.accounts.get(action.account)
    size = account.positions.get(action.market)
    statements.rejects_exactly(
        world,
        outcome,
        [
            (Rule.CRT_1, "book", lambda: certified),
            (Rule.CON_4, "market", lambda: market.mark >= 1),
            (Rule.SET_5, "market", lambda: market.settled >= 1),
            (Rule.SET_6, "account", lambda: size != 0),
            (
                Rule.NUM_14,
                "account",
                lambda: statements.within(account.cash + formulas.worth(size, market), CASH_CAP),
            ),
        ],
    )


@theorem("SET-12", contracts=(BOOK_EXACTLY, HIGHEST, EQUITY_BY_NAME))
def every_position_in_a_settled_market_can_be_closed(world: PoolWorld) -> None:
    """On a certified book anyone closes any position in a settled market, within the cash cap."""
    before = world.pool()
    action = world.action(SettlePosition, before)
    market = before.markets.get(action.market)
    world.assume(bool(book_is_certified(before)))
    world.assume(market.settled > 0)
    world.assume(before.accounts.get(action.account).positions.get(action.market) != 0)
    outcome = world.step(before, action)
    closed = isinstance(outcome, Accepted) or outcome.rule is Rule.NUM_14
    world.claim(closed, "SET-12: nothing else stands in the way")


@theorem("SET-11")
def a_market_without_positions_has_no_interest(world: PoolWorld) -> None:
    """Where no account has a position in a market, both of its interests are zero, whatever its state."""
    pool = world.pool()
    market_id = world.identifier("market")
    market = pool.markets.get(market_id)
    for measure in (long_in, short_in):
        world.sum_rule(
            pool.accounts,
            [(1, measure, (market_id,))],
            label="SET-11",
            first=lambda _, entry: world.assume(entry.positions.get(market_id) == 0),
        )
    world.claim(market.long_interest == 0, "SET-11: no interest of longs")
    world.claim(market.short_interest == 0, "SET-11: no interest of shorts")


def has_not_moved(market: Market, epoch: int) -> bool:
    """Whether the market stands where it stood at the anchor."""
    at = formulas.anchor(market, 0, epoch)
    return both(at.mark == market.mark, at.long_carry == market.long_carry, at.short_carry == market.short_carry)


@theorem("SET-8", contracts=(*BY_NAME, IS_NEEDED, MAY_TRADE, MEETS_INITIAL, REQUIREMENT))
def a_settled_market_never_moves_again(world: PoolWorld) -> None:
    """Once settled a market's mark, carries, time and settlement never change, so nobody gains or loses in it."""

    def known(pool: Pool, _: AccountId | MarketId, entry: Account | Market | int) -> None:
        if isinstance(entry, Market):
            world.assume(implies(entry.settled > 0, has_not_moved(entry, pool.epoch)))

    before = world.pool(known=known)
    case = statements.any_step(world, before)
    if case is None:
        return
    _, _, after = case
    for _, old, new in world.each(before.markets, after.markets):
        for name in ("mark", "long_carry", "short_carry", "time", "settled"):
            kept = getattr(new, name) == getattr(old, name)
            world.claim(implies(old.settled > 0, kept), f"SET-8: the {name} of a settled market never changes")
        world.claim(implies(new.settled > 0, has_not_moved(new, after.epoch)), "SET-8: it stands at its anchor")


@theorem("SET-10", contracts=(BOOK,))
def settlements_of_two_accounts_commute(world: PoolWorld) -> None:
    """Two settlements of positions of two accounts lead to the same pool in either order."""
    before = world.pool(books=True)
    first, second = world.action(SettlePosition, before), world.action(SettlePosition, before)
    world.assume(first.account != second.account)
    lead_to_the_same_pool(world, before, first, second)


def lead_to_the_same_pool(world: PoolWorld, before: Pool, first: SettlePosition, second: SettlePosition) -> None:
    """SET-10: in either order, if both are accepted."""
    ends = []
    for one, other in ((first, second), (second, first)):
        half = world.step(before, one)
        if not isinstance(half, Accepted):
            return
        whole = world.step(half.pool, other)
        if not isinstance(whole, Accepted):
            return
        ends.append(whole.pool)
    for left, right in world.same(*ends):
        world.claim(left == right, "SET-10: the same pool in either order")


@theorem("SET-10", contracts=(BOOK, EQUITY_BY_NAME))
def settlements_of_one_account_commute(world: PoolWorld) -> None:
    """Two settlements of positions of one account lead to the same pool in either order, if both are accepted."""
    before = world.pool(books=True)
    first, second = world.action(SettlePosition, before), world.action(SettlePosition, before)
    world.assume(first.account == second.account)
    account = before.accounts.get(first.account)
    world.use(OPEN_IS_NOT_NEGATIVE, account.positions)
    lead_to_the_same_pool(world, before, first, second)


@theorem("NUM-2", contracts=BY_NAME)
def a_positions_settlement_stays_within_a_word(world: PoolWorld) -> None:
    """Every integer that a position's settlement computes, accepted or rejected, fits a signed 256-bit word."""
    ranges.stays_within_a_word(world, SettlePosition)
