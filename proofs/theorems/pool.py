"""Theorems about state and conservation (spec/pool.md)."""

from dataclasses import replace

from proofs import invariant, statements
from proofs.kernel.theorem import theorem
from proofs.worlds import PoolWorld
from solvent.machine import Accepted
from solvent.pool import Deposit


@theorem("CON-1")
def a_deposit_conserves(world: PoolWorld) -> None:
    """The sum of equities equals the vault after a deposit if it did before."""
    statements.conserves(world, Deposit)


@theorem("CON-9", "CON-2")
def a_deposit_leaves_the_pool_well_formed(world: PoolWorld) -> None:
    """A deposit into a well-formed pool leaves it well formed."""
    statements.stays_well_formed(world, Deposit)


@theorem("CON-1")
def conservation_holds_at_any_mark(world: PoolWorld) -> None:
    """The sum of equities equals the vault whatever a market's mark is, so at any marks whatever."""
    pool = world.pool()
    world.assume(invariant.conserves(pool))
    market_id = world.identifier("market")
    market = pool.markets.get(market_id)
    other = replace(pool, markets=pool.markets.set(market_id, replace(market, mark=world.integer("another mark"))))
    statements.revalue(world, pool, other, market_id)
    world.claim(invariant.conserves(other), "CON-1: at any marks whatever")
