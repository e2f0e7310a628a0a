"""Parameters that are safe, and every rule that others break."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from solvent.edge.cli import main
from solvent.edge.codec import encode, to_json, to_text
from solvent.edge.region import REASONS, SAFE_MARKET, SAFE_POOL, Broken, Parameters, broken
from solvent.edge.scenario import BUNDLED, bundled_names
from solvent.numbers import PPM, PRICE_CAP, SIZE_CAP, TIME_CAP, VAULT_CAP
from solvent.parameters import check_market_parameters, check_pool_parameters
from solvent.pool import MarketId
from solvent.rules import Rule
from tests.edge.pools import MARKET, pool

ROOT = Path(__file__).resolve().parents[2]

MARKETS: dict[Rule, list[dict[str, Any]]] = {
    Rule.PAR_3: [{"lot": 0}, {"lot": SIZE_CAP + 1}],
    Rule.PAR_4: [{"initial_rate": 0}, {"initial_rate": PPM + 1}],
    Rule.PAR_5: [{"maintenance_fraction": 0}, {"maintenance_fraction": PPM + 1}],
    Rule.PAR_6: [{"interest_lower": -1}, {"interest_upper": VAULT_CAP + 1}, {"interest_lower": MARKET.interest_upper}],
    Rule.PAR_7: [{"fee_rate": -1}, {"fee_rate": PPM + 1}],
    Rule.PAR_8: [{"penalty_rate": -1}, {"penalty_rate": PPM + 1}],
    Rule.PAR_9: [{"funding_rate": -1}, {"funding_rate": PPM + 1}],
    Rule.PAR_10: [{"lowest_mark": 10**6 - 1}],
    Rule.PAR_11: [{"highest_mark": MARKET.lowest_mark - 1}, {"highest_mark": PRICE_CAP + 1}],
    Rule.PAR_12: [{"backstop_inventory": -1}, {"backstop_inventory": SIZE_CAP + 1}],
    Rule.PAR_17: [{"backstop_cap": -1}, {"backstop_cap": VAULT_CAP + 1}],
    Rule.PAR_18: [{"expiry": -1}, {"expiry": TIME_CAP + 1}],
}
POOLS: dict[Rule, list[dict[str, Any]]] = {
    Rule.PAR_14: [{"token_unit": 0}, {"token_unit": VAULT_CAP + 1}],
    Rule.PAR_15: [{"requirement_floor": -1}, {"requirement_floor": VAULT_CAP + 1}],
    Rule.PAR_16: [{"max_markets_per_account": 0}, {"max_markets_per_account": 17}],
    Rule.PAR_19: [{"bounty": -1}, {"bounty": VAULT_CAP + 1}],
    Rule.PAR_20: [{"factors": ()}, {"factors": (1, 2, 3, 4)}, {"factors": (0, 1, 1, 2)}, {"factors": (0, 1, 2, 1025)}],
}


def of_market(**changes: Any) -> list[Broken]:
    return list(broken(replace(MARKET, **changes), SAFE_MARKET, check_market_parameters))


def of_pool(**changes: Any) -> list[Broken]:
    return list(broken(replace(pool().parameters, **changes), SAFE_POOL, check_pool_parameters))


@pytest.mark.parametrize("rule", [*MARKETS, *POOLS])
def test_each_rule_is_found_alone_with_what_breaks_it(rule: Rule) -> None:
    for changes in MARKETS.get(rule, []):
        (one,) = of_market(**changes)
        assert one.rule is rule
        assert changes.items() <= one.values.items()
    for changes in POOLS.get(rule, []):
        (one,) = of_pool(**changes)
        assert (one.rule, dict(one.values)) == (rule, changes)


def test_every_rule_that_is_broken_is_found() -> None:
    changes = {name: value for each in MARKETS.values() for name, value in each[0].items()}
    assert [one.rule for one in of_market(**changes)] == list(MARKETS)
    changes = {name: value for each in POOLS.values() for name, value in each[0].items()}
    assert [one.rule for one in of_pool(**changes)] == list(POOLS)


def test_what_is_safe_breaks_nothing() -> None:
    assert of_market() == of_pool() == []
    check_market_parameters(SAFE_MARKET)
    check_pool_parameters(SAFE_POOL)


def test_every_rule_has_a_reason_and_every_theorem_named_exists() -> None:
    assert set(REASONS) == {*MARKETS, *POOLS}
    for reason in REASONS.values():
        if not re.fullmatch(r"[A-Z]{3}-[0-9]+", reason.assumed_by):
            module, _, theorem = reason.assumed_by.partition(".")
            text = (ROOT / "proofs/theorems" / f"{module}.py").read_text(encoding="utf-8")
            assert f"def {theorem}(" in text, reason.assumed_by


@pytest.mark.parametrize("name", bundled_names())
def test_the_scenarios_are_safe(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["parameters", name]) == 0
    assert "unsafe" not in capsys.readouterr().out


def test_a_market_is_said_what_it_means(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["parameters", "crash"]) == 0
    assert capsys.readouterr().out == (
        "pool: safe\nmarket GOLD-PERP: safe; leverage to 20.00x, maintenance 3.00 % of notional; "
        "certificates last, by factor, to moves of 0: 0.00 %, 1: 1.50 %, 4: 6.00 %, 16: 24.00 %\n"
    )


def test_json_in_quanta_or_a_whole_pool(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "parameters.json"
    parameters = Parameters(pool().parameters)
    parameters = replace(parameters, markets=parameters.markets.set(MarketId("BTC"), MARKET))
    said = []
    for text in (to_text(to_json(parameters)), encode(pool())):
        file.write_text(text)
        assert main(["parameters", str(file)]) == 0
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]
    assert said[0].startswith("pool: safe\nmarket BTC: safe; leverage to 10.00x, maintenance 5.00 % of notional; ")
    file.write_text(file.read_text().replace('"initial_rate":"100000"', '"initial_rate":"0"'))
    assert main(["parameters", str(file)]) == 1
    assert "market BTC: unsafe\n  PAR-4 the initial rate is positive and at most one\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("p.json", "{}", "pool: expected this field, found nothing"),
        ("p.json", "[]", "expected an object, found an array"),
        ("p.json", "", "expected JSON, found line 1 column 1"),
        ("p.json", json.dumps({"pool": {}, "markets": {}}), "pool.oracle: expected this field"),
        ("p.toml", "", "quote: expected this field, found nothing"),
        ("p.toml", "x", "not TOML: "),
    ],
)
def test_what_is_no_file_of_parameters(
    name: str, text: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_text(text)
    assert main(["parameters", str(tmp_path / name)]) == 2
    assert message in capsys.readouterr().err


def test_amounts_in_toml_are_not_negative_and_exact(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (BUNDLED / "crash.toml").read_text()
    (tmp_path / "p.toml").write_text(text.replace('lot = "0.001"', 'lot = "-1"'))
    assert main(["parameters", str(tmp_path / "p.toml")]) == 2
    assert "markets.0.lot: expected a decimal number" in capsys.readouterr().err
