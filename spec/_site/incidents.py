"""The incidents of spec/incidents: one file each, with three facts, what happened, and what stands against it here."""

import re
from dataclasses import dataclass
from pathlib import Path

from proofs.requirements import IDENTIFIER

STANDINGS = ("answered", "answered in part", "assumed", "not yet covered", "no such mechanism")
FORM = re.compile(
    r"# (?P<title>[^\n]+)\n\n- When: (?P<when>[^\n]+)\n- Loss: (?P<loss>[^\n]+)\n- Standing: (?P<standing>[^\n]+)\n\n"
    r"## What happened\n\n(?P<happened>.+)\n\n## What stands against it here\n\n(?P<against>.+)\n",
    re.DOTALL,
)


@dataclass(frozen=True)
class Incident:
    """An incident, and the requirements and assumptions that its page names."""

    name: str
    title: str
    when: str
    loss: str
    standing: str
    happened: str
    against: str

    @property
    def identifiers(self) -> list[str]:
        """The requirements and assumptions named, in order."""
        return list(dict.fromkeys(IDENTIFIER.findall(self.against)))

    @property
    def year(self) -> int:
        """The year of the first day named."""
        return int(re.findall(r"\b(?:19|20)[0-9]{2}\b", self.when)[0])


def read(directory: Path) -> tuple[list[Incident], list[str]]:
    """Every incident, oldest first, and what is wrong with the files that are none."""
    found, problems = [], []
    for path in sorted(directory.glob("*.md")):
        match = FORM.fullmatch(path.read_text(encoding="utf-8"))
        if match is None or not re.search(r"\b(?:19|20)[0-9]{2}\b", match["when"]):
            problems.append(f"spec/incidents/{path.name} has not the form of an incident (spec/_site/incidents.py)")
        elif match["standing"] not in STANDINGS:
            problems.append(f"spec/incidents/{path.name} has a standing that is none of: {', '.join(STANDINGS)}")
        else:
            found.append(Incident(path.stem, **match.groupdict()))
    return sorted(found, key=lambda incident: (incident.year, incident.title)), problems
