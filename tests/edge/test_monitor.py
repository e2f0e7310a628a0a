"""The monitor: a foreign trace, and each property violated."""

import json

import pytest

from tests.edge.test_cli import said_in_one_line, solvent

GOOD = """\
{"event":"listing","market":"BTC","mark":"1000","time":"1","initial_rate":"100000","maintenance_fraction":"500000"}
{"event":"deposit","account":"alice","amount":"1500"}
{"event":"deposit","account":"bob","amount":"5000"}
{"event":"fill","market":"BTC","buyer":"alice","seller":"bob","size":"10","price":"1000","buyer_fee":"0","seller_fee":"0"}
{"event":"mark","market":"BTC","mark":"880","time":"2"}
{"event":"liquidation","market":"BTC","account":"alice","liquidator":"bob","fund":"fund","size":"4","price":"880","penalty":"10","reward":"5"}
{"event":"vault_stated","vault":"6500"}
{"event":"equity_stated","account":"alice","equity":"290"}
{"event":"interest_stated","market":"BTC","long_interest":"6","short_interest":"6"}
{"event":"withdrawal","account":"bob","amount":"5000"}
"""

CHANGES = {
    "NUM-3": (1, {"amount": "0"}),
    "TRD-1": (3, {"seller": "alice"}),
    "TRD-5": (3, {"size": "16"}),
    "MRK-2": (4, {"time": "1"}),
    "LIQ-6": (4, {"mark": "990"}),
    "LIQ-5": (4, {"mark": "800"}),
    "LIQ-4": (5, {"size": "11"}),
    "LIQ-10": (5, {"price": "870"}),
    "LIQ-11": (5, {"penalty": "500"}),
    "LIQ-13": (5, {"penalty": "150"}),
    "CON-1": (6, {"vault": "6501"}),
    "MAR-1": (7, {"equity": "291"}),
    "CON-2": (8, {"short_interest": "7"}),
    "MAR-6": (9, {"amount": "6501"}),
    "MAR-7": (9, {"amount": "6000"}),
}


def test_a_good_trace_passes() -> None:
    run = solvent("monitor", "-", given=GOOD)
    assert (run.returncode, run.stdout) == (0, "10 events, and no property violated\n")


WATERFALL = """\
{"event":"listing","market":"ETH","mark":"1000","time":"1","initial_rate":"100000","maintenance_fraction":"500000"}
{"event":"listing","market":"BTC","mark":"1000","time":"1","initial_rate":"100000","maintenance_fraction":"500000"}
{"event":"deposit","account":"alice","amount":"1500"}
{"event":"deposit","account":"bob","amount":"5000"}
{"event":"deposit","account":"carol","amount":"5000"}
{"event":"fill","market":"BTC","buyer":"alice","seller":"bob","size":"10","price":"1000","buyer_fee":"0","seller_fee":"0"}
{"event":"mark","market":"BTC","mark":"800","time":"2"}
{"event":"default","market":"BTC","account":"alice","fund":"fund","size":"10","price":"800","share":"500"}
{"event":"loss_sharing","market":"BTC","fund":"fund","cut":"-50","collected":"500"}
{"event":"equity_stated","account":"fund","equity":"0"}
{"event":"equity_stated","account":"bob","equity":"6500"}
{"event":"unwinding","market":"BTC","account":"bob","fund":"fund","size":"4","price":"800"}
{"event":"take_over","market":"BTC","taker":"carol","fund":"fund","size":"6","price":"800"}
{"event":"settlement","market":"BTC","mark":"800","time":"3"}
{"event":"position_settlement","market":"BTC","account":"bob","size":"6","price":"800"}
{"event":"vault_stated","vault":"11500"}
{"event":"equity_stated","account":"bob","equity":"6500"}
{"event":"interest_stated","market":"BTC","long_interest":"6","short_interest":"0"}
"""

