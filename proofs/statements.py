"""Statements that are made of every transition, each a theorem in the transition's own module."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, TypeVar, get_args

from proofs import formulas, invariant
from proofs.facts import LONG_SIZES_ARE_NOT_NEGATIVE, SHORT_SIZES_ARE_NOT_NEGATIVE
from proofs.kernel.logic import both, choose, either, negation
from proofs.kernel.theorem import Contract
from proofs.theorems.numbers import whole_lots_add_up
from proofs.worlds import PoolWorld
from solvent.default import Default, TakeOver, Unwind
from solvent.liquidation import Liquidate
from solvent.machine import Accepted, Action, Rejected, open_book
from solvent.parameters import is_listed
from solvent.pool import BACKSTOP, AccountId, Market, MarketId, Pool, equity, is_exposed, is_open
from solvent.rules import Rule
from solvent.settlement import SettlePosition
from solvent.trading import Trade

SAID_OF_A_MARKET = (
    "time",
    "mark",
    "long_carry",
    "short_carry",
    "long_interest",
    "short_interest",
    "settled",
    "parameters",
)
"""The fields of a market but its anchor and its bases, which have theorems of their own."""

A = TypeVar("A", bound=Action)
T = TypeVar("T")


def accepted(world: PoolWorld, cls: type[A]) -> tuple[Pool, A, Pool] | None:
    """An arbitrary pool as the action finds it, the action, and the pool after; nothing where it is rejected.

    The action finds the pool anchored where it stands if the book is certified (CRT-10), which changes nothing else.
    """
    before = world.pool()
    action = world.action(cls, before)
    outcome = world.step(before, action)
    return (open_book(before, action), action, outcome.pool) if isinstance(outcome, Accepted) else None


def any_step(
    world: PoolWorld, before: Pool, kinds: tuple[type[Action], ...] = get_args(Action)
) -> tuple[Pool, Action, Pool] | None:
    """What `accepted` says, of an action of any of the kinds on the given pool."""
    for kind in kinds:
        if world.truth(kind.__name__):
            action = world.action(kind, before)
            outcome = world.step(before, action)
            return (open_book(before, action), action, outcome.pool) if isinstance(outcome, Accepted) else None
    return None


def anchored(pool: Pool) -> Pool:
    """The pool that an action finds which needs a certified book: a new epoch, in which nothing is due."""
    return replace(pool, epoch=pool.epoch + 1, owing=0, overdue=0)


def conserves(world: PoolWorld, cls: type[Action]) -> None:
    """CON-1: if the sum of equities equals the vault before the action, it does after."""
    before = world.pool()
    world.assume(invariant.conserves(before))
    action = world.action(cls, before)
    outcome = world.step(before, action)
    if isinstance(outcome, Accepted):
        if hasattr(action, "market"):
            revalue(world, before, outcome.pool, action.market)
        world.claim(invariant.conserves(outcome.pool), "CON-1: the sum of all equities equals the vault")


def revalue(world: PoolWorld, before: Pool, after: Pool, market_id: MarketId) -> None:
    """What a market's new mark and carries add to the sum of equities: their change on each side's total size."""
    old, new = before.markets.get(market_id), after.markets.get(market_id)
    on_longs = (new.mark - new.long_carry) - (old.mark - old.long_carry)
    on_shorts = (new.mark - new.short_carry) - (old.mark - old.short_carry)
    world.sum_rule(
        before.accounts,
        [
            (1, equity, (after.markets,)),
            (-1, equity, (before.markets,)),
            (-on_longs, invariant.long_in, (market_id,)),
            (on_shorts, invariant.short_in, (market_id,)),
        ],
        label="CON-1",
    )


def stays_well_formed(world: PoolWorld, cls: type[Action]) -> None:
    """CON-2 and CON-9: every field and every cached sum is as it must be after the action."""
    case = accepted(world, cls)
    if case is None:
        return
    before, action, after = case
    if isinstance(action, Liquidate | Default):
        backstop_is_where_markets_are_listed(world, before, action.market)
    if isinstance(action, Trade | Liquidate | Default | Unwind | TakeOver | SettlePosition):
        world.use(LONG_SIZES_ARE_NOT_NEGATIVE, before.accounts, action.market)
        world.use(SHORT_SIZES_ARE_NOT_NEGATIVE, before.accounts, action.market)
        if isinstance(action, Default | SettlePosition):
            moved = before.accounts.get(action.account).positions.get(action.market)
        else:
            moved = action.size
        for _, account, _ in world.touched(before.accounts, after.accounts):
            size = account.positions.get(action.market)
            world.apply(whole_lots_add_up, size, moved, before.markets.get(action.market).parameters.lot)
    world.claim(invariant.pool_is_well_formed(after), "CON-9: the vault and the parameters are within their bounds")
    markets = world.each(before.markets, after.markets)
    accounts = world.each(before.accounts, after.accounts)
    for market_id, _, market in markets:
        world.claim(invariant.market_is_well_formed(market), "CON-9: the market is within its bounds")
        world.claim(invariant.records_are_not_ahead(after, market), "CON-9: the market's records are not ahead")
        consistent = invariant.interest_is_consistent(after, market_id, market)
        world.claim(consistent, "CON-2: interests are the sums of the accounts' sizes, and equal")
    for account_id, _, account in accounts:
        world.claim(
            invariant.account_is_well_formed(after, account_id, account), "CON-9: the account is within its bounds"
        )
        for market_id, _, market in markets:
            whole = invariant.position_is_well_formed(account.positions.get(market_id), market)
            world.claim(whole, "CON-9: the position is in a listed market, a whole number of lots, within its cap")


def backstop_is_where_markets_are_listed(world: PoolWorld, pool: Pool, market_id: MarketId) -> None:
    """CON-5: in all markets but one the backstop holds no more positions than there are markets listed."""
    positions = pool.accounts.get(BACKSTOP).positions
    for table in (positions, pool.markets):
        table.get(market_id)
    label = "CON-5: a position is in a market that is listed"
    world.compare_rule((positions, is_open), (pool.markets, is_listed), label=label)


def accounts_change(
    world: PoolWorld,
    before: Pool,
    after: Pool,
    cash: Callable[[AccountId], int],
    size: Callable[[AccountId, MarketId], int],
) -> None:
    """Every account's cash and every position change by exactly so much; so does nobody else's (CON-3)."""
    markets = world.each(before.markets, after.markets)
    for account_id, old, new in world.each(before.accounts, after.accounts):
        world.claim(new.cash == old.cash + cash(account_id), "cash changes by exactly what the formula says")
        for market_id, _, _ in markets:
            expected = old.positions.get(market_id) + size(account_id, market_id)
            world.claim(new.positions.get(market_id) == expected, "positions change by exactly what the formula says")


def with_interest(market: Market, moves: list[tuple[int, int]]) -> Market:
    """The market with its interests as they are after positions moved from one size to another."""
    long_change = sum(longs(after) - longs(before) for before, after in moves)
    short_change = sum(longs(-after) - longs(-before) for before, after in moves)
    return replace(
        market,
        long_interest=market.long_interest + long_change,
        short_interest=market.short_interest + short_change,
    )


def exposed_after(before: Pool, accounts: Any, changed: Iterable[AccountId]) -> int:
    """How many accounts are exposed once the positions of the given ones, each named once, are those of the table."""
    count = before.exposed
    for account_id in changed:
        was, will_be = (is_exposed(table.get(account_id)) for table in (before.accounts, accounts))
        count += choose(account_id == BACKSTOP, 0, will_be - was)
    return count


def only_market_changes(world: PoolWorld, before: Pool, after: Pool, named: MarketId, changed: Market) -> None:
    """One market changes to exactly what is said, and no other changes at all."""
    for market_id, old, new in world.each(before.markets, after.markets):
        for name in SAID_OF_A_MARKET:
            now, was, meant = (getattr(market, name) for market in (new, old, changed))
            for (left, kept), (right, _) in zip(world.same(now, was), world.same(meant, was), strict=True):
                value = choose(market_id == named, right, kept)
                world.claim(left == value, f"the market's {name} is exactly as the formula says")


def no_market_changes(world: PoolWorld, before: Pool, after: Pool) -> None:
    """Every market is as it was."""
    for _, old, new in world.each(before.markets, after.markets):
        for left, right in world.same(old, new):
            world.claim(left == right, "CON-3: no market changes")


def nothing(*_: object) -> int:
    """No change."""
    return 0


def only(condition: bool, value: int) -> int:
    """The value where the condition holds, else nothing."""
    return choose(condition, value, 0)


def cash_for(size: int, change: int, market: Market, price: int) -> int:
    """What a change of position adds to cash, so that equity at the price stays: worth before less worth after."""
    return formulas.worth_at(size, market, price) - formulas.worth_at(size + change, market, price)


def longs(size: int) -> int:
    """The long part of a size."""
    return choose(size > 0, size, 0)


Condition = tuple[Rule, str, Callable[[], bool]]


def rejects_exactly(world: PoolWorld, outcome: Accepted | Rejected, rules: list[Condition]) -> None:
    """CON-7 and CON-8: accepted when every rule holds, else rejected by the first that does not, naming the field."""
    order = [list(Rule).index(rule) for rule, _, _ in rules]
    if order != sorted(order):
        raise ValueError("the rules are not in their order of precedence")
    for rule, field, condition in rules:
        if isinstance(outcome, Rejected) and (outcome.rule, outcome.field) == (rule, field):
            world.claim(negation(condition()), f"CON-8: rejected by {rule.value} only if not: {rule.sentence}")
            return
        world.claim(condition(), f"CON-8: past {rule.value} only if {rule.sentence}")
    world.claim(isinstance(outcome, Accepted), "CON-7: accepted, or rejected by one of the action's rules")


def asked(
    world: PoolWorld,
    contract: Contract,
    meant: Callable[..., bool],
    expected: Pool,
    otherwise: Callable[[], T],
) -> T:
    """What the function answered when the machine asked it; claims that it was asked of the expected pool.

    `meant` picks the call, by the pool asked of and what follows it among the arguments. Where bodies run, nothing
    was recorded and the specification's own answer stands.
    """
    for arguments, result in world.calls(contract):
        asked_of = arguments[contract.pool]
        if meant(asked_of, *arguments[contract.pool + 1 :]):
            for said, right in world.same(asked_of, expected):
                world.claim(said == right, "CON-8: asked of the pool that the action leaves")
            return result  # type: ignore[no-any-return]
    return otherwise()


def within(value: int, cap: int) -> bool:
    """Whether the value's magnitude is at most the cap."""
    return both(value <= cap, value >= -cap)


