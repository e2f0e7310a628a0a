"""Mistakes that would be natural: each is refuted by a theorem that does not only state when an action is rejected."""

from dataclasses import dataclass

import pytest

from proofs.kernel.solve import Verdict
from proofs.mutate import judge
from proofs.sources import replaced


@dataclass(frozen=True)
class Mistake:
    """A piece of the machine's text as it might have been written, and the theorem that refutes it."""

    name: str
    module: str
    right: str
    wrong: str
    theorem: str


MISTAKES = (
    Mistake(
        "ceiling that is a floor",
        "numbers",
        "return -(-value * numerator // denominator)",
        "return value * numerator // denominator",
        "numbers.rounding_up_is_exact",
    ),
    Mistake(
        "floor that is a ceiling",
        "numbers",
        "return value * numerator // denominator",
        "return -(-value * numerator // denominator)",
        "numbers.rounding_down_is_exact",
    ),
    Mistake(
        "fee rounded down",
        "trading",
        "fee = mul_div_up(action.size * action.price,",
        "fee = (lambda value, rate, one: value * rate // one)(action.size * action.price,",
        "trading.a_trade_has_exactly_its_effect",
    ),
    Mistake(
        "fee forgotten on the seller's side",
        "trading",
        "after = pay(after, action.seller, -fee)",
        "pass",
        "trading.a_trade_makes_no_money",
    ),
    Mistake(
        "fee booked once for both sides",
        "trading",
        "pay(after, TREASURY, 2 * fee)",
        "pay(after, TREASURY, fee)",
        "trading.a_trade_conserves",
    ),
    Mistake(
        "same account on both sides of a trade",
        "trading",
        'require(action.buyer != action.seller, Rule.TRD_1, "seller")',
        "pass",
        "trading.a_trade_has_exactly_its_effect",
    ),
    Mistake(
        "price of the wrong limit",
        "trading",
        "require(action.price <= action.buyer_limit,",
        "require(action.price >= action.buyer_limit,",
        "trading.nobody_pays_worse_than_its_limit",
    ),
    Mistake(
        "interest that is not netted",
        "pool",
        "short_interest=market.short_interest + max(-after, 0) - max(-before, 0),",
        "short_interest=market.short_interest + max(-after, 0),",
        "trading.a_trade_leaves_the_pool_well_formed",
    ),
    Mistake(
        "worth of a short by the carry of longs",
        "pool",
        "min(size, 0) * (price - market.short_carry)",
        "min(size, 0) * (price - market.long_carry)",
        "margin.worth_is_exact",
    ),
    Mistake(
        "funding with the same sign for both sides",
        "funding",
        "short_carry = market.short_carry + action.payment",
        "short_carry = market.short_carry - action.payment",
        "funding.a_funding_step_conserves",
    ),
    Mistake(
        "funding cap of one side only",
        "funding",
        "require(-limit <= action.payment <= limit,",
        "require(action.payment <= limit,",
        "funding.funding_is_exact_capped_and_signed",
    ),
    Mistake(
        "an old mark taken again",
        "marking",
        "require(action.time > market.time,",
        "require(action.time >= market.time,",
        "marking.the_same_word_is_not_taken_twice",
    ),
    Mistake(
        "withdrawal checked before its effect",
        "margin",
        "require(meets_initial(after, action.account), Rule.MAR_7",
        "require(meets_initial(pool, action.account), Rule.MAR_7",
        "margin.a_withdrawal_is_its_owners_and_leaves_the_requirement",
    ),
    Mistake(
        "withdrawal down to maintenance",
        "margin",
        "return equity_of(pool, account_id) >= requirement(pool, account_id, initial_margin)",
        "return equity_of(pool, account_id) >= requirement(pool, account_id, maintenance_margin)",
        "margin.a_withdrawal_is_its_owners_and_leaves_the_requirement",
    ),
    Mistake(
        "margin of the signed size",
        "margin",
        "return mul_div_up(abs(size) * market.mark, market.parameters.initial_rate, PPM)",
        "return mul_div_up(size * market.mark, market.parameters.initial_rate, PPM)",
        "margin.margins_of_a_position_are_ordered",
    ),
    Mistake(
        "penalty without its cap",
        "liquidation",
        "penalty = min(\n",
        "penalty = max(\n",
        "liquidation.a_liquidation_never_makes_things_worse",
    ),
    Mistake(
        "penalty's cap rounded up",
        "liquidation",
        "mul_div_down(equity_of(pool, account_id), freed, maintenance)",
        "mul_div_up(equity_of(pool, account_id), freed, maintenance)",
        "liquidation.a_liquidation_never_makes_things_worse",
    ),
    Mistake(
        "account that just meets its maintenance liquidated",
        "liquidation",
        "require(equity < requirement(",
        "require(equity <= requirement(",
        "liquidation.an_account_that_meets_its_maintenance_is_not_liquidated",
    ),
    Mistake(
        "cap in the wrong unit",
        "numbers",
        "CASH_CAP: Final = 2**125",
        "CASH_CAP: Final = 2**255",
        "pool.a_deposit_stays_within_a_word",
    ),
    Mistake(
        "listing that replaces a market",
        "parameters",
        "require(pool.markets.get(action.market).mark == 0,",
        "require(pool.markets.get(action.market).mark >= 0,",
        "parameters.a_listing_leaves_the_pool_well_formed",
    ),
    Mistake(
        "deposit credited twice",
        "pool",
        "after = pay(replace(pool, vault=pool.vault + action.amount), action.account, action.amount)",
        "after = pay(replace(pool, vault=pool.vault + action.amount), action.account, 2 * action.amount)",
        "pool.a_deposit_conserves",
    ),
    Mistake(
        "share of a deficit rounded down",
        "default",
        "share = min(mul_div_up(deficit, loss, losses), loss)",
        "share = min(deficit * loss // losses, loss)",
        "default.a_default_has_exactly_its_effect",
    ),
    Mistake(
        "share without its cap",
        "default",
        "share = min(mul_div_up(deficit, loss, losses), loss)",
        "share = mul_div_up(deficit, loss, losses) + loss",
        "default.a_default_never_lifts_above_zero",
    ),
    Mistake(
        "share that the backstop does not pay",
        "default",
        "after = pay(after, BACKSTOP, -share)",
        "pass",
        "default.a_default_conserves",
    ),
    Mistake(
        "last position that leaves a debt",
        "default",
        "or account.positions.total(is_open) == 1:",
        "or False:",
        "certification.without_a_position_nobody_owes",
    ),
    Mistake(
        "cut rounded down",
        "default",
        "cut = min(mul_div_up(wanted, 1, payers), gain)",
        "cut = min(wanted // payers, gain)",
        "default.a_cut_has_exactly_its_effect",
    ),
    Mistake(
        "cut beyond the gain",
        "default",
        "cut = min(mul_div_up(wanted, 1, payers), gain)",
        "cut = mul_div_up(wanted, 1, payers)",
        "default.a_cut_has_exactly_its_effect",
    ),
    Mistake(
        "cut that both sides pay",
        "default",
        "short_carry = market.short_carry - choose(by_longs, 0, cut)",
        "short_carry = market.short_carry - cut",
        "default.a_cut_conserves",
    ),
    Mistake(
        "cut of which the backstop's own part is lost",
        "default",
        "after = pay(moved, BACKSTOP, cut * (payers + own_payers))",
        "after = pay(moved, BACKSTOP, cut * payers)",
        "default.a_cut_conserves",
    ),
    Mistake(
        "dues not counted again after a cut",
        "default",
        "after = recount_dues(moved, add_to_anchor(pool, after, action.market, 0, cut * payers), action.market)",
        "after = add_to_anchor(pool, after, action.market, 0, cut * payers)",
        "default.dues_stay_counted",
    ),
    Mistake(
        "anchor not recorded before a market moves",
        "default",
        "    anchored = record_anchor(pool, market_id)\n    market = record_bases",
        "    anchored = pool\n    market = record_bases",
        "default.what_was_certified_is_final",
    ),
    Mistake(
        "bounty out of an uncertain gain",
        "certification",
        "bounty = min(pool.parameters.bounty, equity, max(anchored_equity(pool, action.account), 0))",
        "bounty = min(pool.parameters.bounty, equity)",
        "default.what_was_certified_is_final",
    ),
    Mistake(
        "bounty beyond the equity",
        "certification",
        "bounty = min(pool.parameters.bounty, equity, max(anchored_equity(pool, action.account), 0))",
        "bounty = pool.parameters.bounty",
        "certification.a_certification_has_exactly_its_effect",
    ),
    Mistake(
        "class that ends a quantum late",
        "certification",
        "return 2 * drift * PPM * PPM > base.mark * factor * rate",
        "return drift * PPM * PPM > base.mark * factor * rate",
        "certification.a_move_ends_what_it_uncovers",
    ),
    Mistake(
        "class that asks for half",
        "certification",
        "return mul_div_up(abs(size) * base.mark * factor, rate, PPM * PPM)",
        "return mul_div_up(abs(size) * base.mark * factor, rate, 2 * PPM * PPM)",
        "certification.a_position_is_backed",
    ),
    Mistake(
        "class's margin rounded down",
        "certification",
        "return mul_div_up(abs(size) * base.mark * factor, rate, PPM * PPM)",
        "return abs(size) * base.mark * factor * rate // (PPM * PPM)",
        "certification.a_position_is_backed",
    ),
    Mistake(
        "insolvent account certified",
        "certification",
        "highest = choose(equity >= 0, 0, -1)",
        "highest = 0",
        "certification.a_class_is_covered_exactly_when",
    ),
    Mistake(
        "hole overlooked",
        "certification",
        "return counted == pool.exposed and equity_of(pool, BACKSTOP) >= 0 and pool.overdue == 0",
        "return counted == pool.exposed and pool.overdue == 0",
        "certification.a_book_is_certified_exactly_when",
    ),
    Mistake(
        "old certificate still counted",
        "certification",
        "count=one.count + choose(highest == level, 1, 0) - is_live(account.certificate, level, one.generation),",
        "count=one.count + choose(highest == level, 1, 0),",
        "certification.counts_stay_right",
    ),
    Mistake(
        "actions on a book that is not certified",
        "machine",
        '            require(book_is_certified(pool), Rule.CRT_1, "book")\n',
        "",
        "certification.an_epoch_begins_exactly_when_the_book_is_certified_and_may_change",
    ),
    Mistake(
        "anchor that outlives a trade",
        "machine",
        "            return reanchor(pool)\n\n",
        "            return pool\n\n",
        "certification.an_epoch_begins_exactly_when_the_book_is_certified_and_may_change",
    ),
    Mistake(
        "unwinding at another price",
        "default",
        "action.account, action.market, direction * action.size, market.mark)",
        "action.account, action.market, direction * action.size, market.mark + 1)",
        "default.an_unwinding_conserves",
    ),
    Mistake(
        "stranger's deposit that lowers a class",
        "machine",
        "kept = live_class(after, account_id) if only_helps(action) else -1",
        "kept = -1",
        "certification.whoever_is_touched_is_certified_anew",
    ),
    Mistake(
        "settlement at another price",
        "settlement",
        "-size, market.mark)",
        "-size, market.mark + 1)",
        "settlement.a_positions_settlement_moves_no_equity_and_comes_once",
    ),
    Mistake(
        "settled market that is marked",
        "marking",
        '    require(market.settled == 0, Rule.SET_1, "market")\n',
        "",
        "settlement.a_settled_market_never_moves_again",
    ),
    Mistake(
        "parameters that leave certificates as they are",
        "parameters",
        "expire_all(replace(pool",
        "(replace(pool",
        "certification.a_move_ends_what_it_uncovers",
    ),
)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_the_mistake_is_refuted(mistake: Mistake) -> None:
    mutated = replaced(mistake.module, mistake.right, mistake.wrong)
    (result,) = judge(mutated, [mistake.theorem])
    assert result.verdict is Verdict.REFUTED
