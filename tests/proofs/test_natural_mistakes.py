"""Mistakes that would be natural: each is refuted by a theorem that does not only state when an action is rejected."""

from dataclasses import dataclass

import pytest

from proofs import mutate
from proofs.kernel.solve import Verdict


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
        "liquidation.a_liquidation_never_makes_things_worse",
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
)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.name)
def test_the_mistake_is_refuted(mistake: Mistake) -> None:
    mutated = mutate.replaced(mistake.module, mistake.right, mistake.wrong)
    (result,) = mutate.judge(mutated, [mistake.theorem])
    assert result.verdict is Verdict.REFUTED
