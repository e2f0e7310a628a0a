"""SOUNDNESS.md counts what it says it counts, names files that exist, and is not stale."""

import re
from pathlib import Path

from proofs import soundness

ROOT = Path(__file__).resolve().parents[2]


def test_only_lines_of_code_are_counted() -> None:
    text = '"""Doc\nstring."""\n\n# comment\nx = 1  # one\n\n\ndef f():\n    """Doc."""\n    return """a\nb"""\n'
    assert soundness.lines(text) == 4


def test_every_file_of_the_prover_is_in_the_base() -> None:
    counted = {path for parts in soundness.BASE.values() for pattern in parts for path in ROOT.glob(pattern)}
    assert set((ROOT / "proofs/kernel").glob("*.py")) <= counted
    patterns = [pattern for parts in (soundness.BASE, soundness.STATED) for item in parts.values() for pattern in item]
    assert [pattern for pattern in patterns if not list(ROOT.glob(pattern))] == []


def test_it_is_not_stale() -> None:
    assert soundness.main(["--check"]) == 0


def test_its_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)#]+)", (ROOT / "SOUNDNESS.md").read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_its_risks_are_lettered_in_order() -> None:
    letters = re.findall(r"^\| ([A-Z]) \|", (ROOT / "SOUNDNESS.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert letters == [chr(ord("A") + index) for index in range(len(letters))]
