"""Replays: the same figures for the same seed, checks that notice, and prices and scenarios that are of no use."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from solvent.edge import replay as module
from solvent.edge.checks import check
from solvent.edge.cli import main
from solvent.edge.files import UnusableError
from solvent.edge.picture import draw, uncertified_spells
from solvent.edge.prices import read_ticks
from solvent.edge.replay import CheckFailedError, Replay
from solvent.edge.scenario import BUNDLED, Amount, Scenario, bundled_names, read_scenario
from solvent.edge.summary import shown_amount, summary
from solvent.machine import Accepted, Action, Rejected, step
from solvent.marking import Mark
from solvent.pool import BACKSTOP, AccountId, MarketId, Pool, pay
from solvent.rules import Rule
from solvent.trading import Trade

GOLD = MarketId("GOLD-PERP")
CRASH = BUNDLED / "crash.toml"
HEADER = "ts,symbol,close\n"
START = 946_684_800


def played(scenario: Scenario) -> Replay:
    replay = Replay(scenario, read_ticks(BUNDLED / "crash.csv", scenario))
    assert len(list(replay.run())) == 72
    return replay


@pytest.fixture(scope="module")
def crash() -> Replay:
    return played(read_scenario(CRASH))


def crash_rows() -> list[str]:
    """The formula that crash.toml states, in cents."""
    rows, state, price = [], 1, 150_000
    for hour in range(72):
        rows.append(f"{START + 3600 * hour},GOLD,{price // 100}.{price % 100:02}\n")
        state = (1_103_515_245 * state + 12_345) % 2**31
        drift = -30_000 if 30 <= hour < 40 else 8_000 if 40 <= hour < 50 else 0
        price += price * (drift + (state >> 16) % 16_001 - 8_000) // 1_000_000
    return rows


def test_the_made_up_prices_follow_their_formula() -> None:
    assert (BUNDLED / "crash.csv").read_text() == HEADER + "".join(crash_rows())


def test_a_crash_is_a_crash(crash: Replay) -> None:
    first, last = crash.figures.samples[0], crash.figures.samples[-1]
    assert first.interest[GOLD] > 10**20
    assert last.by_liquidators > 0
    assert last.by_backstop > 0
    assert set(crash.figures.accepted) == {
        "ListMarket", "Deposit", "Trade", "Mark", "Fund", "Certify", "ShareLoss", "Liquidate", "TakeOver",
    }  # fmt: skip
    assert check(crash.pool) == []
    assert sum(crash.figures.accepted.values()) + sum(crash.figures.rejected.values()) == crash.figures.steps


def test_positions_come_from_trades_alone(crash: Replay) -> None:
    """Interest at the end of the first tick is what was traded in it: every position was opened through the machine."""
    fresh = Replay(crash.scenario, crash.ticks)
    next(fresh.run())
    market = fresh.pool.markets.get(crash.scenario.markets[0].id)
    assert market.long_interest == sum(
        max(fresh.pool.accounts.get(trader).positions.get(crash.scenario.markets[0].id), 0) for trader in fresh.traders
    )
    assert fresh.figures.accepted["Trade"] > 0


def test_the_same_seed_gives_the_same_bytes_whatever_the_order_of_hashes() -> None:
    runs = {
        subprocess.run(
            [sys.executable, "-m", "solvent.edge", "replay"],
            capture_output=True,
            check=True,
            env={**os.environ, "PYTHONPATH": str(BUNDLED.parents[2]), "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("0", "1")
    }
    assert len(runs) == 1


def test_another_seed_gives_other_figures(crash: Replay) -> None:
    assert summary(played(replace(crash.scenario, seed=2))) != summary(crash)


def test_the_backstop_takes_over_where_there_is_no_liquidator(crash: Replay) -> None:
    alone = played(replace(crash.scenario, liquidators=replace(crash.scenario.liquidators, count=0)))
    assert alone.figures.by_liquidators == 0
    assert alone.figures.by_backstop > 0


def test_a_full_backstop_takes_nothing_over(crash: Replay) -> None:
    plan = replace(crash.scenario.markets[0], backstop_inventory=Amount(0, 0))
    alone = played(
        replace(
            crash.scenario,
            liquidators=replace(crash.scenario.liquidators, count=0),
            markets=(plan,),
        )
    )
    assert alone.figures.by_backstop == 0
    assert alone.figures.rejected["Liquidate", Rule.LIQ_9] > 0
    assert alone.figures.backstop_paid[GOLD] > 0


def test_who_comes_late_finds_less(crash: Replay) -> None:
    late = played(replace(crash.scenario, liquidators=replace(crash.scenario.liquidators, lag=2)))
    assert crash.figures.accepted["Default"] == 0
    assert late.figures.accepted["Default"] > 0
    assert late.figures.samples[-1].own_paid > 0
    assert late.figures.samples[-1].backstop_paid == late.figures.backstop_paid[GOLD] > 0


def test_every_book_is_completed_at_once_and_nobody_is_left_below_zero(crash: Replay) -> None:
    assert all(sample.certified and sample.below_zero == 0 for sample in crash.figures.samples)
    assert len(crash.figures.completing) == crash.figures.accepted["Mark"] + crash.figures.accepted["Fund"]
    assert sum(one.certifying for one in crash.figures.completing) == crash.figures.accepted["Certify"]


def test_winners_pay_what_the_backstop_cannot(crash: Replay) -> None:
    poor = played(
        replace(
            crash.scenario,
            backstop=replace(crash.scenario.backstop, deposit=Amount(0, 0)),
            liquidators=replace(crash.scenario.liquidators, count=0, lag=2),
        )
    )
    assert poor.figures.winners_paid[GOLD] > 0
    assert all(sample.backstop_equity >= 0 for sample in poor.figures.samples)


def test_an_inventory_above_its_limit_is_unwound(crash: Replay) -> None:
    plan = replace(crash.scenario.markets[0], backstop_inventory=Amount(0, 0))
    alone = played(replace(crash.scenario, liquidators=replace(crash.scenario.liquidators, count=0), markets=(plan,)))
    assert alone.figures.accepted["Unwind"] > 0
    assert alone.pool.accounts.get(BACKSTOP).positions.get(GOLD) == 0


def test_keepers_who_come_to_little_leave_the_book_uncertified(crash: Replay) -> None:
    slow = played(replace(crash.scenario, keepers=replace(crash.scenario.keepers, actions=3)))
    assert any(not sample.certified for sample in slow.figures.samples)
    assert max(sample.completing for sample in slow.figures.samples) == 3


def test_liquidators_stay_within_their_leverage(crash: Replay) -> None:
    idle = played(replace(crash.scenario, liquidators=replace(crash.scenario.liquidators, leverage=0)))
    assert idle.figures.by_liquidators == 0


def generous(to: Callable[[Trade], AccountId]) -> Callable[[Pool, Action], Accepted | Rejected]:
    """A machine that adds a quantum to somebody's cash with every trade."""

    def step_with_a_gift(pool: Pool, action: Action) -> Accepted | Rejected:
        outcome = step(pool, action)
        if isinstance(outcome, Rejected) or not isinstance(action, Trade):
            return outcome
        return replace(outcome, pool=pay(outcome.pool, to(action), 1))

    return step_with_a_gift


