"""Default and loss sharing: what happens when liquidation was not enough (spec/default.md)."""

from dataclasses import dataclass, replace

from solvent.certification import anchor_of, anchored_worth, expire_drifted, record_bases
from solvent.margin import equity_of, may_trade
from solvent.numbers import CARRY_CAP, choose, mul_div_up
from solvent.pool import (
    BACKSTOP,
    AccountId,
    Market,
    MarketId,
    Pool,
    change_position,
    is_in_few_markets,
    is_open,
    pay,
    require_cash,
    worth,
)
from solvent.rules import Rule, require


def gain_of_longs(market: Market, epoch: int) -> int:
    """Quote quanta per base quantum: what a long has gained since the anchor, net of cuts; negative for a loss."""
    anchor = anchor_of(market, epoch, 0)
    return (market.mark - market.long_carry) - (anchor.mark - anchor.long_carry)


def gain_of_shorts(market: Market, epoch: int) -> int:
    """Quote quanta per base quantum: what a short has gained since the anchor, net of cuts; negative for a loss."""
    anchor = anchor_of(market, epoch, 0)
    return (anchor.mark - anchor.short_carry) - (market.mark - market.short_carry)


def due_of(market: Market, backstop_size: int, epoch: int) -> int:
    """Quote quanta: what the backstop paid in the market since the anchor, less what its own position earned there,
    less what was collected. Exact.
    """
    anchor = anchor_of(market, epoch, backstop_size)
    return anchor.paid - (worth(backstop_size, market) - anchor.backstop_base) - anchor.collected


def payers_of(market: Market, backstop_size: int, epoch: int) -> int:
    """Base quanta: the interest of the side that has gained since the anchor, without the backstop's own."""
    longs = market.long_interest - max(backstop_size, 0)
    shorts = market.short_interest - max(-backstop_size, 0)
    return choose(gain_of_longs(market, epoch) > 0, longs, choose(gain_of_shorts(market, epoch) > 0, shorts, 0))


def is_owing(market: Market, backstop_size: int, epoch: int) -> int:
    """1 for a market with a due that somebody could still pay, 0 for any other."""
    payable = choose(payers_of(market, backstop_size, epoch) > 0, 1, 0)
    return choose(due_of(market, backstop_size, epoch) > 0, payable, 0)


def is_overdue(market: Market, backstop_size: int, epoch: int) -> int:
    """1 for a market with a due above its cap that somebody could still pay, 0 for any other."""
    payable = choose(payers_of(market, backstop_size, epoch) > 0, 1, 0)
    return choose(due_of(market, backstop_size, epoch) > market.parameters.backstop_cap, payable, 0)


def recount_dues(before: Pool, after: Pool, market_id: MarketId) -> Pool:
    """The pool after with its counts of dues brought up to date for the one market in which they may have changed."""
    old, old_size = before.markets.get(market_id), before.accounts.get(BACKSTOP).positions.get(market_id)
    new, new_size = after.markets.get(market_id), after.accounts.get(BACKSTOP).positions.get(market_id)
    owing = is_owing(new, new_size, after.epoch) - is_owing(old, old_size, before.epoch)
    overdue = is_overdue(new, new_size, after.epoch) - is_overdue(old, old_size, before.epoch)
    return replace(after, owing=after.owing + owing, overdue=after.overdue + overdue)


def record_anchor(pool: Pool, market_id: MarketId) -> Pool:
    """The pool with the market's anchor of this epoch recorded, as must be before the market moves."""
    market, size = pool.markets.get(market_id), pool.accounts.get(BACKSTOP).positions.get(market_id)
    anchored = replace(market, anchor=anchor_of(market, pool.epoch, size))
    return replace(pool, markets=pool.markets.set(market_id, anchored))


def move_market(pool: Pool, market_id: MarketId, mark: int, long_carry: int, short_carry: int, time: int) -> Pool:
    """Moves a market, in quote quanta per base quantum, as of a time, and expires the classes that it drifts from."""
    anchored = record_anchor(pool, market_id)
    market = record_bases(anchored.markets.get(market_id), pool.classes)
    moved = replace(market, mark=mark, long_carry=long_carry, short_carry=short_carry, time=time)
    after = replace(anchored, markets=anchored.markets.set(market_id, moved))
    return expire_drifted(recount_dues(pool, after, market_id), moved)


def loss_of(size: int, market: Market, epoch: int) -> int:
    """Quote quanta: what a position has lost since the anchor; zero for a gain. Exact."""
    return max(anchored_worth(size, market, epoch) - worth(size, market), 0)


