"""A divergence as two ledgers side by side."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from solvent.edge.codec import INTEGER, to_json
from solvent.edge.conformance.compare import NOTHING, Divergence
from solvent.edge.structure import Path, shown, shown_path, snake_case
from solvent.rules import Rule

COLUMNS = ("", "before", "reference", "subject")
WIDEST = 44
"""Characters of a column."""


def ledger(divergence: Divergence) -> str:
    """The actions that lead there, and both sides of the last step; what differs is marked."""
    sentences = {rule.value: rule.sentence for rule in Rule}
    requirement = divergence.requirement
    says = f": {sentences[requirement]}" if requirement in sentences else ""
    lines = [f"{requirement}{says}", f"differs in {shown_path(divergence.difference.place)}"]
    lines += [f"  expected {said(divergence.difference.expected)}", f"  found    {said(divergence.difference.found)}"]
    lines += [f"from a pool of {record(divergence.start.parameters)}"]
    if len(divergence.start.accounts) or len(divergence.start.markets):
        lines += [f"  with {shown_path(place)} {said(value)}" for place, value in flat(to_json(divergence.start))]
    lines += [f"  {number} {record(action)}" for number, action in enumerate(divergence.actions, start=1)]
    lines += table(list(rows(divergence)))
    lines += [f"the subject's pool violates {violation}" for violation in divergence.violations()]
    if divergence.last_words:
        lines += ["the subject's last words", *(f"  {line}" for line in divergence.last_words.splitlines()[-10:])]
    return "\n".join(lines) + "\n"


def record(value: Any) -> str:
    """A record in a line."""
    parts = []
    for field in fields(value):
        item = getattr(value, field.name)
        shown_item = f"({record(item)})" if is_dataclass(item) else said(str(item))
        parts.append(f"{field.name} {shown_item}")
    return f"{snake_case(type(value).__name__)} {', '.join(parts)}"


def said(value: object) -> str:
    """A number with its digits in threes; anything else short and on one line."""
    if value is NOTHING:
        return "nothing"
    if isinstance(value, str):
        if INTEGER.fullmatch(value):
            return f"{int(value):_}"
        return value if value.isprintable() and value else shown(value)
    return shown(value)


def flat(tree: object, place: Path = ()) -> Iterator[tuple[Path, object]]:
    """Every leaf of a tree, with where it stands."""
    if isinstance(tree, dict) and tree:
        for name, inner in tree.items():
            yield from flat(inner, (*place, str(name)))
    elif tree != {}:
        yield place, tree


def rows(divergence: Divergence) -> Iterator[tuple[str, ...]]:
    """One for each leaf that changed or differs."""
    before = dict(flat({"state": to_json(divergence.before)}))
    expected, found = dict(flat(divergence.expected)), dict(flat(divergence.found))
    for place in dict.fromkeys([*expected, *found, *before]):
        old, one, other = (leaves.get(place, NOTHING) for leaves in (before, expected, found))
        differs = one != other and place[-1] != "field" and bool(found)
        if differs or place[0] == "outcome" or old != one:
            name = shown_path(place[1:] if len(place) > 1 else place)
            cells = ["" if value is NOTHING and place[0] == "outcome" else said(value) for value in (old, one, other)]
            yield name, *cells, "<-" if differs else ""


def table(cells: list[tuple[str, ...]]) -> list[str]:
    """Columns as wide as they need to be; numbers stand to the right."""
    shortened = [tuple(cell if len(cell) <= WIDEST else cell[: WIDEST - 3] + "..." for cell in row) for row in cells]
    everything = [(*COLUMNS, ""), *shortened]
    widths = [max(len(row[column]) for row in everything) for column in range(len(COLUMNS))]
    return [
        "  "
        + "  ".join(
            [row[0].ljust(widths[0]), *(row[n].rjust(widths[n]) for n in range(1, len(COLUMNS))), row[-1]]
        ).rstrip()
        for row in everything
    ]
