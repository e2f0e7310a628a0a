"""Theorems about default and loss sharing (spec/default.md)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from proofs import formulas, invariant, ranges, statements
from proofs.contracts import (
    BOOK_EXACTLY,
    BY_NAME,
    EQUITY_BY_NAME,
    IS_NEEDED,
    LOSS_BY_NAME,
    MAY_TRADE,
    MAY_TRADE_SAFELY,
    MEETS_INITIAL,
    PAYERS_BY_NAME,
    REQUIREMENT,
    WANTED_BY_NAME,
    covered_or_no_riskier,
)
from proofs.facts import (
    LONG_SIZES_ARE_NOT_NEGATIVE,
    LOSS_COVERS_THE_FALL,
    LOSS_IS_NOT_NEGATIVE,
    OPEN_IS_NOT_NEGATIVE,
    OVERDUE_IS_NOT_NEGATIVE,
    SHORT_SIZES_ARE_NOT_NEGATIVE,
)
from proofs.kernel.frames import Measure
from proofs.kernel.logic import both, choose, either, negation
from proofs.kernel.theorem import theorem
from proofs.statements import nothing, only
from proofs.theorems.certification import nobody_is_below_zero_on_a_certified_book
from proofs.theorems.numbers import rounding_grows
from proofs.theorems.trading import may_trade_by_the_book
from proofs.worlds import PoolWorld
from solvent.certification import Certify, anchored_equity, anchored_worth, book_is_certified
from solvent.default import (
    Default,
    Defaulted,
    LossShared,
    ShareLoss,
    TakenOver,
    TakeOver,
    Unwind,
    Unwound,
    due_of,
    gain_of_longs,
    gain_of_shorts,
    is_overdue,
    is_owing,
    loss_of,
    payers_of,
    wanted_of,
)
from solvent.funding import Fund
from solvent.machine import Accepted, Rejected
from solvent.margin import equity_of
from solvent.marking import Mark
from solvent.numbers import CARRY_CAP, CASH_CAP
from solvent.pool import BACKSTOP, Account, AccountId, Deposit, Market, MarketId, Pool, equity, is_open, worth
from solvent.rules import Rule


@theorem("DEF-12")
def losses_are_not_negative(world: PoolWorld, size: int, market: Market, epoch: int) -> None:
    """A position's loss since the anchor is not negative: the fact that losses add up."""
    world.claim_of_entry(LOSS_IS_NOT_NEGATIVE, "DEF-12: a loss is not negative", size, market, epoch)
    world.claim_of_entry(LOSS_COVERS_THE_FALL, "DEF-12: the fall since the anchor is a loss", size, market, epoch)


@theorem("DEF-11", "DEF-12")
def what_is_absent_lost_and_owes_nothing(world: PoolWorld, market: Market, epoch: int) -> None:
    """Every measure of losses and dues is zero where nothing was set, so totals over entries are totals over all."""
    world.claim_of_absent(loss_of, "DEF-12: no position, no loss", 0, market, epoch)
    for measure in (is_owing, is_overdue):
        world.claim_of_absent(measure, "DEF-11: no market, no due", Market(), 0, epoch)
    world.claim_of_absent(headroom, "DEF-17: no account, no headroom", Account(), world.pool().markets, epoch)


@theorem("DEF-11", "DEF-12")
def what_the_anchor_says_is_exact(world: PoolWorld, size: int, market: Market, epoch: int) -> None:
    """Worth at the anchor, gains, the due and who could pay it are what the formulas say."""
    at = world.arbitrary(int, "own")
    longs, shorts = formulas.gains(market, epoch)
    world.claim(anchored_worth(size, market, epoch) == formulas.anchored_worth(size, market, epoch), "DEF-12: worth")
    world.claim(gain_of_longs(market, epoch) == longs, "DEF-12: what longs gained")
    world.claim(gain_of_shorts(market, epoch) == shorts, "DEF-12: what shorts gained")
    lost = formulas.anchored_worth(size, market, epoch) - formulas.worth(size, market)
    world.claim(loss_of(size, market, epoch) == choose(lost > 0, lost, 0), "DEF-12: what a position lost")
    due, payers = formulas.due(market, at, epoch), formulas.payers(market, at, epoch)
    world.claim(due_of(market, at, epoch) == due, "DEF-11: the due")
    world.claim(payers_of(market, at, epoch) == payers, "DEF-11: who could pay it")
    owing, overdue = both(due > 0, payers > 0), both(due > market.parameters.backstop_cap, payers > 0)
    world.claim(is_owing(market, at, epoch) == choose(owing, 1, 0), "DEF-11: owing")
    world.claim(is_overdue(market, at, epoch) == choose(overdue, 1, 0), "DEF-11: overdue")
    world.claim_of_entry(OVERDUE_IS_NOT_NEGATIVE, "DEF-11: overdue markets are counted", market, at, epoch)


