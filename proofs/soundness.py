"""The generated tables of SOUNDNESS.md: the size of the trusted base, and the assumptions of spec/.

python -m proofs.soundness            writes them
python -m proofs.soundness --check    exit code 1 if they are stale
"""

import argparse
import io
import sys
import tokenize
from pathlib import Path
from typing import Final

from proofs.requirements import GENERATED, Catalogue, table

BASE: Final = {
    "the prover": ("proofs/kernel/*.py",),
    "which worlds there are, and what is assumed of a pool": ("proofs/worlds.py", "proofs/invariant.py"),
    "contracts and facts": ("proofs/contracts.py", "proofs/facts.py"),
    "what joins them": ("proofs/suite.py", "proofs/dependencies.py"),
}
"""The trusted base, in parts."""

STATED: Final = {
    "the formulas and statements of the specification": ("proofs/formulas.py", "proofs/statements.py"),
    "the theorems": ("proofs/theorems/*.py",),
}
"""What is proved, as it is stated."""

SKIPPED: Final = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING}


def lines(text: str) -> int:
    """The lines of a module that hold code: neither blank nor only comment or docstring."""
    found: set[int] = set()
    starts = True
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in SKIPPED or token.type == tokenize.ENDMARKER:
            starts = starts or token.type in (tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)
            continue
        if not (starts and token.type == tokenize.STRING):
            found.update(range(token.start[0], token.end[0] + 1))
        starts = False
    return len(found)


def table_of_base(root: Path) -> str:
    """Lines of code, part by part."""
    rows = []
    for title, parts in (("trusted", BASE), ("stated", STATED)):
        counts = []
        for name, patterns in parts.items():
            paths = sorted(path for pattern in patterns for path in root.glob(pattern))
            counts.append(sum(lines(path.read_text(encoding="utf-8")) for path in paths))
            rows.append([name, ", ".join(f"`{pattern}`" for pattern in patterns), str(counts[-1])])
        rows.append([f"**{title}**", "", f"**{sum(counts)}**"])
    return table(["Part", "Files", "Lines of code"], rows)


def table_of_assumptions(root: Path) -> str:
    """The assumptions that spec/ numbers."""
    blocks = [block for block in Catalogue(root).blocks if block.is_assumption]
    rows = ([block.identifier, block.fields.get("criticality", ""), block.sentence] for block in blocks)
    return table(["No.", "Criticality", "Assumed"], rows)


def text(root: Path) -> str:
    """SOUNDNESS.md as it should be."""
    tables = {"base": table_of_base, "assumptions": table_of_assumptions}
    stands = (root / "SOUNDNESS.md").read_text(encoding="utf-8")
    return GENERATED.sub(lambda match: f"{match.group(1)}\n{tables[match.group(2)](root)}\n{match.group(4)}", stands)


def main(arguments: list[str]) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m proofs.soundness", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if a table is stale")
    options = parser.parse_args(arguments)
    root = Path(__file__).resolve().parent.parent
    path = root / "SOUNDNESS.md"
    if path.read_text(encoding="utf-8") == text(root):
        return 0
    if options.check:
        print("SOUNDNESS.md is stale: run `make tables`")
        return 1
    path.write_text(text(root), encoding="utf-8")
    print("wrote SOUNDNESS.md")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
