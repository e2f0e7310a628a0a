"""A run of the machine against everybody: random actions in adversarial order, everything checked after each.

The pool is small, so that the same few accounts are traders, liquidators, keepers, the treasury and the backstop by
turns, and every market is somebody's whole fortune. Marks jump by up to 90 %. After each accepted action everything
that solvent.edge.checks knows must hold, and the book, if it was certified, may be uncertified by a mark, a funding
step or a change of parameters alone. Whenever a draw says so, and at the end, the book is completed by permissionless
actions in drawn order: that must succeed, and leave no hole.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random
from typing import Final

from solvent.certification import Certify, book_is_certified, is_certified
from solvent.default import Default, ShareLoss, TakeOver, Unwind
from solvent.edge.checks import Standing, Violation, check
from solvent.funding import Fund
from solvent.liquidation import Liquidate
from solvent.machine import Accepted, Action, Rejected, step
from solvent.margin import Withdraw, equity_of, initial_margin, maintenance_margin, requirement
from solvent.marking import Mark
from solvent.numbers import PPM, PRICE_CAP
from solvent.parameters import ListMarket, SetParameters
from solvent.pool import (
    BACKSTOP,
    TREASURY,
    AccountId,
    Deposit,
    MarketId,
    MarketParameters,
    Pool,
    PoolParameters,
    is_exposed,
)
from solvent.settlement import Settle, SettlePosition
from solvent.trading import Trade

ORACLE: Final = AccountId("oracle")
GOVERNANCE: Final = AccountId("governance")
KEEPER: Final = AccountId("keeper")

HIGHEST: Final = 10**10

UNCERTIFYING: Final = (Mark, Fund, SetParameters)
"""The only actions that may make a certified book one that is not (CRT-13)."""

PATIENCE: Final = 2_000
"""So many completing actions are more than any of these books needs."""


class BrokenError(Exception):
    """What must hold did not: in which run, after which action."""

    def __init__(self, seed: int, number: int, action: Action | None, violations: list[Violation]) -> None:
        super().__init__(f"seed {seed}, step {number}, {action}: {'; '.join(map(str, violations))}")
        self.violations = violations


class Run:
    """The run of a seed; `play` gives how often each kind of action was accepted and each rule rejected one."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.random = Random(seed)
        self.figures: Counter[str] = Counter()
        self.number = 0
        self.time = 1
        self.names = [AccountId(f"account-{number}") for number in range(self.random.randint(2, 6))]
        self.everybody = [*self.names, BACKSTOP, TREASURY, KEEPER]
        self.markets = [MarketId(f"market-{number}") for number in range(self.random.randint(1, 4))]
        self.pool = Pool(self.pool_parameters())
        self.standing = Standing(self.pool)

    def pool_parameters(self) -> PoolParameters:
        """Parameters that the machine accepts, the extreme ones more often than they come in practice."""
        choose = self.random.choice
        return PoolParameters(
            oracle=ORACLE,
            governance=GOVERNANCE,
            token_unit=1,
            requirement_floor=choose([0, 0, 100, 10**7]),
            max_markets_per_account=choose([1, 2, 16]),
            bounty=choose([0, 1, 10**6, 10**8]),
            factors=choose([(0, 1, 4, 16), (0, 1, 2, 3), (0, 2, 8, 1024)]),
        )

    def market_parameters(self, lot: int) -> MarketParameters:
        """Likewise of a market; the backstop's cap is zero, small or without end."""
        choose = self.random.choice
        return MarketParameters(
            lot=lot,
            initial_rate=choose([10_000, 50_000, 200_000, PPM]),
            maintenance_fraction=choose([500_000, 600_000, PPM]),
            interest_lower=10**9,
            interest_upper=10**12,
            fee_rate=choose([0, 500]),
            penalty_rate=choose([0, 10_000, PPM]),
            funding_rate=choose([0, 10_000, 200_000]),
            lowest_mark=10**6,
            highest_mark=HIGHEST,
            backstop_inventory=choose([0, 10, 1000]),
            backstop_cap=choose([0, 0, 10**7, 10**12]),
        )

    def play(self, steps: int) -> Counter[str]:
        """So many actions, and then the book is completed."""
        for market_id in self.markets:
            parameters = self.market_parameters(self.random.choice([1, 1, 3]))
            self.submit(ListMarket(GOVERNANCE, market_id, self.random.randint(10**6, 10**8), 1, parameters))
        for account_id in self.everybody:
            self.submit(Deposit(account_id, self.random.randint(1, self.random.choice([10**8, 10**9, 10**10]))))
        for _ in range(steps):
            self.time += 1
            if not book_is_certified(self.pool) and self.random.random() < 0.3:
                self.complete()
            self.submit(self.draw())
        self.complete()
        return self.figures

    def submit(self, action: Action) -> Accepted | Rejected:
        """One step, and everything that must hold after it."""
        self.number += 1
        before, outcome = self.pool, step(self.pool, action)
        if isinstance(outcome, Rejected):
            self.figures[outcome.rule.value] += 1
            return outcome
        self.figures[type(action).__name__] += 1
        self.pool = outcome.pool
        self.standing.move(before, self.pool)
        violations = [*check(self.pool), *self.standing.violations(self.pool)]
        if book_is_certified(before) and not book_is_certified(self.pool):
            self.figures["uncertified"] += 1
            if not isinstance(action, UNCERTIFYING):
                violations.append(Violation("CRT-13", ("book",), "no longer certified"))
        if violations:
            raise BrokenError(self.seed, self.number, action, violations)
        return outcome

    def complete(self) -> None:
        """Anybody's actions, in drawn order, until the book is certified; the machine always accepts one of them."""
        for _ in range(PATIENCE):
            if book_is_certified(self.pool):
                self.demand_whole()
                return
            actions = list(self.completing())
            self.random.shuffle(actions)
            if not any(isinstance(self.submit(action), Accepted) for action in actions):
                break
        raise BrokenError(self.seed, self.number, None, [Violation("CRT-14", ("book",), "nothing completes it")])

    def completing(self) -> Iterator[Action]:
        """What may complete the book."""
        for account_id, account in self.pool.accounts:
            if account_id == BACKSTOP or not is_exposed(account) or is_certified(account, self.pool.classes):
                continue
            if equity_of(self.pool, account_id) >= 0:
                yield Certify(KEEPER, account_id)
            else:
                yield from (Default(account_id, market_id) for market_id, _ in account.positions)
        yield from (ShareLoss(market_id) for market_id in self.markets)

    def demand_whole(self) -> None:
        """No hole is left on a certified book (CRT-15)."""
        for account_id, _ in self.pool.accounts:
            if equity_of(self.pool, account_id) < 0:
                violation = Violation("CRT-15", ("accounts", account_id), "is below zero on a certified book")
                raise BrokenError(self.seed, self.number, None, [violation])

    def draw(self) -> Action:
        """Any action; what only rarely comes to pass by chance is looked for half of the time."""
        kinds: list[tuple[Callable[[MarketId], Action], int]] = [
            (self.mark, 25), (self.fund, 7), (self.trade, 23), (self.deposit, 5), (self.withdraw, 6), (self.certify, 7),
            (self.liquidate, 9), (self.default, 5), (self.share_loss, 4), (self.unwind, 3), (self.take_over, 3),
            (self.settle_position, 2), (self.set_parameters, 1),
        ]  # fmt: skip
        market_id = self.random.choice(self.markets)
        if self.random.random() < 0.002:
            return Settle(ORACLE, market_id, self.time)
        return self.random.choices([kind for kind, _ in kinds], [weight for _, weight in kinds])[0](market_id)

    def anybody(self) -> AccountId:
        return self.random.choice(self.everybody)

    def size(self, market_id: MarketId, near: int) -> int:
        """A size in lots: small, or about as large as one that matters."""
        lot = self.pool.markets.get(market_id).parameters.lot
        lots = self.random.choice([1, 2, self.random.randint(1, 30), abs(near) // lot, abs(near) // (2 * lot)])
        return max(lots, 1) * lot

    def mark(self, market_id: MarketId) -> Action:
        """A mark beside the old one, or far off."""
        spread = self.random.choice([1, 3, 10, 90])
        percent = 100 + self.random.randint(-spread, spread)
        mark = self.pool.markets.get(market_id).mark * percent // 100
        return Mark(ORACLE, market_id, min(max(mark, 10**6), HIGHEST), self.time)

    def fund(self, market_id: MarketId) -> Action:
        market = self.pool.markets.get(market_id)
        limit = market.mark * market.parameters.funding_rate // PPM
        return Fund(ORACLE, market_id, self.random.randint(-limit, limit), self.time)

    def trade(self, market_id: MarketId) -> Action:
        """At the mark, beside it, or at a price that gives one side's money to the other; as much as a side may."""
        market = self.pool.markets.get(market_id)
        buyer, seller = self.anybody(), self.anybody()
        poorer = max(min(equity_of(self.pool, buyer), equity_of(self.pool, seller)), 0)
        affordable = poorer * PPM // (market.mark * market.parameters.initial_rate)
        price = market.mark * self.random.choice([100, 100, 100, 99, 101, 50, 150]) // 100
        return Trade(market_id, buyer, seller, self.size(market_id, affordable), max(price, 1), PRICE_CAP, 0)

    def deposit(self, market_id: MarketId) -> Action:
        return Deposit(self.anybody(), self.random.choice([1, self.random.randint(1, 10**8)]))

    def withdraw(self, market_id: MarketId) -> Action:
        account_id = self.anybody()
        most = equity_of(self.pool, account_id) - requirement(self.pool, account_id, initial_margin)
        amount = self.random.choice([1, self.random.randint(1, 10**8), max(most, 1), max(most, 0) + 1])
        return Withdraw(account_id, account_id, amount)

    def certify(self, market_id: MarketId) -> Action:
        return Certify(self.anybody(), self.anybody())

    def liquidate(self, market_id: MarketId) -> Action:
        """Of somebody below maintenance, if there is one."""
        weak = [
            (account_id, held)
            for account_id, account in self.pool.accounts
            if 0 <= equity_of(self.pool, account_id) < requirement(self.pool, account_id, maintenance_margin)
            for held, _ in account.positions
        ]
        account_id, market_id = self.random.choice(sorted(weak) or [(self.anybody(), market_id)])
        actor = self.anybody()
        near = self.pool.accounts.get(account_id).positions.get(market_id)
        return Liquidate(
            actor, market_id, account_id, self.random.choice([actor, BACKSTOP]), self.size(market_id, near)
        )

    def default(self, market_id: MarketId) -> Action:
        return Default(self.anybody(), market_id)

    def share_loss(self, market_id: MarketId) -> Action:
        return ShareLoss(market_id)

    def unwind(self, market_id: MarketId) -> Action:
        near = self.pool.accounts.get(BACKSTOP).positions.get(market_id)
        return Unwind(self.anybody(), market_id, self.size(market_id, near))

    def take_over(self, market_id: MarketId) -> Action:
        near = self.pool.accounts.get(BACKSTOP).positions.get(market_id)
        return TakeOver(self.anybody(), market_id, self.size(market_id, near))

    def settle_position(self, market_id: MarketId) -> Action:
        return SettlePosition(self.anybody(), market_id)

    def set_parameters(self, market_id: MarketId) -> Action:
        lot = self.pool.markets.get(market_id).parameters.lot
        return SetParameters(GOVERNANCE, market_id, replace(self.market_parameters(lot), lot=lot))
