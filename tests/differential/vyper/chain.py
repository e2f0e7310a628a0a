"""Vyper contracts, compiled once, and a chain of one EVM that they run on."""

import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from Crypto.Hash import keccak as keccak_hash
from pyrevm import EVM, AccountInfo, Log

CONTRACTS: Final = Path(__file__).parent / "contracts"

COMPILED: Final = "__pycache__"
"""The folder beside the sources where compiled contracts are kept, under a digest of all that they are made from:
compiling takes seconds.
"""

EVM_VERSION: Final = "cancun"

OUTPUTS: Final = ("abi", "bytecode", "bytecode_runtime", "layout")

WORD: Final = 32

REVERTED: Final = re.compile(r"^Revert \{ gas_used: \d+, output: 0x([0-9a-f]*) \}$")

WRITTEN: Final = re.compile(r"StorageChange \{ address: (0x[0-9a-f]{40}), key: (\w+)")

ERROR: Final = bytes.fromhex("08c379a0")
"""The selector of Error(string)."""

Tree = Mapping[str, Any]


class RevertedError(Exception):
    """A call that reverted: its reason, empty where it gave none."""


@dataclass(frozen=True)
class Contract:
    """A compiled contract."""

    name: str
    abi: Sequence[Tree]
    bytecode: bytes
    runtime: bytes
    layout: Tree

    @cached_property
    def functions(self) -> dict[str, "Function"]:
        """Its external functions, by name."""
        return {entry["name"]: Function.of(entry) for entry in self.abi if entry["type"] == "function"}

    @cached_property
    def events(self) -> dict[bytes, Tree]:
        """The events it logs, by topic."""
        return {keccak(signature(entry).encode()): entry for entry in self.abi if entry["type"] == "event"}


@dataclass(frozen=True)
class Function:
    """An external function: what it takes and gives, and how it is called."""

    selector: bytes
    inputs: Sequence[Tree]
    outputs: Sequence[Tree]

    @staticmethod
    def of(entry: Tree) -> "Function":
        """The function of an entry of an ABI."""
        return Function(keccak(signature(entry).encode())[:4], entry["inputs"], entry["outputs"])


def keccak(data: bytes) -> bytes:
    """The hash of Ethereum."""
    return keccak_hash.new(data=data, digest_bits=256).digest()


def signature(entry: Tree) -> str:
    """As it is hashed: mark(bytes32,int256,int256)."""
    return f"{entry['name']}({','.join(type_of(part) for part in entry['inputs'])})"


def type_of(part: Tree) -> str:
    """The type of an input as it is hashed, tuples written out."""
    if not part["type"].startswith("tuple"):
        return str(part["type"])
    inner = ",".join(type_of(component) for component in part["components"])
    return f"({inner})" + str(part["type"]).removeprefix("tuple")