def vault_stays_whole(world: PoolWorld, before: Pool, after: Pool) -> None:
    """CON-10: the vault stays a whole number of token units, and is not negative."""
    unit = before.parameters.token_unit
    world.assume(before.vault % unit == 0)
    paid = after.vault - before.vault
    world.claim(paid % unit == 0, "CON-10: what is paid in or out is a whole number of token units")
    world.apply(whole_lots_add_up, before.vault, paid, unit)
    world.claim(after.vault % unit == 0, "CON-10: the vault is a whole number of token units")
    world.claim(after.vault >= 0, "CON-10: the vault is not negative")


def unless(exception: bool, condition: bool) -> bool:
    """Whether the condition holds, outside of the exception."""
    return either(exception, condition)


def pool_keeps_its_parameters(world: PoolWorld, before: Pool, after: Pool) -> None:
    """CON-3: no action changes the parameters of the pool."""
    for old, new in world.same(before.parameters, after.parameters):
        world.claim(new == old, "CON-3: the pool's parameters are unchanged")


def unmoved_classes(world: PoolWorld, before: Pool, after: Pool) -> None:
    """No class begins another generation."""
    for old, new in zip(before.classes, after.classes, strict=True):
        world.claim(new.generation == old.generation, "CRT-7: no class ends")
