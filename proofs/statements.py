"""Statements that are made of every transition, each a theorem in the transition's own module."""

from typing import TypeVar

from proofs import invariant
from proofs.facts import LONG_SIZES_ARE_NOT_NEGATIVE
from proofs.theorems.numbers import whole_lots_add_up
from proofs.worlds import PoolWorld
from solvent.machine import Accepted, Action
from solvent.liquidation import Liquidate
from solvent.pool import MarketId, Pool, equity
from solvent.trading import Trade

A = TypeVar("A", bound=Action)


def conserves(world: PoolWorld, cls: type[Action]) -> None:
    """CON-1: if the sum of equities equals the vault before the action, it does after."""
    before = world.pool()
    world.assume(invariant.conserves(before))
    action = world.action(cls, before)
    outcome = world.step(before, action)
    if not isinstance(outcome, Accepted):
        return
    if hasattr(action, "market"):
        revalue(world, before, outcome.pool, action.market)
    world.claim(invariant.conserves(outcome.pool), "CON-1: the sum of all equities equals the vault")


def revalue(world: PoolWorld, before: Pool, after: Pool, market_id: MarketId) -> None:
    """What a market's new mark and carries add to the sum of equities: their change on each side's total size."""
    old, new = before.markets.get(market_id), after.markets.get(market_id)
    on_longs = (new.mark - new.long_carry) - (old.mark - old.long_carry)
    on_shorts = (new.mark - new.short_carry) - (old.mark - old.short_carry)
    world.sums_to_zero(
        before.accounts,
        [
            (1, equity, (after.markets,)),
            (-1, equity, (before.markets,)),
            (-on_longs, invariant.long_in, (market_id,)),
            (on_shorts, invariant.short_in, (market_id,)),
        ],
    )


def stays_well_formed(world: PoolWorld, cls: type[Action]) -> None:
    """CON-2 and CON-9: every field and every cached sum is as it must be after the action."""
    before = world.pool()
    action = world.action(cls, before)
    outcome = world.step(before, action)
    if not isinstance(outcome, Accepted):
        return
    after = outcome.pool
    if isinstance(action, Trade | Liquidate):
        world.use(LONG_SIZES_ARE_NOT_NEGATIVE, before.accounts, action.market)
        for _, account, _ in world.touched(before.accounts, after.accounts):
            size = account.positions.get(action.market)
            world.apply(whole_lots_add_up, size, action.size, before.markets.get(action.market).parameters.lot)
    world.claim(invariant.pool_is_well_formed(after), "CON-9: the vault and the parameters are within their bounds")
    markets = world.each(before.markets, after.markets)
    accounts = world.each(before.accounts, after.accounts)
    for market_id, _, market in markets:
        world.claim(invariant.market_is_well_formed(market), "CON-9: the market is within its bounds")
        consistent = invariant.interest_is_consistent(after, market_id, market)
        world.claim(consistent, "CON-2: interests are the sums of the accounts' sizes, and equal")
    for _, _, account in accounts:
        world.claim(invariant.account_is_well_formed(after, account), "CON-9: the account is within its bounds")
        for market_id, _, market in markets:
            whole = invariant.position_is_well_formed(account.positions.get(market_id), market)
            world.claim(whole, "CON-9: the position is in a listed market and a whole number of lots")