@theorem("CON-1", contracts=BY_NAME)
def a_default_conserves(world: PoolWorld) -> None:
    """The sum of equities equals the vault after a default if it did before."""
    statements.conserves(world, Default)


@theorem("CON-9", "CON-2", contracts=BY_NAME)
def a_default_leaves_the_pool_well_formed(world: PoolWorld) -> None:
    """A default in a well-formed pool leaves it well formed."""
    statements.stays_well_formed(world, Default)


@theorem("NUM-2", contracts=BY_NAME)
def a_default_stays_within_a_word(world: PoolWorld) -> None:
    """Every integer that a default computes, accepted or rejected, fits a signed 256-bit word."""
    ranges.stays_within_a_word(world, Default, worth, loss_of)


@theorem("CON-1", contracts=BY_NAME)
def a_cut_conserves(world: PoolWorld) -> None:
    """The sum of equities equals the vault after a cut if it did before."""
    statements.conserves(world, ShareLoss)


@theorem("CON-9", "CON-2", contracts=BY_NAME)
def a_cut_leaves_the_pool_well_formed(world: PoolWorld) -> None:
    """A cut in a well-formed pool leaves it well formed."""
    statements.stays_well_formed(world, ShareLoss)


@theorem("NUM-2", contracts=BY_NAME)
def a_cut_stays_within_a_word(world: PoolWorld) -> None:
    """Every integer that a cut computes, accepted or rejected, fits a signed 256-bit word."""
    ranges.stays_within_a_word(world, ShareLoss, worth)


@theorem("CON-1", contracts=BY_NAME)
def an_unwinding_conserves(world: PoolWorld) -> None:
    """The sum of equities equals the vault after an unwinding if it did before."""
    statements.conserves(world, Unwind)


@theorem("CON-9", "CON-2", contracts=BY_NAME)
def an_unwinding_leaves_the_pool_well_formed(world: PoolWorld) -> None:
    """An unwinding in a well-formed pool leaves it well formed."""
    statements.stays_well_formed(world, Unwind)


@theorem("NUM-2", contracts=BY_NAME)
def an_unwinding_stays_within_a_word(world: PoolWorld) -> None:
    """Every integer that an unwinding computes, accepted or rejected, fits a signed 256-bit word."""
    ranges.stays_within_a_word(world, Unwind)


@theorem("CON-1", contracts=(*BY_NAME, MAY_TRADE))
def a_take_over_conserves(world: PoolWorld) -> None:
    """The sum of equities equals the vault after a take-over if it did before."""
    statements.conserves(world, TakeOver)


@theorem("CON-9", "CON-2", contracts=(*BY_NAME, MAY_TRADE))
def a_take_over_leaves_the_pool_well_formed(world: PoolWorld) -> None:
    """A take-over in a well-formed pool leaves it well formed."""
    statements.stays_well_formed(world, TakeOver)


@theorem("NUM-2", contracts=(*BY_NAME, MAY_TRADE))
def a_take_over_stays_within_a_word(world: PoolWorld) -> None:
    """Every integer that a take-over computes, accepted or rejected, fits a signed 256-bit word."""
    ranges.stays_within_a_word(world, TakeOver)


@theorem("DEF-11", contracts=(*BY_NAME, IS_NEEDED, MAY_TRADE, MEETS_INITIAL, REQUIREMENT))
def dues_stay_counted(world: PoolWorld) -> None:
    """The pool counts the markets that are owing and overdue, after every action as before."""
    before = world.pool()
    world.assume(invariant.dues_are_counted(before))
    case = statements.any_step(world, before)
    if case is None:
        return
    opened, _, after = case
    positions = before.accounts.get(BACKSTOP).positions
    if opened is not before:
        for measure in (is_owing, is_overdue):
            world.sum_rule(
                before.markets,
                [(1, measure, (*world.along(positions), opened.epoch))],
                label="DEF-11: nothing is due in a new epoch",
            )
    world.claim(invariant.dues_are_counted(after), "DEF-11: dues are counted")


def headroom(account: Account, markets: Any, epoch: int) -> int:
    """What an account had at the anchor, or nothing if it owes: the most it can have once its gains are cut."""
    had = account.cash + account.positions.total_along(markets, anchored_worth, epoch)
    return choose(had > 0, had, 0)


def headrooms(pool: Pool) -> int:
    """The headrooms of all accounts but the backstop."""
    backstop = headroom(pool.accounts.get(BACKSTOP), pool.markets, pool.epoch)
    return pool.accounts.total(headroom, pool.markets, pool.epoch) - backstop


