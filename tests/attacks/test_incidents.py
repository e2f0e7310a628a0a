"""Incidents elsewhere (spec/incidents), each as a trace: the rule that stops it, and what it does with that rule off.

Amounts are in quote units, worth a million quanta each; a position of 10 at a mark of 100 has an initial requirement
of 100 and a maintenance requirement of 50.
"""

from dataclasses import replace

from proofs.exploit import without
from solvent.default import Default
from solvent.funding import Fund
from solvent.liquidation import Liquidate
from solvent.margin import Withdraw, equity_of, maintenance_margin, requirement
from solvent.marking import Mark
from solvent.parameters import SetParameters
from solvent.pool import BACKSTOP, AccountId, Deposit, Pool
from solvent.rules import Rule
from solvent.settlement import Settle, SettlePosition
from solvent.trading import Trade
from tests.attacks.pools import ALICE, BOB, BTC, CAROL, MARKET, ORACLE, Ledger, M

MALLORY = AccountId("mallory")


def opened(**deposits: int) -> Ledger:
    """Alice is long 10 and Bob short, at a mark of 100."""
    ledger = Ledger()
    ledger.fund(**deposits)
    ledger.trade(ALICE, BOB, 10)
    return ledger


def owed(pool: Pool) -> int:
    """What those are owed that are owed something, in quote quanta."""
    return sum(max(equity_of(pool, account_id), 0) for account_id, _ in pool.accounts)


def test_euler_made_its_own_account_bad() -> None:
    """Collateral given away without a check leaves an account that is liquidated at once."""
    ledger = opened(alice=100, bob=1_000)
    after = ledger.stops(Withdraw(ALICE, ALICE, 60 * M), Rule.MAR_7)
    assert equity_of(after, ALICE) == 40 * M < requirement(after, ALICE, maintenance_margin)


def test_platypus_left_the_debt_and_took_the_collateral() -> None:
    """Solvency was looked at before the withdrawal: then it was there."""
    ledger = opened(alice=150, bob=1_000)
    after = ledger.stops(Withdraw(ALICE, ALICE, 150 * M), Rule.MAR_7)
    assert equity_of(after, ALICE) == 0
    assert after.accounts.get(ALICE).positions.get(BTC) == 10


def test_bzx_opened_what_it_could_not_carry() -> None:
    """A leveraged trade whose margin one path of the code did not ask for."""
    ledger = Ledger()
    ledger.fund(alice=100, bob=10_000)
    price = 100 * M
    after = ledger.stops(Trade(BTC, ALICE, BOB, 40, price, price, price), Rule.TRD_5)
    assert equity_of(after, ALICE) == 100 * M < requirement(after, ALICE, maintenance_margin)


def test_drift_paid_a_gain_before_the_loss_was_collected() -> None:
    """The winner leaves with what the loser does not have; somebody else's claim stays uncovered."""
    ledger = opened(alice=100, bob=1_000, carol=1_000)
    ledger.mark(80)
    assert ledger.worth(ALICE) == -100 * M
    after = ledger.stops(Withdraw(BOB, BOB, 1_100 * M), Rule.CRT_1)
    assert after.vault == 1_000 * M < owed(after) == 1_100 * M
    ledger.do(Default(ALICE, BTC))
    ledger.complete()
    ledger.do(Withdraw(CAROL, CAROL, 1_000 * M))
    assert ledger.pool.vault == owed(ledger.pool)


def test_ftx_had_an_account_that_no_rule_was_for() -> None:
    """The house's own account took out what stood between everybody's losses and everybody."""
    ledger = opened(alice=100, bob=1_000, backstop=500)
    after = ledger.stops(Withdraw(BACKSTOP, BACKSTOP, 500 * M), Rule.MAR_5)
    assert equity_of(after, BACKSTOP) == 0


def test_mango_opened_more_than_the_market_could_bear() -> None:
    """Two accounts of one owner; here opening is paid for in full once so much of the market is open."""
    ledger = Ledger(market=replace(MARKET, interest_lower=500 * M, interest_upper=1_000 * M))
    ledger.fund(alice=1_000, bob=1_000)
    price = 100 * M
    after = ledger.stops(Trade(BTC, ALICE, BOB, 50, price, price, price), Rule.TRD_5)
    assert after.markets.get(BTC).long_interest * price == 5_000 * M


def test_kiloex_let_anybody_set_the_price() -> None:
    """Opened at one price of one's own and closed at another."""
    ledger = opened(alice=100, bob=1_000)
    after = ledger.stops(Mark(ALICE, BTC, 190 * M, ledger.time + 1), Rule.MRK_1)
    assert equity_of(after, ALICE) == 1_000 * M


def test_paradex_wrote_a_mark_of_zero() -> None:
    """Everybody who was long had nothing left."""
    ledger = opened(alice=500, bob=1_000)
    after = ledger.stops(Mark(ORACLE, BTC, 0, ledger.time + 1), Rule.MRK_3)
    assert equity_of(after, ALICE) == -500 * M


def test_oil_was_marked_below_zero() -> None:
    """A long lost more than it had paid for all of it."""
    ledger = opened(alice=1_000, bob=1_000)
    after = ledger.stops(Mark(ORACLE, BTC, -37 * M, ledger.time + 1), Rule.MRK_3)
    assert equity_of(after, ALICE) == -370 * M


