"""Thresholds of the actions that complete and close books, one below, at and one above each."""

from dataclasses import replace

import pytest

from solvent.certification import Certified, Certify, book_is_certified
from solvent.default import Default, Defaulted, LossShared, ShareLoss, TakenOver, TakeOver, Unwind, Unwound
from solvent.funding import Fund
from solvent.margin import Withdraw
from solvent.marking import Mark
from solvent.numbers import SIZE_CAP
from solvent.parameters import ListMarket, SetParameters
from solvent.pool import BACKSTOP, AccountId, MarketId, MarketParameters
from solvent.rules import Rule
from solvent.settlement import PositionSettled, Settle, Settled, SettlePosition
from tests.attacks.pools import ALICE, BOB, BTC, CAROL, ETH, GOVERNANCE, KEEPER, MARKET, ORACLE, Ledger, M

DATED = MarketId("BTC-0100")


def opened(bounty: int = 0, market: MarketParameters = MARKET) -> Ledger:
    """Alice is long 10 against Bob, with 100 and 1,000."""
    ledger = Ledger(bounty, market)
    ledger.fund(alice=100, bob=1_000, carol=1_000)
    ledger.trade(ALICE, BOB, 10)
    return ledger


def marked_exactly(ledger: Ledger, mark: int) -> None:
    """A mark in quote quanta."""
    ledger.time += 1
    ledger.do(Mark(ORACLE, BTC, mark, ledger.time))


@pytest.mark.parametrize(("mark", "bounty"), [(90 * M + 1, 10), (90 * M, 0)])
def test_an_account_is_certified_down_to_zero(mark: int, bounty: int) -> None:
    ledger = opened(bounty=11)
    marked_exactly(ledger, mark)
    ledger.refuses(Default(ALICE, BTC), Rule.DEF_2)
    assert ledger.do(Certify(KEEPER, ALICE)) == Certified(ALICE, KEEPER, bounty)
    ledger.refuses(Certify(KEEPER, ALICE), Rule.CRT_4)
    assert ledger.is_certified()


def test_one_quantum_below_zero_an_account_is_defaulted() -> None:
    ledger = opened()
    marked_exactly(ledger, 90 * M - 1)
    ledger.refuses(Certify(KEEPER, ALICE), Rule.CRT_5)
    assert ledger.do(Default(ALICE, BTC)) == Defaulted(ALICE, BTC, 10, 10)
    assert (ledger.worth(ALICE), ledger.worth(BACKSTOP)) == (0, -10)
    ledger.refuses(Default(ALICE, BTC), Rule.DEF_2)
    assert ledger.do(ShareLoss(BTC)) == LossShared(BTC, 1, 10)
    ledger.refuses(ShareLoss(BTC), Rule.DEF_5)
    assert ledger.is_certified()


@pytest.mark.parametrize("account", ["backstop", "nobody"])
def test_who_is_not_exposed_is_not_certified(account: str) -> None:
    rule = Rule.CRT_2 if account == "backstop" else Rule.CRT_3
    opened().refuses(Certify(KEEPER, AccountId(account)), rule)


def test_the_bounty_ends_at_the_equity_and_may_be_paid_to_oneself() -> None:
    ledger = opened(bounty=5)
    marked_exactly(ledger, 91 * M)
    assert ledger.do(Certify(ALICE, ALICE)) == Certified(ALICE, ALICE, 5)
    assert ledger.worth(ALICE) == 10 * M


def test_a_class_expires_one_quantum_after_half_of_what_it_covers() -> None:
    """Alice covers class 1 alone: a maintenance rate of 5 % ends it beyond a drift of 2.5 %."""
    for beyond in (0, 1):
        ledger = opened()
        assert ledger.pool.accounts.get(ALICE).certificate.level == 1
        marked_exactly(ledger, 100 * M - 2_500_000 - beyond)
        assert ledger.is_certified() == (beyond == 0)


def test_carry_counts_as_drift() -> None:
    ledger = opened()
    ledger.time += 1
    ledger.do(Fund(ORACLE, BTC, 2_500_000, ledger.time))
    assert ledger.is_certified()
    ledger.time += 1
    ledger.do(Fund(ORACLE, BTC, 1, ledger.time))
    assert not ledger.is_certified()


