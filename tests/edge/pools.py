"""A pool in the middle of its life, for the tests of the edge."""

from functools import cache

from solvent.certification import Certify
from solvent.liquidation import Liquidate
from solvent.machine import Accepted, Action, step
from solvent.marking import Mark
from solvent.parameters import ListMarket
from solvent.pool import BACKSTOP, AccountId, Deposit, MarketId, MarketParameters, Pool, PoolParameters
from solvent.trading import Trade

BTC = MarketId("BTC")
ALICE, BOB, KEEPER, ORACLE, GOVERNANCE = (
    AccountId(name) for name in ("alice", "bob", "keeper", "oracle", "governance")
)

PARAMETERS = PoolParameters(
    ORACLE,
    GOVERNANCE,
    token_unit=10,
    requirement_floor=0,
    max_markets_per_account=4,
    bounty=10**6,
    factors=(0, 1, 4, 16),
)
MARKET = MarketParameters(
    lot=10,
    initial_rate=100_000,
    maintenance_fraction=500_000,
    interest_lower=10**15,
    interest_upper=10**16,
    fee_rate=0,
    penalty_rate=10_000,
    funding_rate=10_000,
    lowest_mark=10**6,
    highest_mark=10**12,
    backstop_inventory=10**6,
)

ACTIONS: tuple[Action, ...] = (
    ListMarket(GOVERNANCE, BTC, 10**8, 1, MARKET),
    Deposit(ALICE, 11 * 10**8),
    Deposit(BOB, 10**10),
    Trade(BTC, ALICE, BOB, 100, 10**8, 10**8, 10**8),
    Mark(ORACLE, BTC, 93 * 10**6, 2),
    Certify(KEEPER, ALICE),
    Liquidate(BOB, BTC, ALICE, BACKSTOP, 60),
)


@cache
def pool() -> Pool:
    """Alice is long, was liquidated in part by the backstop, and Bob is short."""
    after = Pool(PARAMETERS)
    for action in ACTIONS:
        outcome = step(after, action)
        assert isinstance(outcome, Accepted), outcome
        after = outcome.pool
    return after
