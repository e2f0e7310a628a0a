"""Theorems about default and loss sharing (spec/default.md)."""

from typing import Any

from proofs import formulas, invariant, statements
from proofs.contracts import BY_NAME, IS_NEEDED, MAY_TRADE, MEETS_INITIAL, REQUIREMENT
from proofs.facts import LOSS_COVERS_THE_FALL, LOSS_IS_NOT_NEGATIVE
from proofs.kernel.logic import both, choose, either
from proofs.kernel.theorem import theorem
from proofs.worlds import PoolWorld
from solvent.certification import Certify, anchored_worth
from solvent.default import (
    Default,
    ShareLoss,
    TakeOver,
    Unwind,
    due_of,
    gain_of_longs,
    gain_of_shorts,
    is_overdue,
    is_owing,
    loss_of,
    payers_of,
)
from solvent.funding import Fund
from solvent.marking import Mark
from solvent.pool import BACKSTOP, Account, Deposit, Market, Pool, is_open


@theorem("DEF-12")
def losses_are_not_negative(world: PoolWorld, size: int, market: Market, epoch: int) -> None:
    """A position's loss since the anchor is not negative: the fact that losses add up."""
    world.claim(LOSS_IS_NOT_NEGATIVE.of_entry(size, market, epoch), "DEF-12: a loss is not negative")
    world.claim(LOSS_COVERS_THE_FALL.of_entry(size, market, epoch), "DEF-12: the fall since the anchor is a loss")


@theorem("DEF-11", "DEF-12")
def what_the_anchor_says_is_exact(world: PoolWorld, size: int, market: Market, epoch: int) -> None:
    """Worth at the anchor, gains, the due and who could pay it are what the formulas say."""
    at = world.arbitrary(int, "backstop's size")
    longs, shorts = formulas.gains(market, epoch)
    world.claim(anchored_worth(size, market, epoch) == formulas.anchored_worth(size, market, epoch), "DEF-12: worth")
    world.claim(gain_of_longs(market, epoch) == longs, "DEF-12: what longs gained")
    world.claim(gain_of_shorts(market, epoch) == shorts, "DEF-12: what shorts gained")
    lost = formulas.anchored_worth(size, market, epoch) - formulas.worth(size, market)
    world.claim(loss_of(size, market, epoch) == choose(lost > 0, lost, 0), "DEF-12: what a position lost")
    due, payers = formulas.due(market, at, epoch), formulas.payers(market, at, epoch)
    world.claim(due_of(market, at, epoch) == due, "DEF-11: the due")
    world.claim(payers_of(market, at, epoch) == payers, "DEF-11: who could pay it")
    owing, overdue = both(due > 0, payers > 0), both(due > market.parameters.backstop_cap, payers > 0)
    world.claim(is_owing(market, at, epoch) == choose(owing, 1, 0), "DEF-11: owing")
    world.claim(is_overdue(market, at, epoch) == choose(overdue, 1, 0), "DEF-11: overdue")


@theorem("CON-1", contracts=BY_NAME)
def a_default_conserves(world: PoolWorld) -> None:
    """The sum of equities equals the vault after a default if it did before."""
    statements.conserves(world, Default)


@theorem("CON-9", "CON-2", contracts=BY_NAME)
def a_default_leaves_the_pool_well_formed(world: PoolWorld) -> None:
    """A default in a well-formed pool leaves it well formed."""
    statements.stays_well_formed(world, Default)


@theorem("CON-1", contracts=BY_NAME)
def a_cut_conserves(world: PoolWorld) -> None:
    """The sum of equities equals the vault after a cut if it did before."""
    statements.conserves(world, ShareLoss)


@theorem("CON-9", "CON-2", contracts=BY_NAME)
def a_cut_leaves_the_pool_well_formed(world: PoolWorld) -> None:
    """A cut in a well-formed pool leaves it well formed."""
    statements.stays_well_formed(world, ShareLoss)


