"""Renders the specification and its evidence: python -m spec._site, which is `make site`."""

import argparse
import os
import shutil
import sys
import time
from pathlib import Path

from sphinx.cmd.build import main as sphinx

from proofs.requirements import IDENTIFIER, Catalogue
from spec._site import evidence, incidents, links
from spec._site.pages import Pages

ROOT = Path(__file__).resolve().parents[2]

EXPLAINED = """\
The evidence is read from build/: verify/report.json, which `make verify` writes, and, where present, attacks/, vectors/
and mutants/ (spec/_site/evidence.py says what is in them).

The site is made even where something does not hold, with what does not on its first page, and the exit code says so.

exit codes: 0 the site is made and every requirement has its evidence; 1 something is refuted, missing, stale or a link
leads nowhere; 2 no usable report, or unusable arguments; 130 interrupted
"""


def stage(pages: Pages, directory: Path) -> int:
    """Writes the pages that differ from what is there, removes what is no page any more, and counts the pages."""
    kept = set()
    for name, text in pages.all():
        path = directory / f"{name}.md"
        kept.add(path)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    for path in set(directory.rglob("*.md")) - kept:
        path.unlink()
    return len(kept)


def build(root: Path, work: Path, output: Path) -> int:
    """Makes the site and returns the exit code."""
    started = time.monotonic()
    catalogue = Catalogue(root)
    try:
        found = evidence.read(root, work, catalogue)
    except evidence.UnusableError as error:
        print(error, file=sys.stderr)
        return 2
    told, wrong = incidents.read(root / "spec/incidents")
    known = {block.identifier for block in catalogue.blocks}
    for incident in told:
        text = f"{incident.happened} {incident.against}"
        unknown = sorted(set(IDENTIFIER.findall(text)) - known)
        wrong += [f"spec/incidents/{incident.name}.md names {each}, which is no requirement" for each in unknown]
    wrong += [*catalogue.problems(), *evidence.problems(catalogue, found)]
    wrong = list(dict.fromkeys(wrong))
    staged, doctrees = work / "site-source", work / "site-doctrees"
    count = stage(Pages(catalogue, found, told, wrong, f"/{os.path.relpath(root, staged)}"), staged)
    shutil.rmtree(output, ignore_errors=True)
    print(f"rendering {count} pages", flush=True)
    config = str(root / "spec/_site")
    # Doctrees are kept from one build to the next; pages are not, so -a writes all of them.
    options = ["-q", "-W", "--keep-going", "-a", "-j", "auto", "-b", "html", "-c", config, "-d", str(doctrees)]
    if sphinx([*options, str(staged), str(output)]) != 0:
        wrong.append("Sphinx had warnings, shown above")
    # Sphinx-Needs' page of permanent links fetches a file, which a browser refuses on a disk; ids are addresses here.
    (output / "permalink.html").unlink(missing_ok=True)
    wrong += links.problems(output)
    for problem in wrong:
        print(problem)
    print(f"{output}/index.html: {count} pages in {time.monotonic() - started:.0f} s, {len(wrong) or 'no'} problems")
    return 1 if wrong else 0


def main(arguments: list[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(
        prog="python -m spec._site",
        description=(__doc__ or "").split("\n")[0],
        epilog=EXPLAINED,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--build", type=Path, default=ROOT / "build", metavar="DIR", help="where the evidence is")
    parser.add_argument("--output", type=Path, metavar="DIR", help="where the site goes; DIR/site of --build")
    given = parser.parse_args(arguments)
    try:
        return build(ROOT, given.build.resolve(), (given.output or given.build / "site").resolve())
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
