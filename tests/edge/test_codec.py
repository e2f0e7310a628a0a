"""The codec: one text for each value, and one clear error for everything else."""

import json
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvent.edge.codec import MOST_DIGITS, decode_action, decode_event, decode_outcome, decode_pool, encode
from solvent.edge.structure import FormatError, hints
from solvent.funding import Fund
from solvent.machine import Action, Event, Rejected, step
from solvent.pool import (
    NO_ACCOUNTS,
    NO_MARKETS,
    NO_POSITIONS,
    Account,
    AccountId,
    Deposit,
    Market,
    MarketId,
    MarketParameters,
    Pool,
    PoolParameters,
)
from solvent.rules import Rule

EMPTY = (
    '{"accounts":{},"markets":{},"parameters":{"governance":"governance","max_markets_per_account":"4",'
    '"oracle":"oracle","requirement_floor":"0","token_unit":"1"},"vault":"0"}'
)
DEPOSIT = '{"account":"alice","action":"deposit","amount":"5"}'

ids = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
integers = st.integers(-(10**MOST_DIGITS) + 1, 10**MOST_DIGITS - 1)
market_parameters = st.builds(MarketParameters, *[integers] * len(hints(MarketParameters)))
SCALARS = {
    int: integers,
    str: ids,
    AccountId: ids,
    MarketId: ids,
    MarketParameters: market_parameters,
}


def records(union: object) -> st.SearchStrategy[object]:
    return st.one_of(
        [st.builds(kind, **{name: SCALARS[hint] for name, hint in hints(kind).items()}) for kind in get_args(union)]
    )


@st.composite
def pools(draw: st.DrawFn) -> Pool:
    accounts, markets = NO_ACCOUNTS, NO_MARKETS
    for name in draw(st.lists(ids, max_size=4)):
        positions = NO_POSITIONS
        for market_id in draw(st.lists(ids, max_size=3)):
            positions = positions.set(MarketId(market_id), draw(integers))
        accounts = accounts.set(AccountId(name), Account(draw(integers), positions))
    for name in draw(st.lists(ids, max_size=3)):
        time, mark, long_carry, short_carry, long_interest, short_interest = (draw(integers) for _ in range(6))
        market = Market(time, mark, long_carry, short_carry, long_interest, short_interest, draw(market_parameters))
        markets = markets.set(MarketId(name), market)
    parameters = PoolParameters(AccountId(draw(ids)), AccountId(draw(ids)), *(draw(integers) for _ in range(3)))
    return Pool(parameters, draw(integers), accounts, markets)


@given(records(Action))
def test_an_action_comes_back_the_same(action: Action) -> None:
    text = encode(action)
    assert decode_action(text.encode()) == action
    assert encode(decode_action(text)) == text


@given(records(Event))
def test_an_event_comes_back_the_same(event: Event) -> None:
    text = encode(event)
    assert decode_event(text) == event
    assert encode(decode_event(text)) == text


@given(pools())
def test_a_pool_comes_back_the_same(pool: Pool) -> None:
    text = encode(pool)
    assert decode_pool(text) == pool
    assert encode(decode_pool(text.encode())) == text


def test_an_outcome_comes_back_the_same() -> None:
    pool = decode_pool(EMPTY)
    for action in (Deposit(AccountId("alice"), 5), Deposit(AccountId("alice"), 0)):
        text = encode(step(pool, action))
        assert decode_outcome(text) == step(pool, action)
        assert encode(decode_outcome(text)) == text


def test_what_is_written_is_fixed() -> None:
    assert encode(decode_pool(EMPTY)) == EMPTY
    assert encode(Deposit(AccountId("zoë"), -5)) == '{"account":"zoë","action":"deposit","amount":"-5"}'
    assert encode(Rejected(Rule.LIQ_2, "account")) == '{"field":"account","outcome":"rejected","rule":"LIQ-2"}'
    action = Fund(AccountId("oracle"), MarketId("BTC"), 0, 2**64)
    assert encode(action) == (
        '{"action":"fund","actor":"oracle","market":"BTC","payment":"0","time":"18446744073709551616"}'
    )


def test_white_space_and_the_order_of_keys_are_free() -> None:
    loose = json.dumps(dict(reversed(json.loads(EMPTY).items())), indent=3)
    assert decode_pool(loose) == decode_pool(EMPTY)


NOT_INTEGERS = [
    "007", "+5", " 5", "5 ", "1_000", "-0", "", "-", "5.0", "1e3", "0x10", "\u0665", "\uff15", "²", "5\n", "NaN", "--5",
    "9" * (MOST_DIGITS + 1), "9" * 1_000_000,
]  # fmt: skip


