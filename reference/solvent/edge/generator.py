"""Draws pools and actions from a seed: with the state in view, towards the edges, and in part hostile.

Everything follows from the types of the machine's actions. An account, a market or a number is drawn for each field;
while the machine rejects the action, the field it names is drawn anew; and now and then a number is moved to where the
outcome changes, one unit to this side of it or to that. What a number means is guessed from its field's name, which
makes more actions accepted and nothing else: a field of a name not known here is drawn from the numbers of the pool.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import is_dataclass, replace
from functools import cache
from random import Random
from typing import Any, Final, NamedTuple, TypeVar, cast, get_args, get_origin

from solvent import numbers
from solvent.certification import Certify, book_is_certified
from solvent.default import Default, ShareLoss, TakeOver, Unwind
from solvent.edge.structure import hints
from solvent.liquidation import Liquidate
from solvent.machine import Accepted, Action, step
from solvent.margin import equity_of, initial_margin, maintenance_margin, requirement
from solvent.marking import Mark
from solvent.numbers import FACTOR_CAP, PPM, PRICE_CAP, SIZE_CAP, VAULT_CAP
from solvent.parameters import ListMarket, SetParameters, check_pool_parameters
from solvent.pool import BACKSTOP, TREASURY, AccountId, Deposit, Market, MarketId, Pool, PoolParameters, Table, equity
from solvent.rules import Rejection, Rule
from solvent.settlement import Settle, SettlePosition
from solvent.trading import Trade

R = TypeVar("R")

Place = tuple[str, ...]
"""The names that lead from an action to one of its numbers or ids."""

KINDS: Final[tuple[type[Action], ...]] = get_args(Action)

ORACLE, GOVERNANCE = AccountId("oracle"), AccountId("governance")
TRADERS: Final = tuple(AccountId(name) for name in ("alice", "bob", "carol", "dave"))
STRANGERS: Final = (AccountId("nobody"), AccountId("zoë"), AccountId("0"))
MARKETS: Final = tuple(MarketId(name) for name in ("BTC", "ETH", "SOL"))
NOWHERE: Final = MarketId("nowhere")

CAPS: Final[tuple[int, ...]] = tuple(value for name, value in sorted(vars(numbers).items()) if name.isupper())
WORD: Final = 2**255
"""No number drawn is wider than a signed word of 256 bits."""

HOSTILE: Final[tuple[int, ...]] = (
    0,
    -1,
    1,
    *(cap + way for cap in CAPS for way in (-1, 0, 1)),
    -PRICE_CAP,
    -WORD,
    WORD - 1,
)

TYPICAL: Final[Mapping[str, tuple[int, ...]]] = {
    "token_unit": (1, 1, 10, 10**6),
    "requirement_floor": (0, 0, 1, 10**6, 10**9),
    "max_markets_per_account": (1, 2, 4, 16),
    "lot": (1, 1, 10, 1000),
    "initial_rate": (1, 20_000, 50_000, 50_000, 100_000, 100_000, 333_333, PPM),
    "maintenance_fraction": (1, 500_000, 500_000, 666_667, 900_000, PPM),
    "interest_lower": (0, 10**15, 10**30, 10**30, VAULT_CAP - 1),
    "interest_upper": (1, 10**18, 2 * 10**30, VAULT_CAP, VAULT_CAP),
    "fee_rate": (0, 0, 1, 500, 500, 10_000, PPM),
    "penalty_rate": (0, 1, 10_000, 50_000, PPM),
    "funding_rate": (0, 1, 10_000, 100_000, PPM),
    "lowest_mark": (10**6, 10**6, 10**6 + 1, 10**8),
    "highest_mark": (10**6, 10**9, 10**12, 10**15, PRICE_CAP, PRICE_CAP),
    "backstop_inventory": (0, 10, 10**6, SIZE_CAP),
    "backstop_cap": (0, 0, 10**9, 10**12, VAULT_CAP),
    "expiry": (0, 0, 0, 0, 20, 60),
    "bounty": (0, 1, 10**6, 10**9),
}
"""Parameters worth drawing, within their region and on its edge."""

FACTORS: Final = ((0, 1, 4, 16), (0, 1, 4, 16), (0, 1, 2, 3), (0, 5, 10, FACTOR_CAP))
"""Factors of classes worth drawing."""

LASTING: Final = ("lot", "expiry")
"""Parameters of a market that stay what they were when it was listed."""

OFTEN: Final[tuple[type[Action], ...]] = (Trade, Mark)
"""What makes that something happens, and is drawn four times as often."""

SELDOM: Final[tuple[type[Action], ...]] = (Settle, SetParameters)
"""What ends much that could still happen, and is drawn that much less often."""

DRAWN_FIRST: Final = {MarketId: 0, AccountId: 1}

PATIENCE: Final = 8
"""How often a field is drawn anew before an action is left rejected."""

TRIES: Final = 3
"""How many actions are looked at for one that brings a rejected one further."""

PRECEDENCE: Final = {rule: number for number, rule in enumerate(Rule)}


def places(kind: Any) -> tuple[tuple[Place, Any], ...]:
    """The numbers and ids of a record, those of the records within it included, and their types."""
    return walked(kind)


@cache
def walked(kind: Any) -> tuple[tuple[Place, Any], ...]:
    """The same, found once."""
    return tuple(walk(kind, ()))


def walk(kind: Any, prefix: Place) -> Iterator[tuple[Place, Any]]:
    """The same, one after the other."""
    for name, hint in hints(kind).items():
        if is_dataclass(hint):
            yield from walk(hint, (*prefix, name))
        else:
            yield (*prefix, name), hint


def value_at(record: Any, place: Place) -> Any:
    """What stands at a place of a record."""
    for name in place:
        record = getattr(record, name)
    return record


def with_value(record: Any, place: Place, value: object) -> Any:
    """The record with a value at a place."""
    name, *rest = place
    return replace(record, **{name: with_value(getattr(record, name), tuple(rest), value) if rest else value})


def number_places(action: Action) -> list[Place]:
    """Where an action has numbers."""
    return [place for place, hint in places(type(action)) if hint is int]


def verdict(pool: Pool, action: Action) -> Rule | None:
    """The rule that rejects the action; none when it is accepted."""
    outcome = step(pool, action)
    return None if isinstance(outcome, Accepted) else outcome.rule


def verdict_after(pool: Pool, action: Action, goal: Action) -> Rule | None:
    """What becomes of the goal after the action; the action's own rule when it is rejected."""
    outcome = step(pool, action)
    return verdict(outcome.pool, goal) if isinstance(outcome, Accepted) else outcome.rule


