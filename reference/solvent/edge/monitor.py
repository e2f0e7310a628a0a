"""Checks the trace of a venue of its own rules, event by event, against properties alone.

The venue's books are kept along, by the machine's own arithmetic and without its transitions: an event is what
happened, and not a request. What an event would have to satisfy is named by the requirement that says so.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final, cast, get_args

from solvent.edge.codec import GRAMMAR, parse
from solvent.edge.structure import Grammar, snake_case
from solvent.margin import equity_of, initial_margin, maintenance_margin, may_trade, requirement
from solvent.numbers import CLASSES, MARKETS_CAP, PPM, VAULT_CAP
from solvent.pool import (
    TREASURY,
    AccountId,
    Market,
    MarketId,
    MarketParameters,
    Pool,
    PoolParameters,
    Table,
    change_position,
    pay,
)


@dataclass(frozen=True)
class Listing:
    """A market opens. Rates: parts per million, of the notional and of the initial requirement."""

    market: MarketId
    mark: int
    time: int
    initial_rate: int
    maintenance_fraction: int


@dataclass(frozen=True)
class Deposit:
    """Money came in."""

    account: AccountId
    amount: int


@dataclass(frozen=True)
class Withdrawal:
    """Money went out."""

    account: AccountId
    amount: int


@dataclass(frozen=True)
class Fill:
    """Two accounts traded; each paid its fee to the account `treasury`, a negative one it was paid."""

    market: MarketId
    buyer: AccountId
    seller: AccountId
    size: int
    price: int
    buyer_fee: int
    seller_fee: int


@dataclass(frozen=True)
class Mark:
    """The market's mark changed."""

    market: MarketId
    mark: int
    time: int


@dataclass(frozen=True)
class Funding:
    """Every long paid every short so much per unit of size; negative: shorts paid longs."""

    market: MarketId
    payment: int
    time: int


@dataclass(frozen=True)
class Liquidation:
    """`liquidator` took over `size` of a position; it got the reward of the penalty, and `fund` the rest."""

    market: MarketId
    account: AccountId
    liquidator: AccountId
    fund: AccountId
    size: int
    price: int
    penalty: int
    reward: int


@dataclass(frozen=True)
class Default:
    """`fund` took over all of a position of an account worth less than nothing, and paid it the share."""

    market: MarketId
    account: AccountId
    fund: AccountId
    size: int
    price: int
    share: int


@dataclass(frozen=True)
class LossSharing:
    """Every long paid so much per unit of size to `fund`; negative: every short. Others than the fund paid in all."""

    market: MarketId
    fund: AccountId
    cut: int
    collected: int


@dataclass(frozen=True)
class Unwinding:
    """`size` of the position of `fund` was closed against that of an account."""

    market: MarketId
    account: AccountId
    fund: AccountId
    size: int
    price: int


@dataclass(frozen=True)
class TakeOver:
    """`taker` took over `size` of the position of `fund`."""

    market: MarketId
    taker: AccountId
    fund: AccountId
    size: int
    price: int


@dataclass(frozen=True)
class Settlement:
    """The market ended, at a last mark."""

    market: MarketId
    mark: int
    time: int


@dataclass(frozen=True)
class PositionSettlement:
    """All of a position in a market that has ended became money."""

    market: MarketId
    account: AccountId
    size: int
    price: int


@dataclass(frozen=True)
class VaultStated:
    """The venue says what it holds."""

    vault: int


@dataclass(frozen=True)
class EquityStated:
    """The venue says what an account is worth."""

    account: AccountId
    equity: int


@dataclass(frozen=True)
class InterestStated:
    """The venue says what is open in a market."""

    market: MarketId
    long_interest: int
    short_interest: int


TraceEvent = (
    Listing
    | Deposit
    | Withdrawal
    | Fill
    | Mark
    | Funding
    | Liquidation
    | Default
    | LossSharing
    | Unwinding
    | TakeOver
    | Settlement
    | PositionSettlement
    | VaultStated
    | EquityStated
    | InterestStated
)

TRACE: Final = Grammar(GRAMMAR.scalars, {TraceEvent: "event"})

Property = tuple[str, bool, str]
"""A requirement, whether it holds, and what to say if not."""


def read_event(line: bytes) -> TraceEvent:
    """The event on a line; raises FormatError."""
    return cast(TraceEvent, TRACE.read(TraceEvent, parse(line), ()))


