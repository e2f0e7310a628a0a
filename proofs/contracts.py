"""The contracts of the machine's functions: what a theorem sees in the place of a body.

A contract without facts says nothing of the result but that there is one, the same for the same arguments. A theorem
establishes that the body returns, and the facts, on any pool whatever that has what the contract needs.
"""

from collections.abc import Iterator

from proofs.kernel.logic import both, either, iff, implies
from proofs.kernel.theorem import Contract
from solvent import certification, default, liquidation, margin
from solvent.certification import class_margin
from solvent.margin import equity_of, initial_margin, maintenance_margin, opening_margin, requirement
from solvent.numbers import CLASSES
from solvent.pool import BACKSTOP, AccountId, MarketId, Pool


def _nothing(*_: object) -> list[bool]:
    return []


def covered_or_no_riskier(before: Pool, after: Pool, account_id: AccountId) -> bool:
    """TRD-9: the account meets its initial or opening requirement, or is solvent and no riskier than before."""
    equity = equity_of(after, account_id)
    maintenance_before = requirement(before, account_id, maintenance_margin)
    maintenance_after = requirement(after, account_id, maintenance_margin)
    covered = either(
        equity >= requirement(after, account_id, initial_margin),
        equity >= requirement(after, account_id, opening_margin),
    )
    no_riskier = both(
        equity >= 0,
        maintenance_after <= maintenance_before,
        equity * maintenance_before >= equity_of(before, account_id) * maintenance_after,
    )
    return either(covered, no_riskier)


def _covered_or_no_riskier(result: bool, before: Pool, after: Pool, account_id: AccountId, _: MarketId) -> list[bool]:
    return [implies(result, covered_or_no_riskier(before, after, account_id))]


def _is_level(result: int, *_: object) -> list[bool]:
    return [result >= -1, result < CLASSES]


def _book(result: bool, pool: Pool) -> list[bool]:
    counted = sum((one.count for one in pool.classes), start=0)
    return [iff(result, both(counted == pool.exposed, equity_of(pool, BACKSTOP) >= 0, pool.overdue == 0))]


def _solvent(result: int, pool: Pool, account_id: AccountId) -> list[bool]:
    return [*_is_level(result), iff(result >= 0, equity_of(pool, account_id) >= 0)]


def _covered(result: int, pool: Pool, account_id: AccountId) -> list[bool]:
    account, equity = pool.accounts.get(account_id), equity_of(pool, account_id)

    def demanded(level: int) -> int:
        given = level, pool.classes[level].generation, pool.parameters.factors[level]
        return account.positions.total_along(pool.markets, class_margin, *given)

    return [
        *_solvent(result, pool, account_id),
        *(implies(result == level, equity >= demanded(level)) for level in range(CLASSES)),
    ]


def _class_zero_demands_nothing(pool: Pool, *_: object) -> list[bool]:
    return [*_floor_is_not_negative(pool), pool.parameters.factors[0] == 0]


def _not_negative(result: int, *_: object) -> list[bool]:
    return [result >= 0]


def _floor_is_not_negative(pool: Pool, *_: object) -> list[bool]:
    return [pool.parameters.requirement_floor >= 0]


def _floors_are_not_negative(before: Pool, after: Pool, *_: object) -> list[bool]:
    return [*_floor_is_not_negative(before), *_floor_is_not_negative(after)]


def _is_liquidated(pool: Pool, account_id: AccountId, market_id: MarketId, size: int) -> Iterator[bool]:
    yield from _floor_is_not_negative(pool)
    yield pool.markets.get(market_id).mark > 0
    yield size >= pool.markets.get(market_id).parameters.lot
    yield equity_of(pool, account_id) >= 0
    yield equity_of(pool, account_id) < requirement(pool, account_id, maintenance_margin)


def _meets_initial(result: bool, pool: Pool, account_id: AccountId) -> list[bool]:
    return [iff(result, equity_of(pool, account_id) >= requirement(pool, account_id, initial_margin))]


MAY_TRADE = Contract(margin.may_trade, _nothing, truth=True, pool=1, needs=_floors_are_not_negative)
MAY_TRADE_SAFELY = Contract(margin.may_trade, _covered_or_no_riskier, truth=True, needs=_floors_are_not_negative)
MEETS_INITIAL = Contract(margin.meets_initial, _nothing, truth=True, needs=_floor_is_not_negative)
MEETS_INITIAL_EXACTLY = Contract(margin.meets_initial, _meets_initial, truth=True, needs=_floor_is_not_negative)
IS_NEEDED = Contract(liquidation.is_needed, _nothing, truth=True, needs=_is_liquidated)
EQUITY = Contract(margin.equity_of, _nothing, truth=False)
REQUIREMENT = Contract(margin.requirement, _not_negative, truth=False, needs=_floor_is_not_negative)

BOOK = Contract(certification.book_is_certified, _nothing, truth=True)
HIGHEST = Contract(certification.highest_class, _is_level, truth=False)

BOOK_EXACTLY = Contract(certification.book_is_certified, _book, truth=True)
HIGHEST_SOLVENT = Contract(certification.highest_class, _solvent, truth=False, needs=_floor_is_not_negative)
HIGHEST_COVERED = Contract(certification.highest_class, _covered, truth=False, needs=_class_zero_demands_nothing)

BY_NAME = (BOOK, HIGHEST)
"""What almost every theorem about a step sees by name only: the check of the book before, the certificates after."""

REQUIREMENT_BY_NAME = Contract(margin.requirement, _nothing, truth=False, by_name=True)
EQUITY_BY_NAME = Contract(margin.equity_of, _nothing, truth=False, by_name=True)
LOSS_BY_NAME = Contract(default.loss_of, _nothing, truth=False, by_name=True)
PAYERS_BY_NAME = Contract(default.payers_of, _nothing, truth=False, by_name=True)
WANTED_BY_NAME = Contract(default.wanted_of, _nothing, truth=False, by_name=True)
"""Nothing is hidden, but products of the result are products of one variable."""

HIDING_NOTHING = (MEETS_INITIAL_EXACTLY, REQUIREMENT_BY_NAME, EQUITY_BY_NAME)
"""Contracts that leave nothing of a result open, but know nothing of a total beyond its measure either: what refutes a
theorem that sees them refutes the code, if it is proved with them of the machine as it is (proofs/mutate.py).
"""

CONTRACTS = (
    LOSS_BY_NAME,
    PAYERS_BY_NAME,
    WANTED_BY_NAME,
    BOOK,
    BOOK_EXACTLY,
    HIGHEST,
    HIGHEST_SOLVENT,
    HIGHEST_COVERED,
    MAY_TRADE,
    MAY_TRADE_SAFELY,
    MEETS_INITIAL,
    MEETS_INITIAL_EXACTLY,
    IS_NEEDED,
    EQUITY,
    REQUIREMENT,
    REQUIREMENT_BY_NAME,
    EQUITY_BY_NAME,
)
