"""What `solvent check` finds, one damage at a time."""

from dataclasses import replace

import pytest

from solvent.edge.checks import Totals, check
from solvent.numbers import CARRY_CAP, CASH_CAP
from solvent.pool import BACKSTOP, AccountId, Market, MarketId, Pool
from tests.edge.pools import ALICE, BTC, MARKET, PARAMETERS, pool

MARKET_NOW = pool().markets.get(BTC)


def test_a_pool_that_came_about_by_actions_violates_nothing() -> None:
    assert check(Pool(PARAMETERS)) == []
    assert check(pool()) == []


def market_with(market: Market) -> Pool:
    return replace(pool(), markets=pool().markets.set(BTC, market))


def account_with(cash: int = 0, size: int = 0, market: MarketId = BTC, account: AccountId = ALICE) -> Pool:
    before = pool().accounts.get(account)
    positions = before.positions.set(market, before.positions.get(market) + size)
    after = replace(before, cash=before.cash + cash, positions=positions)
    return replace(pool(), accounts=pool().accounts.set(account, after))


DAMAGES = {
    "a quantum too many in the vault": (
        replace(pool(), vault=pool().vault + 10),
        ["CON-1 vault: 11100000010, equities add up to 11100000000"],
    ),
    "part of a token unit in the vault, and in an account": (
        replace(account_with(cash=5), vault=pool().vault + 5),
        ["CON-10 vault: 11100000005 is not a whole number of token units of 10"],
    ),
    "a negative vault": (
        replace(pool(), vault=-10),
        [
            f"CON-9 vault: -10 is not from 0 to {2**120}",
            "CON-1 vault: -10, equities add up to 11100000000",
        ],
    ),
    "a quantum moved into an account": (
        account_with(cash=1),
        ["CON-1 vault: 11100000000, equities add up to 11100000001"],
    ),
    "a lot too many, paid for": (
        account_with(cash=-10 * 93 * 10**6, size=10, account=BACKSTOP),
        ["CON-2 markets.BTC.long_interest: 100, positions add up to 110"],
    ),
    "interest counted too high on both sides": (
        market_with(replace(MARKET_NOW, long_interest=110, short_interest=110)),
        [
            "CON-2 markets.BTC.long_interest: 110, positions add up to 100",
            "CON-2 markets.BTC.short_interest: 110, positions add up to 100",
        ],
    ),
    "more long than short": (
        market_with(replace(MARKET_NOW, long_interest=110)),
        [
            "CON-2 markets.BTC.long_interest: 110, positions add up to 100",
            "CON-2 markets.BTC: 110 long, 100 short",
        ],
    ),
    "part of a lot": (
        account_with(cash=-93 * 10**6, size=1),
        [
            "CON-9 accounts.alice.positions.BTC: 41 is not a whole number of lots of 10",
            "CON-2 markets.BTC.long_interest: 100, positions add up to 101",
        ],
    ),
    "a position in a market that is not listed": (
        account_with(size=10, market=MarketId("E T\nH")),
        [
            'CON-9 accounts.alice.positions."E T\\nH": the market is not listed',
            'CON-2 markets."E T\\nH".long_interest: 0, positions add up to 10',
        ],
    ),
    "a carry beyond its cap": (
        market_with(replace(MARKET_NOW, long_carry=CARRY_CAP + 1, short_carry=CARRY_CAP + 1)),
        [
            f"CON-9 markets.BTC.long_carry: {CARRY_CAP + 1} is not from {-CARRY_CAP} to {CARRY_CAP}",
            f"CON-9 markets.BTC.short_carry: {CARRY_CAP + 1} is not from {-CARRY_CAP} to {CARRY_CAP}",
        ],
    ),
    "a mark above the highest": (
        market_with(replace(MARKET_NOW, mark=10**13)),
        [f"CON-9 markets.BTC.mark: {10**13} is not from {10**6} to {10**12}"],
    ),
    "a time that has not begun": (
        market_with(replace(MARKET_NOW, time=0)),
        [f"CON-9 markets.BTC.time: 0 is not from 1 to {2**64}"],
    ),
    "a lot of zero": (
        market_with(replace(MARKET_NOW, parameters=replace(MARKET, lot=0))),
        ["CON-9 markets.BTC.parameters.lot: PAR-3: the lot is positive and at most the size cap"],
    ),
    "a token unit of zero": (
        replace(pool(), parameters=replace(PARAMETERS, token_unit=0)),
        ["CON-9 parameters.token_unit: PAR-14: the token unit is positive and at most the vault cap"],
    ),
    "cash beyond its cap": (
        replace(account_with(cash=CASH_CAP * 2), vault=pool().vault),
        [
            f"CON-9 accounts.alice.cash: {pool().accounts.get(ALICE).cash + 2 * CASH_CAP} "
            f"is not from {-CASH_CAP} to {CASH_CAP}",
            f"CON-1 vault: 11100000000, equities add up to {11100000000 + 2 * CASH_CAP}",
        ],
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_each_damage_is_found_and_nothing_else(damage: str) -> None:
    damaged, violations = DAMAGES[damage]
    assert [str(violation) for violation in check(damaged)] == violations


def test_too_many_markets_are_found() -> None:
    crowded = replace(pool(), parameters=replace(PARAMETERS, max_markets_per_account=1))
    eth = MarketId("ETH")
    listed = replace(crowded, markets=crowded.markets.set(eth, replace(pool().markets.get(BTC), long_interest=10)))
    alice = pool().accounts.get(ALICE)
    both = replace(listed, accounts=listed.accounts.set(ALICE, replace(alice, positions=alice.positions.set(eth, 10))))
    assert "CON-9 accounts.alice.positions: in 2 markets, and at most 1 are allowed" in map(str, check(both))


def test_sums_that_are_followed_are_the_sums() -> None:
    before, after = pool(), account_with(cash=3, size=10)
    followed = Totals(before)
    followed.move(before, after, [ALICE, ALICE, AccountId("nobody")])
    assert (followed.equity, followed.long, followed.short) == (
        Totals(after).equity,
        Totals(after).long,
        Totals(after).short,
    )
