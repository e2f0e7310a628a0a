"""A counterexample as a ledger: what was violated, the action, and every cell before and after."""

from html import escape
from typing import Any

from proofs.requirements import IDENTIFIER


def ledger(record: dict[str, Any], up: str) -> str:
    """The record of a finding (proofs/ledger.py) as HTML without a blank line; `up` leads to the site's root."""
    parts = [f'<p class="violated"><strong>Violated:</strong> {linked(label, up)}</p>' for label in record["violates"]]
    for place, step in enumerate(record["steps"], 1):
        parts.append(f"<h3>Step {place}: {escape(step['action'][0])}</h3>" if len(record["steps"]) > 1 else "")
        parts.append(pairs("The action", step["action"]))
        if "event" in step:
            parts.append(pairs("It was accepted. The event", step["event"]))
        elif "rejected" in step:
            rule, sentence, field = step["rejected"]
            parts.append(f"<p>It was rejected by {linked(rule, up)} ({escape(field)}): {escape(sentence)}.</p>")
        else:
            parts.append("<p>The machine ended in neither of its two outcomes.</p>")
        parts.append(cells(step["cells"], changes="event" in step))
    if not record["steps"]:
        parts.append(
            table("The values", ["Name", "Value"], [[name, number(value)] for name, value in record["values"]])
        )
    return "\n".join(part for part in parts if part)


def pairs(caption: str, told: list[Any]) -> str:
    """An action or an event."""
    name, values = told
    items = "".join(f"<div><dt>{escape(key)}</dt><dd>{number(value)}</dd></div>" for key, value in values)
    return f'<p class="told">{caption}: <code>{escape(name)}</code></p><dl class="pairs">{items}</dl>'


def cells(rows: list[list[Any]], *, changes: bool) -> str:
    """Every cell that changed or is not zero, changed ones marked in words as well as in colour.

    Where nothing changes, the action being rejected or without an outcome, there is one column of values.
    """
    shown = [row for row in rows if row[1] != row[2] or row[1] != "0"]
    lines = []
    for where, before, after in shown:
        *owner, field = where
        changed = before != after
        cell = "<mark>changed</mark>" if changed else ""
        mark = ' class="changed"' if changed else ""
        after_and_change = f"<td class='n'>{number(after)}</td><td>{cell}</td>" if changes else ""
        lines.append(
            f"<tr{mark}><td>{escape(' '.join(owner) or 'pool')}</td><th scope='row'>{escape(field)}</th>"
            f"<td class='n'>{number(before)}</td>{after_and_change}</tr>"
        )
    left_out = len(rows) - len(shown)
    note = f"<p class='note'>{left_out} cells that are zero before and after are left out.</p>" if left_out else ""
    figures = ("Before", "After") if changes else ("Value",)
    head = "<th scope='col'>Of</th><th scope='col'>Field</th>"
    head += "".join(f"<th scope='col' class='n'>{title}</th>" for title in figures)
    head += "<th scope='col'>Change</th>" if changes else ""
    caption = "The ledger before and after" if changes else "The ledger"
    return (
        '<div class="wide" role="region" aria-label="Ledger" tabindex="0"><table class="ledger">'
        f"<caption>{caption}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(lines)}</tbody></table></div>{note}"
    )


def table(caption: str, heads: list[str], rows: list[list[str]], kind: str = "plain") -> str:
    """A table of HTML cells; the first of each row heads it."""
    head = "".join(f"<th scope='col'>{title}</th>" for title in heads)
    body = "".join(
        f"<tr><th scope='row'>{row[0]}</th>{''.join(f'<td>{cell}</td>' for cell in row[1:])}</tr>" for row in rows
    )
    return (
        f'<div class="wide" role="region" aria-label="{escape(caption)}" tabindex="0"><table class="{kind}">'
        f"<caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def number(value: str) -> str:
    """A decimal with its digits in groups of three; any other text as it is."""
    digits = value.removeprefix("-")
    if not digits.isdigit():
        return escape(value)
    return ("&minus;" if value.startswith("-") else "") + f"{int(digits):,}".replace(",", "\u202f")


def linked(text: str, up: str) -> str:
    """Text in which every id of a requirement leads to its page."""
    return IDENTIFIER.sub(lambda match: anchor(match.group(0), up), escape(text))


def anchor(identifier: str, up: str) -> str:
    """A link to a requirement's page, or to an assumption."""
    page = f"assumptions.html#{identifier}" if identifier.startswith("ASM-") else f"requirements/{identifier}.html"
    return f'<a class="id" href="{up}{page}">{identifier}</a>'