class Generator:
    """A source of actions of the kinds given; the same random gives the same actions on the same pools."""

    def __init__(self, random: Random, kinds: Sequence[type[Action]] = KINDS) -> None:
        self.random = random
        self.kinds = (*kinds, *(kind for kind in kinds if kind in OFTEN for _ in range(3)))
        self.planned: Action | None = None

    def pool(self) -> Pool:
        """An empty pool of parameters that the machine accepts."""
        while True:
            parameters = cast(PoolParameters, self.record(PoolParameters, None))
            parameters = replace(parameters, oracle=ORACLE, governance=GOVERNANCE)
            try:
                check_pool_parameters(parameters)
            except Rejection:
                continue
            return Pool(parameters)

    def action(self, pool: Pool) -> Action:
        """An action to be tried on the pool."""
        if self.planned is not None:
            action, self.planned = self.planned, None
            return action
        action = self.drawn(pool)
        temper = self.random.random()
        if temper < 0.12:
            return action
        action = self.mended(pool, action)
        if temper < 0.2:
            return self.on_edge(pool, action)
        if verdict(pool, action) is None:
            return action
        if temper < 0.25:
            return self.leading_to(pool, action)
        return self.mended(pool, self.drawn(pool)) if temper < 0.8 else action

    def drawn(self, pool: Pool) -> Action:
        """An action as it comes."""
        fitting = [kind for kind in fitting_kinds(pool) if kind in self.kinds]
        kinds = fitting if fitting and self.random.random() < 0.5 else self.kinds
        kind = self.random.choice(kinds)
        while kind in SELDOM and self.random.random() < 0.9:
            kind = self.random.choice(kinds)
        return cast(Action, self.record(kind, pool))

    def leading_to(self, pool: Pool, goal: Action) -> Action:
        """An action after which the goal comes further than now, by as little as possible; the goal is tried next."""
        action = goal
        now = verdict(pool, goal)
        for _ in range(TRIES):
            action = self.mended(pool, self.about(goal, self.drawn(pool)))
            pair = self.edge_at_some_number(pool, action, lambda tried: verdict_after(pool, tried, goal))
            if pair is None or verdict(pool, pair[1]) is not None:
                continue
            then = verdict_after(pool, pair[1], goal)
            if then is None or (now is not None and PRECEDENCE[then] > PRECEDENCE[now]):
                self.planned = goal
                return self.random.choice((pair[0], pair[1], pair[1]))
        return action

    def about(self, goal: Action, action: Action) -> Action:
        """The action with the goal's market, where both have one."""
        markets = [value_at(goal, place) for place, hint in places(type(goal)) if hint is MarketId]
        for place, hint in places(type(action)):
            if hint is MarketId and markets:
                action = with_value(action, place, markets[0])
        return action

    def mended(self, pool: Pool, action: Action) -> Action:
        """The action with the fields drawn anew that the machine names, as long as that brings it further."""
        outcome = step(pool, action)
        for _ in range(PATIENCE):
            if isinstance(outcome, Accepted):
                break
            named = [entry for entry in places(type(action)) if entry[0][-1] == outcome.field]
            if not named or self.random.random() < 0.5:
                named = list(places(type(action)))
            place, hint = self.random.choice(named)
            for value in self.others(place[-1], hint, pool, action):
                other = with_value(action, place, value)
                tried = step(pool, other)
                if isinstance(tried, Accepted) or PRECEDENCE[tried.rule] > PRECEDENCE[outcome.rule]:
                    action, outcome = other, tried
                    break
        return action

    def others(self, name: str, hint: Any, pool: Pool, action: Action) -> list[Any]:
        """Values to put in the place of one that was rejected: every id there is, or a number drawn anew."""
        if hint is AccountId:
            return self.random.sample((*TRADERS, BACKSTOP, ORACLE, GOVERNANCE), len(TRADERS) + 3)
        if hint is MarketId:
            return self.random.sample(MARKETS, len(MARKETS))
        return [self.value(name, hint, scene_of(pool, action))]

    def on_edge(self, pool: Pool, action: Action) -> Action:
        """The action with one of its numbers moved to where the outcome changes, the last before or the first after."""
        pair = self.edge_at_some_number(pool, action, lambda tried: verdict(pool, tried))
        if pair is None:
            return action
        chosen = self.random.choice(pair)
        # A pool that stands at its caps does nothing any more.
        spent = any(abs(value_at(chosen, place)) >= SIZE_CAP // 2 for place in number_places(chosen))
        return action if spent and verdict(pool, chosen) is None and self.random.random() < 0.9 else chosen

    def edge_at_some_number(
        self, pool: Pool, action: Action, outcome: Callable[[Action], object]
    ) -> tuple[Action, Action] | None:
        """Where the outcome changes along one of the action's numbers, in a unit that means something."""
        numbers_of = number_places(action)
        if not numbers_of:
            return None
        units = (1, pool.parameters.token_unit, max(scene_of(pool, action).market().parameters.lot, 1))
        unit = self.random.choice(units) * self.random.choice((-1, 1))
        return edge(action, self.random.choice(numbers_of), unit, outcome)

    def record(self, kind: type, pool: Pool | None) -> Any:
        """A record, field by field: the market first, then the accounts, for the numbers depend on both."""
        values: dict[Place, Any] = {}
        scene = Scene(pool, NOWHERE, ())
        for place, hint in sorted(places(kind), key=lambda entry: DRAWN_FIRST.get(entry[1], len(DRAWN_FIRST))):
            values[place] = drawn = self.value(place[-1], hint, scene)
            if hint is MarketId:
                scene = scene._replace(market_id=drawn)
            elif hint is AccountId:
                scene = scene._replace(accounts=(*scene.accounts, drawn))
        return assembled(kind, values, ())

    def value(self, name: str, hint: Any, scene: "Scene") -> Any:
        """A value for a field."""
        if hint is AccountId:
            return self.account(name, scene)
        if hint is MarketId:
            draw = self.random.random()
            held = [market_id for market_id, market in scene.listed() if market.long_interest + market.short_interest]
            active = [market_id for market_id, market in scene.listed() if market.settled == 0]
            if held and draw < 0.5:
                return self.random.choice(held)
            if active and draw < 0.8:
                return self.random.choice(active)
            return self.random.choice((*MARKETS, *MARKETS, *MARKETS, NOWHERE))
        if hint is int:
            return self.number(name, scene)
        if name == "factors":
            return self.random.choice(FACTORS)
        if get_origin(hint) is tuple:
            return tuple(self.value(name, get_args(hint)[0], scene) for _ in range(self.random.randrange(5)))
        if is_dataclass(hint):
            return self.record(cast(type, hint), scene.pool)
        raise TypeError(f"nothing is known of how to draw a {hint} for {name}")

    def account(self, name: str, scene: "Scene") -> AccountId:
        """Mostly a trader or a holder, now and then one named already, or one with a role, or a stranger."""
        draw = self.random.random()
        if scene.accounts and draw < 0.2:
            return self.random.choice(scene.accounts)
        if name == "account" and draw < 0.7 and (holders := scene.holders()):
            return holders[0] if draw < 0.55 else self.random.choice(holders)
        if draw < 0.75:
            return self.random.choice(TRADERS)
        if draw < 0.95:
            return self.random.choice((BACKSTOP, ORACLE, GOVERNANCE, TREASURY))
        return self.random.choice(STRANGERS)

    def number(self, name: str, scene: "Scene") -> int:
        """A number for a field of this name."""
        if self.random.random() < 0.06:
            return self.random.choice(HOSTILE)
        if name in LASTING and scene.market().mark and self.random.random() < 0.9:
            return cast(int, getattr(scene.market().parameters, name))
        if name in TYPICAL:
            return self.random.choice(TYPICAL[name])
        if scene.pool is None:
            return self.random.choice(CAPS)
        return MEANINGS.get(name, Generator.any_number)(self, scene.pool, scene)

    def any_number(self, pool: Pool, scene: "Scene") -> int:
        """A number of the pool, or next to one."""
        return self.random.choice(pool_numbers(pool)) + self.random.choice((-1, 0, 0, 1))

    def magnitude(self, most: int) -> int:
        """A positive number, of drawn length."""
        return self.random.randint(1, min(most, 1 << self.random.randint(1, most.bit_length())))

    def amount(self, pool: Pool, scene: "Scene") -> int:
        """Quote quanta, mostly a whole number of token units: what somebody may withdraw, or anything."""
        unit = pool.parameters.token_unit
        draw = self.random.random()
        if draw < 0.1:
            return self.any_number(pool, scene)
        if draw < 0.5:
            trader = self.random.choice(scene.accounts or TRADERS)
            free = equity_of(pool, trader) - requirement(pool, trader, initial_margin)
            return max(free // unit, 1) * unit + self.random.choice((0, 0, unit, 1))
        most = 1 << (60 if draw < 0.95 else 119)
        return (self.magnitude(most) // unit + 1) * unit

    def size(self, pool: Pool, scene: "Scene") -> int:
        """Base quanta, mostly whole lots: of a position held, of what somebody's margin allows, or anything."""
        market = scene.market()
        lot = max(market.parameters.lot, 1)
        account = pool.accounts.get(self.random.choice(scene.accounts or TRADERS))
        held = abs(account.positions.get(scene.market_id))
        draw = self.random.random()
        inventory = abs(pool.accounts.get(BACKSTOP).positions.get(scene.market_id))
        if inventory and draw < 0.2:
            return min(held or inventory, inventory)
        if held and draw < 0.5:
            return held if draw < 0.2 else max(held // self.random.randint(1, 9) // lot, 1) * lot
        if market.mark and draw < 0.85:
            others = scene.accounts if draw < 0.75 else ()
            has = min(equity(one, pool.markets) for one in (account, *map(pool.accounts.get, others)))
            free = has * PPM * self.random.randint(1, 10) // 10
            most = min(free // (market.mark * market.parameters.initial_rate), SIZE_CAP)
            return max(most // lot, 1) * lot
        return (self.magnitude(SIZE_CAP if draw > 0.97 else 1 << 24) // lot + 1) * lot

    def price(self, pool: Pool, scene: "Scene") -> int:
        """Quote quanta per base quantum: near the mark, or where somebody's maintenance is no longer met."""
        market = scene.market()
        around = market.mark or self.magnitude(1 << 40)
        draw = self.random.random()
        holders = scene.holders() if draw < 0.3 else []
        if holders:
            holder = self.random.choice(holders[:3])
            reserve = requirement(pool, holder, maintenance_margin) * self.random.randint(-4, 4) // 4
            return around - (equity_of(pool, holder) - reserve) // pool.accounts.get(holder).positions.get(
                scene.market_id
            )
        if draw < 0.5:
            return around
        if draw < 0.98:
            return around + around * self.random.randint(-15, 15) // self.random.choice((30, 100, 300, 1000, 1000))
        edges = (market.parameters.lowest_mark, market.parameters.highest_mark)
        return self.random.choice(edges) + self.random.choice((-1, 0, 1))

    def highest_price(self, pool: Pool, scene: "Scene") -> int:
        """What a buyer would pay: mostly anything."""
        return PRICE_CAP if self.random.random() < 0.8 else self.price(pool, scene)

    def lowest_price(self, pool: Pool, scene: "Scene") -> int:
        """What a seller would take: mostly anything."""
        return 0 if self.random.random() < 0.8 else self.price(pool, scene)

    def time(self, pool: Pool, scene: "Scene") -> int:
        """After the oracle's last word, mostly by little."""
        draw = self.random.random()
        if draw < 0.1:
            return scene.market().time + self.random.choice((-1, 0))
        if draw < 0.13 and (expiry := scene.market().parameters.expiry):
            return expiry + self.random.choice((-1, 0, 1))
        return scene.market().time + (1 if draw < 0.98 else self.magnitude(1 << 32))

    def payment(self, pool: Pool, scene: "Scene") -> int:
        """A funding step to either side, up to what the market allows, mostly far less."""
        market = scene.market()
        limit = market.mark * market.parameters.funding_rate // PPM
        if self.random.random() < 0.2:
            return self.random.choice((limit, -limit, limit + 1, -limit - 1))
        return self.random.randint(-limit, limit) // 100


class Scene(NamedTuple):
    """What the fields of an action not yet drawn depend on: the pool, the market and the accounts drawn so far."""

    pool: Pool | None
    market_id: MarketId
    accounts: tuple[AccountId, ...]

    def market(self) -> Market:
        """The market drawn; the default where there is none."""
        return Market() if self.pool is None else self.pool.markets.get(self.market_id)

    def listed(self) -> list[tuple[MarketId, Market]]:
        """The markets by id."""
        return [] if self.pool is None else sorted_entries(self.pool.markets)

    def holders(self) -> list[AccountId]:
        """Who has a position in the market, who has the least above its maintenance first, who is below zero last."""
        if self.pool is None:
            return []
        ranked = []
        for account_id, account in self.pool.accounts:
            if account.positions.get(self.market_id):
                has = equity(account, self.pool.markets)
                rest = has - requirement(self.pool, account_id, maintenance_margin)
                ranked.append((has < 0, rest, account_id))
        return [account_id for _, _, account_id in sorted(ranked)]


def scene_of(pool: Pool, action: Action) -> Scene:
    """The scene once the whole action is drawn."""
    found = [(value_at(action, place), hint) for place, hint in places(type(action))]
    markets = [value for value, hint in found if hint is MarketId]
    return Scene(pool, markets[0] if markets else NOWHERE, tuple(value for value, hint in found if hint is AccountId))


MEANINGS: Final[Mapping[str, Callable[[Generator, Pool, Scene], int]]] = {
    "amount": Generator.amount,
    "size": Generator.size,
    "price": Generator.price,
    "mark": Generator.price,
    "buyer_limit": Generator.highest_price,
    "seller_limit": Generator.lowest_price,
    "time": Generator.time,
    "payment": Generator.payment,
}


def fitting_kinds(pool: Pool) -> list[type[Action]]:
    """The kinds of actions that the state calls for, which are else hardly ever accepted."""
    if not len(pool.markets):
        return [ListMarket, Deposit]
    if not book_is_certified(pool):
        return [Certify, Default, ShareLoss]
    accounts = [account_id for account_id, _ in pool.accounts if account_id != BACKSTOP]
    kinds: list[type[Action]] = []
    if any(equity_of(pool, one) < requirement(pool, one, maintenance_margin) for one in accounts):
        kinds += [Liquidate, Liquidate]
    if len(pool.accounts.get(BACKSTOP).positions):
        kinds += [Unwind, TakeOver]
    if any(market.settled and market.long_interest + market.short_interest for _, market in pool.markets):
        kinds.append(SettlePosition)
    return kinds


def edge(record: R, place: Place, unit: int, outcome: Callable[[R], object]) -> tuple[R, R] | None:
    """Two records, a unit apart at the place, the first with the record's own outcome and the second with another.

    None when no number as wide as 256 bits changes the outcome.
    """
    start, own = value_at(record, place), outcome(record)

    def moved(steps: int) -> R:
        return cast(R, with_value(record, place, start + steps * unit))

    same, other = 0, 1
    while outcome(moved(other)) == own:
        same, other = other, other * 4
        if abs(start + other * unit) >= WORD:
            return None
    while other - same > 1:
        middle = (same + other) // 2
        if outcome(moved(middle)) == own:
            same = middle
        else:
            other = middle
    return moved(same), moved(other)


def assembled(kind: type, values: Mapping[Place, Any], prefix: Place) -> Any:
    """The record of these values."""
    return kind(
        **{
            name: assembled(cast(type, hint), values, (*prefix, name)) if is_dataclass(hint) else values[*prefix, name]
            for name, hint in hints(kind).items()
        }
    )


def pool_numbers(pool: Pool) -> list[int]:
    """Numbers of accounts and markets, in a fixed order."""
    found = [pool.vault, *(account.cash for _, account in sorted_entries(pool.accounts))]
    for _, market in sorted_entries(pool.markets):
        found += [value for place, hint in places(Market) if hint is int for value in [value_at(market, place)]]
    return found


def sorted_entries(table: Table[Any, Any]) -> list[tuple[Any, Any]]:
    """A table's entries by key: what is drawn must not depend on the order in which a table holds them."""
    return sorted(table, key=lambda entry: str(entry[0]))
