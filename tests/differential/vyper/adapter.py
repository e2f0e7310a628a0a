"""The contracts behind the protocol of the conformance kit.

    solvent conform -- python -m tests.differential.vyper.adapter

An id is the hash of its name: of an account the last twenty bytes, an address. Whoever acts is the caller of the call;
trades come through the gateway, deposits from somebody who holds the token.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from tests.differential.vyper.chain import (
    CONTRACTS,
    WORD,
    Chain,
    RevertedError,
    Tree,
    address,
    array,
    compiled,
    integer,
    keccak,
    word,
    words,
)

PROTOCOL: Final = "1"

NAMES: Final = ("Pool", "Accounts", "Markets", "Token", "Loader")

MODULES: Final = ("Accounts", "Markets")
"""The contracts whose code the pool runs: what they have is an action."""

DEPLOYER, GATEWAY, PAYER, ANYONE = ("0x" + f"{number:040x}" for number in range(0x1001, 0x1005))

CALLERS: Final[Mapping[str, str]] = {"deposit": PAYER, "trade": GATEWAY}
"""Who makes the call where no actor or taker of the action does, and it may not be anyone."""

MONEY: Final = 2**200
"""Token units in the payer's hands: more than a run deposits."""

CLASSES: Final = 4

TOTALS: Final = ("vault", "exposed", "epoch", "owing", "overdue")

MARKET: Final = ("time", "mark", "long_carry", "short_carry", "long_interest", "short_interest", "settled")

ANCHOR: Final = ("epoch", "mark", "long_carry", "short_carry", "paid", "collected", "backstop_base")

BASE: Final = ("generation", "mark", "long_carry", "short_carry")

CLASS: Final = ("generation", "count")

CERTIFICATE: Final = ("level", "generation")


def market_id(name: str) -> bytes:
    """What a market is called on the chain."""
    return keccak(name.encode("utf-8", "surrogatepass"))


def account_id(name: str) -> str:
    """What an account is called on the chain."""
    return address(market_id(name))