@theorem("DEF-17", "DEF-16", contracts=BY_NAME)
def what_was_certified_is_final(world: PoolWorld) -> None:
    """Within an epoch headrooms grow by no more than is deposited, and nobody's falls but for a bounty or a default."""
    before = world.pool()
    case = statements.any_step(world, before, (Deposit, Mark, Fund, Certify, Default, ShareLoss))
    if case is None or case[0] is not before:
        return
    _, action, after = case
    world.sum_rule(
        before.accounts,
        [(1, headroom, (after.markets, after.epoch)), (-1, headroom, (before.markets, before.epoch))],
        label="DEF-17: a market's move changes nothing at the anchor",
    )
    if isinstance(action, Default):
        positions = before.accounts.get(action.account).positions
        along = (*world.along(before.markets), before.epoch)
        world.use(LOSS_COVERS_THE_FALL, positions, *along)
        world.use(LOSS_IS_NOT_NEGATIVE, positions, *along)
        world.none_rule(positions, is_open, loss_of, along, label="DEF-17: without a position nothing is lost")
    grown = headrooms(after) - headrooms(before)
    world.claim(grown <= after.vault - before.vault, "DEF-17: headrooms grow by no more than is deposited")
    for account_id, old, new in world.each(before.accounts, after.accounts):
        kept = headroom(new, after.markets, after.epoch) >= headroom(old, before.markets, before.epoch)
        may_fall = account_id == action.account if isinstance(action, Certify | Default) else False
        world.claim(either(may_fall, account_id == BACKSTOP, kept), "DEF-16: nobody else pays of what was certified")


def direction_of(pool: Pool, market_id: MarketId) -> int:
    """1 where the backstop is long, -1 where it is short."""
    return choose(pool.accounts.get(BACKSTOP).positions.get(market_id) > 0, 1, -1)


def moved_to(pool: Pool, other: AccountId, market_id: MarketId, change: int) -> Callable[[AccountId], tuple[int, int]]:
    """What an exchange of so much at the mark with the backstop adds to an account's cash and position."""
    market = pool.markets.get(market_id)

    def change_of(account_id: AccountId) -> tuple[int, int]:
        size = pool.accounts.get(account_id).positions.get(market_id)
        added = only(account_id == other, change) - only(account_id == BACKSTOP, change)
        return statements.cash_for(size, added, market, market.mark), added

    return change_of


def exchanged(pool: Pool, other: AccountId, market_id: MarketId, change: int) -> Market:
    """The market after the backstop exchanged so much with an account."""
    sizes = [pool.accounts.get(account_id).positions.get(market_id) for account_id in (other, BACKSTOP)]
    moves = [(sizes[0], sizes[0] + change), (sizes[1], sizes[1] - change)]
    return statements.with_interest(pool.markets.get(market_id), moves)


def exchange_with_the_backstop(
    world: PoolWorld, before: Pool, after: Pool, other: AccountId, market_id: MarketId, change: int, share: int = 0
) -> None:
    """An account takes so much from the backstop at the mark, which pays it the share; nothing else changes."""
    moved = moved_to(before, other, market_id, change)
    world.claim(after.vault == before.vault, "CON-3: the vault is unchanged")
    statements.pool_keeps_its_parameters(world, before, after)
    statements.unmoved_classes(world, before, after)
    statements.accounts_change(
        world,
        before,
        after,
        lambda account_id: (
            moved(account_id)[0] + only(account_id == other, share) - only(account_id == BACKSTOP, share)
        ),
        lambda account_id, key: only(key == market_id, moved(account_id)[1]),
    )
    statements.only_market_changes(world, before, after, market_id, exchanged(before, other, market_id, change))


def nobodys_equity_changes(world: PoolWorld, before: Pool, after: Pool) -> None:
    """No account's equity changes."""
    for _, old, new in world.each(before.accounts, after.accounts):
        world.claim(equity(new, after.markets) == equity(old, before.markets), "CON-3: nobody's equity changes")


@theorem("DEF-19", "CON-3", contracts=BY_NAME)
def an_unwinding_has_exactly_its_effect(world: PoolWorld) -> None:
    """Unwinding closes the size of both positions at the mark: no equity changes, and nothing else but interests."""
    case = statements.accepted(world, Unwind)
    if case is None:
        return
    before, action, after = case
    change = direction_of(before, action.market) * action.size
    world.claim(action.account != BACKSTOP, "DEF-19: another's position")
    exchange_with_the_backstop(world, before, after, action.account, action.market, change)
    nobodys_equity_changes(world, before, after)
    for account_id in (action.account, BACKSTOP):
        old, new = (pool.accounts.get(account_id).positions.get(action.market) for pool in (before, after))
        closed = both(formulas.is_reduction(old, new), formulas.magnitude(new) == formulas.magnitude(old) - action.size)
        world.claim(closed, "DEF-19: both positions are closed by the size")
    for said, meant in world.same(world.event(), Unwound(action.account, action.market, action.size)):
        world.claim(said == meant, "DEF-19: the event says by how much")


