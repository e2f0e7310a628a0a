"""Measures the contracts: their size, and the gas of each transition.

    python -m tests.differential.vyper.report            prints the tables of the README
    python -m tests.differential.vyper.report --write    writes them into it

Gas is deterministic: what is run are the vectors, and steps on the largest book that the caps allow.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import get_context
from pathlib import Path
from statistics import median_low
from typing import Any, Final

from solvent.edge.conformance.vectors import DIRECTORY
from tests.differential.vyper.adapter import ANCHOR, BASE, CLASSES, MODULES, Vault
from tests.differential.vyper.chain import CONTRACTS, Chain, State, StoredAccount, Tree

README: Final = Path(__file__).parent / "README.md"

BEGIN: Final = "<!-- generated: {} -->"

END: Final = "<!-- end -->"

SIZE_LIMIT: Final = 24576
"""Bytes of a contract's runtime, by EIP-170."""

MARKETS: Final = 256

POSITIONS: Final = 16

PARAMETERS: Final[Tree] = {
    "oracle": "oracle",
    "governance": "governance",
    "token_unit": "1",
    "requirement_floor": "0",
    "max_markets_per_account": str(POSITIONS),
    "bounty": "1",
    "factors": ["0", "1", "4", "16"],
}

MARKET_PARAMETERS: Final[Tree] = {
    "lot": "1",
    "initial_rate": "100000",
    "maintenance_fraction": "500000",
    "interest_lower": "0",
    "interest_upper": "1000000000000000000000000",
    "fee_rate": "100",
    "penalty_rate": "10000",
    "funding_rate": "1000",
    "lowest_mark": "1000000",
    "highest_mark": "1000000000000",
    "backstop_inventory": "1000",
    "backstop_cap": "0",
    "expiry": "0",
}


def cases() -> Iterator[Tree]:
    """The vectors in which an action is applied."""
    for path in sorted(DIRECTORY.glob("*/cases.json")):
        yield from (case for case in json.loads(path.read_text(encoding="utf-8")) if case["action"] is not None)


def largest_book(price: int) -> dict[str, Any]:
    """A certified book on which the backstop has a position in every market there can be, and each account in as many
    as it may.

    The accounts s0, s1 ... are short in 16 markets each; s0 is below its maintenance requirement. l0 and l1 are long in
    the markets of s0.
    """
    names = [f"M{number}" for number in range(MARKETS)]
    sizes = {f"s{number}": dict.fromkeys(names[number * POSITIONS :][:POSITIONS], -10) for number in range(POSITIONS)}
    sizes["l0"] = dict.fromkeys(names[:POSITIONS], 7)
    sizes["l1"] = dict.fromkeys(names[:POSITIONS], 5)
    sizes["backstop"] = {name: -2 if place < POSITIONS else 10 for place, name in enumerate(names)}
    cash = dict.fromkeys(sizes, 100 * POSITIONS * price)
    cash["s0"] = price * (10 * POSITIONS + 4)
    cash["backstop"] = -price * sum(sizes["backstop"].values())
    highest, lowest, none = (
        {"level": str(level), "generation": str(generation)} for level, generation in ((CLASSES - 1, 1), (0, 1), (0, 0))
    )
    certificates = dict.fromkeys(sizes, highest) | {"s0": lowest, "backstop": none}
    accounts = {
        name: {
            "cash": str(cash[name]),
            "positions": {market: str(size) for market, size in held.items()},
            "certificate": certificates[name],
        }
        for name, held in sizes.items()
    }
    longs = [sum(max(held.get(name, 0), 0) for held in sizes.values()) for name in names]
    markets = {
        name: {
            "time": "1",
            "mark": str(price),
            "long_carry": "0",
            "short_carry": "0",
            "long_interest": str(interest),
            "short_interest": str(interest),
            "settled": "0",
            "anchor": dict.fromkeys(ANCHOR, "0"),
            "bases": [dict.fromkeys(BASE, "0")] * CLASSES,
            "parameters": MARKET_PARAMETERS,
        }
        for name, interest in zip(names, longs, strict=True)
    }
    exposed = len(accounts) - 1
    counts = [1, *[0] * (CLASSES - 2), exposed - 1]
    return {
        "vault": str(sum(cash.values())),
        "accounts": accounts,
        "markets": markets,
        "classes": [{"generation": "1", "count": str(count)} for count in counts],
        "exposed": str(exposed),
        "epoch": "1",
        "owing": "0",
        "overdue": "0",
        "parameters": PARAMETERS,
    }


