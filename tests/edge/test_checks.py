"""What `solvent check` finds, one damage at a time."""

from dataclasses import replace

import pytest

from solvent.edge.checks import Standing, Totals, check
from solvent.machine import Accepted, step
from solvent.numbers import CARRY_CAP, CASH_CAP, PRICE_CAP
from solvent.pool import BACKSTOP, AccountId, Anchor, Certificate, Market, MarketId, Pool
from solvent.trading import Trade
from tests.edge.pools import ALICE, BOB, BTC, MARKET, PARAMETERS, pool

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


def holder_of(certificate: Certificate, account: AccountId) -> Pool:
    holder = replace(pool().accounts.get(account), certificate=certificate)
    return replace(pool(), accounts=pool().accounts.set(account, holder))


def drifted(*levels: int) -> list[str]:
    return [
        f"CRT-7 markets.BTC.bases.{level}: has drifted from the base of generation "
        f"{pool().classes[level].generation}, which goes on"
        for level in levels
    ]


def base_of_generation(generation: int) -> Pool:
    bases = (replace(MARKET_NOW.bases[0], generation=generation), *MARKET_NOW.bases[1:])
    return market_with(replace(MARKET_NOW, bases=bases))


def counted(level: int, count: int) -> Pool:
    classes = list(pool().classes)
    classes[level] = replace(classes[level], count=count)
    return replace(pool(), classes=tuple(classes))


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
    "a class too few": (
        replace(pool(), classes=pool().classes[1:]),
        ["CON-9 classes: 3 entries, and there are 4 classes"],
    ),
    "a base too many": (
        market_with(replace(MARKET_NOW, bases=MARKET_NOW.bases * 2)),
        ["CON-9 markets.BTC.bases: 8 entries, and there are 4 classes"],
    ),
    "no factor": (
        replace(pool(), parameters=replace(PARAMETERS, factors=())),
        ["CON-9 parameters.factors: 0 entries, and there are 4 classes"],
    ),
    "factors out of order": (
        replace(pool(), parameters=replace(PARAMETERS, factors=(0, 4, 1, 16))),
        [
            "CON-9 parameters.factors: PAR-20: there is one factor for each class, zero first, each larger than the "
            "one before, up to the cap",
            *drifted(2),
        ],
    ),
    "a certificate counted that nobody holds": (
        counted(0, 1),
        ["CRT-12 classes.0.count: 1, and 0 accounts hold a live certificate of it"],
    ),
    "a certificate that is not counted": (
        counted(1, 0),
        ["CRT-12 classes.1.count: 0, and 1 accounts hold a live certificate of it"],
    ),
    "an account too many exposed": (
        replace(pool(), exposed=3),
        ["CRT-12 exposed: 3, and 2 accounts have a position"],
    ),
    "a market owing that is not": (replace(pool(), owing=1), ["DEF-11 owing: 1, and it is 0 markets"]),
    "a market overdue that is not": (replace(pool(), overdue=1), ["DEF-11 overdue: 1, and it is 0 markets"]),
    "an epoch that has not begun": (
        replace(market_with(replace(MARKET_NOW, anchor=Anchor())), epoch=0),
        ["CON-9 epoch: 0 is below 1"],
    ),
    "an anchor of an epoch to come": (
        market_with(replace(MARKET_NOW, anchor=replace(MARKET_NOW.anchor, epoch=9))),
        [f"CON-9 markets.BTC.anchor.epoch: 9 is not from 0 to {pool().epoch}"],
    ),
    "a base of a generation to come": (
        base_of_generation(9),
        [f"CON-9 markets.BTC.bases.0.generation: 9 is not from 0 to {pool().classes[0].generation}"],
    ),
    "a base far from the market, in a generation that goes on": (
        base_of_generation(pool().classes[0].generation),
        drifted(0),
    ),
    "a market settled at another time than its last": (
        market_with(replace(MARKET_NOW, settled=1)),
        ["CON-9 markets.BTC.settled: 1 is neither 0 nor the market's time"],
    ),
    "a certificate without a position": (
        holder_of(Certificate(1, 1), AccountId("keeper")),
        ["CRT-12 accounts.keeper.certificate: held by an account that is not exposed"],
    ),
    "a certificate of the backstop": (
        holder_of(Certificate(1, 1), BACKSTOP),
        ["CRT-12 accounts.backstop.certificate: held by an account that is not exposed"],
    ),
    "a certificate of a class there is not": (
        replace(holder_of(Certificate(4, 1), ALICE), classes=counted(1, 0).classes),
        ["CON-9 accounts.alice.certificate.level: 4 is not from 0 to 3"],
    ),
    "a certificate of a generation to come": (
        replace(holder_of(Certificate(2, 2), ALICE), classes=counted(1, 0).classes),
        ["CON-9 accounts.alice.certificate.generation: 2 is not from 0 to 1"],
    ),
    "a debt without a position": (
        account_with(cash=-2 * 10**6, account=AccountId("keeper")),
        [
            "CON-9 accounts.keeper.cash: -1000000, without a position",
            "CON-1 vault: 11100000000, equities add up to 11098000000",
            "CRT-15 accounts.keeper: is worth -1000000 on a certified book",
        ],
    ),
    "a certified account below zero": (
        account_with(cash=-343_200_001),
        [
            "CON-1 vault: 11100000000, equities add up to 10756799999",
            "CRT-8 accounts.alice: is certified and worth -1",
            "CRT-15 accounts.alice: is worth -1 on a certified book",
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
            *drifted(2, 3),
            f"CRT-8 accounts.alice: is certified and worth {343_200_000 - 40 * (CARRY_CAP + 1)}",
        ],
    ),
    "a mark above the highest": (
        market_with(replace(MARKET_NOW, mark=10**13)),
        [
            f"CON-9 markets.BTC.mark: {10**13} is not from {10**6} to {10**12}",
            *drifted(2, 3),
            f"CRT-8 accounts.bob: is certified and worth {20 * 10**9 - 10**15}",
            f"CRT-15 accounts.bob: is worth {20 * 10**9 - 10**15} on a certified book",
        ],
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


def test_what_a_market_recorded_is_a_mark() -> None:
    bases = (replace(MARKET_NOW.bases[0], mark=0), *MARKET_NOW.bases[1:])
    violations = check(market_with(replace(MARKET_NOW, bases=bases)))
    assert [str(violation) for violation in violations] == [
        f"CON-9 markets.BTC.bases.0.mark: 0 is not from 1 to {PRICE_CAP}"
    ]


def test_the_sums_of_certificates_are_followed_too() -> None:
    before = pool()
    outcome = step(before, Trade(BTC, BOB, ALICE, 40, 93 * 10**6, 93 * 10**6, 93 * 10**6))
    assert isinstance(outcome, Accepted)
    followed, afresh = Totals(before), Totals(outcome.pool)
    followed.move(before, outcome.pool, [ALICE, BOB])
    assert (followed.exposed, +followed.live) == (afresh.exposed, +afresh.live) == (1, {3: 1})


def test_more_claims_at_the_anchor_than_the_vault_holds() -> None:
    standing = Standing(pool())
    assert list(standing.violations(pool())) == []
    assert [str(one) for one in standing.violations(replace(pool(), vault=pool().vault - 1))] == [
        "DEF-17 vault: 11099999999, below the 11044200000 of the others at the anchor and 55800000 of the backstop"
    ]


def test_a_backstop_that_is_poorer_with_nothing_left_to_ask_for() -> None:
    poorer = account_with(cash=-1, account=BACKSTOP)
    assert [str(one) for one in Standing(pool()).violations(poorer)] == [
        "DEF-18 accounts.backstop: worth 55799999 with no gain left to ask for, "
        "and was worth 55800000 when the epoch began"
    ]