@theorem("DEF-20", "CON-3", contracts=(*BY_NAME, MAY_TRADE))
def a_take_over_has_exactly_its_effect(world: PoolWorld) -> None:
    """A take-over moves the size to the taker at the mark: no equity changes, and nothing else but interests."""
    case = statements.accepted(world, TakeOver)
    if case is None:
        return
    before, action, after = case
    change = direction_of(before, action.market) * action.size
    exchange_with_the_backstop(world, before, after, action.taker, action.market, change)
    nobodys_equity_changes(world, before, after)
    old, new = (pool.accounts.get(BACKSTOP).positions.get(action.market) for pool in (before, after))
    closed = both(formulas.is_reduction(old, new), formulas.magnitude(new) == formulas.magnitude(old) - action.size)
    world.claim(closed, "DEF-20: the backstop's position is closed by the size")
    for said, meant in world.same(world.event(), TakenOver(action.taker, action.market, action.size)):
        world.claim(said == meant, "DEF-20: the event says how much")


def exchange_rules(
    certified: bool, pool: Pool, market_id: MarketId, size: int
) -> tuple[list[statements.Condition], statements.Condition]:
    """The rules that unwinding and taking over have in common, and that no more is moved than the backstop has."""
    market, own = pool.markets.get(market_id), pool.accounts.get(BACKSTOP).positions.get(market_id)
    first: list[statements.Condition] = [
        (Rule.CRT_1, "book", lambda: certified),
        (Rule.NUM_6, "size", lambda: size >= 1),
        (Rule.CON_4, "market", lambda: market.mark >= 1),
        (Rule.SET_1, "market", lambda: market.settled == 0),
        (Rule.NUM_8, "size", lambda: size % market.parameters.lot == 0),
    ]
    return first, (Rule.DEF_8, "size", lambda: size <= formulas.magnitude(own))


def cash_is_within(
    pool: Pool, account_id: AccountId, change: Callable[[AccountId], tuple[int, int]]
) -> Callable[[], bool]:
    """Whether the account's cash is within the cap once it was changed."""
    return lambda: statements.within(pool.accounts.get(account_id).cash + change(account_id)[0], CASH_CAP)


@theorem("DEF-7", "DEF-8", "CON-7", "CON-8", contracts=BY_NAME)
def an_unwinding_is_rejected_exactly_when(world: PoolWorld) -> None:
    """An unwinding is rejected by the first of its rules that fails, and otherwise accepted."""
    before = world.pool()
    action = world.action(Unwind, before)
    outcome = world.step(before, action)
    certified = book_is_certified(before)
    direction = direction_of(before, action.market)
    held = before.accounts.get(action.account).positions.get(action.market)
    moved = moved_to(before, action.account, action.market, direction * action.size)
    first, limit = exchange_rules(certified, before, action.market, action.size)
    statements.rejects_exactly(
        world,
        outcome,
        [
            *first,
            (Rule.DEF_7, "size", lambda: action.size <= -direction * held),
            limit,
            (Rule.NUM_14, "account", cash_is_within(before, action.account, moved)),
            (Rule.NUM_14, "backstop", cash_is_within(before, BACKSTOP, moved)),
        ],
    )


@theorem("TRD-9", "DEF-20", contracts=(*BY_NAME, MAY_TRADE_SAFELY))
def a_taker_is_covered_or_no_riskier(world: PoolWorld) -> None:
    """After a take-over the taker meets its initial or opening requirement, or is solvent and no riskier."""
    case = statements.accepted(world, TakeOver)
    if case is None:
        return
    before, action, after = case
    covered = covered_or_no_riskier(before, after, action.taker)
    world.claim(covered, "TRD-9: covered, or solvent and no riskier")