@pytest.mark.parametrize(("excess", "collected"), [(-1, 0), (0, 0), (1, 10)])
def test_the_backstop_pays_up_to_its_cap(excess: int, collected: int) -> None:
    """The cap differs by a quantum from the deficit of 100; cuts come in quanta per base quantum."""
    ledger = opened(market=replace(MARKET, backstop_cap=100 * M - excess))
    ledger.fund(backstop=1_000)
    ledger.mark(80)
    ledger.do(Default(ALICE, BTC))
    assert ledger.pool.overdue == (excess > 0)
    if collected:
        assert ledger.do(ShareLoss(BTC)) == LossShared(BTC, 1, collected)
    ledger.refuses(ShareLoss(BTC), Rule.DEF_5)
    assert ledger.worth(BACKSTOP) == 900 * M + collected


def test_a_cut_takes_at_most_the_gain() -> None:
    """Bob bears what the backstop loses on, but never more than he has gained since the anchor."""
    ledger = opened()
    ledger.mark(80)
    ledger.do(Default(ALICE, BTC))
    ledger.mark(60)
    ledger.do(ShareLoss(BTC))
    ledger.complete()
    assert ledger.worth(BOB) == 1_100 * M
    ledger.mark(99)
    ledger.complete()
    assert ledger.worth(BOB) <= 1_100 * M


def test_a_loss_is_not_shared_where_nobody_gained_or_no_market_is() -> None:
    ledger = opened()
    ledger.mark(80)
    ledger.do(Default(ALICE, BTC))
    ledger.refuses(ShareLoss(ETH), Rule.DEF_5)
    ledger.refuses(ShareLoss(MarketId("nowhere")), Rule.CON_4)
    ledger.refuses(Default(ALICE, MarketId("nowhere")), Rule.CON_4)
    ledger.refuses(Default(BACKSTOP, BTC), Rule.DEF_1)


def defaulted() -> Ledger:
    """The backstop holds Alice's long 10; the book is complete, at 80."""
    ledger = opened()
    ledger.mark(80)
    ledger.complete()
    return ledger


@pytest.mark.parametrize("size", [1, 9, 10])
def test_no_more_is_unwound_than_there_is(size: int) -> None:
    ledger = defaulted()
    ledger.refuses(Unwind(BOB, BTC, 0), Rule.NUM_6)
    ledger.refuses(Unwind(BOB, BTC, -1), Rule.NUM_6)
    ledger.refuses(Unwind(BOB, BTC, 11), Rule.DEF_7)
    ledger.refuses(Unwind(CAROL, BTC, 1), Rule.DEF_7)
    ledger.refuses(Unwind(BACKSTOP, BTC, 1), Rule.DEF_7)
    worth = ledger.worth(BOB)
    assert ledger.do(Unwind(BOB, BTC, size)) == Unwound(BOB, BTC, size)
    assert ledger.worth(BOB) == worth
    assert ledger.pool.markets.get(BTC).long_interest == 10 - size


def test_no_more_is_unwound_than_the_backstop_has() -> None:
    ledger = defaulted()
    ledger.fund(dave=1_000)
    ledger.trade(AccountId("dave"), BOB, 2)
    ledger.refuses(Unwind(BOB, BTC, 11), Rule.DEF_8)
    ledger.do(Unwind(BOB, BTC, 10))
    ledger.refuses(Unwind(BOB, BTC, 1), Rule.DEF_7)
    ledger.refuses(TakeOver(BOB, BTC, 1), Rule.DEF_8)


@pytest.mark.parametrize(("deposit", "most"), [(80, 10), (79, 9), (8, 1), (7, 0)])
def test_who_takes_over_meets_its_requirement(deposit: int, most: int) -> None:
    """At 80 and 10 % each base quantum needs 8."""
    ledger = defaulted()
    ledger.fund(dave=deposit)
    dave = AccountId("dave")
    ledger.refuses(TakeOver(dave, BTC, 11), Rule.DEF_8)
    ledger.refuses(TakeOver(BACKSTOP, BTC, 1), Rule.DEF_9)
    if most < 10:
        ledger.refuses(TakeOver(dave, BTC, most + 1), Rule.DEF_10)
    if most:
        assert ledger.do(TakeOver(dave, BTC, most)) == TakenOver(dave, BTC, most)


