"""Transitions per second by action, at a thousand, a hundred thousand and a million accounts, and their ratios.

    python -m tests.benchmarks accounts

A transition touches a few accounts, so it must not slow down as accounts grow in number: the tables are persistent
maps, whose depth grows with the logarithm. The pools are built as tables and not by a million steps. Each action is
of accounts drawn anew for each step, from the same pool each time; the sizes take turns, so that whatever else the
computer does disturbs all of them alike. Once built, the pools are kept out of the garbage collector's way.
"""

import gc
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from random import Random
from statistics import median
from time import perf_counter
from typing import Final

from immutables import Map

from solvent.certification import Certify
from solvent.default import Default, ShareLoss, TakeOver, Unwind
from solvent.edge.checks import Totals, check
from solvent.funding import Fund
from solvent.liquidation import Liquidate
from solvent.machine import Accepted, Action, step
from solvent.margin import Withdraw
from solvent.marking import Mark
from solvent.numbers import CLASSES, VAULT_CAP
from solvent.parameters import ListMarket, SetParameters
from solvent.pool import (
    BACKSTOP,
    NO_POSITIONS,
    Account,
    AccountId,
    Certificate,
    Class,
    Deposit,
    Market,
    MarketId,
    MarketParameters,
    Pool,
    PoolParameters,
    Table,
)
from solvent.settlement import Settle, SettlePosition
from solvent.trading import Trade

SIZES: Final = (1_000, 100_000, 1_000_000)
ROUNDS: Final = 15
STEPS: Final = 200
"""In a row, of one action, in each round."""

BTC, ETH, SOL = MarketId("BTC"), MarketId("ETH"), MarketId("SOL")
ORACLE, GOVERNANCE = AccountId("oracle"), AccountId("governance")

UNIT: Final = 10**9
"""The mark, in quote quanta."""

SIZE: Final = 1_000
"""Base quanta everybody is long or short in each market."""

MARKET: Final = MarketParameters(
    lot=10,
    initial_rate=100_000,
    maintenance_fraction=500_000,
    interest_lower=10**24,
    interest_upper=VAULT_CAP,
    fee_rate=500,
    penalty_rate=10_000,
    funding_rate=10_000,
    lowest_mark=10**6,
    highest_mark=10**12,
    backstop_inventory=10**9,
)


def short(number: int) -> AccountId:
    """The accounts with odd numbers are short."""
    return AccountId(f"account-{2 * number + 1}")


def long(number: int) -> AccountId:
    """Those with even numbers are long; this one is not below its maintenance."""
    return AccountId(f"account-{10 * number + 2}")


def weak(number: int) -> AccountId:
    """Those with numbers divisible by ten are below their maintenance."""
    return AccountId(f"account-{10 * number}")


def deposit(one: int, other: int) -> Action:
    return Deposit(short(one), 10)


def withdraw(one: int, other: int) -> Action:
    return Withdraw(short(one), short(one), 10)


def trade(one: int, other: int) -> Action:
    return Trade(BTC, long(one), short(other), 10, UNIT, UNIT, UNIT)


def mark(one: int, other: int) -> Action:
    return Mark(ORACLE, BTC, UNIT + one, 2)


def fund(one: int, other: int) -> Action:
    return Fund(ORACLE, BTC, one % 1000, 2)


def liquidate(one: int, other: int) -> Action:
    return Liquidate(short(other), BTC, weak(one), short(other), 100)


def liquidate_by_backstop(one: int, other: int) -> Action:
    return Liquidate(short(other), BTC, weak(one), BACKSTOP, 100)


def list_market(one: int, other: int) -> Action:
    return ListMarket(GOVERNANCE, SOL, UNIT, 1, MARKET)


def certify(one: int, other: int) -> Action:
    return Certify(short(one), long(other))


def default(one: int, other: int) -> Action:
    return Default(weak(one), BTC)


def share_loss(one: int, other: int) -> Action:
    return ShareLoss(BTC)


def unwind(one: int, other: int) -> Action:
    return Unwind(short(one), BTC, 10)


def take_over(one: int, other: int) -> Action:
    return TakeOver(short(one), BTC, 10)