@theorem("DEF-8", "DEF-9", "DEF-10", "CON-7", "CON-8", contracts=(*BY_NAME, MAY_TRADE))
def a_take_over_is_rejected_exactly_when(world: PoolWorld) -> None:
    """A take-over is rejected by the first of its rules that fails, and otherwise accepted."""
    before = world.pool()
    action = world.action(TakeOver, before)
    outcome = world.step(before, action)
    certified, before = book_is_certified(before), statements.anchored(before)
    taker, market_id = action.taker, action.market
    change = direction_of(before, market_id) * action.size
    moved = moved_to(before, taker, market_id, change)
    first, limit = exchange_rules(certified, before, market_id, action.size)

    def after() -> Pool:
        accounts = before.accounts
        for account_id in (taker, BACKSTOP):
            old, (cash, added) = before.accounts.get(account_id), moved(account_id)
            size = old.positions.get(market_id) + added
            positions = old.positions.set(market_id, size)
            accounts = accounts.set(account_id, replace(old, cash=old.cash + cash, positions=positions))
        markets = before.markets.set(market_id, exchanged(before, taker, market_id, change))
        exposed = statements.exposed_after(before, accounts, (taker,))
        return replace(before, accounts=accounts, markets=markets, exposed=exposed)

    def allowed() -> bool:
        return statements.asked(
            world,
            MAY_TRADE,
            lambda _, asked, *__: asked is taker,
            after(),
            lambda: may_trade_by_the_book(before, after(), taker, market_id),
        )

    most = before.parameters.max_markets_per_account
    statements.rejects_exactly(
        world,
        outcome,
        [
            *first,
            (Rule.DEF_9, "taker", lambda: taker != BACKSTOP),
            limit,
            (Rule.NUM_14, "taker", cash_is_within(before, taker, moved)),
            (Rule.NUM_14, "backstop", cash_is_within(before, BACKSTOP, moved)),
            (Rule.CON_5, "taker", lambda: after().accounts.get(taker).positions.total(is_open) <= most),
            (Rule.DEF_10, "taker", allowed),
        ],
    )


DEFAULTING = (*BY_NAME, EQUITY_BY_NAME, LOSS_BY_NAME)
CUTTING = (*BY_NAME, EQUITY_BY_NAME, PAYERS_BY_NAME, WANTED_BY_NAME)


def share_of(pool: Pool, account_id: AccountId, market_id: MarketId) -> int:
    """What the backstop pays in the market for the account's deficit, by the formula."""
    market, positions = pool.markets.get(market_id), pool.accounts.get(account_id).positions
    deficit = -equity_of(pool, account_id)
    losses = positions.total_along(pool.markets, loss_of, pool.epoch)
    if either(losses == 0, positions.total(is_open) == 1):
        return deficit
    loss = loss_of(positions.get(market_id), market, pool.epoch)
    return formulas.least(formulas.ceiling(deficit * loss, losses), loss)


@theorem("DEF-12", "CON-3", contracts=DEFAULTING)
def a_default_has_exactly_its_effect(world: PoolWorld) -> None:
    """A default moves the position at the mark, the backstop pays the share, and nothing else changes but records."""
    case = statements.accepted(world, Default)
    if case is None:
        return
    before, action, after = case
    size = before.accounts.get(action.account).positions.get(action.market)
    share = share_of(before, action.account, action.market)
    exchange_with_the_backstop(world, before, after, action.account, action.market, -size, share)
    own = before.accounts.get(BACKSTOP).positions.get(action.market)
    market = before.markets.get(action.market)
    at = formulas.anchor(market, own, before.epoch)
    taken = formulas.worth(own + size, market) - formulas.worth(own, market)
    recorded = replace(at, paid=at.paid + share, backstop_base=at.backstop_base + taken)
    for said, meant in world.same(after.markets.get(action.market).anchor, recorded):
        world.claim(said == meant, "DEF-12: what was paid and taken over is recorded")
    for said, meant in world.same(world.event(), Defaulted(action.account, action.market, size, share)):
        world.claim(said == meant, "DEF-12: the event says what was taken over and paid")


@theorem("DEF-13", contracts=(*BY_NAME, EQUITY_BY_NAME))
def a_default_never_lifts_above_zero(world: PoolWorld) -> None:
    """A default raises equity by its share, never above zero, and to zero with the last position or the last loss."""
    case = statements.accepted(world, Default)
    if case is None:
        return
    before, action, after = case
    positions, market = before.accounts.get(action.account).positions, before.markets.get(action.market)
    along = (*world.along(before.markets), before.epoch)
    world.use(LOSS_IS_NOT_NEGATIVE, positions, *along)
    world.use(LOSS_COVERS_THE_FALL, positions, *along)
    world.use(OPEN_IS_NOT_NEGATIVE, positions)
    loss = loss_of(positions.get(action.market), market, before.epoch)
    losses = positions.total_along(before.markets, loss_of, before.epoch)
    deficit = -equity_of(before, action.account)
    if losses > 0:
        world.apply(rounding_grows, loss, losses, deficit, losses)
    left = equity_of(after, action.account)
    world.claim(left <= 0, "DEF-13: never above zero")
    world.claim(left >= -deficit, "DEF-13: not lower than it was")
    world.claim(either(positions.total(is_open) != 1, left == 0), "DEF-13: zero with the last position")
    world.claim(either(losses != 0, left == 0), "DEF-13: zero where it lost in no market")
    last = both(loss == losses, anchored_equity(before, action.account) >= 0)
    world.claim(either(negation(last), left == 0), "DEF-13: zero with the last loss")


