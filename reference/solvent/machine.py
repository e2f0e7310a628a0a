"""The state machine: one total, deterministic step (spec/machine.md)."""

from dataclasses import dataclass

from solvent.certification import Certified, Certify, book_is_certified, certify, live_class, reanchor, recertify
from solvent.default import (
    Default,
    Defaulted,
    LossShared,
    ShareLoss,
    TakenOver,
    TakeOver,
    Unwind,
    Unwound,
    default,
    share_loss,
    take_over,
    unwind,
)
from solvent.funding import Fund, Funded, fund
from solvent.liquidation import Liquidate, Liquidated, liquidate
from solvent.margin import Withdraw, Withdrawn, withdraw
from solvent.marking import Mark, Marked, mark
from solvent.parameters import ListMarket, MarketListed, ParametersSet, SetParameters, list_market, set_parameters
from solvent.pool import AccountId, Deposit, Deposited, Pool, deposit
from solvent.rules import Rejection, Rule, require
from solvent.settlement import PositionSettled, Settle, Settled, SettlePosition, settle, settle_position
from solvent.trading import Trade, Traded, trade

Action = (
    Deposit
    | Withdraw
    | Trade
    | Mark
    | Fund
    | Certify
    | Liquidate
    | Default
    | ShareLoss
    | Unwind
    | TakeOver
    | Settle
    | SettlePosition
    | ListMarket
    | SetParameters
)
Event = (
    Deposited
    | Withdrawn
    | Traded
    | Marked
    | Funded
    | Certified
    | Liquidated
    | Defaulted
    | LossShared
    | Unwound
    | TakenOver
    | Settled
    | PositionSettled
    | MarketListed
    | ParametersSet
)


@dataclass(frozen=True, slots=True)
class Accepted:
    """The pool after the action, and what happened."""

    pool: Pool
    event: Event


@dataclass(frozen=True, slots=True)
class Rejected:
    """The first rule in the order of precedence that the action breaks, and the field that breaks it."""

    rule: Rule
    field: str


def step(pool: Pool, action: Action) -> Accepted | Rejected:
    """Applies one action. Total and deterministic: every action on every pool is accepted or rejected by one rule."""
    try:
        after, event = apply(open_book(pool, action), action)
    except Rejection as rejection:
        return Rejected(rejection.rule, rejection.field)
    for account_id in certified_by(action):
        kept = live_class(after, account_id) if only_helps(action) else -1
        after = recertify(after, account_id, kept)
    return Accepted(after, event)


def open_book(pool: Pool, action: Action) -> Pool:
    """The pool on which the action acts: anchored where it stands if the book is certified (CRT-10).

    On a book that is not certified only what completes it is accepted, and what the oracle says.

    Rules: CRT-1.
    """
    match action:
        case Deposit() | Certify() | Default() | ShareLoss():
            return pool
        case Mark() | Fund():
            return reanchor(pool) if book_is_certified(pool) else pool
        case _:
            require(book_is_certified(pool), Rule.CRT_1, "book")
            return reanchor(pool)


def apply(pool: Pool, action: Action) -> tuple[Pool, Event]:
    """The pool after the action and its event; raises Rejection."""
    match action:
        case Deposit():
            return deposit(pool, action)
        case Withdraw():
            return withdraw(pool, action)
        case Trade():
            return trade(pool, action)
        case Mark():
            return mark(pool, action)
        case Fund():
            return fund(pool, action)
        case Certify():
            return certify(pool, action)
        case Liquidate():
            return liquidate(pool, action)
        case Default():
            return default(pool, action)
        case ShareLoss():
            return share_loss(pool, action)
        case Unwind():
            return unwind(pool, action)
        case TakeOver():
            return take_over(pool, action)
        case Settle():
            return settle(pool, action)
        case SettlePosition():
            return settle_position(pool, action)
        case ListMarket():
            return list_market(pool, action)
        case SetParameters():
            return set_parameters(pool, action)


def certified_by(action: Action) -> tuple[AccountId, ...]:
    """The accounts that an action certifies by itself: those whose positions it changes, or whose equity (CRT-11).

    Who only receives, the treasury a fee or an actor a bounty, keeps its certificate, which stays true.
    """
    match action:
        case Deposit() | Withdraw() | Certify() | Default() | Unwind() | SettlePosition():
            return (action.account,)
        case Trade():
            return (action.buyer, action.seller)
        case Liquidate():
            return (action.account, action.liquidator)
        case TakeOver():
            return (action.taker,)
        case _:
            return ()


def only_helps(action: Action) -> bool:
    """Whether an action of anybody's adds to an account's cash, or closes its position at the mark, and no more.

    A live certificate stays true of it, so nobody lowers another's class by such an action.
    """
    match action:
        case Deposit() | Unwind() | SettlePosition():
            return True
        case _:
            return False
