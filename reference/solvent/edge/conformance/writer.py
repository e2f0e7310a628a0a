"""Writes the suite of vectors, and says what it covers.

Witnesses of theorems and runs drawn from seeds are watched (observe.py). A step becomes a case when it shows something
that no case shows yet: a rule that rejects, a way through a transition, a decision that goes another way, a comparison
whose two sides are a unit apart or equal. Numbers of accepted actions are moved to where the outcome changes, cash is
moved between accounts to where no run brings it. Of all that, as few cases are kept as show everything; each is made
small.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any, Final, TypeVar

from solvent.certification import Certify
from solvent.default import Default, ShareLoss
from solvent.edge.checks import check
from solvent.edge.codec import to_json, to_text
from solvent.edge.conformance.compare import effect_of, reached
from solvent.edge.conformance.observe import Decision, Guard, Near, Observation, Observer
from solvent.edge.conformance.schema import schema
from solvent.edge.conformance.shrink import Shrinker
from solvent.edge.conformance.vectors import DIRECTORY, RESET, Case, History, text_of
from solvent.edge.exits import FAILED, INTERRUPTED, PASSED
from solvent.edge.files import write_whole
from solvent.edge.generator import (
    KINDS,
    MARKETS,
    TRADERS,
    TYPICAL,
    Generator,
    edge,
    number_places,
    places,
    sorted_entries,
    value_at,
    verdict,
    with_value,
)
from solvent.edge.progress import followed
from solvent.edge.structure import snake_case
from solvent.funding import Fund
from solvent.liquidation import Liquidate
from solvent.machine import Accepted, Action, Rejected
from solvent.margin import Withdraw, equity_of, initial_margin, maintenance_margin, requirement
from solvent.marking import Mark
from solvent.numbers import (
    CARRY_CAP,
    CASH_CAP,
    CLASSES,
    FACTOR_CAP,
    LISTED_CAP,
    LOWEST_MARK,
    PPM,
    PRICE_CAP,
    VAULT_CAP,
)
from solvent.parameters import ListMarket, check_pool_parameters
from solvent.pool import (
    BACKSTOP,
    TREASURY,
    AccountId,
    Anchor,
    Base,
    Deposit,
    Market,
    MarketId,
    MarketParameters,
    Pool,
    PoolParameters,
    is_exposed,
    pay,
)
from solvent.rules import Rejection, Rule
from solvent.trading import Trade

C = TypeVar("C", Market, Anchor, Base)

RUNS: Final = 300
STEPS: Final = 120
FACTORS: Final = (
    (0, 1, 4, FACTOR_CAP),
    (0, 1, 4, FACTOR_CAP + 1),
    (1, 2, 4, 16),
    (0, 1, 1, 16),
    (0, 4, 1, 16),
    (0, 1, 4),
    (0, 1, 4, 16, 64),
    (0,) * CLASSES,
    (),
)
"""Factors of classes with which a pool may start, and such with which it may not."""

FACTORS_OF_CASES: Final = (0, 1, 4, 16)
"""Factors of the cases that are written out and depend on how far a mark may move."""

COMMON: Final = (Deposit, Trade, Mark, Fund)
"""What is accepted often, so that the neighbours of few need to be looked at."""

AT_THE_CAPS: Final = "cash at its cap and equity that is not negative: sixteen positions at the caps of size and mark"
UNREACHABLE: Final[Mapping[tuple[str, Guard], str]] = {
    ("certify", Guard(Rule.NUM_14, "account")): AT_THE_CAPS,
    ("liquidate", Guard(Rule.NUM_14, "account")): AT_THE_CAPS,
}
"""Guards of an action without a case, and why: other guards of the same rules have theirs."""

PLAIN: Final = MarketParameters(
    lot=1,
    initial_rate=PPM // 10,
    maintenance_fraction=PPM // 2,
    interest_lower=VAULT_CAP - 1,
    interest_upper=VAULT_CAP,
    lowest_mark=LOWEST_MARK,
    highest_mark=PRICE_CAP,
)
"""A market of the cases that are written out."""

TRIALS: Final = 120
"""Runs spent on making a case small."""

UNREACHED: Final = {"CRT-8", "CRT-15", "DEF-17", "DEF-18"}
"""What need not hold of a pool that no run reaches: a case shows that a guard is there all the same."""


@dataclass(frozen=True)
class Rejects:
    """A rule rejects an action, naming a field."""

    kind: str
    guard: Guard


@dataclass(frozen=True)
class Takes:
    """An accepted action of this kind goes a way through its transition: how all forks on it went."""

    kind: str
    forks: frozenset[Decision]


@dataclass(frozen=True)
class Decides:
    """A decision goes one way in an accepted action of this kind."""

    kind: str
    decision: Decision


@dataclass(frozen=True)
class Compares:
    """A comparison at its edge in an action of this kind."""

    kind: str
    near: Near


Feature = Rejects | Takes | Decides | Compares


@dataclass(frozen=True)
class Candidate:
    """A step that shows something."""

    case: Case
    features: frozenset[Feature]
    faults: int

    def rank(self) -> tuple[int, int, str]:
        """The lowest is taken: one fault, a state that can be reached, a short history."""
        length = 10**6 if self.case.history is None else len(self.case.history.actions)
        return (max(self.faults, 1), length, self.case.id)


def features_of(action: Action, observation: Observation, faults: int) -> frozenset[Feature]:
    """What a step shows. Of an action with several faults only the rule that is reported."""
    kind = snake_case(type(action).__name__)
    near = {Compares(kind, near) for near in observation.near}
    if isinstance(observation.outcome, Rejected):
        rejects = Rejects(kind, Guard(observation.outcome.rule, observation.outcome.field))
        return frozenset({rejects, *near} if faults == 1 else {rejects})
    forks = frozenset(decision for decision in observation.decisions if decision.is_fork)
    decides = {Decides(kind, decision) for decision in observation.decisions}
    return frozenset({Takes(kind, forks), *decides, *near})


def case_of(source: str, history: History | None, state: Pool, action: Action | None) -> Case:
    """A case, its id from its content."""
    text = to_text([to_json(state), None if action is None else to_json(action)])
    case = Case("", "", source, history, state, action)
    expected = case.expected()
    requirement = str(expected.get("rule") or ("PAR-14" if action is None else effect_of(action)))
    return replace(
        case, id=f"{case.family}/{requirement}/{sha256(text.encode()).hexdigest()[:8]}", requirement=requirement
    )


@dataclass
class Collection:
    """The best candidate for everything that was shown."""

    observer: Observer = field(default_factory=Observer)
    best: dict[Feature, Candidate] = field(default_factory=dict)
    guards: set[tuple[str, Guard]] = field(default_factory=set)
    steps: int = 0

    def look(self, source: str, history: Callable[[], History | None], state: Pool, action: Action) -> Observation:
        """Observes a step and keeps what it shows first, or better than before."""
        self.steps += 1
        observation = self.observer.step(state, action)
        is_rejected = isinstance(observation.outcome, Rejected)
        faults = len(self.observer.faults_of(state, action)) if is_rejected else 0
        if not is_rejected:
            kind = snake_case(type(action).__name__)
            self.guards |= {(kind, guard) for guard in observation.guards}
        features = features_of(action, observation, faults)
        if any(self.is_better(feature, faults) for feature in features):
            candidate = Candidate(case_of(source, history(), state, action), features, faults)
            for feature in features:
                if feature not in self.best or candidate.rank() < self.best[feature].rank():
                    self.best[feature] = candidate
        return observation

    def is_better(self, feature: Feature, faults: int) -> bool:
        """Whether something is shown for the first time, or with fewer faults, or may be with a shorter history."""
        known = self.best.get(feature)
        return known is None or known.faults > max(faults, 1) or known.case.history is None

    def chosen(self) -> list[tuple[Candidate, frozenset[Feature]]]:
        """Few candidates that show everything, each with what it is kept for."""
        missing = set(self.best)
        pool = {candidate.case.id: candidate for candidate in self.best.values()}
        chosen = []
        while missing:
            best = min(pool.values(), key=lambda candidate: (-len(candidate.features & missing), candidate.rank()))
            kept = frozenset(best.features & missing)
            chosen.append((best, kept))
            missing -= kept
        return chosen


def explore(collection: Collection, seed: str) -> None:
    """One run: what is drawn, and around every accepted action its edges."""
    random = Random(seed)
    generator = Generator(random)
    start = pool = generator.pool()
    done: list[Action] = []
    for _ in range(STEPS):
        action = generator.action(pool)
        history = partial_history(start, done)
        observation = collection.look("generator", history, pool, action)
        if isinstance(observation.outcome, Accepted):
            if random.random() < (0.1 if isinstance(action, COMMON) else 0.5):
                look_around(collection, "generator", history, pool, action)
            pool = observation.outcome.pool
            done.append(action)


def watch(collection: Collection, history: History, action: Action) -> None:
    """The witness of a theorem, and around it its edges."""
    pool = history.state()
    collection.look("path", lambda: history, pool, action)
    look_around(collection, "path", lambda: history, pool, action)


def look_around(
    collection: Collection, source: str, history: Callable[[], History], pool: Pool, action: Action
) -> None:
    """Observes the neighbours of an accepted step, of its action and of its pool."""
    for neighbour in neighbours(pool, action):
        collection.look(source, history, pool, neighbour)
    for tilted in beyond_runs(pool, action):
        collection.look(source, lambda: None, tilted, action)


def partial_history(start: Pool, done: Sequence[Action]) -> Callable[[], History]:
    """The history up to now, made when it is asked for."""
    length = len(done)
    return lambda: History(start.parameters, tuple(done[:length]))


def neighbours(pool: Pool, action: Action) -> Iterator[Action]:
    """Both sides of every edge along every number of the action, and the action with every other id for one of its."""
    for place in number_places(action):
        for unit in (1, -1):
            yield from edge(action, place, unit, lambda tried: verdict(pool, tried)) or ()
    ids: dict[Any, list[Any]] = {
        AccountId: [BACKSTOP, *(account_id for account_id, _ in sorted_entries(pool.accounts))],
        MarketId: [market_id for market_id, _ in sorted_entries(pool.markets)],
    }
    for place, hint in places(type(action)):
        alike = [one for one, _ in places(type(action)) if value_at(action, one) == value_at(action, place)]
        for other in ids.get(hint, ()):
            yield with_value(action, place, other)
            if len(alike) > 1:
                yield reduce(lambda changed, one: with_value(changed, one, other), alike, action)


def beyond_runs(pool: Pool, action: Action) -> Iterator[Pool]:
    """Pools that no run reaches: somebody concerned has cash at its cap, or is below zero on a certified book.

    The difference is another's, so that equities still add up.
    """
    named = [value_at(action, place) for place, hint in places(type(action)) if hint is AccountId]
    for place, hint in places(type(action)):
        if hint is MarketId:
            yield from at_carry_cap(pool, value_at(action, place))
    for account_id in dict.fromkeys([*named, BACKSTOP, TREASURY]):
        cash = pool.accounts.get(account_id).cash
        for moved in (CASH_CAP - cash, -CASH_CAP - cash, -equity_of(pool, account_id) - 1):
            for tilted in counterweighed(pool, account_id, moved, named):
                if not {violation.requirement for violation in check(tilted)} - UNREACHED:
                    yield tilted
                    break


def at_carry_cap(pool: Pool, market_id: MarketId) -> Iterator[Pool]:
    """The pool with either carry of a market at its cap, either way, and nobody worth more or less."""
    market = pool.markets.get(market_id)
    for carry in (market.long_carry, market.short_carry):
        for cap in (CARRY_CAP, -CARRY_CAP):
            moved = cap - carry
            own = pool.accounts.get(BACKSTOP).positions.get(market_id)
            anchor = replace(market.anchor, backstop_base=market.anchor.backstop_base - own * moved)
            shifted = replace(
                with_carries(market, moved),
                anchor=with_carries(anchor, moved),
                bases=tuple(with_carries(base, moved) for base in market.bases),
            )
            tilted = replace(pool, markets=pool.markets.set(market_id, shifted))
            for account_id, account in pool.accounts:
                tilted = pay(tilted, account_id, account.positions.get(market_id) * moved)
            if not check(tilted):
                yield tilted


def with_carries(record: C, moved: int) -> C:
    """A market, its anchor or a base of it, with both carries moved; a record of nothing stays one."""
    if (isinstance(record, Anchor) and not record.epoch) or (isinstance(record, Base) and not record.generation):
        return record
    return replace(record, long_carry=record.long_carry + moved, short_carry=record.short_carry + moved)


def counterweighed(pool: Pool, account_id: AccountId, moved: int, named: Sequence[AccountId]) -> Iterator[Pool]:
    """The pool with so much moved to an account from one other, or half from each of two."""
    others = [one for one, account in sorted_entries(pool.accounts) if is_exposed(account) or one == BACKSTOP]
    others = [one for one in others if one != account_id]
    others.sort(key=lambda one: (one == BACKSTOP, one in named))
    for weights in [*((one, one) for one in others), *pairwise(others)]:
        after = pay(pool, account_id, moved)
        for one, part in zip(weights, (moved // 2, moved - moved // 2), strict=True):
            after = pay(after, one, -part)
        yield after


def one_too_many() -> Case:
    """A listing in a pool that has as many markets as may be."""
    start = Generator(Random("one too many")).pool()
    parameters = MarketParameters(
        lot=1,
        initial_rate=1,
        maintenance_fraction=1,
        interest_upper=1,
        lowest_mark=LOWEST_MARK,
        highest_mark=LOWEST_MARK,
    )
    market = Market(time=1, mark=LOWEST_MARK, parameters=parameters)
    for number in range(LISTED_CAP):
        start = replace(start, markets=start.markets.set(MarketId(str(number)), market))
    action = ListMarket(start.parameters.governance, MarketId("BTC"), LOWEST_MARK, 1, parameters)
    return case_of("generator", None, start, action)


def plain(name: str) -> PoolParameters:
    """The parameters of a pool for a case that is written out."""
    start = Generator(Random(name)).pool().parameters
    return replace(start, token_unit=1, requirement_floor=0, bounty=0, factors=FACTORS_OF_CASES)


def last_layer() -> Case:
    """A cut for what is left of the hole where nothing is due, of a side on which the backstop itself has a position.

    No run comes there: alice defaults in BTC and keeps a gain in ETH that is gone when she defaults there too, so
    nobody has gained in ETH; the winners of BTC pay what is due there, and those of SOL what is left.
    """
    start = replace(Generator(Random("last layer")).pool().parameters, token_unit=1, requirement_floor=0, bounty=0)
    parameters = replace(PLAIN, backstop_cap=VAULT_CAP)
    start = replace(start, max_markets_per_account=len(MARKETS))
    btc, eth, sol = MARKETS
    alice, bob, carol, dave = TRADERS
    mark = 2 * LOWEST_MARK

    def marked(market_id: MarketId, tenths: int, time: int) -> Action:
        return Mark(start.oracle, market_id, LOWEST_MARK * tenths // 10, time)

    def traded(market_id: MarketId, buyer: AccountId, seller: AccountId, size: int, price: int) -> Action:
        return Trade(market_id, buyer, seller, size, price, price, price)

    actions: list[Action] = [
        *(ListMarket(start.governance, market_id, mark, 1, parameters) for market_id in MARKETS),
        *(Deposit(one, amount) for one, amount in ((alice, 2 * mark), (bob, 10 * mark), (carol, 10 * mark))),
        Deposit(dave, mark // 10),
        traded(sol, bob, dave, 1, mark),
        marked(sol, 23, 2),
        Default(dave, sol),
        Deposit(BACKSTOP, mark // 20),
        Certify(bob, bob),
        traded(sol, bob, carol, 10, mark),
        traded(btc, alice, carol, 10, mark),
        traded(eth, carol, alice, 10, mark),
        marked(btc, 12, 2),
        marked(eth, 18, 2),
        Default(alice, btc),
        marked(eth, 20, 3),
        Default(alice, eth),
        marked(sol, 20, 3),
        ShareLoss(btc),
    ]
    return scripted(start, actions, ShareLoss(sol))


def scripted(parameters: PoolParameters, actions: Sequence[Action], action: Action) -> Case:
    """A case that is written out; all actions that lead to it are accepted."""
    pool = Pool(parameters)
    for one in actions:
        before, pool = pool, reached(pool, [one])
        if pool is before:
            raise AssertionError(f"{one} is rejected on the way to {action}")
    return case_of("generator", History(parameters, tuple(actions)), pool, action)


def reductions_in_trouble() -> Iterator[Case]:
    """Reductions by an account below its maintenance, at the mark and below it, whose products are almost the widest.

    Compared in words of 64, 128 or 192 bits, the ratios before and after are in the other order.
    """
    start = replace(Generator(Random("wide")).pool().parameters, token_unit=1, requirement_floor=0)
    start = replace(start, factors=FACTORS_OF_CASES)
    parameters = replace(PLAIN, initial_rate=PPM // 2, maintenance_fraction=PPM * 9 // 10)
    market_id, size, mark = MARKETS[0], 3**35, 3**36
    lower = mark * 4 // 5
    alice, bob, carol, *_ = TRADERS
    actions: list[Action] = [
        ListMarket(start.governance, market_id, mark, 1, parameters),
        Deposit(alice, size * mark // 2 + 1),
        *(Deposit(one, size * mark) for one in (bob, carol)),
        Trade(market_id, alice, carol, size, mark, mark, mark),
        Mark(start.oracle, market_id, lower, 2),
    ]
    before = reached(Pool(start), actions)
    for price, is_allowed in ((lower, True), (lower // 2, False)):
        for closed in range(size // 3, size // 2, size // 10**4):
            trade = Trade(market_id, bob, alice, closed, price, price, price)
            after = pay(before, alice, closed * (price - lower))
            has, had = equity_of(after, alice), equity_of(before, alice)
            held = requirement(before, alice, maintenance_margin)
            left = maintenance_margin(size - closed, before.markets.get(market_id))
            sides = (has * held, had * left)
            in_words = [narrowed(sides[0], bits) >= narrowed(sides[1], bits) for bits in (64, 128, 192)]
            if (verdict(before, trade) is None) == is_allowed and not any(one == is_allowed for one in in_words):
                yield scripted(start, actions, trade)
                break
        else:
            raise AssertionError("no reduction was found whose ratios are in another order in narrow words")


def narrowed(value: int, bits: int) -> int:
    """What is left of a number in a signed word of so many bits."""
    return (value + (1 << bits - 1)) % (1 << bits) - (1 << bits - 1)


def withdrawals_to_the_rounded_margin() -> Iterator[Case]:
    """The most that may be withdrawn, and one more, where the initial margin is not a whole number before rounding."""
    start = replace(Generator(Random("margin")).pool().parameters, token_unit=1, requirement_floor=0)
    parameters = replace(PLAIN, initial_rate=333_333)
    market_id, mark = MARKETS[0], LOWEST_MARK + 1
    alice, bob, *_ = TRADERS
    actions: list[Action] = [
        ListMarket(start.governance, market_id, mark, 1, parameters),
        Deposit(alice, mark),
        Deposit(bob, mark),
        Trade(market_id, alice, bob, 1, mark, mark, mark),
    ]
    pool = reached(Pool(start), actions)
    most = equity_of(pool, alice) - requirement(pool, alice, initial_margin)
    for amount in (most, most + 1):
        yield scripted(start, actions, Withdraw(alice, alice, amount))


def openings_in_a_crowded_market() -> Iterator[Case]:
    """The largest opening that interest between its limits allows, and a lot more, by somebody without a position."""
    start, mark = plain("crowded"), LOWEST_MARK
    crowded = replace(PLAIN, interest_lower=10 * mark, interest_upper=1000 * mark)
    market_id, (alice, bob, carol, *_) = MARKETS[0], TRADERS
    actions: list[Action] = [
        ListMarket(start.governance, market_id, mark, 1, crowded),
        Deposit(alice, 20 * mark),
        *(Deposit(one, 1000 * mark) for one in (bob, carol)),
        Trade(market_id, bob, carol, 100, mark, mark, mark),
    ]
    pool = reached(Pool(start), actions)
    openings = [Trade(market_id, alice, bob, size, mark, mark, mark) for size in range(1, 1000)]
    most = next(number for number, opening in enumerate(openings) if verdict(pool, opening) is not None)
    for opening in openings[most - 1 : most + 1]:
        yield scripted(start, actions, opening)


def turned_position() -> Case:
    """A long position below its maintenance turned into a smaller short one: not reduced, but opened."""
    start, mark = plain("turned"), 10 * LOWEST_MARK
    market_id, (alice, bob, carol, *_) = MARKETS[0], TRADERS
    lower = mark * 91 // 100
    actions: list[Action] = [
        ListMarket(start.governance, market_id, mark, 1, PLAIN),
        Deposit(alice, mark),
        *(Deposit(one, 10 * mark) for one in (bob, carol)),
        Trade(market_id, alice, carol, 10, mark, mark, mark),
        Mark(start.oracle, market_id, lower, 2),
        Certify(bob, alice),
    ]
    return scripted(start, actions, Trade(market_id, bob, alice, 15, lower, lower, lower))


def liquidator_in_many_markets() -> Case:
    """A liquidator that holds as many positions as it may, and none in the market of the account."""
    start, mark = replace(plain("many"), max_markets_per_account=1), 10 * LOWEST_MARK
    (btc, eth, *_), (alice, bob, carol, dave) = MARKETS, TRADERS
    lower = mark * 94 // 100
    actions: list[Action] = [
        *(ListMarket(start.governance, market_id, mark, 1, PLAIN) for market_id in (btc, eth)),
        Deposit(alice, mark),
        *(Deposit(one, 10 * mark) for one in (bob, carol, dave)),
        Trade(btc, alice, carol, 10, mark, mark, mark),
        Trade(eth, bob, dave, 1, mark, mark, mark),
        Mark(start.oracle, btc, lower, 2),
        Certify(bob, alice),
    ]
    return scripted(start, actions, Liquidate(bob, btc, alice, bob, 6))


def default_without_a_loss() -> Case:
    """A default in a market that has not moved since the book was certified, of somebody who has lost nothing.

    No run comes there: on a certified book nobody is below zero. Cash is moved from one account to another.
    """
    start, mark = plain("without a loss"), LOWEST_MARK
    market_id, (alice, bob, *_) = MARKETS[0], TRADERS
    actions: list[Action] = [
        ListMarket(start.governance, market_id, mark, 1, PLAIN),
        *(Deposit(one, mark) for one in (alice, bob, BACKSTOP)),
        Trade(market_id, alice, bob, 1, mark, mark, mark),
    ]
    pool = reached(Pool(start), actions)
    moved = equity_of(pool, alice) + 1
    return case_of("generator", None, pay(pay(pool, alice, -moved), bob, moved), Default(alice, market_id))


def made_small(collection: Collection, candidate: Candidate, kept: frozenset[Feature]) -> Case:
    """The case with a history and numbers as small as they go; what it is kept for it still shows."""
    case = candidate.case
    if case.history is None or case.action is None:
        return case
    start = Pool(case.history.parameters)

    def shows(actions: list[Action]) -> tuple[Case, int] | None:
        if not actions:
            return None
        pool = start
        for action in actions[:-1]:
            before, pool = pool, reached(pool, [action])
            if pool is before:
                return None
        action = actions[-1]
        observation = collection.observer.step(pool, action)
        is_rejected = isinstance(observation.outcome, Rejected)
        faults = len(collection.observer.faults_of(pool, action)) if is_rejected else 0
        if faults > candidate.faults or not kept <= features_of(action, observation, faults):
            return None
        history = History(start.parameters, tuple(actions[:-1]))
        return case_of(case.source, history, pool, action), len(actions)

    return Shrinker([*case.history.actions, case.action], case, shows, TRIALS).shrunk()


def resets() -> Iterator[Case]:
    """Pools that may start, and pools that may not for one of their parameters, on both sides of every edge."""
    start = Generator(Random("resets")).pool()
    yield case_of("generator", None, start, None)
    for place in number_places_of(start.parameters):
        for value in (-1, 0, 1, *edges(start, place)):
            yield case_of("generator", None, Pool(with_value(start.parameters, (place,), value)), None)
    for factors in FACTORS:
        yield case_of("generator", None, Pool(replace(start.parameters, factors=factors)), None)


def number_places_of(parameters: Any) -> list[str]:
    """The parameters that are numbers."""
    return [place[0] for place, hint in places(type(parameters)) if hint is int]


def edges(start: Pool, name: str) -> Iterator[int]:
    """The last value that is accepted, and the first that is not."""

    def is_accepted(value: int) -> bool:
        try:
            check_pool_parameters(with_value(start.parameters, (name,), value))
        except Rejection:
            return False
        return True

    low, high = TYPICAL.get(name, (1,))[0], 2**255
    while is_accepted(low) and high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if is_accepted(middle) else (low, middle)
    yield from (low, high)


Witness = tuple[History, Action]
"""An action that is accepted, and how the pool comes about that accepts it."""


def suite(witnesses: Sequence[Witness]) -> tuple[list[Case], Collection]:
    """All cases by id, and what was seen on the way."""
    collection = Collection()
    for witness in followed(witnesses, len(witnesses), "witnesses watched"):
        watch(collection, *witness)
    for number in followed(range(RUNS), RUNS, "runs watched"):
        explore(collection, f"vectors/{number}")
    chosen = collection.chosen()
    cases = [
        *resets(),
        one_too_many(),
        last_layer(),
        *reductions_in_trouble(),
        *withdrawals_to_the_rounded_margin(),
        *openings_in_a_crowded_market(),
        turned_position(),
        liquidator_in_many_markets(),
        default_without_a_loss(),
    ]
    for candidate, kept in followed(chosen, len(chosen), "cases made small"):
        cases.append(made_small(collection, candidate, kept))
    by_id = {case.id: case for case in cases}
    return [by_id[name] for name in sorted(by_id)], collection


def shown_by(cases: Sequence[Case], observer: Observer) -> tuple[set[Feature], list[Case]]:
    """What the cases show, and those that have more than one fault."""
    features: set[Feature] = set()
    several = []
    for case in cases:
        if case.action is not None:
            observation = observer.step(case.state, case.action)
            is_rejected = isinstance(observation.outcome, Rejected)
            faults = len(observer.faults_of(case.state, case.action)) if is_rejected else 0
            features |= features_of(case.action, observation, faults)
            several += [case] if faults > 1 else []
    return features, several


def coverage(cases: Sequence[Case], collection: Collection) -> str:
    """What the cases cover of what was seen, and what of the rules and guards they do not."""
    features, several = shown_by(cases, collection.observer)
    rejected = {case.requirement for case in cases if case.expected()["outcome"] == "rejected"}
    rules = {rule.value for rule in Rule}
    guards = {(feature.kind, feature.guard) for feature in features if isinstance(feature, Rejects)}
    missing = sorted(collection.guards - guards, key=lambda entry: (entry[0], entry[1].rule.value, entry[1].field))
    lines = [
        f"cases                       {len(cases)}, from {collection.steps} steps watched",
        f"rules that reject           {len(rejected & rules)} of {len(rules)}",
        f"guards of an action         {len(collection.guards & guards)} of {len(collection.guards)}",
        *(
            f"  without a case            {kind} {guard.rule.value} {guard.field}: "
            + UNREACHABLE.get((kind, guard), "none was found")
            for kind, guard in missing
        ),
    ]
    for label, kind in (
        ("ways to be accepted", Takes),
        ("decisions, each way", Decides),
        ("comparisons at their edge", Compares),
    ):
        seen = {feature for feature in collection.best if isinstance(feature, kind)}
        lines.append(f"{label:<27} {len(seen & features)} of {len(seen)} seen")
    lines.append(f"rejected for one fault      {sum(1 for case in cases if case not in several) - accepted(cases)}")
    lines.append(
        f"  for several               {len(several)}: {', '.join(sorted({case.requirement for case in several}))}"
    )
    return "\n".join(lines) + "\n"


def accepted(cases: Sequence[Case]) -> int:
    """How many are accepted."""
    return sum(1 for case in cases if case.expected()["outcome"] == "accepted")


def written(cases: Sequence[Case]) -> Mapping[str, str]:
    """The files of the suite, by their path."""
    files = {"schema.json": to_text(schema()) + "\n"}
    for family in sorted({case.family for case in cases}):
        own = [case for case in cases if case.family == family]
        files[f"{family}/cases.json"] = text_of(own)
        files[f"{family}/README.md"] = readme(family, own)
    return files


def readme(family: str, cases: Sequence[Case]) -> str:
    """What a family is about."""
    kinds = {snake_case(kind.__name__): kind for kind in KINDS}
    says = (
        "Whether a pool may start from a state: its parameters must be within their region."
        if family == RESET
        else " ".join((kinds[family].__doc__ or "").split())
    )
    sentences = {rule.value: rule.sentence for rule in Rule}
    counts = Counter(case.requirement for case in cases)
    rows = [
        f"| {name} | {sentences.get(name, 'accepted, with exactly this effect')} | {counts[name]} |"
        for name in sorted(counts, key=lambda name: (name in sentences, name.split("-")[0], int(name.split("-")[1])))
    ]
    head = ["| Requirement | What it says | Cases |", "| --- | --- | ---: |"]
    return "\n".join([f"# {family}", "", says, "", *head, *rows, ""])


def write(witnesses: Sequence[Witness], is_check: bool) -> int:
    """Writes the suite, or compares it with what stands there; the exit code."""
    try:
        cases, collection = suite(witnesses)
    except KeyboardInterrupt:
        return INTERRUPTED
    files = written(cases)
    print(coverage(cases, collection), end="")
    print(f"bytes                       {sum(len(text.encode()) for text in files.values())}")
    there = {str(path.relative_to(DIRECTORY)) for path in DIRECTORY.rglob("*") if path.is_file()}
    stale = [name for name, text in files.items() if name not in there or (DIRECTORY / name).read_text("utf-8") != text]
    stale += sorted(there - set(files))
    if is_check:
        for name in stale:
            print(f"stale: {name}: make vectors")
        return FAILED if stale else PASSED
    for name in stale:
        if name in files:
            (DIRECTORY / name).parent.mkdir(parents=True, exist_ok=True)
            write_whole(str(DIRECTORY / name), write_text(files[name]))
        else:
            (DIRECTORY / name).unlink()
    return PASSED


def write_text(text: str) -> Callable[[Path], object]:
    """Writes the text to a path."""
    return lambda path: path.write_text(text, encoding="utf-8")