@theorem("DEF-22", contracts=(*BY_NAME, EQUITY_BY_NAME))
def a_default_closes_a_position(world: PoolWorld) -> None:
    """By a default the account has one position less."""
    case = statements.accepted(world, Default)
    if case is None:
        return
    before, action, after = case
    old, new = (pool.accounts.get(action.account).positions.total(is_open) for pool in (before, after))
    world.claim(new == old - 1, "DEF-22: one position less")


@theorem("DEF-1", "DEF-2", "DEF-3", "DEF-4", "CON-7", "CON-8", contracts=DEFAULTING)
def a_default_is_rejected_exactly_when(world: PoolWorld) -> None:
    """A default is rejected by the first of its rules that fails, and otherwise accepted."""
    before = world.pool()
    action = world.action(Default, before)
    outcome = world.step(before, action)
    market, positions = before.markets.get(action.market), before.accounts.get(action.account).positions
    size = positions.get(action.market)
    share = share_of(before, action.account, action.market)
    moved = moved_to(before, action.account, action.market, -size)
    losses = positions.total_along(before.markets, loss_of, before.epoch)

    def cash_after(account_id: AccountId, paid: int) -> bool:
        cash = before.accounts.get(account_id).cash + moved(account_id)[0]
        return statements.within(cash + paid, CASH_CAP)

    statements.rejects_exactly(
        world,
        outcome,
        [
            (Rule.CON_4, "market", lambda: market.mark >= 1),
            (Rule.DEF_1, "account", lambda: action.account != BACKSTOP),
            (Rule.DEF_2, "account", lambda: equity_of(before, action.account) < 0),
            (Rule.DEF_3, "market", lambda: size != 0),
            (
                Rule.DEF_4,
                "market",
                lambda: either(loss_of(size, market, before.epoch) > 0, losses == 0),
            ),
            (Rule.NUM_14, "account", lambda: cash_after(action.account, share)),
            (Rule.NUM_14, "backstop", lambda: cash_after(BACKSTOP, -share)),
        ],
    )


@dataclass(frozen=True)
class Cut:
    """What a cut does, by the formulas: per base quantum, and of the side of the longs or of the shorts."""

    wanted: int
    payers: int
    by_longs: bool
    own: int

    def rate(self, gain: int) -> int:
        """Quote quanta per base quantum of the side."""
        return formulas.least(formulas.ceiling(self.wanted, self.payers), gain)


def cut_of(pool: Pool, market_id: MarketId) -> Cut:
    """The cut of a market by the formulas."""
    market, own = pool.markets.get(market_id), pool.accounts.get(BACKSTOP).positions.get(market_id)
    wanted, payers = wanted_of(pool, market_id), payers_of(market, own, pool.epoch)
    by_longs = formulas.gains(market, pool.epoch)[0] > 0
    return Cut(wanted, payers, by_longs, on_side(own, by_longs))


def on_side(size: int, by_longs: bool) -> int:
    """How much of a size is on the side that pays."""
    return choose(by_longs, statements.longs(size), statements.longs(-size))


@theorem("DEF-14", contracts=(EQUITY_BY_NAME,))
def what_is_wanted_is_the_formula(world: PoolWorld, pool: Pool, market_id: MarketId) -> None:
    """What a market's winners are asked for is the hole as far as is due, what is overdue, or all of the hole."""
    market, own = pool.markets.get(market_id), pool.accounts.get(BACKSTOP).positions.get(market_id)
    hole = formulas.most(-equity_of(pool, BACKSTOP), 0)
    meant = formulas.wanted(market, own, pool.epoch, hole, pool.owing)
    world.claim(wanted_of(pool, market_id) == meant, "DEF-14: the formula")


