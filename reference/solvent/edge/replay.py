"""Drives the machine through a scenario, and checks after every step what must always hold.

A tick is an instant of the price series. At the first one the markets are listed, everybody deposits, and the traders
open positions against each other at the mark. At every later one come the new marks, and the funding step when it is
due, and after each of them keepers complete the book: they default who is below zero, have losses shared, and certify.
Then come the liquidations of those who were below maintenance `lag` ticks ago, by the liquidators in turn as far as
their margin allows and by the backstop where none of them can; the liquidators take over from the backstop what they
can bear, and what it has above its inventory limit is unwound. At last some traders close their positions, against each
other and against the liquidators, who want to be rid of what they took over.
"""

from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from random import Random
from statistics import median_low
from typing import Final, NamedTuple

from solvent.certification import Certify, anchored_equity, book_is_certified, is_certified
from solvent.default import Default, Defaulted, LossShared, ShareLoss, TakeOver, Unwind, wanted_of
from solvent.edge.checks import Standing, Totals, Violation, below_zero, check
from solvent.edge.codec import Outcome
from solvent.edge.prices import Tick
from solvent.edge.scenario import GOVERNANCE, ORACLE, Scenario
from solvent.edge.structure import FormatError
from solvent.funding import Fund
from solvent.liquidation import Liquidate
from solvent.machine import Accepted, Action, Rejected, step
from solvent.margin import equity_of, maintenance_margin, requirement
from solvent.marking import Mark
from solvent.numbers import PPM, mul_div_down
from solvent.parameters import ListMarket
from solvent.pool import BACKSTOP, TREASURY, AccountId, Deposit, Market, MarketId, Pool, is_exposed
from solvent.rules import Rule
from solvent.trading import Trade

KEEPER: Final = AccountId("keeper")
"""Who names the backstop where no liquidator can take over: anyone may."""

MILLISECONDS: Final = 1000
"""The oracle's unit of time is the millisecond: funding comes one after the marks of the same tick."""


class CheckFailedError(Exception):
    """What must hold did not, after so many steps; without an action it was the look at everything at a tick's end."""

    def __init__(self, steps: int, action: Action | None, violations: list[Violation]) -> None:
        super().__init__("; ".join(map(str, violations)))
        self.steps = steps
        self.action = action
        self.violations = violations


class Wish(NamedTuple):
    """An account wants to buy so many base quanta at the mark, or to sell them if negative."""

    account: AccountId
    market: MarketId
    size: int


@dataclass(frozen=True)
class Sample:
    """What the pool was like at the end of a tick. Amounts in quote quanta, interest by market at the mark."""

    time: int
    marks: Mapping[MarketId, int]
    interest: Mapping[MarketId, int]
    traders_equity: int
    median_equity: int
    backstop_equity: int
    below_zero: int
    deficit: int
    by_liquidators: int
    by_backstop: int
    certified: bool
    completing: int
    own_paid: int
    backstop_paid: int
    winners_paid: Mapping[MarketId, int]


class Completion(NamedTuple):
    """What keepers did after one word of the oracle, and whether that was enough to certify the book."""

    certifying: int
    others: int
    is_complete: bool


@dataclass
class Figures:
    """What is counted on the way.

    own_paid: by account and epoch, what a defaulter was worth at the anchor and lost. backstop_paid: the shares of
    deficits, by market. winners_paid: what was collected, by market. In quote quanta.
    """

    steps: int = 0
    trials: int = 0
    full_checks: int = 0
    accepted: Counter[str] = field(default_factory=Counter)
    rejected: Counter[tuple[str, Rule]] = field(default_factory=Counter)
    by_liquidators: int = 0
    by_backstop: int = 0
    liquidated: set[AccountId] = field(default_factory=set)
    completing: list[Completion] = field(default_factory=list)
    own_paid: dict[tuple[AccountId, int], int] = field(default_factory=dict)
    backstop_paid: Counter[MarketId] = field(default_factory=Counter)
    winners_paid: Counter[MarketId] = field(default_factory=Counter)
    samples: list[Sample] = field(default_factory=list)