@dataclass(frozen=True, slots=True)
class Default:
    """Anyone has the backstop take over, at the mark, a position of an account whose equity is negative."""

    account: AccountId
    market: MarketId


@dataclass(frozen=True, slots=True)
class Defaulted:
    """size: signed base quanta taken over. share: quote quanta of the deficit that the backstop paid."""

    account: AccountId
    market: MarketId
    size: int
    share: int


def default(pool: Pool, action: Default) -> tuple[Pool, Defaulted]:
    """Moves a position to the backstop at the mark, which pays its market's share of the deficit, rounded up (DEF-12).

    The share is that of the loss in the market among the account's losses since the anchor, at most the loss; with the
    last position, and where nothing was lost, it is all of the deficit.

    Rules: CON-4, DEF-1, DEF-2, DEF-3, DEF-4, NUM-14.
    """
    market = pool.markets.get(action.market)
    account = pool.accounts.get(action.account)
    size = account.positions.get(action.market)
    deficit = -equity_of(pool, action.account)
    loss = loss_of(size, market, pool.epoch)
    losses = account.positions.total_along(pool.markets, loss_of, pool.epoch)
    require(market.mark > 0, Rule.CON_4, "market")
    require(action.account != BACKSTOP, Rule.DEF_1, "account")
    require(deficit > 0, Rule.DEF_2, "account")
    require(size != 0, Rule.DEF_3, "market")
    require(loss > 0 or losses == 0, Rule.DEF_4, "market")

    if losses == 0 or account.positions.total(is_open) == 1:
        share = deficit
    else:
        share = min(mul_div_up(deficit, loss, losses), loss)
    after = record_anchor(pool, action.market)
    after = change_position(after, action.account, action.market, -size, market.mark)
    after = change_position(after, BACKSTOP, action.market, size, market.mark)
    after = pay(after, action.account, share)
    after = pay(after, BACKSTOP, -share)
    after = add_to_anchor(pool, after, action.market, paid=share, collected=0)
    after = recount_dues(pool, after, action.market)

    require_cash(after, action.account, "account")
    require_cash(after, BACKSTOP, "backstop")
    return after, Defaulted(action.account, action.market, size, share)


def add_to_anchor(before: Pool, after: Pool, market_id: MarketId, paid: int, collected: int) -> Pool:
    """The pool after with quote quanta added to what the backstop paid and collected in the market since the anchor.

    What its position is worth more or less than before is not earned: it is what was taken over, or paid to itself.
    """
    market, anchor = after.markets.get(market_id), after.markets.get(market_id).anchor
    taken = worth(after.accounts.get(BACKSTOP).positions.get(market_id), market)
    taken -= worth(before.accounts.get(BACKSTOP).positions.get(market_id), before.markets.get(market_id))
    anchor = replace(
        anchor,
        paid=anchor.paid + paid,
        collected=anchor.collected + collected,
        backstop_base=anchor.backstop_base + taken,
    )
    return replace(after, markets=after.markets.set(market_id, replace(market, anchor=anchor)))


@dataclass(frozen=True, slots=True)
class ShareLoss:
    """Anyone has the side of a market that has gained since the anchor pay what the backstop paid and lost there."""

    market: MarketId


@dataclass(frozen=True, slots=True)
class LossShared:
    """cut: quote quanta per base quantum that each position of the side paid. collected: quote quanta in all."""

    market: MarketId
    cut: int
    collected: int


def wanted_of(pool: Pool, market_id: MarketId) -> int:
    """Quote quanta: what the market's winners are asked for; not positive for nothing.

    The hole is the backstop's negative equity. A market pays for it as far as its due goes, and its due above its cap
    in any case; where no market has a due that somebody could still pay, it pays for all of the hole (DEF-14).
    """
    market = pool.markets.get(market_id)
    hole = max(-equity_of(pool, BACKSTOP), 0)
    due = due_of(market, pool.accounts.get(BACKSTOP).positions.get(market_id), pool.epoch)
    wanted = max(min(hole, due), due - market.parameters.backstop_cap)
    return max(wanted, choose(pool.owing == 0, hole, 0))


