"""The specification's plain formulas as MathML, made here so that a page needs no script for them."""

import re
from html import escape

TOKEN = re.compile(r"\s+|1e6|[0-9][0-9_]*(?:\^[0-9]+)?|[A-Za-z_]\w*(?:'s\b|['*])?|<=|>=|!=|[-+*/=<>(),|]")
CALLS = {"floor": ("⌊", "⌋"), "ceil": ("⌈", "⌉")}
SIGNS = {"<=": "≤", ">=": "≥", "!=": "≠", "-": "&minus;", "x": "&times;", "<": "&lt;", ">": "&gt;"}
WORDS = {"and", "or", "of", "if", "is", "not", "the", "otherwise", "where"}


def mathml(formula: str) -> str:
    """A formula as one line of MathML; as text where it has anything but names, numbers and operators."""
    tokens = TOKEN.findall(formula)
    if "".join(tokens) != formula:
        return f'<code class="formula">{escape(formula)}</code>'
    parts: list[str] = []
    closing: list[str] = []
    words: list[str] = []

    def flush() -> None:
        if words:
            # Names of several words stand as they are in the prose: initial requirement.
            parts.append(name(" ".join(words)))
            words.clear()

    bar_open = False
    for token in tokens:
        if token.isspace():
            continue
        if token[0].isalpha() and token != "x":
            words.append(token)
            continue
        if token == "(" and words and words[-1] in CALLS:
            opening, shut = CALLS[words.pop()]
            flush()
            parts.append(f"<mrow><mo>{opening}</mo>")
            closing.append(f"<mo>{shut}</mo></mrow>")
            continue
        flush()
        if token == "(":
            parts.append("<mrow><mo>(</mo>")
            closing.append("<mo>)</mo></mrow>")
        elif token == ")":
            parts.append(closing.pop() if closing else "<mo>)</mo>")
        elif token == "|":
            parts.append("<mo>|</mo></mrow>" if bar_open else "<mrow><mo>|</mo>")
            bar_open = not bar_open
        elif token == "1e6":
            parts.append("<msup><mn>10</mn><mn>6</mn></msup>")
        elif token[0].isdigit():
            parts.append(f"<mn>{token.replace('_', '')}</mn>")
        else:
            parts.append(f"<mo>{SIGNS.get(token, token)}</mo>")
    flush()
    if closing or bar_open:
        return f'<code class="formula">{escape(formula)}</code>'
    label = escape(" ".join(formula.split()), quote=True)
    return f'<math display="block" aria-label="{label}"><mrow>{"".join(parts)}</mrow></math>'


def name(text: str) -> str:
    """A name; one that bears a prime is the value after."""
    shown = re.sub(r"'(?!s\b)", "&prime;", escape(text, quote=False))
    return f"<mtext>&nbsp;{shown}&nbsp;</mtext>" if text in WORDS else f"<mi>{shown}</mi>"


def stated(text: str, identifier: str) -> list[tuple[str, str]]:
    """The formulas that a chapter states for a requirement in its text blocks, each with the remark beside it."""
    found = []
    before = re.compile(rf"(?:^|\s\s){identifier}\s+(.*?)(?=\s\s+[A-Z]{{3}}-[0-9]|$)")
    after = re.compile(rf"^(.*?)\s\s+{identifier}$")
    for block in re.findall(r"^```text\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        for line in block.split("\n"):
            match = before.search(line) or after.search(line)
            if match:
                formula, _, remark = match.group(1).strip().partition("   ")
                found.append((formula, remark.strip()))
    return found