def test_venus_believed_what_the_oracle_no_longer_said() -> None:
    """An old price that comes again hides that an account is gone."""
    ledger = opened(alice=100, bob=1_000)
    ledger.time += 1
    old = Mark(ORACLE, BTC, 100 * M, ledger.time)
    ledger.do(old)
    ledger.mark(80)
    assert ledger.worth(ALICE) == -100 * M
    after = ledger.stops(old, Rule.MRK_2)
    assert equity_of(after, ALICE) == 100 * M


def test_black_thursday_sold_for_nothing() -> None:
    """The only bid was no bid."""
    ledger = opened(alice=2_000, bob=1_000, carol=1_000)
    after = ledger.stops(Trade(BTC, CAROL, ALICE, 10, 1, 1, 60 * M), Rule.TRD_4)
    assert equity_of(after, ALICE) == 1_000 * M + 10


def test_aave_liquidated_what_was_too_far_gone() -> None:
    """Each part that was closed took from those who were still solvent. Two rules stand before it here."""
    ledger = opened(alice=100, bob=1_000, carol=1_000)
    ledger.mark(85)
    assert ledger.worth(ALICE) == -50 * M
    liquidation = Liquidate(CAROL, BTC, ALICE, CAROL, 5)
    ledger.refuses(liquidation, Rule.CRT_1)
    with without(Rule.CRT_1):
        after = ledger.stops(liquidation, Rule.LIQ_5)
    assert equity_of(after, CAROL) < 1_000 * M


def test_jelly_filled_the_vault() -> None:
    """The backstop takes a position over that is larger than it may ever hold in the market."""
    ledger = Ledger(market=replace(MARKET, backstop_inventory=5))
    ledger.fund(alice=110, bob=1_000, backstop=1_000)
    ledger.trade(ALICE, BOB, 10)
    ledger.mark(92)
    ledger.complete()
    after = ledger.stops(Liquidate(BOB, BTC, ALICE, BACKSTOP, 8), Rule.LIQ_9)
    assert after.accounts.get(BACKSTOP).positions.get(BTC) == 8


def test_a_price_of_settlement_was_chosen() -> None:
    """How JELLY ended: who has most to lose says when, and so at which price, the market ends."""
    ledger = opened(alice=100, bob=1_000)
    ledger.mark(93)
    ledger.complete()
    after = ledger.stops(Settle(BOB, BTC, ledger.time + 1), Rule.SET_2)
    assert after.markets.get(BTC).settled == ledger.time + 1


def test_a_whale_withdrew_down_to_its_liquidation() -> None:
    """An unrealised gain is taken out until a move of one percent takes the rest, and more."""
    ledger = opened(alice=100, bob=1_000)
    ledger.mark(110)
    ledger.complete()
    after = ledger.stops(Withdraw(ALICE, ALICE, 195 * M), Rule.MAR_7)
    assert equity_of(after, ALICE) == 5 * M < requirement(after, ALICE, maintenance_margin)


def test_level_paid_the_same_epoch_again() -> None:
    """A payment that was made comes again."""
    ledger = opened(alice=500, bob=1_000)
    ledger.time += 1
    payment = Fund(ORACLE, BTC, 10 * M, ledger.time)
    ledger.do(payment)
    assert ledger.worth(ALICE) == 400 * M
    ledger.complete()
    after = ledger.stops(payment, Rule.FND_2)
    assert equity_of(after, ALICE) == 300 * M


def test_opyn_took_one_payment_for_two() -> None:
    """What was settled is settled again. Nothing is paid twice with the rule off either: it closes what is left."""
    ledger = opened(alice=500, bob=1_000)
    ledger.mark(120)
    ledger.complete()
    ledger.time += 1
    ledger.do(Settle(ORACLE, BTC, ledger.time))
    ledger.do(SettlePosition(BOB, BTC))
    after = ledger.stops(SettlePosition(BOB, BTC), Rule.SET_6)
    assert after.accounts.get(BOB).cash == ledger.pool.accounts.get(BOB).cash == 800 * M


def test_beanstalk_changed_the_rules_for_itself() -> None:
    """Whoever can set the parameters opens a thousand times what it has."""
    ledger = opened(alice=100, bob=100_000)
    after = ledger.stops(SetParameters(ALICE, BTC, replace(MARKET, initial_rate=1_000)), Rule.PAR_1)
    assert after.markets.get(BTC).parameters.initial_rate == 1_000


def test_a_key_signed_for_somebody_else() -> None:
    """What belongs to one account leaves by the word of another."""
    ledger = opened(alice=100, bob=1_000)
    after = ledger.stops(Withdraw(MALLORY, BOB, 900 * M), Rule.MAR_4)
    assert equity_of(after, BOB) == 100 * M


def test_cetus_took_more_than_a_word_holds() -> None:
    """An amount beyond the caps of which the range of every number is proved. Three rules stand before it."""
    ledger = Ledger()
    ledger.fund(alice=100)
    deposit = Deposit(ALICE, 2**256)
    ledger.refuses(deposit, Rule.NUM_4)
    with without(Rule.NUM_12), without(Rule.NUM_14):
        after = ledger.stops(deposit, Rule.NUM_4)
    assert after.vault > 2**256
