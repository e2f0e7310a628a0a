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
