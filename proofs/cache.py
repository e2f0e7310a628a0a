"""Results kept under a hash of everything they depend on, so that what did not change is not proved again.

Only what was proved, and what passed, is kept. A theorem depends on the kernel, on the module it stands in and all that
this imports of proofs/ and reference/, on the suite, and on the versions of Python and of both solvers.
"""

import ast
import hashlib
import json
import platform
from collections.abc import Iterable
from dataclasses import asdict
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from proofs.kernel.check import Decided, Opinion, Result
from proofs.kernel.solve import Verdict

SOURCES = {"proofs": "proofs", "solvent": "reference/solvent"}
"""Where the packages stand whose modules are followed."""

SHARED = ("proofs.suite", "proofs.cache", "proofs.witness", "proofs.second")
"""Modules that every result depends on."""

CHECKED = ("proofs", "reference", "requirements", "spec", "tests", "pyproject.toml", "README.md", "SOUNDNESS.md")
"""What the checks that are no theorems read."""


class Cache:
    """What was decided before, in a directory. Sources are read once: what is kept was decided of them as they were."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._directory = root / "build" / "cache"
        self._digest = cache(_digest)
        self._closure = cache(lambda module: closure(root, module))
        self._shared = {path for module in SHARED for path in closure(root, module)}
        self._shared |= set((root / SOURCES["proofs"] / "kernel").glob("*.py"))

    def key_of_theorem(self, name: str) -> str:
        """What the result of a theorem is kept under."""
        module = f"proofs.theorems.{name.split('.')[0]}"
        return self._key(name, self._shared | self._closure(module))

    def key_of_check(self, name: str) -> str:
        """What the result of a check is kept under."""
        files = set()
        for part in CHECKED:
            path = self._root / part
            files |= {path} if path.is_file() else {file for file in path.rglob("*") if _is_source(file)}
        return self._key(name, files)

    def _key(self, name: str, files: Iterable[Path]) -> str:
        digest = hashlib.sha256()
        versions = [platform.python_version(), version("z3-solver"), version("cvc5")]
        digest.update("\0".join([name, *versions]).encode())
        for path in sorted(files):
            digest.update(f"\0{path.relative_to(self._root).as_posix()}\0{self._digest(path)}".encode())
        return digest.hexdigest()

    def get(self, key: str) -> dict[str, Any] | None:
        """What is kept under the key; nothing if it cannot be read."""
        try:
            text, _, digest = (self._directory / key).read_text(encoding="utf-8").rpartition("\n")
            return json.loads(text) if hashlib.sha256(text.encode()).hexdigest() == digest else None
        except (OSError, ValueError):
            return None

    def put(self, key: str, value: dict[str, Any]) -> None:
        """Keeps the value, whole or not at all."""
        self._directory.mkdir(parents=True, exist_ok=True)
        text = json.dumps(value, default=lambda member: member.value)
        new = self._directory / f"{key}.new"
        new.write_text(f"{text}\n{hashlib.sha256(text.encode()).hexdigest()}", encoding="utf-8")
        new.replace(self._directory / key)

    def result(self, name: str) -> Result | None:
        """The kept result of a theorem."""
        kept = self.get(self.key_of_theorem(name))
        if kept is None:
            return None
        obligations = tuple(
            Decided(**{**item, "verdict": Verdict(item["verdict"]), "opinion": Opinion(item["opinion"])})
            for item in kept.pop("obligations")
        )
        listed: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in kept.items()
        }
        return Result(**listed, obligations=obligations)

    def keep(self, result: Result) -> None:
        """Keeps the result of a theorem that was proved."""
        if result.verdict is Verdict.PROVED:
            self.put(self.key_of_theorem(result.name), asdict(result))


def closure(root: Path, module: str) -> set[Path]:
    """The files of a module, of the packages it stands in, and of all it imports of proofs/ and reference/."""
    found: set[Path] = set()
    waiting = [module]
    while waiting:
        for path in _files(root, waiting.pop()):
            if path not in found:
                found.add(path)
                waiting += _imports(path.read_text(encoding="utf-8"))
    return found


def _files(root: Path, module: str) -> list[Path]:
    package, *parts = module.split(".")
    if package not in SOURCES:
        return []
    folder = root / SOURCES[package]
    files = [folder / "__init__.py"]
    for part in parts:
        files += [folder / f"{part}.py", folder / part / "__init__.py"]
        folder = folder / part
    return [path for path in files if path.is_file()]


@cache
def _imports(text: str) -> list[str]:
    modules = []
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Import(names=names):
                modules += [alias.name for alias in names]
            case ast.ImportFrom(module=str(source), names=names):
                modules += [source, *(f"{source}.{alias.name}" for alias in names)]
    return modules


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _is_source(path: Path) -> bool:
    return path.is_file() and "__pycache__" not in path.parts