@pytest.mark.parametrize("text", NOT_INTEGERS, ids=lambda text: repr(text[:9]))
def test_an_integer_has_one_form(text: str) -> None:
    action = json.dumps({"action": "deposit", "account": "alice", "amount": text})
    with pytest.raises(
        FormatError, match=r"^amount: expected an integer as a string of at most 78 decimal digits"
    ) as caught:
        decode_action(action)
    assert len(str(caught.value)) < 200
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "token", ["5", "-5", "5.0", "1e400", "true", "null", "NaN", "Infinity", "[]", "{}", "9" * 5000]
)
def test_an_integer_is_a_string(token: str) -> None:
    with pytest.raises(FormatError, match=r"^amount: expected an integer"):
        decode_action(DEPOSIT.replace('"5"', token))


BROKEN = {
    "": "expected JSON, found line 1 column 1",
    "nonsense": "expected JSON, found line 1 column 1",
    "[]": "expected an object, found an array",
    "null": "expected an object, found null",
    '"deposit"': 'expected an object, found "deposit"',
    "{}": "action: expected one of deposit, withdraw, trade, mark, fund, liquidate, list_market, found nothing",
    '{"action":"Deposit"}': 'action: expected one of deposit, .*, found "Deposit"',
    '{"action":["deposit"]}': "action: expected one of deposit, .*, found an array",
    '{"action":"deposit","account":"alice"}': "amount: expected this field, found nothing",
    DEPOSIT[:-1] + ',"memo":"x"}': 'memo: expected no such field; the fields are account, amount, found "x"',
    DEPOSIT[:-1] + ',"amount":"5"}': "expected each key once, found the key amount twice",
    DEPOSIT[:-1] + ',"memo":{"a":"1","a":"2"}}': "memo: expected no such field; .* found the key a twice",
    DEPOSIT.replace("alice", ""): 'account: expected a string that is not empty, found ""',
    DEPOSIT.replace('"alice"', "5"): "account: expected a string that is not empty, found the number 5",
    DEPOSIT.replace(
        "alice", "\\ud800"
    ): "account: expected a string of Unicode characters, found half of a surrogate pair",
    DEPOSIT + DEPOSIT: "expected JSON, found line 1 column 52: Extra data",
    "\ufeff" + DEPOSIT: "expected JSON, found line 1 column 1",
    "[" * 100_000: "expected JSON, found too many levels of nesting",
    '{"a":' * 100_000: "expected JSON, found too many levels of nesting",
}


@pytest.mark.parametrize("text", BROKEN, ids=lambda text: text[:30])
def test_a_broken_action_is_said_to_be(text: str) -> None:
    with pytest.raises(FormatError, match="^" + BROKEN[text]) as caught:
        decode_action(text)
    assert "\n" not in str(caught.value)


def test_bytes_that_are_not_utf_8() -> None:
    with pytest.raises(FormatError, match="expected UTF-8, found byte 0xff at offset 2"):
        decode_action(b'{"\xff')


BROKEN_POOLS = {
    ('"accounts":{}', '"accounts":{"alice":{"cash":"0","positions":{}}}'):
        "accounts.alice: expected no entry that says nothing",
    ('"accounts":{}', '"accounts":{"alice":{"cash":"1","positions":{"BTC":"0"}}}'):
        "accounts.alice.positions.BTC: expected no entry that says nothing",
    ('"accounts":{}', '"accounts":{"alice":{"cash":"1","positions":{"BTC":true}}}'):
        "accounts.alice.positions.BTC: expected an integer as a string .*, found true",
    ('"accounts":{}', '"accounts":{"a b.c":{"cash":"1"}}'):
        'accounts."a b.c".positions: expected this field, found nothing',
    ('"accounts":{}', '"accounts":{"":{"cash":"1","positions":{}}}'):
        'accounts."": expected a string that is not empty',
    ('"accounts":{}', '"accounts":{"a":{"cash":"1","positions":{}},"a":{"cash":"2","positions":{}}}'):
        "accounts: expected each key once, found the key a twice",
    ('"accounts":{}', '"accounts":[]'):
        "accounts: expected an object, found an array",
    ('"oracle":"oracle",', ""):
        "parameters.oracle: expected this field, found nothing",
    ('"vault"', '"vaults"'):
        "vaults: expected no such field",
}  # fmt: skip


@pytest.mark.parametrize("change", BROKEN_POOLS, ids=lambda change: change[1][:40])
def test_a_broken_pool_is_said_to_be(change: tuple[str, str]) -> None:
    with pytest.raises(FormatError, match="^" + BROKEN_POOLS[change]):
        decode_pool(EMPTY.replace(*change))


def test_what_cannot_be_read_is_not_written() -> None:
    for account, amount in (("", 1), ("\udcff", 1), ("alice", 10**78), ("alice", -(10**5000)), ("alice", True)):
        with pytest.raises(FormatError):
            encode(Deposit(AccountId(account), amount))


@given(st.text(max_size=60) | st.binary(max_size=60))
def test_nonsense_is_a_format_error_or_an_action(text: str | bytes) -> None:
    with pytest.raises(FormatError):
        decode_action(text)
