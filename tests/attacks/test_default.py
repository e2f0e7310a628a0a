"""Earlier forms of the rules of default and loss sharing fell to these attacks; the present ones stop them."""

import pytest

from solvent.certification import Certified, Certify, anchored_equity
from solvent.default import Default, Defaulted, LossShared, ShareLoss, Unwind
from solvent.funding import Fund
from solvent.liquidation import Liquidate
from solvent.margin import Withdraw
from solvent.pool import BACKSTOP, AccountId, Deposit
from solvent.rules import Rule
from solvent.trading import Trade
from tests.attacks.pools import ALICE, BOB, BTC, CAROL, DAVE, ETH, KEEPER, ORACLE, Ledger, M


def crash() -> Ledger:
    """Alice is long 10 with 100, Bob short with 1,000; the mark falls from 100 to 80, and Alice is worth -100."""
    ledger = Ledger()
    ledger.fund(alice=100, bob=1_000, carol=1_000)
    ledger.trade(ALICE, BOB, 10)
    ledger.mark(80)
    return ledger


def test_a_winner_does_not_leave_between_the_mark_and_the_cut() -> None:
    ledger = crash()
    ledger.refuses(Withdraw(BOB, BOB, 1), Rule.CRT_1)
    ledger.refuses(Trade(BTC, BOB, CAROL, 10, 80 * M, 80 * M, 80 * M), Rule.CRT_1)
    ledger.do(Default(ALICE, BTC))
    ledger.refuses(Withdraw(BOB, BOB, 1), Rule.CRT_1)
    ledger.complete()
    assert ledger.worth(ALICE) == 0
    assert ledger.worth(BOB) == 1_100 * M
    assert ledger.worth(BACKSTOP) == 0
    ledger.do(Withdraw(BOB, BOB, 900 * M))


def test_a_winner_is_not_liquidated_between_the_mark_and_the_cut() -> None:
    """Bob won in BTC and lost more in ETH: liquidated before the cut, he would take the gain out of its market."""
    ledger = Ledger()
    ledger.fund(alice=100, bob=450, carol=10_000)
    ledger.trade(ALICE, BOB, 10)
    ledger.trade(BOB, CAROL, 30, ETH)
    ledger.mark(80)
    ledger.mark(80, ETH)
    assert ledger.worth(BOB) == 50 * M
    ledger.refuses(Liquidate(CAROL, BTC, BOB, CAROL, 10), Rule.CRT_1)
    ledger.refuses(Liquidate(CAROL, BTC, BOB, BACKSTOP, 10), Rule.CRT_1)
    ledger.complete()
    assert ledger.worth(BACKSTOP) >= 0


def test_a_winner_is_not_unwound_out_of_its_gain_before_the_cut() -> None:
    ledger = crash()
    ledger.do(Default(ALICE, BTC))
    ledger.refuses(Unwind(BOB, BTC, 10), Rule.CRT_1)
    shared = ledger.do(ShareLoss(BTC))
    assert shared == LossShared(BTC, 10 * M, 100 * M)


def test_winners_of_another_market_are_not_asked_while_those_of_the_market_can_pay() -> None:
    ledger = Ledger()
    ledger.fund(alice=100, bob=1_000, carol=1_000, dave=1_000)
    ledger.trade(ALICE, BOB, 10)
    ledger.trade(CAROL, DAVE, 10, ETH)
    ledger.mark(120, ETH)
    ledger.mark(80)
    ledger.do(Default(ALICE, BTC))
    ledger.refuses(ShareLoss(ETH), Rule.DEF_5)
    ledger.complete()
    assert ledger.worth(CAROL) == 1_200 * M
    assert ledger.worth(DAVE) == 800 * M


def test_a_market_that_was_not_lost_in_is_not_charged_with_a_default() -> None:
    """Alice gained in ETH; her default there would make it pay for BTC."""
    ledger = Ledger()
    ledger.fund(alice=250, bob=1_000, carol=1_000)
    ledger.trade(ALICE, BOB, 10)
    ledger.trade(ALICE, CAROL, 10, ETH)
    ledger.mark(50)
    ledger.mark(120, ETH)
    assert ledger.worth(ALICE) == -50 * M
    ledger.refuses(Default(ALICE, ETH), Rule.DEF_4)
    ledger.do(Default(ALICE, BTC))
    ledger.complete()
    assert ledger.worth(CAROL) == 800 * M


def test_close_outs_at_different_marks_charge_each_market_with_no_more_than_its_loss() -> None:
    """Between two defaults of one account the marks turn: the winners' gains still cover what is charged."""
    ledger = Ledger()
    ledger.fund(alice=250, bob=1_000, carol=1_000)
    ledger.trade(ALICE, BOB, 10)
    ledger.trade(ALICE, CAROL, 10, ETH)
    ledger.mark(80)
    ledger.mark(80, ETH)
    assert ledger.worth(ALICE) == -150 * M
    first = ledger.do(Default(ALICE, BTC))
    assert first == Defaulted(ALICE, BTC, 10, 75 * M)
    ledger.mark(95)
    ledger.mark(60, ETH)
    second = ledger.do(Default(ALICE, ETH))
    assert second == Defaulted(ALICE, ETH, 10, 275 * M)
    ledger.complete()
    assert ledger.worth(ALICE) == 0
    assert ledger.worth(BACKSTOP) >= 0


