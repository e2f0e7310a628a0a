"""A pool for attacks, in units that can be followed by hand: a mark of 100, one base quantum a lot, no fees."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from proofs.exploit import without
from solvent.certification import Certify, book_is_certified, is_certified
from solvent.default import Default, ShareLoss
from solvent.edge.checks import Standing, check
from solvent.machine import Accepted, Action, Event, Rejected, step
from solvent.margin import equity_of
from solvent.marking import Mark
from solvent.parameters import ListMarket
from solvent.pool import BACKSTOP, AccountId, Deposit, MarketId, MarketParameters, Pool, PoolParameters, is_exposed
from solvent.rules import Rule
from solvent.trading import Trade

M: Final = 10**6
"""A quote unit: no mark may be lower than one."""

ORACLE, GOVERNANCE, KEEPER = (AccountId(name) for name in ("oracle", "governance", "keeper"))
ALICE, BOB, CAROL, DAVE = (AccountId(name) for name in ("alice", "bob", "carol", "dave"))
BTC, ETH = MarketId("BTC"), MarketId("ETH")

MARKET: Final = MarketParameters(
    lot=1,
    initial_rate=100_000,
    maintenance_fraction=500_000,
    interest_lower=10**15,
    interest_upper=10**16,
    fee_rate=0,
    penalty_rate=10_000,
    funding_rate=100_000,
    lowest_mark=M,
    highest_mark=10**4 * M,
    backstop_inventory=10**6,
    backstop_cap=0,
)
POOL: Final = PoolParameters(
    ORACLE, GOVERNANCE, token_unit=1, requirement_floor=0, max_markets_per_account=4, bounty=0, factors=(0, 1, 4, 16)
)


class Ledger:
    """A pool that is acted upon; everything that must hold is checked after every accepted action."""

    def __init__(self, bounty: int = 0, market: MarketParameters = MARKET) -> None:
        self.pool = Pool(replace(POOL, bounty=bounty))
        self.standing = Standing(self.pool)
        self.time = 1
        for market_id in (BTC, ETH):
            self.do(ListMarket(GOVERNANCE, market_id, 100 * M, self.time, market))

    def do(self, action: Action) -> Event:
        """An action that is accepted."""
        outcome = step(self.pool, action)
        assert isinstance(outcome, Accepted), outcome
        before, self.pool = self.pool, outcome.pool
        self.standing.move(before, self.pool)
        assert [*check(self.pool), *self.standing.violations(self.pool)] == []
        return outcome.event

    def refuses(self, action: Action, rule: Rule) -> None:
        """The action is rejected, by this rule."""
        outcome = step(self.pool, action)
        assert isinstance(outcome, Rejected), outcome
        assert outcome.rule is rule, outcome

    def stops(self, action: Action, rule: Rule) -> Pool:
        """The action is rejected by this rule and by no other; the pool that it would leave with the rule off."""
        self.refuses(action, rule)
        with without(rule):
            outcome = step(self.pool, action)
        assert isinstance(outcome, Accepted), outcome
        return outcome.pool

    def fund(self, **amounts: int) -> None:
        """Deposits, in quote units."""
        for name, amount in amounts.items():
            self.do(Deposit(AccountId(name), amount * M))

    def trade(self, buyer: AccountId, seller: AccountId, size: int, market: MarketId = BTC) -> None:
        """A trade at the mark."""
        price = self.pool.markets.get(market).mark
        self.do(Trade(market, buyer, seller, size, price, price, price))

    def mark(self, mark: int, market: MarketId = BTC) -> None:
        """A mark, in quote units."""
        self.time += 1
        self.do(Mark(ORACLE, market, mark * M, self.time))

    def worth(self, account_id: AccountId) -> int:
        """An account's equity, in quote quanta."""
        return equity_of(self.pool, account_id)

    def is_certified(self) -> bool:
        return book_is_certified(self.pool)

    def completing(self) -> Iterable[Action]:
        """Defaults first, then cuts, then certificates."""
        lacking = [
            (account_id, account)
            for account_id, account in sorted(self.pool.accounts, key=lambda entry: entry[0])
            if account_id != BACKSTOP and is_exposed(account) and not is_certified(account, self.pool.classes)
        ]
        for account_id, account in lacking:
            yield from (Default(account_id, market_id) for market_id, _ in account.positions)
        yield from (ShareLoss(market_id) for market_id in (BTC, ETH))
        yield from (Certify(KEEPER, account_id) for account_id, _ in lacking)

    def complete(self) -> None:
        """Anybody completes the book."""
        for _ in range(100):
            if self.is_certified():
                return
            self.do(next(action for action in self.completing() if isinstance(step(self.pool, action), Accepted)))
        raise AssertionError("the book is not complete")
