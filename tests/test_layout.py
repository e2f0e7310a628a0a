"""A reader who knows the name of a module finds its code, its chapter and its theorems."""

from pathlib import Path

from proofs import requirements

ROOT = Path(__file__).resolve().parent.parent


def names(folder: str, pattern: str) -> set[str]:
    return {path.stem for path in (ROOT / folder).glob(pattern)}


def test_every_module_has_a_chapter_and_no_chapter_stands_alone() -> None:
    assert names("spec", "*.md") - {"index"} == set(requirements.modules(ROOT))


def test_every_module_has_theorems_and_no_theorems_stand_alone() -> None:
    assert names("proofs/theorems", "*.py") - {"__init__"} == set(requirements.modules(ROOT))


def test_the_index_lists_every_chapter() -> None:
    index = (ROOT / "spec/index.md").read_text(encoding="utf-8")
    assert [name for name in requirements.modules(ROOT) if f"]({name}.md)" not in index] == []