@theorem("DEF-15", "CON-3", contracts=CUTTING)
def a_cut_has_exactly_its_effect(world: PoolWorld) -> None:
    """Each position of the side that gained pays its size times the cut, the backstop receives it, and that is all."""
    case = statements.accepted(world, ShareLoss)
    if case is None:
        return
    before, action, after = case
    market = before.markets.get(action.market)
    meant = cut_of(before, action.market)
    gain = formulas.gain(market, before.epoch)
    cut = meant.rate(gain)
    received = cut * (meant.payers + meant.own)
    world.claim(after.vault == before.vault, "CON-3: the vault is unchanged")
    statements.pool_keeps_its_parameters(world, before, after)
    world.claim(cut <= gain, "DEF-15: no more than the gain since the anchor")
    enough = either(cut * meant.payers >= meant.wanted, cut == gain)
    world.claim(enough, "DEF-21: what is wanted, or all of the gain")
    statements.accounts_change(world, before, after, lambda key: only(key == BACKSTOP, received), nothing)
    changed = replace(
        market,
        long_carry=market.long_carry + only(meant.by_longs, cut),
        short_carry=market.short_carry - only(negation(meant.by_longs), cut),
    )
    statements.only_market_changes(world, before, after, action.market, changed)
    own = before.accounts.get(BACKSTOP).positions.get(action.market)
    at = formulas.anchor(market, own, before.epoch)
    moved = formulas.worth(own, changed) - formulas.worth(own, market)
    recorded = replace(at, collected=at.collected + cut * meant.payers, backstop_base=at.backstop_base + moved)
    for said, right in world.same(after.markets.get(action.market).anchor, recorded):
        world.claim(said == right, "DEF-15: what was collected is recorded")
    for said, right in world.same(world.event(), LossShared(action.market, cut, cut * meant.payers)):
        world.claim(said == right, "DEF-15: the event says the cut and what it collected")


@theorem("DEF-15", "CON-11", contracts=BY_NAME)
def a_cut_takes_from_winners_alone(world: PoolWorld) -> None:
    """By a cut each account of the side pays its size times the cut, the backstop gains what they pay, nobody else."""
    case = statements.accepted(world, ShareLoss)
    if case is None:
        return
    before, action, after = case
    event = world.event()
    world.claim(event.cut >= 1, "DEF-15: nobody is paid by a cut, and none is made for nothing")
    by_longs = formulas.gains(before.markets.get(action.market), before.epoch)[0] > 0
    for account_id, old, new in world.each(before.accounts, after.accounts):
        paid = equity(old, before.markets) - equity(new, after.markets)
        side = on_side(old.positions.get(action.market), by_longs)
        owed = choose(account_id == BACKSTOP, -event.collected, side * event.cut)
        world.claim(paid == owed, "DEF-15: size times the cut, and the backstop receives all of it")


@theorem("DEF-5", "DEF-6", "CON-7", "CON-8", contracts=CUTTING)
def a_cut_is_rejected_exactly_when(world: PoolWorld) -> None:
    """A cut is rejected by the first of its rules that fails, and otherwise accepted."""
    before = world.pool()
    action = world.action(ShareLoss, before)
    outcome = world.step(before, action)
    market = before.markets.get(action.market)
    meant = cut_of(before, action.market)

    def cut() -> int:
        return meant.rate(formulas.gain(market, before.epoch))

    def received() -> int:
        return before.accounts.get(BACKSTOP).cash + cut() * (meant.payers + meant.own)

    statements.rejects_exactly(
        world,
        outcome,
        [
            (Rule.CON_4, "market", lambda: market.mark >= 1),
            (Rule.DEF_5, "market", lambda: meant.wanted >= 1),
            (Rule.DEF_6, "market", lambda: meant.payers >= 1),
            (Rule.NUM_14, "backstop", lambda: statements.within(received(), CASH_CAP)),
            (
                Rule.NUM_15,
                "market",
                lambda: both(
                    statements.within(market.long_carry + only(meant.by_longs, cut()), CARRY_CAP),
                    statements.within(market.short_carry - only(negation(meant.by_longs), cut()), CARRY_CAP),
                ),
            ),
        ],
    )


@theorem("DEF-17", contracts=(BOOK_EXACTLY,))
def an_epoch_begins_with_what_everybody_has(world: PoolWorld, pool: Pool) -> None:
    """When an epoch begins, the headrooms and what the backstop's equity is add up to the vault."""
    world.assume(invariant.conserves(pool))
    world.assume(invariant.counts_are_right(pool))
    world.assume(bool(book_is_certified(pool)))
    opened = statements.anchored(pool)
    backstop = pool.accounts.get(BACKSTOP)

    def solvent(key: Any, entry: Account) -> None:
        world.apply(nobody_is_below_zero_on_a_certified_book, pool, key)
        along = world.along(pool.markets)
        world.sum_rule(
            entry.positions,
            [(1, anchored_worth, (*along, opened.epoch)), (-1, worth, along)],
            label="DEF-17: at a new anchor a position is worth what it is worth",
        )

    world.sum_rule(
        pool.accounts,
        [(1, headroom, (opened.markets, opened.epoch)), (-1, equity, (pool.markets,))],
        label="DEF-17: who is solvent has its equity as headroom",
        rest=True,
        first=solvent,
    )
    fair = headrooms(opened) == pool.vault - equity(backstop, pool.markets)
    world.claim(fair, "DEF-17: headrooms and the backstop's equity add up to the vault")