class Replay:
    """A scenario on its way; `run` yields once a tick."""

    def __init__(self, scenario: Scenario, ticks: list[Tick]) -> None:
        self.scenario = scenario
        self.ticks = ticks
        self.random = Random(scenario.seed)
        self.pool = Pool(scenario.pool_parameters())
        for violation in check(self.pool):
            raise FormatError(("pool",), "parameters that the machine accepts", str(violation))
        self.totals = Totals(self.pool)
        self.figures = Figures()
        self.traders = [AccountId(f"trader-{number}") for number in range(1, scenario.population.accounts + 1)]
        self.liquidators = deque(
            AccountId(f"liquidator-{number}") for number in range(1, scenario.liquidators.count + 1)
        )
        self.standing = Standing(self.pool)
        self.patience = 0
        self.noticed: deque[list[AccountId]] = deque([[] for _ in range(scenario.liquidators.lag)])

    def run(self) -> Iterator[Sample]:
        """Replays tick by tick; raises CheckFailedError as soon as a check fails."""
        for number, tick in enumerate(self.ticks):
            if number == 0:
                self.open(tick)
            else:
                self.hear(tick, number)
                self.liquidate()
                self.relieve()
                self.close()
            self.demand(self.all_violations(), None)
            sample = self.sample(tick)
            self.figures.samples.append(sample)
            yield sample

    def submit(self, action: Action) -> Outcome:
        """One step, and the checks on the pool after it."""
        self.figures.steps += 1
        outcome = self.outcome(action)
        name = type(action).__name__
        if isinstance(outcome, Rejected):
            self.figures.rejected[name, outcome.rule] += 1
            return outcome
        self.figures.accepted[name] += 1
        before, self.pool = self.pool, outcome.pool
        self.standing.move(before, self.pool)
        self.demand(self.violations(action, before), action)
        return outcome

    def outcome(self, action: Action) -> Outcome:
        """What the machine answers; that it answers at all is CON-7."""
        try:
            return step(self.pool, action)
        except Exception as error:
            raise CheckFailedError(self.figures.steps, action, [Violation("CON-7", ("step",), repr(error))]) from error

    def violations(self, action: Action, before: Pool) -> list[Violation]:
        """What does not hold after an accepted action.

        Marks, carries and generations are everybody's, so after an action that moves them everything is summed up
        afresh. The other actions touch the accounts they name, the treasury and the backstop: their sums are followed.
        """
        match action:
            case Deposit(account=account):
                touched = [account]
            case Trade(buyer=buyer, seller=seller):
                touched = [buyer, seller, TREASURY]
            case Liquidate(account=account, liquidator=liquidator):
                touched = [account, liquidator, BACKSTOP]
            case Certify(account=account, actor=actor):
                touched = [account, actor]
            case Default(account=account) | Unwind(account=account):
                touched = [account, BACKSTOP]
            case TakeOver(taker=taker):
                touched = [taker, BACKSTOP]
            case _:
                return self.all_violations()
        self.totals.move(before, self.pool, touched)
        return [*self.totals.violations(self.pool), *below_zero(self.pool, touched)]

    def all_violations(self) -> list[Violation]:
        """What does not hold, everything summed up afresh."""
        self.figures.full_checks += 1
        self.totals = Totals(self.pool)
        return [*check(self.pool, self.totals), *self.standing.violations(self.pool)]

    def demand(self, violations: list[Violation], action: Action | None) -> None:
        """Ends the replay unless nothing is violated."""
        if violations:
            raise CheckFailedError(self.figures.steps, action, violations)

    def open(self, tick: Tick) -> None:
        """Lists the markets, deposits, and has the traders open their positions."""
        scenario = self.scenario
        for index, plan in enumerate(scenario.markets):
            parameters, time = scenario.market_parameters(index), tick.time * MILLISECONDS
            outcome = self.submit(ListMarket(GOVERNANCE, plan.id, tick.marks[plan.id], time, parameters))
            if isinstance(outcome, Rejected):
                found = f"{outcome.field}, by {outcome.rule.value}: {outcome.rule.sentence}"
                raise FormatError(("markets", str(index)), "a market that the machine lists", found)
        self.deposit(BACKSTOP, scenario.tokens(scenario.backstop.deposit, "backstop", "deposit"))
        for liquidator in self.liquidators:
            self.deposit(liquidator, scenario.tokens(scenario.liquidators.deposit, "liquidators", "deposit"))
        wishes = [wish for trader in self.traders for wish in self.wishes(trader, self.draw_deposit(trader))]
        for plan in scenario.markets:
            self.match(plan.id, [wish for wish in wishes if wish.market == plan.id])

    def deposit(self, account_id: AccountId, tokens: int) -> int:
        """Deposits so many of the token's smallest units; in quote quanta."""
        amount = tokens * self.pool.parameters.token_unit
        if amount:
            self.submit(Deposit(account_id, amount))
        return amount

    def draw_deposit(self, trader: AccountId) -> int:
        """Deposits for a trader: first a doubling of the lowest deposit is drawn, then an amount within it."""
        population = self.scenario.population
        lowest = self.scenario.tokens(population.deposit_lowest, "population", "deposit_lowest")
        highest = self.scenario.tokens(population.deposit_highest, "population", "deposit_highest")
        doublings = (highest // lowest).bit_length()
        start = lowest << self.random.randrange(doublings)
        return self.deposit(trader, self.random.randint(start, min(2 * start, highest)))

    def wishes(self, trader: AccountId, deposit: int) -> Iterator[Wish]:
        """What a trader wants to open: a drawn multiple of its deposit, split over the markets by drawn parts."""
        population = self.scenario.population
        times = [leverage.times for leverage in population.leverage]
        notional = deposit * self.random.choices(times, [leverage.weight for leverage in population.leverage])[0]
        parts = [self.random.randint(1, 100) for _ in self.scenario.markets]
        for plan, part in zip(self.scenario.markets, parts, strict=True):
            market = self.pool.markets.get(plan.id)
            lots = mul_div_down(notional, part, sum(parts) * market.mark * market.parameters.lot)
            direction = 1 if self.random.randrange(PPM) < population.long_share else -1
            yield Wish(trader, plan.id, direction * lots * market.parameters.lot)

    def match(self, market_id: MarketId, wishes: list[Wish]) -> None:
        """Trades at the mark, in drawn order, until one side has nothing left; who is rejected has had its turn."""
        self.random.shuffle(wishes)
        mark = self.pool.markets.get(market_id).mark
        buyers = [wish for wish in wishes if wish.size > 0]
        sellers = [wish for wish in wishes if wish.size < 0]
        while buyers and sellers:
            buyer, seller = buyers.pop(), sellers.pop()
            size = min(buyer.size, -seller.size)
            match self.submit(Trade(market_id, buyer.account, seller.account, size, mark, mark, mark)):
                case Accepted():
                    buyers += [buyer._replace(size=buyer.size - size)] if buyer.size > size else []
                    sellers += [seller._replace(size=seller.size + size)] if -seller.size > size else []
                case Rejected(field="buyer"):
                    sellers.append(seller)
                case Rejected(field="seller"):
                    buyers.append(buyer)

    def hear(self, tick: Tick, number: int) -> None:
        """The oracle's marks, and its funding step when it is due."""
        funding = self.scenario.funding
        self.patience = self.scenario.keepers.actions
        for market_id, mark in tick.marks.items():
            self.submit(Mark(ORACLE, market_id, mark, tick.time * MILLISECONDS))
            self.complete()
        if number % funding.every == 0:
            for plan in self.scenario.markets:
                payment = mul_div_down(self.pool.markets.get(plan.id).mark, funding.rate, PPM)
                self.submit(Fund(ORACLE, plan.id, payment, tick.time * MILLISECONDS + 1))
                self.complete()

    def complete(self) -> None:
        """Keepers default, then have losses shared, as a cut ends classes, and then certify, as far as they come."""
        certifying, others = 0, 0
        while not book_is_certified(self.pool) and self.patience > 0:
            before = self.pool
            others += sum(self.default(account_id) for account_id in self.uncertified())
            others += sum(self.share_loss(plan.id) for plan in self.scenario.markets)
            certifying += sum(self.certify(account_id) for account_id in self.uncertified())
            if self.pool == before:
                raise CheckFailedError(
                    self.figures.steps, None, [Violation("CRT-14", ("book",), "nothing completes it")]
                )
        self.figures.completing.append(Completion(certifying, others, book_is_certified(self.pool)))

    def uncertified(self) -> list[AccountId]:
        """The exposed accounts without a live certificate, as they are now."""
        return [
            account_id
            for account_id in [*self.traders, *self.liquidators]
            if is_exposed(account := self.pool.accounts.get(account_id))
            and not is_certified(account, self.pool.classes)
        ]

    def keep(self, action: Certify | Default | ShareLoss) -> Outcome | None:
        """An action of the keepers, if they still come to it at this tick."""
        if self.patience == 0:
            return None
        self.patience -= 1
        return self.submit(action)

    def default(self, account_id: AccountId) -> int:
        """Defaults an account that is below zero, in every market in which it has lost; how many actions it took."""
        count, anchored = 0, max(anchored_equity(self.pool, account_id), 0)
        for plan in self.scenario.markets:
            size = self.pool.accounts.get(account_id).positions.get(plan.id)
            if size == 0 or equity_of(self.pool, account_id) >= 0:
                continue
            outcome = self.keep(Default(account_id, plan.id))
            if isinstance(outcome, Accepted) and isinstance(outcome.event, Defaulted):
                self.figures.own_paid.setdefault((account_id, self.pool.epoch), anchored)
                self.figures.backstop_paid[plan.id] += outcome.event.share
                count += 1
        return count

    def share_loss(self, market_id: MarketId) -> int:
        """Has the market's winners pay until nothing is asked for; how many actions it took."""
        count = 0
        while wanted_of(self.pool, market_id) > 0:
            outcome = self.keep(ShareLoss(market_id))
            if not isinstance(outcome, Accepted):
                break
            assert isinstance(outcome.event, LossShared)
            self.figures.winners_paid[market_id] += outcome.event.collected
            count += 1
        return count

    def certify(self, account_id: AccountId) -> int:
        """Certifies an account that is not below zero; how many actions it took."""
        if equity_of(self.pool, account_id) < 0:
            return 0
        return int(isinstance(self.keep(Certify(KEEPER, account_id)), Accepted))

    def relieve(self) -> None:
        """Liquidators take over from the backstop what they can bear; what is above its limit is unwound."""
        if not book_is_certified(self.pool):
            return
        for plan in self.scenario.markets:
            for taker in list(self.liquidators):
                size = self.largest(TakeOver(taker, plan.id, 0), self.backstop_size(plan.id))
                if size:
                    self.submit(TakeOver(taker, plan.id, size))
            own = self.pool.accounts.get(BACKSTOP).positions.get(plan.id)
            above = self.backstop_size(plan.id) - self.pool.markets.get(plan.id).parameters.backstop_inventory
            opposite = [
                (account_id, abs(size))
                for account_id in [*self.traders, *self.liquidators]
                if (size := self.pool.accounts.get(account_id).positions.get(plan.id)) * own < 0
            ]
            self.random.shuffle(opposite)
            while above > 0 and opposite:
                account_id, held = opposite.pop()
                size = min(held, above)
                self.submit(Unwind(account_id, plan.id, size))
                above -= size

    def backstop_size(self, market_id: MarketId) -> int:
        """Base quanta that the backstop holds, long or short."""
        return abs(self.pool.accounts.get(BACKSTOP).positions.get(market_id))

    def liquidate(self) -> None:
        """Takes over from those noticed `lag` ticks ago, whatever has become of them since; on a certified book."""
        self.noticed.append([one for one in [*self.traders, *self.liquidators] if self.can_be_liquidated(one)])
        noticed = self.noticed.popleft()
        if not book_is_certified(self.pool):
            return
        for account_id in noticed:
            for plan in self.scenario.markets:
                if self.pool.accounts.get(account_id).positions.get(plan.id) != 0:
                    self.take_over(account_id, plan.id)
                    if not self.can_be_liquidated(account_id):
                        break

    def can_be_liquidated(self, account_id: AccountId) -> bool:
        """Whether the account is below maintenance and has something left."""
        return 0 <= equity_of(self.pool, account_id) < requirement(self.pool, account_id, maintenance_margin)

    def take_over(self, account_id: AccountId, market_id: MarketId) -> None:
        """Each liquidator in turn takes what it can, then the backstop; if nobody can, the machine says why."""
        for taker in [*self.liquidators, BACKSTOP]:
            action = Liquidate(KEEPER if taker == BACKSTOP else taker, market_id, account_id, taker, 0)
            size = self.largest(action, abs(self.pool.accounts.get(account_id).positions.get(market_id)))
            if taker == BACKSTOP:
                size = max(size, self.pool.markets.get(market_id).parameters.lot)
            if size and isinstance(self.submit(replace(action, size=size)), Accepted):
                self.count(account_id, taker)
                position = self.pool.accounts.get(account_id).positions.get(market_id)
                if position == 0 or not self.can_be_liquidated(account_id):
                    break
        self.liquidators.rotate()

    def largest(self, action: Liquidate | TakeOver, most: int) -> int:
        """The largest size up to a given one that the machine accepts and the taker wants, in base quanta, by trial.

        Zero if not even one lot is. If a size is accepted, smaller ones are taken to be.
        """
        lot = self.pool.markets.get(action.market).parameters.lot
        taker = action.taker if isinstance(action, TakeOver) else action.liquidator
        accepted, rejected = 0, most // lot + 1
        lots = 1
        while accepted + 1 < rejected:
            self.figures.trials += 1
            outcome = self.outcome(replace(action, size=lots * lot))
            if isinstance(outcome, Accepted) and self.is_bearable(outcome.pool, taker):
                accepted = lots
            else:
                rejected = lots
            lots = (accepted + rejected) // 2
        return accepted * lot

    def is_bearable(self, after: Pool, liquidator: AccountId) -> bool:
        """Whether a liquidator's notional is within the leverage it allows itself; the backstop allows itself any."""
        notional = after.accounts.get(liquidator).positions.total_along(after.markets, notional_of)
        return liquidator == BACKSTOP or notional <= self.scenario.liquidators.leverage * equity_of(after, liquidator)

    def count(self, account_id: AccountId, taker: AccountId) -> None:
        """Counts a liquidation."""
        self.figures.liquidated.add(account_id)
        if taker == BACKSTOP:
            self.figures.by_backstop += 1
        else:
            self.figures.by_liquidators += 1

    def close(self) -> None:
        """Trades between those who want to close positions: some traders, and every liquidator."""
        closing = self.scenario.population.closing
        leaving = [trader for trader in self.traders if self.random.randrange(PPM) < closing]
        for plan in self.scenario.markets:
            sizes = [
                (account, self.pool.accounts.get(account).positions.get(plan.id))
                for account in [*leaving, *self.liquidators]
            ]
            self.match(plan.id, [Wish(account, plan.id, -size) for account, size in sizes])

    def sample(self, tick: Tick) -> Sample:
        """The pool as it is now."""
        equities = {account_id: equity_of(self.pool, account_id) for account_id, _ in self.pool.accounts}
        traders = [equities.get(trader, 0) for trader in self.traders]
        negative = [equity for account_id, equity in equities.items() if equity < 0 and account_id != BACKSTOP]
        markets = {plan.id: self.pool.markets.get(plan.id) for plan in self.scenario.markets}
        return Sample(
            time=tick.time,
            marks={market_id: market.mark for market_id, market in markets.items()},
            interest={market_id: market.long_interest * market.mark for market_id, market in markets.items()},
            traders_equity=sum(traders),
            median_equity=median_low(traders),
            backstop_equity=equities.get(BACKSTOP, 0),
            below_zero=len(negative),
            deficit=-sum(negative),
            by_liquidators=self.figures.by_liquidators,
            by_backstop=self.figures.by_backstop,
            certified=book_is_certified(self.pool),
            completing=self.scenario.keepers.actions - self.patience if self.figures.samples else 0,
            own_paid=sum(self.figures.own_paid.values()),
            backstop_paid=self.figures.backstop_paid.total(),
            winners_paid=dict(self.figures.winners_paid),
        )


def notional_of(size: int, market: Market) -> int:
    """Quote quanta: a position's size at the mark."""
    return abs(size) * market.mark