def largest_mark(price: int) -> Tree:
    """A mark that ends every class and leaves s0 below zero."""
    return {"action": "mark", "actor": "oracle", "market": "M0", "mark": str(price * 3 // 2), "time": "3"}


def largest_steps(price: int) -> list[Tree]:
    """Actions that are accepted on the largest book, one after the other."""
    limits = {"price": str(price), "buyer_limit": str(price), "seller_limit": "0"}
    oracle = {"actor": "oracle", "market": "M0"}
    return [
        {"action": "settle", "actor": "oracle", "market": "M255", "time": "2"},
        {"action": "settle_position", "account": "backstop", "market": "M255"},
        {"action": "settle_position", "account": "s15", "market": "M255"},
        {"action": "deposit", "account": "s1", "amount": "1"},
        {"action": "withdraw", "actor": "s1", "account": "s1", "amount": "1"},
        {"action": "trade", "market": "M0", "buyer": "l0", "seller": "l1", "size": "1", **limits},
        {"action": "take_over", "taker": "l1", "market": "M1", "size": "1"},
        {"action": "unwind", "account": "l0", "market": "M1", "size": "1"},
        {"action": "liquidate", "actor": "l0", "liquidator": "l0", "account": "s0", "market": "M2", "size": "1"},
        {"action": "fund", **oracle, "payment": "1", "time": "2"},
        largest_mark(price),
        {"action": "default", "account": "s0", "market": "M0"},
        {"action": "share_loss", "market": "M0"},
        {"action": "certify", "actor": "l0", "account": "s1"},
    ]


class Node(BaseHTTPRequestHandler):
    """Answers what an EVM asks of the state that it is forked from, in JSON-RPC."""

    protocol_version = "HTTP/1.1"
    state: State

    def do_POST(self) -> None:
        """One request."""
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        found = self.answer(asked["method"], *asked.get("params", ()))
        body = json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": found}).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def answer(self, method: str, at: str = "", *more: str) -> str:
        """The result, as Ethereum writes numbers."""
        account = self.state.get(at, StoredAccount(0, b"", {}))
        match method:
            case "eth_getTransactionCount":
                return hex(account.nonce)
            case "eth_getCode":
                return "0x" + account.code.hex()
            case "eth_getStorageAt":
                return f"0x{account.storage.get(int(more[0], 0), 0):064x}"
        return "0x0"

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def forked(chain: Chain) -> Iterator[Chain]:
    """The same state in another EVM, in which nothing was touched yet: as the next transaction finds it.

    What it asks for is answered by another process, as it does not let go of this one while it runs.
    """
    Node.state = chain.state()
    with ThreadingHTTPServer(("127.0.0.1", 0), Node) as server:
        process = get_context("fork").Process(target=server.serve_forever, daemon=True)
        process.start()
    try:
        yield Chain(f"http://127.0.0.1:{server.server_port}")
    finally:
        process.kill()
        process.join()


def gas_of(vault: Vault, action: Tree) -> int:
    """Gas of an action that is accepted, as a transaction of its own. The vault goes on from there."""
    with forked(vault.chain) as fork:
        vault.chain, before = fork, vault.chain
        vault.step(action)
        vault.chain = before
        gas = fork.gas_used
    vault.step(action)
    return gas


def vector_gas(vault: Vault) -> dict[str, list[int]]:
    """Gas of each accepted vector, by action."""
    found: dict[str, list[int]] = {}
    for case in cases():
        if case["expected"]["outcome"] == "accepted":
            vault.reset(case["state"])
            found.setdefault(case["family"], []).append(gas_of(vault, case["action"]))
    return found


def largest_gas(vault: Vault) -> dict[str, int]:
    """Gas of the steps on the largest book, the largest of each action."""
    price = 10**9
    change: Tree = {"action": "set_parameters", "actor": "governance", "market": "M0", "parameters": MARKET_PARAMETERS}
    found: dict[str, int] = {}
    for steps in (largest_steps(price), [largest_mark(price)], [change]):
        vault.reset(largest_book(price))
        for action in steps:
            found[action["action"]] = max(gas_of(vault, action), found.get(action["action"], 0))
    return found


def sizes(vault: Vault) -> list[str]:
    """The table of the contracts' sizes."""
    lines = [f"| Contract | Runtime, bytes | Of {SIZE_LIMIT:,} |", "| --- | ---: | ---: |"]
    for name in ("Pool", *MODULES):
        size = len(vault.contracts[name].runtime)
        lines.append(f"| [{name}](contracts/{name}.vy) | {size:,} | {size / SIZE_LIMIT:.0%} |")
    return lines


def gas(vault: Vault) -> list[str]:
    """The table of the gas of each transition."""
    lines = ["| Action | Vectors | Least gas | Median | Most | On the largest book |", "| --- " + "| ---: " * 5 + "|"]
    largest = largest_gas(vault)
    for action, used in sorted(vector_gas(vault).items()):
        most = f"{largest[action]:,}" if action in largest else ""
        lines.append(f"| `{action}` | {len(used)} | {min(used):,} | {median_low(used):,} | {max(used):,} | {most} |")
    return lines


def replaced(text: str, name: str, lines: Sequence[str]) -> str:
    """A text with other lines between its marks of that name."""
    head, rest = text.split(BEGIN.format(name) + "\n", 1)
    tail = rest.split(END + "\n", 1)[1]
    return "\n".join([head + BEGIN.format(name), "", *lines, "", END + "\n"]) + tail


def main() -> None:
    """Prints the tables or writes them."""
    parser = argparse.ArgumentParser(description="The size of the contracts, and the gas of each transition.")
    parser.add_argument("--write", action="store_true", help="write the tables into the README")
    options = parser.parse_args()
    vault = Vault(CONTRACTS)
    if options.write:
        text = replaced(README.read_text(encoding="utf-8"), "sizes", sizes(vault))
        README.write_text(replaced(text, "gas", gas(vault)), encoding="utf-8")
    else:
        print("\n".join([*sizes(vault), "", *gas(vault)]))


if __name__ == "__main__":
    main()