def compiled(folder: Path, name: str) -> Contract:
    """The contract of that name in a folder of sources."""
    digest = hashlib.sha256(version("vyper").encode() + Path(__file__).read_bytes())
    for path in sorted(folder.glob("*.vy")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    kept = folder / COMPILED / f"{name}-{digest.hexdigest()[:16]}.json"
    if not kept.exists():
        kept.parent.mkdir(exist_ok=True)
        written = kept.with_suffix(f".{os.getpid()}")
        written.write_text(json.dumps(compile_source(folder, name)), encoding="utf-8")
        os.replace(written, kept)
    found = json.loads(kept.read_text(encoding="utf-8"))
    codes = [bytes.fromhex(found[key].removeprefix("0x")) for key in ("bytecode", "bytecode_runtime")]
    return Contract(name, found["abi"], codes[0], codes[1], found["layout"])


def compile_source(folder: Path, name: str) -> Tree:
    """What the compiler says of a contract. Imported here: where everything is kept, it is not needed."""
    from vyper.compiler import compile_from_file_input
    from vyper.compiler.input_bundle import FilesystemInputBundle
    from vyper.compiler.settings import OptimizationLevel, Settings

    bundle = FilesystemInputBundle([folder.resolve()])
    settings = Settings(optimize=OptimizationLevel.CODESIZE, evm_version=EVM_VERSION)
    source = bundle.load_file(f"{name}.vy")
    found = compile_from_file_input(source, input_bundle=bundle, output_formats=OUTPUTS, settings=settings)
    return {key: found[key] for key in OUTPUTS}


def word(number: int) -> bytes:
    """An integer as the EVM holds it. Whatever does not fit a signed word is an OverflowError, never cut."""
    return number.to_bytes(WORD, "big", signed=True)


def words(*values: object) -> bytes:
    """Values one after the other: integers, what fills its word from the left, and tuples of such."""
    return b"".join(encoded(value) for value in values)


def encoded(value: object) -> bytes:
    """One value: an integer, an address, 32 bytes, or a tuple of such."""
    match value:
        case int():
            return word(value)
        case str():
            return bytes.fromhex(value.removeprefix("0x")).rjust(WORD, b"\0")
        case bytes():
            return value.ljust(WORD, b"\0")
        case tuple():
            return words(*value)
    raise TypeError(type(value).__name__)


def array(*values: object) -> bytes:
    """The elements of a dynamic array, behind their number."""
    return word(len(values)) + words(*values)


def integer(data: bytes, place: int) -> int:
    """The signed integer in the word of that number."""
    return int.from_bytes(data[place * WORD : (place + 1) * WORD], "big", signed=True)


def address(data: bytes) -> str:
    """The address in the last twenty bytes."""
    return "0x" + data[-20:].hex()


@dataclass(frozen=True)
class StoredAccount:
    """What a chain holds of one address."""

    nonce: int
    code: bytes
    storage: Mapping[int, int]


State = Mapping[str, StoredAccount]


class Chain:
    """One EVM without a block or a fee: calls are made one after the other."""

    def __init__(self, fork_url: str | None = None) -> None:
        self.evm = EVM(fork_url=fork_url, spec_id=EVM_VERSION.upper())
        self.gas_used = 0
        """Gas of the last call, less what is refunded, the transaction's own 21000 included. All calls of a chain count
        as one transaction, in which what was touched before costs less: see `report`.
        """

    def deploy(self, deployer: str, contract: Contract, *parts: bytes) -> str:
        """The address of a new contract, or RevertedError. EIP-170 and EIP-3860 are held to."""
        try:
            return str(self.evm.deploy(deployer, contract.bytecode + b"".join(parts)))
        except RuntimeError as error:
            raise RevertedError(reason_of(str(error))) from None

    def call(self, caller: str, to: str, data: bytes, is_static: bool = False) -> bytes:
        """What a call returns, or RevertedError."""
        try:
            found = self.evm.message_call(caller, to, calldata=data, is_static=is_static)
        except RuntimeError as error:
            raise RevertedError(reason_of(str(error))) from None
        result = self.evm.result
        assert result is not None
        self.gas_used = result.gas_used
        return bytes(found)

    def logs(self) -> list[Log]:
        """What the last call logged."""
        result = self.evm.result
        return [] if result is None else list(result.logs)

    def state(self) -> "State":
        """What it holds now, and all that was ever written to."""
        storage: dict[str, dict[int, int]] = {}
        for at, key in {(at, int(key, 0)) for at, key in WRITTEN.findall(self.evm.journal_str)}:
            storage.setdefault(at, {})[key] = self.evm.storage(at, key)
        known = {**self.evm.db_accounts, **self.evm.journal_state}
        return {
            at.lower(): StoredAccount(info.nonce, bytes(self.evm.get_code(at) or b""), storage.get(at.lower(), {}))
            for at, info in known.items()
        }

    def put_code(self, at: str, code: bytes) -> None:
        """Puts other code where a contract stands; its storage stays."""
        self.evm.insert_account_info(at, AccountInfo(nonce=1, code=code))


def reason_of(error: str) -> str:
    """The reason of a revert, from the text in which the EVM reports it; the text itself where there is none."""
    found = REVERTED.match(error)
    data = bytes.fromhex(found.group(1)) if found else b""
    if not data.startswith(ERROR):
        return error
    length = integer(data[4:], 1)
    return data[4 + 2 * WORD :][:length].decode()