def share_loss(pool: Pool, action: ShareLoss) -> tuple[Pool, LossShared]:
    """Cuts the gain of one side through its carry, pro rata by size, the cut rounded up (DEF-15).

    The cut is at most the side's gain since the anchor, net of earlier cuts. The backstop's own position pays itself.

    Rules: CON-4, DEF-5, DEF-6, NUM-14, NUM-15.
    """
    market = pool.markets.get(action.market)
    own = pool.accounts.get(BACKSTOP).positions.get(action.market)
    wanted = wanted_of(pool, action.market)
    payers = payers_of(market, own, pool.epoch)
    require(market.mark > 0, Rule.CON_4, "market")
    require(wanted > 0, Rule.DEF_5, "market")
    require(payers > 0, Rule.DEF_6, "market")

    by_longs = gain_of_longs(market, pool.epoch) > 0
    gain = choose(by_longs, gain_of_longs(market, pool.epoch), gain_of_shorts(market, pool.epoch))
    cut = min(mul_div_up(wanted, 1, payers), gain)
    own_payers = choose(by_longs, max(own, 0), max(-own, 0))
    long_carry = market.long_carry + choose(by_longs, cut, 0)
    short_carry = market.short_carry - choose(by_longs, 0, cut)
    moved = move_market(pool, action.market, market.mark, long_carry, short_carry, market.time)
    after = pay(moved, BACKSTOP, cut * (payers + own_payers))
    after = recount_dues(moved, add_to_anchor(pool, after, action.market, 0, cut * payers), action.market)

    require_cash(after, BACKSTOP, "backstop")
    require(abs(long_carry) <= CARRY_CAP, Rule.NUM_15, "market")
    require(abs(short_carry) <= CARRY_CAP, Rule.NUM_15, "market")
    return after, LossShared(action.market, cut, cut * payers)


@dataclass(frozen=True, slots=True)
class Unwind:
    """Anyone closes the backstop's position against an opposite holder's, at the mark, by `size` base quanta."""

    account: AccountId
    market: MarketId
    size: int


@dataclass(frozen=True, slots=True)
class Unwound:
    """size: base quanta by which both positions were closed."""

    account: AccountId
    market: MarketId
    size: int


def unwind(pool: Pool, action: Unwind) -> tuple[Pool, Unwound]:
    """Closes both positions by the size at the mark: exposure is lost, and no money. Exact (DEF-19).

    Rules: NUM-6, CON-4, SET-1, NUM-8, DEF-7, DEF-8, NUM-14.
    """
    market = pool.markets.get(action.market)
    held = pool.accounts.get(action.account).positions.get(action.market)
    own = pool.accounts.get(BACKSTOP).positions.get(action.market)
    direction = 1 if own > 0 else -1
    require(action.size > 0, Rule.NUM_6, "size")
    require(market.mark > 0, Rule.CON_4, "market")
    require(market.settled == 0, Rule.SET_1, "market")
    require(action.size % market.parameters.lot == 0, Rule.NUM_8, "size")
    require(action.size <= -direction * held, Rule.DEF_7, "size")
    require(action.size <= abs(own), Rule.DEF_8, "size")

    after = change_position(pool, BACKSTOP, action.market, -direction * action.size, market.mark)
    after = change_position(after, action.account, action.market, direction * action.size, market.mark)

    require_cash(after, action.account, "account")
    require_cash(after, BACKSTOP, "backstop")
    return after, Unwound(action.account, action.market, action.size)


@dataclass(frozen=True, slots=True)
class TakeOver:
    """`taker` takes `size` base quanta of the backstop's position, at the mark."""

    taker: AccountId
    market: MarketId
    size: int


@dataclass(frozen=True, slots=True)
class TakenOver:
    """size: base quanta taken over."""

    taker: AccountId
    market: MarketId
    size: int


def take_over(pool: Pool, action: TakeOver) -> tuple[Pool, TakenOver]:
    """Moves the size from the backstop to the taker at the mark, as a trade without a fee. Exact (DEF-20).

    Rules: NUM-6, CON-4, SET-1, NUM-8, DEF-9, DEF-8, NUM-14, CON-5, DEF-10.
    """
    market = pool.markets.get(action.market)
    own = pool.accounts.get(BACKSTOP).positions.get(action.market)
    direction = 1 if own > 0 else -1
    require(action.size > 0, Rule.NUM_6, "size")
    require(market.mark > 0, Rule.CON_4, "market")
    require(market.settled == 0, Rule.SET_1, "market")
    require(action.size % market.parameters.lot == 0, Rule.NUM_8, "size")
    require(action.taker != BACKSTOP, Rule.DEF_9, "taker")
    require(action.size <= abs(own), Rule.DEF_8, "size")

    after = change_position(pool, BACKSTOP, action.market, -direction * action.size, market.mark)
    after = change_position(after, action.taker, action.market, direction * action.size, market.mark)

    require_cash(after, action.taker, "taker")
    require_cash(after, BACKSTOP, "backstop")
    require(is_in_few_markets(after, action.taker), Rule.CON_5, "taker")
    require(may_trade(pool, after, action.taker, action.market), Rule.DEF_10, "taker")
    return after, TakenOver(action.taker, action.market, action.size)