@theorem("CON-1", contracts=BY_NAME)
def an_unwinding_conserves(world: PoolWorld) -> None:
    """The sum of equities equals the vault after an unwinding if it did before."""
    statements.conserves(world, Unwind)


@theorem("CON-9", "CON-2", contracts=BY_NAME)
def an_unwinding_leaves_the_pool_well_formed(world: PoolWorld) -> None:
    """An unwinding in a well-formed pool leaves it well formed."""
    statements.stays_well_formed(world, Unwind)


@theorem("CON-1", contracts=(*BY_NAME, MAY_TRADE))
def a_take_over_conserves(world: PoolWorld) -> None:
    """The sum of equities equals the vault after a take-over if it did before."""
    statements.conserves(world, TakeOver)


@theorem("CON-9", "CON-2", contracts=(*BY_NAME, MAY_TRADE))
def a_take_over_leaves_the_pool_well_formed(world: PoolWorld) -> None:
    """A take-over in a well-formed pool leaves it well formed."""
    statements.stays_well_formed(world, TakeOver)


@theorem("DEF-11", contracts=(*BY_NAME, IS_NEEDED, MAY_TRADE, MEETS_INITIAL, REQUIREMENT))
def dues_stay_counted(world: PoolWorld) -> None:
    """The pool counts the markets that are owing and overdue, after every action as before."""
    before = world.pool()
    world.assume(invariant.dues_are_counted(before))
    case = statements.any_step(world, before)
    if case is None:
        return
    opened, _, after = case
    positions = before.accounts.get(BACKSTOP).positions
    if opened is not before:
        for measure in (is_owing, is_overdue):
            world.sum_rule(
                before.markets,
                [(1, measure, (*world.along(positions), opened.epoch))],
                label="DEF-11: nothing is due in a new epoch",
            )
    world.claim(invariant.dues_are_counted(after), "DEF-11: dues are counted")


def headroom(account: Account, markets: Any, epoch: int) -> int:
    """What an account had at the anchor, or nothing if it owes: the most it can have once its gains are cut."""
    had = account.cash + account.positions.total_along(markets, anchored_worth, epoch)
    return choose(had > 0, had, 0)


def headrooms(pool: Pool) -> int:
    """The headrooms of all accounts but the backstop."""
    backstop = headroom(pool.accounts.get(BACKSTOP), pool.markets, pool.epoch)
    return pool.accounts.total(headroom, pool.markets, pool.epoch) - backstop


@theorem("DEF-17", "DEF-16", contracts=BY_NAME)
def what_was_certified_is_final(world: PoolWorld) -> None:
    """Within an epoch headrooms grow by no more than is deposited, and nobody's falls but for a bounty or a default."""
    before = world.pool()
    case = statements.any_step(world, before, (Deposit, Mark, Fund, Certify, Default, ShareLoss))
    if case is None or case[0] is not before:
        return
    _, action, after = case
    world.sum_rule(
        before.accounts,
        [(1, headroom, (after.markets, after.epoch)), (-1, headroom, (before.markets, before.epoch))],
        label="DEF-17: a market's move changes nothing at the anchor",
    )
    if isinstance(action, Default):
        positions = before.accounts.get(action.account).positions
        along = (*world.along(before.markets), before.epoch)
        world.use(LOSS_COVERS_THE_FALL, positions, *along)
        world.use(LOSS_IS_NOT_NEGATIVE, positions, *along)
        world.none_rule(positions, is_open, loss_of, along, label="DEF-17: without a position nothing is lost")
    grown = headrooms(after) - headrooms(before)
    world.claim(grown <= after.vault - before.vault, "DEF-17: headrooms grow by no more than is deposited")
    for account_id, old, new in world.each(before.accounts, after.accounts):
        kept = headroom(new, after.markets, after.epoch) >= headroom(old, before.markets, before.epoch)
        may_fall = account_id == action.account if isinstance(action, Certify | Default) else False
        world.claim(either(may_fall, account_id == BACKSTOP, kept), "DEF-16: nobody else pays of what was certified")