class Monitor:
    """A venue's books, and what its events violate."""

    def __init__(self, ignored: Iterable[str] = ()) -> None:
        self.ignored = frozenset(ignored)
        nobody = AccountId("nobody")
        self.pool = Pool(PoolParameters(nobody, nobody, 1, 0, MARKETS_CAP, 0, (0,) * CLASSES))

    def violation(self, event: TraceEvent) -> tuple[str, str] | None:
        """The first property that the event violates, with what is wrong; the books then stay as they were."""
        before = self.pool
        for identifier, holds, message in PROPERTIES[type(event)](self, event):
            if not holds and identifier not in self.ignored:
                self.pool = before
                return identifier, message
        return None

    def listed(self, event: Listing) -> Iterator[Property]:
        """A market opens once, with rates that mean something."""
        yield "PAR-2", self.market(event.market).mark == 0, f"market {event.market} is listed already"
        yield "NUM-9", event.mark > 0, f"mark {event.mark} is not positive"
        yield "PAR-4", 0 < event.initial_rate <= PPM, f"initial_rate {event.initial_rate}"
        yield "PAR-5", 0 < event.maintenance_fraction <= PPM, f"maintenance_fraction {event.maintenance_fraction}"
        parameters = MarketParameters(
            lot=1,
            initial_rate=event.initial_rate,
            maintenance_fraction=event.maintenance_fraction,
            interest_lower=VAULT_CAP - 1,
            interest_upper=VAULT_CAP,
        )
        self.set_market(event.market, Market(time=event.time, mark=event.mark, parameters=parameters))

    def deposited(self, event: Deposit) -> Iterator[Property]:
        """Money comes in."""
        yield "NUM-3", event.amount > 0, f"amount {event.amount} is not positive"
        self.pool = pay(replace(self.pool, vault=self.pool.vault + event.amount), event.account, event.amount)

    def withdrawn(self, event: Withdrawal) -> Iterator[Property]:
        """Money goes out, and leaves the requirement."""
        yield "NUM-3", event.amount > 0, f"amount {event.amount} is not positive"
        yield "MAR-6", event.amount <= self.pool.vault, f"the vault holds {self.pool.vault}, paid out {event.amount}"
        self.pool = pay(replace(self.pool, vault=self.pool.vault - event.amount), event.account, -event.amount)
        has, needs = equity_of(self.pool, event.account), requirement(self.pool, event.account, initial_margin)
        yield "MAR-7", has >= needs, f"{event.account} is left with equity {has}, needs {needs}"

    def filled(self, event: Fill) -> Iterator[Property]:
        """A trade leaves each side its requirement, or only reduces its risk."""
        yield "NUM-6", event.size > 0, f"size {event.size} is not positive"
        yield "NUM-9", event.price > 0, f"price {event.price} is not positive"
        yield from self.is_active(event.market)
        yield "TRD-1", event.buyer != event.seller, f"{event.buyer} trades with itself"
        before = self.pool
        after = change_position(before, event.buyer, event.market, event.size, event.price)
        after = change_position(after, event.seller, event.market, -event.size, event.price)
        after = pay(pay(after, event.buyer, -event.buyer_fee), event.seller, -event.seller_fee)
        self.pool = pay(after, TREASURY, event.buyer_fee + event.seller_fee)
        for side in (event.buyer, event.seller):
            has, needs = equity_of(self.pool, side), requirement(self.pool, side, initial_margin)
            allowed = may_trade(before, self.pool, side, event.market)
            yield "TRD-5", allowed, f"{side} is left with equity {has}, needs {needs}, and has not only reduced risk"

    def marked(self, event: Mark) -> Iterator[Property]:
        """A mark is positive and newer."""
        market = self.market(event.market)
        yield from self.is_active(event.market)
        yield "MRK-2", event.time > market.time, f"time {event.time}, and {market.time} came before"
        yield "NUM-9", event.mark > 0, f"mark {event.mark} is not positive"
        self.set_market(event.market, replace(market, mark=event.mark, time=event.time))

    def funded(self, event: Funding) -> Iterator[Property]:
        """A funding step is newer."""
        market = self.market(event.market)
        yield from self.is_active(event.market)
        yield "FND-2", event.time > market.time, f"time {event.time}, and {market.time} came before"
        long_carry, short_carry = market.long_carry + event.payment, market.short_carry + event.payment
        self.set_market(event.market, replace(market, long_carry=long_carry, short_carry=short_carry, time=event.time))

    def liquidated(self, event: Liquidation) -> Iterator[Property]:
        """A liquidation was due, and has not made things worse."""
        market, account_id = self.market(event.market), event.account
        yield "NUM-6", event.size > 0, f"size {event.size} is not positive"
        yield from self.is_active(event.market)
        yield "LIQ-3", account_id != event.liquidator, f"{account_id} liquidates itself"
        position = self.pool.accounts.get(account_id).positions.get(event.market)
        yield "LIQ-4", event.size <= abs(position), f"{account_id} holds {position}, {event.size} were taken over"
        had, needed = equity_of(self.pool, account_id), requirement(self.pool, account_id, maintenance_margin)
        yield "LIQ-5", had >= 0, f"{account_id} had equity {had}"
        yield "LIQ-6", had < needed, f"{account_id} had equity {had}, and {needed} is enough"
        yield "LIQ-10", event.price == market.mark, f"price {event.price}, and the mark is {market.mark}"
        direction = 1 if position > 0 else -1
        after = change_position(self.pool, account_id, event.market, -direction * event.size, event.price)
        after = change_position(after, event.liquidator, event.market, direction * event.size, event.price)
        after = pay(pay(after, account_id, -event.penalty), event.liquidator, event.reward)
        self.pool = pay(after, event.fund, event.penalty - event.reward)
        has, needs = equity_of(self.pool, account_id), requirement(self.pool, account_id, maintenance_margin)
        yield "LIQ-11", has >= 0, f"{account_id} is left with equity {has}"
        yield "LIQ-12", needs - has <= needed - had, f"{account_id} was short of {needed - had}, now of {needs - has}"
        yield "LIQ-13", has * needed >= had * needs, f"{account_id} had {had} of {needed}, now {has} of {needs}"

    def defaulted(self, event: Default) -> Iterator[Property]:
        """A default was one, and left the account with nothing more than it had to."""
        market, account_id = self.market(event.market), event.account
        position = self.pool.accounts.get(account_id).positions.get(event.market)
        had = equity_of(self.pool, account_id)
        yield "CON-4", market.mark > 0, f"market {event.market} is not listed"
        yield "DEF-1", account_id != event.fund, f"{account_id} takes over from itself"
        yield "DEF-2", had < 0, f"{account_id} had equity {had}"
        yield "DEF-3", position != 0, f"{account_id} holds nothing in market {event.market}"
        yield "DEF-12", event.size == abs(position), f"{account_id} holds {position}, {event.size} were taken over"
        yield "DEF-12", event.price == market.mark, f"price {event.price}, and the mark is {market.mark}"
        after = change_position(self.pool, account_id, event.market, -position, event.price)
        after = change_position(after, event.fund, event.market, position, event.price)
        self.pool = pay(pay(after, account_id, event.share), event.fund, -event.share)
        has = equity_of(self.pool, account_id)
        yield "DEF-13", had <= has <= 0, f"{account_id} had equity {had}, now {has}"
        is_last = not len(self.pool.accounts.get(account_id).positions)
        yield "DEF-13", has == 0 or not is_last, f"{account_id} is left without a position and with equity {has}"

    def loss_shared(self, event: LossSharing) -> Iterator[Property]:
        """One side pays by size, and all of it comes in."""
        market = self.market(event.market)
        yield "CON-4", market.mark > 0, f"market {event.market} is not listed"
        longs, shorts = max(event.cut, 0), max(-event.cut, 0)
        own = self.pool.accounts.get(event.fund).positions.get(event.market)
        all_pay = longs * market.long_interest + shorts * market.short_interest
        others_pay = all_pay - longs * max(own, 0) - shorts * max(-own, 0)
        message = f"collected {event.collected}, by size it is {others_pay}"
        yield "DEF-15", event.collected == others_pay, message
        long_carry, short_carry = market.long_carry + longs, market.short_carry - shorts
        self.set_market(event.market, replace(market, long_carry=long_carry, short_carry=short_carry))
        self.pool = pay(self.pool, event.fund, all_pay)

    def unwound(self, event: Unwinding) -> Iterator[Property]:
        """Two opposite positions are closed at the mark."""
        yield "NUM-6", event.size > 0, f"size {event.size} is not positive"
        yield from self.is_active(event.market)
        mark, direction = self.market(event.market).mark, self.direction_of(event.fund, event.market)
        held = self.pool.accounts.get(event.account).positions.get(event.market)
        yield "DEF-7", event.size <= -direction * held, f"{event.account} holds {held}, {event.size} were closed"
        yield from self.has_inventory(event.fund, event.market, event.size)
        yield "DEF-19", event.price == mark, f"price {event.price}, and the mark is {mark}"
        after = change_position(self.pool, event.fund, event.market, -direction * event.size, event.price)
        self.pool = change_position(after, event.account, event.market, direction * event.size, event.price)

    def taken_over(self, event: TakeOver) -> Iterator[Property]:
        """A position moves at the mark, and leaves the taker its requirement."""
        yield "NUM-6", event.size > 0, f"size {event.size} is not positive"
        yield from self.is_active(event.market)
        yield "DEF-9", event.taker != event.fund, f"{event.taker} takes over from itself"
        mark, direction = self.market(event.market).mark, self.direction_of(event.fund, event.market)
        yield from self.has_inventory(event.fund, event.market, event.size)
        yield "DEF-20", event.price == mark, f"price {event.price}, and the mark is {mark}"
        before = self.pool
        after = change_position(before, event.fund, event.market, -direction * event.size, event.price)
        self.pool = change_position(after, event.taker, event.market, direction * event.size, event.price)
        has = equity_of(self.pool, event.taker)
        allowed = may_trade(before, self.pool, event.taker, event.market)
        yield "DEF-10", allowed, f"{event.taker} is left with equity {has}, too little, and has not only reduced risk"

    def settled(self, event: Settlement) -> Iterator[Property]:
        """A market ends once, at its mark."""
        yield from self.is_active(event.market)
        market = self.market(event.market)
        yield "SET-3", event.time > market.time, f"time {event.time}, and {market.time} came before"
        yield "SET-8", event.mark == market.mark, f"settled at {event.mark}, and the mark is {market.mark}"
        self.set_market(event.market, replace(market, settled=event.time, time=event.time))

    def position_settled(self, event: PositionSettlement) -> Iterator[Property]:
        """All of a position in a market that has ended is closed at its last mark."""
        market = self.market(event.market)
        position = self.pool.accounts.get(event.account).positions.get(event.market)
        yield "CON-4", market.mark > 0, f"market {event.market} is not listed"
        yield "SET-5", market.settled > 0, f"market {event.market} is not settled"
        yield "SET-6", position != 0, f"{event.account} holds nothing in market {event.market}"
        yield "SET-9", event.size == abs(position), f"{event.account} holds {position}, {event.size} were closed"
        yield "SET-9", event.price == market.mark, f"price {event.price}, and the mark is {market.mark}"
        self.pool = change_position(self.pool, event.account, event.market, -position, event.price)

    def vault_stated(self, event: VaultStated) -> Iterator[Property]:
        """What is held is what the accounts are worth."""
        yield "CON-1", event.vault == self.pool.vault, f"stated {event.vault}, equities add up to {self.pool.vault}"

    def equity_stated(self, event: EquityStated) -> Iterator[Property]:
        """An account is worth its cash and its positions."""
        has = equity_of(self.pool, event.account)
        yield "MAR-1", event.equity == has, f"{event.account}: stated {event.equity}, cash and positions give {has}"

    def interest_stated(self, event: InterestStated) -> Iterator[Property]:
        """What is open is what the accounts hold."""
        market = self.market(event.market)
        stated = (event.long_interest, event.short_interest)
        are = (market.long_interest, market.short_interest)
        yield "CON-2", stated == are, f"stated {stated[0]} and {stated[1]}, positions add up to {are[0]} and {are[1]}"

    def is_active(self, market_id: MarketId) -> Iterator[Property]:
        """A market is listed and has not ended."""
        market = self.market(market_id)
        yield "CON-4", market.mark > 0, f"market {market_id} is not listed"
        yield "SET-1", market.settled == 0, f"market {market_id} was settled at time {market.settled}"

    def direction_of(self, account_id: AccountId, market_id: MarketId) -> int:
        """1 for a long, -1 for any other."""
        return 1 if self.pool.accounts.get(account_id).positions.get(market_id) > 0 else -1

    def has_inventory(self, fund: AccountId, market_id: MarketId, size: int) -> Iterator[Property]:
        """The fund has what it gives."""
        own = self.pool.accounts.get(fund).positions.get(market_id)
        yield "DEF-8", size <= abs(own), f"{fund} holds {own}, {size} were taken"

    def market(self, market_id: MarketId) -> Market:
        """A market of the books."""
        return self.pool.markets.get(market_id)

    def set_market(self, market_id: MarketId, market: Market) -> None:
        """Puts a market in its place."""
        markets: Table[MarketId, Market] = self.pool.markets.set(market_id, market)
        self.pool = replace(self.pool, markets=markets)


PROPERTIES: Final[dict[type, Callable[..., Iterator[Property]]]] = {
    Listing: Monitor.listed,
    Deposit: Monitor.deposited,
    Withdrawal: Monitor.withdrawn,
    Fill: Monitor.filled,
    Mark: Monitor.marked,
    Funding: Monitor.funded,
    Liquidation: Monitor.liquidated,
    Default: Monitor.defaulted,
    LossSharing: Monitor.loss_shared,
    Unwinding: Monitor.unwound,
    TakeOver: Monitor.taken_over,
    Settlement: Monitor.settled,
    PositionSettlement: Monitor.position_settled,
    VaultStated: Monitor.vault_stated,
    EquityStated: Monitor.equity_stated,
    InterestStated: Monitor.interest_stated,
}

EVENT_NAMES: Final = tuple(snake_case(kind.__name__) for kind in get_args(TraceEvent))