WATERFALL_CHANGES: dict[str, tuple[int, dict[str, str]]] = {
    "DEF-1": (7, {"fund": "alice"}),
    "DEF-2": (6, {"mark": "850"}),
    "DEF-3": (7, {"market": "ETH", "size": "0"}),
    "DEF-12": (7, {"size": "9"}),
    "DEF-13": (7, {"share": "501"}),
    "DEF-15": (8, {"collected": "499"}),
    "DEF-7": (11, {"account": "carol"}),
    "DEF-8": (12, {"size": "7"}),
    "DEF-19": (11, {"price": "801"}),
    "DEF-9": (12, {"taker": "fund"}),
    "DEF-10": (4, {"amount": "479"}),
    "DEF-20": (12, {"price": "799"}),
    "SET-3": (13, {"time": "2"}),
    "SET-8": (13, {"mark": "801"}),
    "SET-9": (14, {"size": "5"}),
    "SET-6": (14, {"account": "dan", "size": "0"}),
    "SET-5": (13, {"event": "mark"}),
}


def waterfall(requirement: str = "") -> list[dict[str, str]]:
    events: list[dict[str, str]] = [json.loads(line) for line in WATERFALL.splitlines()]
    if requirement:
        number, change = WATERFALL_CHANGES[requirement]
        events[number].update(change)
    return events


def monitored(events: list[dict[str, str]]) -> tuple[int, str]:
    run = solvent("monitor", "-", given="\n".join(map(json.dumps, events)))
    return run.returncode, run.stdout


def test_a_default_whose_loss_is_shared_passes() -> None:
    assert monitored(waterfall()) == (0, "18 events, and no property violated\n")


@pytest.mark.parametrize("requirement", WATERFALL_CHANGES)
def test_the_first_violation_of_a_waterfall_is_named(requirement: str) -> None:
    code, said = monitored(waterfall(requirement))
    assert code == 1
    assert f": {requirement}: " in said, said


@pytest.mark.parametrize("event", ["mark", "funding", "fill", "unwinding", "take_over", "settlement", "liquidation"])
def test_nothing_happens_in_a_market_that_was_settled(event: str) -> None:
    later = {
        "mark": {"mark": "900", "time": "9"},
        "funding": {"payment": "1", "time": "9"},
        "fill": {"buyer": "bob", "seller": "carol", "size": "1", "price": "1", "buyer_fee": "0", "seller_fee": "0"},
        "unwinding": {"account": "bob", "fund": "fund", "size": "1", "price": "800"},
        "take_over": {"taker": "bob", "fund": "fund", "size": "1", "price": "800"},
        "settlement": {"mark": "800", "time": "9"},
        "liquidation": {
            "account": "bob",
            "liquidator": "carol",
            "fund": "fund",
            "size": "1",
            "price": "800",
            "penalty": "0",
            "reward": "0",
        },
    }
    code, said = monitored([*waterfall(), {"event": event, "market": "BTC", **later[event]}])
    assert code == 1
    assert ": SET-1: " in said, said


@pytest.mark.parametrize("requirement", CHANGES)
def test_the_first_violation_is_named(requirement: str) -> None:
    number, change = CHANGES[requirement]
    events = [json.loads(line) for line in GOOD.splitlines()]
    events[number].update(change)
    run = solvent("monitor", "-", given="\n".join(map(json.dumps, events)))
    assert run.returncode == 1
    assert f": {requirement}: " in run.stdout, run.stdout


def test_what_is_not_claimed_is_ignored() -> None:
    trace = GOOD.replace('"amount":"5000"}\n{"event":"fill', '"amount":"5000"}\n{"event":"fill')
    trace = trace.replace('"vault":"6500"', '"vault":"1"')
    assert solvent("monitor", "--ignore", "CON-1", "-", given=trace).returncode == 0


def test_an_event_that_is_none_is_unusable() -> None:
    said_in_one_line(solvent("monitor", "-", given='{"event":"party"}'), 2, "line 1", "event")