def test_a_machine_that_gives_to_those_it_names_is_stopped_at_that_step(
    crash: Replay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "step", generous(lambda trade: trade.buyer))
    with pytest.raises(CheckFailedError, match=r"^CON-1 vault: \d+, equities add up to \d+1$") as caught:
        played(crash.scenario)
    assert isinstance(caught.value.action, Trade)


def test_a_machine_that_gives_to_others_is_stopped_at_the_end_of_the_tick(
    crash: Replay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "step", generous(lambda trade: BACKSTOP))
    with pytest.raises(CheckFailedError, match=r"^CON-1 vault: ") as caught:
        played(crash.scenario)
    assert caught.value.action is None


def test_a_machine_that_raises_is_stopped(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def step_that_raises(pool: Pool, action: Action) -> Accepted | Rejected:
        if isinstance(action, Mark):
            raise ZeroDivisionError
        return step(pool, action)

    monkeypatch.setattr(module, "step", step_that_raises)
    assert main(["replay", "crash"]) == 1
    error = capsys.readouterr().err
    assert error.startswith("solvent: ")
    assert "CON-7 step: ZeroDivisionError()" in error
    assert '"action":"mark"' in error
    assert error.count("\n") == 1


PRICES = {
    "": "line 1: no column ts, symbol, close",
    HEADER: "no price of GOLD from 2000-01-01",
    "ts,close\n1,2\n": "line 1: no column symbol",
    f"{START},GOLD,1500\n": "line 1: no column ts, symbol, close",
    HEADER + f"{START},OIL,30\n": "no price of GOLD from",
    HEADER + f"{START - 1},GOLD,1500\n": "no price of GOLD from",
    HEADER + f"{START},GOLD,1500\n{START},GOLD,1500\n": f"line 3: ts: expected more than {START}, the last of GOLD",
    HEADER + f"{START + 5},GOLD,1500\n{START},GOLD,1500\n": "line 3: ts: expected more than",
    HEADER + f"{START},GOLD,0\n": 'line 2: close: expected a positive price, found "0"',
    HEADER + f"{START},GOLD,0.00\n": "line 2: close: expected a positive price",
    HEADER + f"{START},GOLD,-1\n": 'line 2: close: expected a decimal number as a string, such as "0.01", found "-1"',
    HEADER + f"{START},GOLD,1e3\n": "line 2: close: expected a decimal number",
    HEADER + f"{START},GOLD,nan\n": "line 2: close: expected a decimal number",
    HEADER + f"{START},GOLD,\n": 'line 2: close: expected a decimal number as a string, such as "0.01", found ""',
    HEADER + f"{START},GOLD\n": "line 2: close: expected a decimal number",
    HEADER + f"{START},GOLD,{'9' * 10**6}\n": "line 2: ",
    HEADER + f"{START},GOLD,0.{'0' * 20}1\n": "line 2: close: expected a whole number of quanta of 1e-7, found 1e-21",
    HEADER + "yesterday,GOLD,1500\n": 'line 2: ts: expected seconds since 1970, found "yesterday"',
    HEADER + f"{START}.5,GOLD,1500\n": "line 2: ts: expected seconds since 1970",
    HEADER + f'{START},"GOLD,1500\n': "line 2: unexpected end of data",
    "\udcff": "not UTF-8 at offset 0",
}


@pytest.mark.parametrize("text", PRICES, ids=lambda text: text[:40])
def test_prices_of_no_use_are_said_to_be(text: str, tmp_path: Path, crash: Replay) -> None:
    file = tmp_path / "prices.csv"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(UnusableError) as caught:
        read_ticks(file, crash.scenario)
    message = str(caught.value).removeprefix(f"{file}: ")
    assert message.startswith(PRICES[text])
    assert "\n" not in message
    assert len(message) < 200


def test_other_columns_symbols_and_a_mark_of_byte_order_do_no_harm(tmp_path: Path, crash: Replay) -> None:
    file = tmp_path / "prices.csv"
    file.write_text(f"\ufeffopen,close,symbol,ts\r\n1,1500.25,GOLD,{START}\r\n1,-,OIL,{START}\r\n", encoding="utf-8")
    (tick,) = read_ticks(file, crash.scenario)
    assert (tick.time, dict(tick.marks)) == (START, {"GOLD-PERP": 15_002_500_000})


SCENARIOS = {
    ("seed = 1", "seed = -1"): "seed: expected an integer from 0 to",
    ("seed = 1", "seed = 1.0"): "seed: expected an integer from 0 to 9223372036854775807, found \"1.0\"",
    ("seed = 1", "seed = true"): "seed: expected an integer",
    ("seed = 1", "seed = " + "9" * 5000): "not TOML: ",
    ("seed = 1", "sead = 1"): "sead: expected no such field",
    ("seed = 1\n", ""): "seed: expected this field, found nothing",
    ("seed = 1", "seed = 1\nseed = 1"): "not TOML: Cannot overwrite a value",
    ("2000-01-04T00:00:00Z", "2000-01-01T00:00:00Z"): "end: expected a time after start",
    ("2000-01-04T00:00:00Z", "2000-01-04T00:00:00"): "end: expected a time since 1970 such as",
    ("2000-01-04T00:00:00Z", "2000-01-04"): "end: expected a time since 1970 such as",
    ("token_decimals = 6", "token_decimals = 16"): "quote.token_decimals: expected at most quote.decimals",
    ("times = 2,", "times = 0,"): "population.leverage.0.times: expected from 1 to 1000000",
    ("weight = 4", "wait = 4"): "population.leverage.0.wait: expected no such field",
    ('deposit_lowest = "100"', 'deposit_lowest = "0"'): "population.deposit_highest: expected at least",
    ('deposit_lowest = "100"', "deposit_lowest = 100"): "population.deposit_lowest: expected a decimal number",
    ('deposit_lowest = "100"', 'deposit_lowest = "0.0000001"'): "population.deposit_lowest: expected a whole",
    ("accounts = 100", "accounts = 1"): "population.accounts: expected from 2",
    ("actions = 1_000_000", "actions = 0"): "keepers.actions: expected at least 1",
    ('column = "close"', 'column = "ts"'): 'column: expected a column of prices, found "ts"',
    ("factors = [0, 1, 4, 16]", "factors = [0, 1]"): "pool: expected parameters that the machine accepts, found CON-9",
    ("every = 8", "every = 0"): "funding.every: expected at least 1",
    ('lot = "0.001"', 'lot = "0.000000001"'): "markets.0.lot: expected a whole number of quanta of 1e-8",
    ("decimals = 8", "decimals = 16"): "markets.0.decimals: expected at most quote.decimals",
    ("[[markets]]", "[markets]"): "markets: expected an array, found an object",
    ("title = ", "title = " + "[" * 100_000): "not TOML: ",
}  # fmt: skip


@pytest.mark.parametrize("change", SCENARIOS, ids=lambda change: change[1][:40])
def test_scenarios_of_no_use_are_said_to_be(
    change: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = CRASH.read_text()
    assert change[0] in text
    file = tmp_path / "scenario.toml"
    file.write_text(text.replace(*change))
    assert main(["replay", str(file), "--prices", str(BUNDLED / "crash.csv")]) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"solvent: {file}: {SCENARIOS[change]}")
    assert error.count("\n") == 1


def test_a_pool_that_the_machine_does_not_accept_is_said_to_be(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "scenario.toml"
    file.write_text(CRASH.read_text().replace("max_markets_per_account = 4", "max_markets_per_account = 17"))
    assert main(["replay", str(file), "--prices", str(BUNDLED / "crash.csv")]) == 2
    assert f"{file}: pool: expected parameters that the machine accepts, found CON-9" in capsys.readouterr().err


def test_a_market_that_the_machine_does_not_list_is_said_to_be(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "scenario.toml"
    file.write_text(CRASH.read_text().replace("initial_rate = 50_000", "initial_rate = 0"))
    assert main(["replay", str(file), "--prices", str(BUNDLED / "crash.csv")]) == 2
    assert (
        "markets.0: expected a market that the machine lists, found initial_rate, by PAR-4: the"
        in capsys.readouterr().err
    )


def test_the_scenarios_are_there() -> None:
    assert bundled_names() == ["crash", "luna-2022-05", "march-2020", "yfi-2023-11"]
    for name in bundled_names():
        assert read_scenario(BUNDLED / f"{name}.toml").title


def test_the_summary_says_who_paid(crash: Replay) -> None:
    late = summary(played(replace(crash.scenario, liquidators=replace(crash.scenario.liquidators, lag=2))))
    for line in ("  own equity lost", "  paid by the backstop, by market", "    GOLD-PERP", "  certifying actions"):
        assert f"\n{line}" in late
    assert "\nticks that ended with the book uncertified" in late


def test_the_column_of_prices_may_be_another(tmp_path: Path, crash: Replay) -> None:
    file = tmp_path / "prices.csv"
    file.write_text(f"ts,symbol,close,low\n{START},GOLD,1500,1400\n")
    (tick,) = read_ticks(file, replace(crash.scenario, column="low"))
    assert dict(tick.marks) == {"GOLD-PERP": 14_000_000_000}
    with pytest.raises(UnusableError, match="line 1: no column high"):
        read_ticks(file, replace(crash.scenario, column="high"))


def test_a_picture_is_drawn_the_same_twice(crash: Replay, tmp_path: Path) -> None:
    draw(crash, str(tmp_path / "one.svg"))
    draw(crash, str(tmp_path / "two.svg"))
    drawn = (tmp_path / "one.svg").read_bytes()
    assert drawn == (tmp_path / "two.svg").read_bytes()
    assert drawn.startswith(b"<?xml")
    assert b"Equity of the backstop" in drawn
    assert b"Who paid for defaults so far" in drawn


def test_a_picture_shows_when_the_book_was_uncertified(crash: Replay) -> None:
    samples = [
        replace(crash.figures.samples[0], certified=certified) for certified in (True, False, False, True, False)
    ]
    assert list(uncertified_spells(samples)) == [range(1, 3), range(4, 5)]


def test_a_picture_is_a_png_by_its_name(crash: Replay, tmp_path: Path) -> None:
    draw(crash, str(tmp_path / "crash.PNG"))
    assert (tmp_path / "crash.PNG").read_bytes().startswith(b"\x89PNG")


def test_without_matplotlib_the_picture_alone_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("solvent.edge.picture.find_spec", lambda name: None)
    assert main(["replay", "--picture", "crash.svg"]) == 2
    assert capsys.readouterr().err == "solvent: --picture needs matplotlib: pip install solvent[replay]\n"
    assert main(["replay"]) == 0


def test_amounts_are_rounded_down(crash: Replay) -> None:
    assert shown_amount(1_234_567_899 * 10**12, crash.scenario) == "1,234,567.89"
    assert shown_amount(-1, crash.scenario) == "-0.01"
