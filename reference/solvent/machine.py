"""The state machine: one total, deterministic step (spec/machine.md)."""

from dataclasses import dataclass

from solvent.funding import Fund, Funded, fund
from solvent.liquidation import Liquidate, Liquidated, liquidate
from solvent.margin import Withdraw, Withdrawn, withdraw
from solvent.marking import Mark, Marked, mark
from solvent.parameters import ListMarket, MarketListed, list_market
from solvent.pool import Deposit, Deposited, Pool, deposit
from solvent.rules import Rejection, Rule
from solvent.trading import Trade, Traded, trade

Action = Deposit | Withdraw | Trade | Mark | Fund | Liquidate | ListMarket
Event = Deposited | Withdrawn | Traded | Marked | Funded | Liquidated | MarketListed


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
        return Accepted(*apply(pool, action))
    except Rejection as rejection:
        return Rejected(rejection.rule, rejection.field)


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
        case Liquidate():
            return liquidate(pool, action)
        case ListMarket():
            return list_market(pool, action)
