"""The codec: one text for each value, and one clear error for everything else."""

import json
from dataclasses import fields, is_dataclass
from functools import reduce
from types import UnionType
from typing import Any, get_args, get_origin

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from solvent.edge.codec import MOST_DIGITS, decode_action, decode_event, decode_outcome, decode_pool, encode
from solvent.edge.structure import FormatError, hints
from solvent.funding import Fund
from solvent.machine import Action, Event, Rejected, step
from solvent.pool import AccountId, Deposit, MarketId, Pool, Table
from solvent.rules import Rule

EMPTY = (
    '{"accounts":{},"classes":[' + ",".join(['{"count":"0","generation":"1"}'] * 4) + "],"
    '"epoch":"1","exposed":"0","markets":{},"overdue":"0","owing":"0",'
    '"parameters":{"bounty":"0","factors":["0","1","4","16"],"governance":"governance",'
    '"max_markets_per_account":"4","oracle":"oracle","requirement_floor":"0","token_unit":"1"},"vault":"0"}'
)
ALICE = '"alice":{"cash":"0","certificate":{"generation":"0","level":"0"},"positions":{}}'
DEPOSIT = '{"account":"alice","action":"deposit","amount":"5"}'

ids = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
integers = st.integers(-(10**MOST_DIGITS) + 1, 10**MOST_DIGITS - 1)
SCALARS = {int: integers, str: ids, AccountId: ids, MarketId: ids, Rule: st.sampled_from(Rule)}


def values(hint: Any) -> st.SearchStrategy[Any]:
    """Any value of a type that the codec knows."""
    if hint in SCALARS:
        return SCALARS[hint]
    if isinstance(hint, UnionType):
        return st.one_of([values(kind) for kind in get_args(hint)])
    if get_origin(hint) is tuple:
        return st.lists(values(get_args(hint)[0]), max_size=5).map(tuple)
    if is_dataclass(hint):
        assert isinstance(hint, type)
        named = {field.name: field.default for field in fields(hint)}
        return st.builds(
            hint,
            **{
                name: tables(named[name], inner) if get_origin(inner) is Table else values(inner)
                for name, inner in hints(hint).items()
            },
        )
    raise AssertionError(hint)


def tables(empty: Any, hint: Any) -> st.SearchStrategy[Any]:
    """Any table with a few entries."""
    key, entry = get_args(hint)
    return st.dictionaries(values(key), values(entry), max_size=2).map(
        lambda entries: reduce(lambda table, item: table.set(*item), entries.items(), empty)
    )


@given(values(Action))
def test_an_action_comes_back_the_same(action: Action) -> None:
    text = encode(action)
    assert decode_action(text.encode()) == action
    assert encode(decode_action(text)) == text


@given(values(Event))
def test_an_event_comes_back_the_same(event: Event) -> None:
    text = encode(event)
    assert decode_event(text) == event
    assert encode(decode_event(text)) == text


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(values(Pool))
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
    "{}": "action: expected one of deposit, withdraw, trade, mark, fund, certify, liquidate, default, share_loss, "
    "unwind, take_over, settle, settle_position, list_market, set_parameters, found nothing",
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
    ('"accounts":{}', '"accounts":{' + ALICE + "}"):
        "accounts.alice: expected no entry that says nothing",
    ('"accounts":{}', '"accounts":{' + ALICE.replace("{}", '{"BTC":"0"}') + "}"):
        "accounts.alice.positions.BTC: expected no entry that says nothing",
    ('"accounts":{}', '"accounts":{' + ALICE.replace("{}", '{"BTC":true}') + "}"):
        "accounts.alice.positions.BTC: expected an integer as a string .*, found true",
    ('"accounts":{}', '"accounts":{"a b.c":{"cash":"1","positions":{}}}'):
        'accounts."a b.c".certificate: expected this field, found nothing',
    ('"accounts":{}', '"accounts":{' + ALICE.replace("alice", "") + "}"):
        'accounts."": expected a string that is not empty',
    ('"accounts":{}', '"accounts":{' + ALICE + "," + ALICE + "}"):
        "accounts: expected each key once, found the key alice twice",
    ('"accounts":{}', '"accounts":[]'):
        "accounts: expected an object, found an array",
    ('"oracle":"oracle",', ""):
        "parameters.oracle: expected this field, found nothing",
    ('["0","1","4","16"]', '"16"'):
        'parameters.factors: expected an array, found "16"',
    ('["0","1","4","16"]', '["0",1]'):
        "parameters.factors.1: expected an integer as a string .*, found the number 1",
    ('"classes":[', '"classes":[{},'):
        "classes.0.generation: expected this field, found nothing",
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