class Vault:
    """The deployed contracts, and the names of what they were told of."""

    def __init__(self, folder: Path) -> None:
        self.contracts = {name: compiled(folder, name) for name in NAMES}
        self.actions = {
            action_name(name): function
            for module in MODULES
            for name, function in self.contracts[module].functions.items()
        }
        self.market_parameters = names_of(self.actions["list_market"].inputs[-1]["components"])
        self.events = {topic: event for module in MODULES for topic, event in self.contracts[module].events.items()}
        self.views = self.contracts["Pool"].functions
        self.accounts: dict[str, str] = {}
        self.markets: dict[bytes, str] = {}

    def reset(self, state: Tree) -> None:
        """New contracts, in the state given; RevertedError if its parameters are rejected."""
        self.chain = Chain()
        self.parameters = state["parameters"]
        self.accounts, self.markets = {}, {}
        modules = [self.chain.deploy(DEPLOYER, self.contracts[name]) for name in MODULES]
        self.token = self.chain.deploy(DEPLOYER, self.contracts["Token"])
        routes = [
            (function.selector, at)
            for name, at in zip(MODULES, modules, strict=True)
            for function in self.contracts[name].functions.values()
        ]
        parameters = self.parameters
        numbers = ("token_unit", "requirement_floor", "max_markets_per_account", "bounty")
        names = ("backstop", "treasury", parameters["oracle"], parameters["governance"])
        backstop, treasury, oracle, governance = (self.account(name) for name in names)
        head = words(self.token, backstop, treasury, GATEWAY, oracle, governance)
        head += words(*(int(parameters[name]) for name in numbers))
        factors = array(*map(int, parameters["factors"]))
        offset = len(head) + 2 * WORD
        tail = word(offset) + word(offset + len(factors)) + factors + array(*routes)
        self.pool = self.chain.deploy(DEPLOYER, self.contracts["Pool"], head, tail)
        self.token_call(DEPLOYER, "mint", PAYER, MONEY)
        self.token_call(PAYER, "approve", self.pool, MONEY)
        if state["accounts"] or state["markets"] or state["epoch"] != "1":
            self.load(state)

    def load(self, state: Tree) -> None:
        """Puts a state into the new pool, where no action has led to it."""
        loader = self.contracts["Loader"]
        self.chain.put_code(self.pool, loader.runtime)
        totals = [int(state[name]) for name in TOTALS]
        classes = [int(one[name]) for one in state["classes"] for name in CLASS]
        self.chain.call(DEPLOYER, self.pool, loader.functions["load_totals"].selector + words(*totals, *classes))
        for name, market in state["markets"].items():
            numbers = [int(market[field]) for field in MARKET]
            numbers += [int(market["anchor"][field]) for field in ANCHOR]
            numbers += [int(base[field]) for base in market["bases"] for field in BASE]
            numbers += [int(market["parameters"][field]) for field in self.market_parameters]
            data = words(self.market(name), *numbers)
            self.chain.call(DEPLOYER, self.pool, loader.functions["load_market"].selector + data)
        for name, account in state["accounts"].items():
            certificate = account["certificate"]
            data = words(
                self.account(name), *map(int, (account["cash"], certificate["level"], certificate["generation"]))
            )
            self.chain.call(DEPLOYER, self.pool, loader.functions["load_account"].selector + data)
            for market, size in account["positions"].items():
                data = words(self.account(name), self.market(market), int(size))
                self.chain.call(DEPLOYER, self.pool, loader.functions["load_position"].selector + data)
        self.chain.put_code(self.pool, self.contracts["Pool"].runtime)
        self.token_call(DEPLOYER, "mint", self.pool, totals[0] // int(self.parameters["token_unit"]))

    def account(self, name: str) -> str:
        """The address of an account, whose name is kept."""
        found = account_id(name)
        self.accounts[found] = name
        return found

    def market(self, name: str) -> bytes:
        """The id of a market, whose name is kept."""
        found = market_id(name)
        self.markets[found] = name
        return found

    def token_call(self, caller: str, name: str, *values: object) -> bytes:
        """A call of the token."""
        return self.chain.call(caller, self.token, self.contracts["Token"].functions[name].selector + words(*values))

    def step(self, action: Tree) -> Tree:
        """Applies an action and returns its event, or RevertedError."""
        kind = action["action"]
        function = self.actions[kind]
        actors = [self.account(action[role]) for role in ("actor", "taker") if role in action]
        caller = actors[0] if actors else CALLERS.get(kind, ANYONE)
        data = b"".join(self.argument(part, action[part["name"]]) for part in function.inputs)
        self.chain.call(caller, self.pool, function.selector + data)
        return self.event()

    def argument(self, part: Tree, value: Any) -> bytes:
        """An argument of a call, from what stands in the action."""
        match part["type"]:
            case "address":
                return words(self.account(value))
            case "bytes32":
                return self.market(value)
            case "tuple":
                return b"".join(self.argument(inner, value[inner["name"]]) for inner in part["components"])
        return word(int(value))

    def event(self) -> Tree:
        """What the pool logged in the last call."""
        found: dict[str, str] = {}
        for log in self.chain.logs():
            if log.address.lower() != self.pool.lower():
                continue
            topics, data = log.data
            event = self.events[topics[0]]
            assert not found
            found["event"] = snake_case(event["name"])
            for place, part in enumerate(event["inputs"]):
                piece = data[place * WORD : (place + 1) * WORD]
                match part["type"]:
                    case "address":
                        found[part["name"]] = self.accounts[address(piece)]
                    case "bytes32":
                        found[part["name"]] = self.markets[piece]
                    case _:
                        found[part["name"]] = str(integer(piece, 0))
        return found

    def view(self, name: str, *values: object) -> bytes:
        """What the pool says of itself."""
        return self.chain.call(ANYONE, self.pool, self.views[name].selector + words(*values), is_static=True)

    def state(self) -> Tree:
        """The pool as it is, with everything that has a name."""
        totals = self.view("totals")
        accounts = {name: self.account_state(at) for at, name in self.accounts.items()}
        markets = {name: self.market_state(at) for at, name in self.markets.items()}
        held = int.from_bytes(self.token_call(ANYONE, "balanceOf", self.pool), "big")
        if held * int(self.parameters["token_unit"]) != integer(totals, 0):
            raise RevertedError(f"the pool holds {held} token units, its vault says {integer(totals, 0)}")
        return {
            **read(TOTALS, totals),
            "classes": [read(CLASS, totals, len(TOTALS) + 2 * level) for level in range(CLASSES)],
            "accounts": {name: account for name, account in accounts.items() if account is not None},
            "markets": {name: market for name, market in markets.items() if market["mark"] != "0"},
            "parameters": self.parameters,
        }

    def account_state(self, at: str) -> Tree | None:
        """An account; None where nothing is said of it."""
        data = self.view("account", at)
        count = integer(data, 4)
        positions = {
            self.markets[data[(5 + 2 * place) * WORD :][:WORD]]: str(integer(data, 6 + 2 * place))
            for place in range(count)
        }
        cash, certificate = integer(data, 0), read(CERTIFICATE, data, 1)
        if cash == 0 and count == 0:
            return None
        return {"cash": str(cash), "positions": positions, "certificate": certificate}

    def market_state(self, at: bytes) -> dict[str, Any]:
        """A market, listed or not."""
        data = self.view("market", at)
        bases = len(MARKET) + len(ANCHOR)
        return {
            **read(MARKET, data),
            "anchor": read(ANCHOR, data, len(MARKET)),
            "bases": [read(BASE, data, bases + level * len(BASE)) for level in range(CLASSES)],
            "parameters": read(self.market_parameters, data, bases + CLASSES * len(BASE)),
        }


def names_of(parts: Iterable[Tree]) -> tuple[str, ...]:
    """The names of inputs or components."""
    return tuple(part["name"] for part in parts)


def read(names: Iterable[str], data: bytes, place: int = 0) -> dict[str, str]:
    """Integers by name, from the word of that number on."""
    return {name: str(integer(data, place + offset)) for offset, name in enumerate(names)}


def action_name(function: str) -> str:
    """The action of a function; `default` is a reserved word of Vyper and has an underscore."""
    return function.rstrip("_")


def snake_case(name: str) -> str:
    """MarketListed: market_listed."""
    return "".join("_" * (place > 0 and letter.isupper()) + letter.lower() for place, letter in enumerate(name))


def rejection(reverted: RevertedError) -> Tree:
    """A rejection by rule and field; an error where the contract reverted without a rule."""
    rule, _, field = str(reverted).partition(" ")
    if len(rule) < 5 or rule[3] != "-" or not field.isidentifier():
        return {"error": f"the contract reverted: {reverted}"}
    return {"outcome": "rejected", "rule": rule, "field": field}


def reply(vault: Vault, request: Tree) -> Tree:
    """The reply to a request."""
    try:
        match request["request"]:
            case "hello":
                return {
                    "protocol": PROTOCOL,
                    "subject": "solvent on the EVM",
                    "actions": sorted(vault.actions),
                    "resets": "any",
                }
            case "reset":
                vault.reset(request["state"])
                return {"outcome": "accepted"}
            case "step":
                return {"outcome": "accepted", "event": vault.step(request["action"])}
            case "state":
                return {"state": vault.state()}
    except RevertedError as reverted:
        return rejection(reverted)
    return {"error": "an unknown request"}


def command(folder: Path) -> list[str]:
    """What starts this with the contracts of a folder."""
    return [sys.executable, "-m", "tests.differential.vyper.adapter", "--contracts", str(folder)]


def main() -> None:
    """Speaks the protocol until the standard input ends."""
    parser = argparse.ArgumentParser(description="The Vyper contracts behind the protocol of `solvent conform`.")
    parser.add_argument("--contracts", metavar="FOLDER", type=Path, default=CONTRACTS, help="other sources")
    vault = Vault(parser.parse_args().contracts)
    for line in sys.stdin.buffer:
        print(json.dumps(reply(vault, json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
