"""The contracts on an EVM: every vector, drawn runs, the largest numbers, the largest book, and seeded defects."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

pytest.importorskip("pyrevm", reason="pyrevm has no wheel for this interpreter or machine")

from solvent.edge.codec import decode_action, decode_pool, to_json, to_text
from solvent.edge.conformance.protocol import ACTION_NAMES
from solvent.edge.conformance.vectors import DIRECTORY
from solvent.machine import Accepted, step
from solvent.pool import Pool
from tests.differential.defects import Defect, seeded
from tests.differential.defects.vyper import DEFECTS
from tests.differential.vyper import report
from tests.differential.vyper.adapter import (
    ANYONE,
    GATEWAY,
    MODULES,
    NAMES,
    Vault,
    account_id,
    command,
    market_id,
    reply,
)
from tests.differential.vyper.chain import CONTRACTS, RevertedError, Tree, words
from tests.edge.test_cli import ROOT, solvent

LARGEST = 2**255 - 1


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("PYTHONPATH", f"{ROOT / 'reference'}:{ROOT}")


@pytest.fixture(scope="module")
def vault() -> Vault:
    return Vault(CONTRACTS)


def cases(family: str) -> Iterator[Tree]:
    yield from json.loads((DIRECTORY / family / "cases.json").read_text(encoding="utf-8"))


def accepted(family: str) -> Tree:
    return next(case for case in cases(family) if case["expected"]["outcome"] == "accepted")


def same_step(vault: Vault, pool: Pool, action: Tree) -> Pool:
    """The pool after the action, on which contract and reference agree."""
    outcome = step(pool, decode_action(json.dumps(action)))
    found = reply(vault, {"request": "step", "action": action})
    if not isinstance(outcome, Accepted):
        assert found == {"outcome": "rejected", "rule": outcome.rule.value, "field": outcome.field}, action
        return pool
    assert found == {"outcome": "accepted", "event": to_json(outcome.event)}, action
    assert vault.state() == to_json(outcome.pool), action
    return outcome.pool


def test_it_conforms() -> None:
    run = solvent("conform", "--timeout", "120", "--runs", "5", "--", *command(CONTRACTS))
    assert run.returncode == 0, run.stdout
    vectors = sum(len(json.loads(path.read_text(encoding="utf-8"))) for path in DIRECTORY.glob("*/cases.json"))
    assert f"vectors  {vectors} passed, 0 failed\n" in run.stdout
    assert "runs     5 passed, 0 failed\n" in run.stdout


OBVIOUS = [defect for defect in DEFECTS if defect.mistake in ("margins round down", "anyone withdraws")]


@pytest.mark.parametrize("defect", OBVIOUS, ids=lambda defect: defect.mistake)
def test_a_defect_is_found(defect: Defect) -> None:
    with seeded(CONTRACTS, defect) as folder:
        run = solvent("conform", "--timeout", "120", "--runs", "0", "--", *command(folder))
    assert run.returncode == 1, run.stdout
    assert "it does not reply" not in run.stdout


def test_every_defect_can_be_seeded() -> None:
    assert len({defect.mistake for defect in DEFECTS}) == len(DEFECTS) >= 30
    for defect in DEFECTS:
        with seeded(CONTRACTS, defect):
            pass


def integers(tree: Mapping[str, Any], place: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Where integers stand in an action."""
    for name, value in tree.items():
        if isinstance(value, dict):
            yield from integers(value, (*place, name))
        elif value.lstrip("-").isdecimal():
            yield (*place, name)


def with_number(tree: Tree, place: tuple[str, ...], number: int) -> dict[str, Any]:
    """The action with another number there."""
    name, *rest = place
    return {**tree, name: with_number(tree[name], tuple(rest), number) if rest else str(number)}


@pytest.mark.parametrize("family", sorted(ACTION_NAMES))
def test_the_largest_numbers_break_the_same_rule(family: str, vault: Vault) -> None:
    case = accepted(family)
    pool = decode_pool(to_text(case["state"]))
    vault.reset(case["state"])
    for place in integers(case["action"]):
        for number in (-LARGEST - 1, -LARGEST, LARGEST - 1, LARGEST):
            action = with_number(case["action"], place, number)
            if same_step(vault, pool, action) is not pool:
                vault.reset(case["state"])


def test_the_largest_book(vault: Vault) -> None:
    state = report.largest_book(10**9)
    pool = decode_pool(to_text(state))
    vault.reset(state)
    for action in report.largest_steps(10**9):
        after = same_step(vault, pool, action)
        assert after is not pool, action
        pool = after


def test_a_trade_comes_through_the_gateway_alone(vault: Vault) -> None:
    case = accepted("trade")
    vault.reset(case["state"])
    function = vault.actions["trade"]
    data = b"".join(vault.argument(part, case["action"][part["name"]]) for part in function.inputs)
    for caller in (ANYONE, account_id(case["action"]["buyer"])):
        with pytest.raises(RevertedError, match=r"^ASM-2 actor$"):
            vault.chain.call(caller, vault.pool, function.selector + data)
    vault.chain.call(GATEWAY, vault.pool, function.selector + data)


def test_without_the_money_there_is_no_deposit(vault: Vault) -> None:
    case = accepted("deposit")
    vault.reset(case["state"])
    before = vault.state()
    data = words(account_id(case["action"]["account"]), int(case["action"]["amount"]))
    with pytest.raises(RevertedError):
        vault.chain.call(ANYONE, vault.pool, vault.actions["deposit"].selector + data)
    assert vault.state() == before


def test_the_money_of_a_withdrawal_is_the_owners(vault: Vault) -> None:
    case = accepted("withdraw")
    vault.reset(case["state"])
    owner = account_id(case["action"]["account"])
    vault.step(case["action"])
    unit = int(case["state"]["parameters"]["token_unit"])
    received = int.from_bytes(vault.token_call(ANYONE, "balanceOf", owner), "big")
    assert received * unit == int(case["action"]["amount"])


def test_a_pool_does_nothing_else(vault: Vault) -> None:
    vault.reset(accepted("deposit")["state"])
    load = vault.contracts["Loader"].functions["load_position"].selector
    for data in (b"", b"\x00", load + words(ANYONE, market_id("BTC"), 1)):
        with pytest.raises(RevertedError):
            vault.chain.call(ANYONE, vault.pool, data)


def test_all_contracts_have_the_same_storage(vault: Vault) -> None:
    books = [vault.contracts[name].layout["storage_layout"]["book"] for name in NAMES if name != "Token"]
    assert books[0]["vault"]["slot"] == 0
    assert all(book == books[0] for book in books)


def test_sizes_are_within_the_limit_and_as_the_readme_says(vault: Vault) -> None:
    assert all(len(vault.contracts[name].runtime) <= report.SIZE_LIMIT for name in ("Pool", *MODULES))
    text = report.README.read_text(encoding="utf-8")
    assert report.replaced(text, "sizes", report.sizes(vault)) == text


def test_the_gas_of_the_readme_is_what_is_used(vault: Vault) -> None:
    case = max(
        (case for case in cases("trade") if case["expected"]["outcome"] == "accepted"),
        key=lambda case: used(vault, case),
    )
    assert f"| {used(vault, case):,} |" in report.README.read_text(encoding="utf-8")


def used(vault: Vault, case: Tree) -> int:
    """Gas of a vector."""
    vault.reset(case["state"])
    return report.gas_of(vault, case["action"])