def test_a_dated_market_ends_at_its_expiry() -> None:
    ledger = opened()
    parameters = replace(MARKET, expiry=100)
    ledger.do(ListMarket(GOVERNANCE, DATED, 100 * M, 1, parameters))
    ledger.refuses(Settle(ORACLE, DATED, 99), Rule.SET_4)
    ledger.refuses(Mark(ORACLE, DATED, 90 * M, 101), Rule.SET_7)
    ledger.refuses(Fund(ORACLE, DATED, 0, 101), Rule.SET_7)
    ledger.do(Mark(ORACLE, DATED, 99 * M, 100))
    ledger.refuses(Settle(ORACLE, DATED, 100), Rule.SET_3)
    ledger.refuses(Settle(BOB, DATED, 101), Rule.SET_2)
    assert ledger.do(Settle(ORACLE, DATED, 101)) == Settled(DATED, 99 * M, 101)
    ledger.refuses(Settle(ORACLE, DATED, 102), Rule.SET_1)


def test_positions_settle_once_in_any_order() -> None:
    for order in ((ALICE, BOB), (BOB, ALICE)):
        ledger = opened()
        ledger.refuses(SettlePosition(ALICE, BTC), Rule.SET_5)
        ledger.mark(97)
        ledger.refuses(Settle(ORACLE, BTC, ledger.time + 1), Rule.CRT_1)
        ledger.complete()
        ledger.do(Settle(ORACLE, BTC, ledger.time + 1))
        ledger.refuses(Mark(ORACLE, BTC, 90 * M, ledger.time + 2), Rule.SET_1)
        ledger.refuses(SetParameters(GOVERNANCE, BTC, MARKET), Rule.SET_1)
        for account_id, size in zip(order, (10, -10) if order[0] == ALICE else (-10, 10), strict=True):
            assert ledger.do(SettlePosition(account_id, BTC)) == PositionSettled(account_id, BTC, size)
            ledger.refuses(SettlePosition(account_id, BTC), Rule.SET_6)
        market = ledger.pool.markets.get(BTC)
        assert (market.long_interest, market.short_interest) == (0, 0)
        assert (ledger.worth(ALICE), ledger.worth(BOB)) == (70 * M, 1_030 * M)
        ledger.do(Withdraw(ALICE, ALICE, 70 * M))


def test_parameters_change_and_every_certificate_ends() -> None:
    ledger = opened()
    ledger.refuses(SetParameters(BOB, BTC, MARKET), Rule.PAR_1)
    ledger.refuses(SetParameters(GOVERNANCE, MarketId("nowhere"), MARKET), Rule.CON_4)
    ledger.refuses(SetParameters(GOVERNANCE, BTC, replace(MARKET, lot=2)), Rule.PAR_21)
    ledger.refuses(SetParameters(GOVERNANCE, BTC, replace(MARKET, expiry=9)), Rule.PAR_22)
    ledger.refuses(SetParameters(GOVERNANCE, BTC, replace(MARKET, lowest_mark=100 * M + 1)), Rule.MRK_3)
    ledger.refuses(SetParameters(GOVERNANCE, BTC, replace(MARKET, highest_mark=100 * M - 1)), Rule.MRK_4)
    ledger.refuses(SetParameters(GOVERNANCE, BTC, replace(MARKET, backstop_inventory=SIZE_CAP + 1)), Rule.PAR_12)
    ledger.do(SetParameters(GOVERNANCE, BTC, replace(MARKET, lowest_mark=100 * M, highest_mark=100 * M)))
    assert not book_is_certified(ledger.pool)
    ledger.refuses(SetParameters(GOVERNANCE, BTC, MARKET), Rule.CRT_1)
    ledger.complete()
    ledger.do(SetParameters(GOVERNANCE, BTC, MARKET))