def settle(one: int, other: int) -> Action:
    return Settle(ORACLE, BTC, 2)


def settle_position(one: int, other: int) -> Action:
    return SettlePosition(long(one), BTC)


def set_parameters(one: int, other: int) -> Action:
    return SetParameters(GOVERNANCE, BTC, MARKET)


CRASH: Final = Mark(ORACLE, BTC, 9 * UNIT // 10, 2)
"""Leaves the weak below zero."""

KINDS: Final[dict[Callable[[int, int], Action], tuple[Action, ...]]] = {
    deposit: (),
    withdraw: (),
    trade: (),
    mark: (),
    fund: (),
    certify: (mark(1, 0),),
    liquidate: (),
    liquidate_by_backstop: (),
    default: (CRASH,),
    share_loss: (CRASH, default(1, 0)),
    unwind: (liquidate_by_backstop(1, 0),),
    take_over: (liquidate_by_backstop(1, 0),),
    settle: (),
    settle_position: (settle(0, 0),),
    list_market: (),
    set_parameters: (),
}
"""Every action, and what must have happened before it."""


def pool_of(count: int) -> Pool:
    """So many accounts with positions in two markets; one in ten is long and below its maintenance."""
    accounts = {}
    for number in range(count):
        direction = -1 if number % 2 else 1
        equity = (9 if number % 10 == 0 else 100) * SIZE * UNIT // 100
        positions = NO_POSITIONS.set(BTC, direction * SIZE).set(ETH, direction * SIZE)
        account = Account(equity - 2 * direction * SIZE * UNIT, positions, Certificate(0, 1))
        accounts[AccountId(f"account-{number}")] = account
    interest = count // 2 * SIZE
    market = Market(1, UNIT, long_interest=interest, short_interest=interest, parameters=MARKET)
    pool = Pool(
        parameters=PoolParameters(ORACLE, GOVERNANCE, 1, 0, 4, 10, (0, 1, 4, 16)),
        accounts=Table(Account(), Map(accounts)),
        markets=Table(Market(), Map({BTC: market, ETH: market})),
        classes=(Class(1, count), *(Class(),) * (CLASSES - 1)),
        exposed=count,
    )
    return replace(pool, vault=Totals(pool).equity)


def prepared(pool: Pool, actions: tuple[Action, ...]) -> Pool:
    """The pool after actions that are all accepted."""
    for action in actions:
        outcome = step(pool, action)
        assert isinstance(outcome, Accepted), outcome
        pool = outcome.pool
    return pool


def seconds(pool: Pool, actions: list[Action]) -> float:
    """A step takes so long, on average; every action is accepted."""
    begin = perf_counter()
    outcomes = [step(pool, action) for action in actions]
    taken = perf_counter() - begin
    assert all(isinstance(outcome, Accepted) for outcome in outcomes), actions[0]
    return taken / len(actions)


def main() -> None:
    """Measures, and prints a table."""
    say = partial(print, file=sys.stderr, flush=True)
    pools = {}
    for count in SIZES:
        say(f"building {count:,} accounts")
        pools[count] = pool_of(count)
    assert check(pools[SIZES[0]]) == []
    gc.collect()
    gc.freeze()
    random = Random(1)
    times: dict[tuple[str, int], list[float]] = {(kind.__name__, count): [] for kind in KINDS for count in SIZES}
    for number in range(1, ROUNDS + 1):
        for kind, before in KINDS.items():
            for count, pool in pools.items():
                drawn = [kind(random.randrange(count // 10), random.randrange(count // 10)) for _ in range(STEPS)]
                times[kind.__name__, count].append(seconds(prepared(pool, before), drawn))
        if number % 5 == 0:
            say(f"round {number} of {ROUNDS}")
    print(f"{'transitions per second':<24}" + "".join(f"{count:>12,}" for count in SIZES) + f"{'slower by':>12}")
    for kind in KINDS:
        medians = [median(times[kind.__name__, count]) for count in SIZES]
        rates = "".join(f"{1 / taken:>12,.0f}" for taken in medians)
        print(f"{kind.__name__:<24}{rates}{medians[-1] / medians[0]:>11.2f}x")