def one_side_gains(market: Market, epoch: int) -> bool:
    """Whether what longs and shorts gained since the anchor is together no more than nothing, as cuts take from it."""
    longs, shorts = formulas.gains(market, epoch)
    return longs + shorts <= 0


@theorem("DEF-15", contracts=(*BY_NAME, IS_NEEDED, MAY_TRADE, MEETS_INITIAL, REQUIREMENT))
def longs_and_shorts_never_both_gain(world: PoolWorld) -> None:
    """In no market both sides have gained since the anchor, after every action as before."""

    def known(pool: Pool, _: Any, entry: Account | Market | int) -> None:
        if isinstance(entry, Market):
            world.assume(one_side_gains(entry, pool.epoch))

    before = world.pool(known=known)
    case = statements.any_step(world, before)
    if case is None:
        return
    _, _, after = case
    for _, _, market in world.each(before.markets, after.markets):
        world.claim(
            one_side_gains(market, after.epoch), "DEF-15: one side's gain is the other's loss, less what was cut"
        )


@theorem("DEF-18")
def the_backstop_is_whole_once_no_winner_is_left(world: PoolWorld, pool: Pool) -> None:
    """Once every gain since the anchor has been asked, the backstop has at least what it had when the epoch began."""
    had = world.arbitrary(int, "had")
    world.assume(invariant.conserves(pool))
    world.assume(headrooms(pool) + had <= pool.vault)
    backstop = pool.accounts.get(BACKSTOP)

    def no_gain_is_left(key: Any, entry: Account) -> None:
        def asked(market_id: Any, _: int) -> None:
            market = pool.markets.get(market_id)
            world.use(LONG_SIZES_ARE_NOT_NEGATIVE, pool.accounts, market_id)
            world.use(SHORT_SIZES_ARE_NOT_NEGATIVE, pool.accounts, market_id)
            world.assume(one_side_gains(market, pool.epoch))
            world.assume(formulas.payers(market, backstop.positions.get(market_id), pool.epoch) == 0)

        along = world.along(pool.markets)
        world.sum_rule(
            entry.positions,
            [(1, anchored_worth, (*along, pool.epoch)), (-1, worth, along)],
            label="DEF-18: a position whose side has no gain is worth no more than at the anchor",
            equal=False,
            rest=True,
            first=asked,
        )

    world.sum_rule(
        pool.accounts,
        [(1, headroom, (pool.markets, pool.epoch)), (-1, equity, (pool.markets,))],
        label="DEF-18: nobody has more than it had at the anchor",
        equal=False,
        rest=True,
        besides=(BACKSTOP,),
        first=no_gain_is_left,
    )
    world.claim(equity(backstop, pool.markets) >= had, "DEF-18: the backstop has what it had when the epoch began")


@theorem("DEF-21", contracts=(*BY_NAME, EQUITY_BY_NAME))
def what_is_owed_can_be_asked(world: PoolWorld) -> None:
    """An overdue market can be asked, and while there is a hole one that is owing, or any with winners if none is."""
    before = world.pool()
    action = world.action(ShareLoss, before)
    market, own = before.markets.get(action.market), before.accounts.get(BACKSTOP).positions.get(action.market)
    hole = equity_of(before, BACKSTOP) < 0
    payers = formulas.payers(market, own, before.epoch) > 0
    owing = is_owing(market, own, before.epoch) == 1
    overdue = is_overdue(market, own, before.epoch) == 1
    world.assume(either(overdue, both(hole, owing), both(hole, payers, before.owing == 0)))
    outcome = world.step(before, action)
    by_the_caps = isinstance(outcome, Rejected) and outcome.rule in (Rule.NUM_14, Rule.NUM_15)
    world.claim(isinstance(outcome, Accepted) or by_the_caps, "DEF-21: nothing stands in the way but the caps")


@theorem("DEF-21")
def where_markets_are_counted_there_is_one(world: PoolWorld) -> None:
    """If no market is owing none is counted, and if none is overdue neither: what is counted can be found."""
    pool = world.pool()
    world.assume(invariant.dues_are_counted(pool))
    positions = pool.accounts.get(BACKSTOP).positions
    for measure in (is_owing, is_overdue):

        def none(key: Any, market: Market, measure: Measure = measure) -> None:
            world.assume(measure(market, positions.get(key), pool.epoch) == 0)

        along = (*world.along(positions), pool.epoch)
        world.sum_rule(pool.markets, [(1, measure, along)], label="DEF-21: none of every market", first=none)
    world.claim(pool.owing == 0, "DEF-21: none is owing")
    world.claim(pool.overdue == 0, "DEF-21: none is overdue")