def test_nobody_can_neither_be_certified_nor_defaulted() -> None:
    """Whoever is short of maintenance is certified nevertheless, and at exactly zero too."""
    for mark in (96, 91, 90, 89):
        ledger = Ledger()
        ledger.fund(alice=100, bob=1_000)
        ledger.trade(ALICE, BOB, 10)
        ledger.mark(mark)
        equity = 100 - 10 * (100 - mark)
        assert ledger.worth(ALICE) == equity * M
        if equity >= 0:
            ledger.refuses(Default(ALICE, BTC), Rule.DEF_2)
            ledger.do(Certify(KEEPER, ALICE))
        else:
            ledger.refuses(Certify(KEEPER, ALICE), Rule.CRT_5)
            ledger.do(Default(ALICE, BTC))


def test_a_bounty_does_not_push_an_account_below_zero() -> None:
    ledger = Ledger(bounty=M)
    ledger.fund(alice=100, bob=1_000)
    ledger.trade(ALICE, BOB, 10)
    ledger.mark(90)
    assert ledger.worth(ALICE) == 0
    assert ledger.do(Certify(KEEPER, ALICE)) == Certified(ALICE, KEEPER, 0)
    ledger.complete()


def test_a_trade_does_not_make_the_anchor_stale() -> None:
    """Who enters after a move is not cut for a gain that was not its own."""
    ledger = Ledger()
    ledger.fund(alice=250, bob=1_000, carol=1_000)
    ledger.trade(ALICE, BOB, 10)
    ledger.mark(80)
    ledger.complete()
    ledger.trade(BOB, CAROL, 10)
    assert ledger.pool.accounts.get(BOB).positions.get(BTC) == 0
    assert anchored_equity(ledger.pool, CAROL) == ledger.worth(CAROL) == 1_000 * M
    ledger.mark(70)
    ledger.do(Default(ALICE, BTC))
    shared = ledger.do(ShareLoss(BTC))
    assert shared == LossShared(BTC, 5 * M, 50 * M)
    ledger.complete()
    assert ledger.worth(CAROL) == 1_050 * M
    assert ledger.worth(BOB) == 1_200 * M


def test_nobody_chooses_the_class_of_another() -> None:
    """The class is the highest that the account covers, whoever asks for it."""
    for asker in (ALICE, KEEPER, DAVE):
        ledger = Ledger()
        ledger.fund(alice=1_000, bob=100_000)
        ledger.trade(ALICE, BOB, 10)
        ledger.mark(10)
        ledger.mark(99)
        ledger.do(Certify(asker, ALICE))
        assert ledger.pool.accounts.get(ALICE).certificate.level == 3
    ledger.refuses(Certify(DAVE, ALICE), Rule.CRT_4)


@pytest.mark.parametrize("steps", [(80,), (95, 90, 85, 80), (99, 96, 88, 84, 81, 80), (120, 60, 80)])
def test_a_mark_that_walks_to_a_known_price_gives_nobody_more_than_the_jump(steps: tuple[int, ...]) -> None:
    """On a book that a step leaves uncertified nobody leaves: whatever the way, the winner ends with the same."""
    ledger = Ledger()
    ledger.fund(alice=100, bob=1_000, carol=1_000)
    ledger.trade(ALICE, BOB, 10)
    for mark in steps:
        ledger.mark(mark)
        if not ledger.is_certified():
            ledger.refuses(Withdraw(BOB, BOB, 1), Rule.CRT_1)
    assert not ledger.is_certified()
    ledger.complete()
    assert ledger.worth(ALICE) == 0
    assert ledger.worth(BOB) == 1_100 * M


def test_a_bounty_is_not_paid_out_of_gains_that_nobody_has_paid_yet() -> None:
    """Bob had 100 at the anchor and gained 400 since: were the bounty taken from that, it would drain the vault."""
    ledger = Ledger(bounty=1_000 * M)
    ledger.fund(alice=100, bob=100)
    ledger.trade(ALICE, BOB, 10)
    ledger.mark(90)
    ledger.do(Certify(KEEPER, ALICE))
    assert ledger.worth(KEEPER) == 0
    ledger.mark(60)
    assert ledger.worth(BOB) == 500 * M
    paid = ledger.do(Certify(KEEPER, BOB))
    assert paid == Certified(BOB, KEEPER, 100 * M)
    ledger.complete()
    assert ledger.worth(KEEPER) == 100 * M
    assert ledger.pool.vault == 200 * M


def test_a_funding_step_is_cut_as_a_mark_is() -> None:
    ledger = Ledger()
    ledger.fund(alice=100, bob=1_000)
    ledger.trade(ALICE, BOB, 10)
    ledger.time += 1
    ledger.do(Fund(ORACLE, BTC, 10 * M, ledger.time))
    ledger.mark(100)
    assert ledger.worth(ALICE) == 0
    ledger.time += 1
    ledger.do(Fund(ORACLE, BTC, 5 * M, ledger.time))
    ledger.refuses(Withdraw(BOB, BOB, 1), Rule.CRT_1)
    ledger.complete()
    assert (ledger.worth(ALICE), ledger.worth(BOB), ledger.worth(BACKSTOP)) == (0, 1_100 * M, 0)


def test_a_deposit_on_an_uncertified_book_rescues_and_opens_nothing_else() -> None:
    ledger = crash()
    ledger.do(Deposit(ALICE, 100 * M))
    assert ledger.worth(ALICE) == 0
    ledger.complete()
    assert ledger.worth(BOB) == 1_200 * M
    assert ledger.worth(AccountId("nobody")) == 0
