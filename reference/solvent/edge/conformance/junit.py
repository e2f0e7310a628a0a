"""Results as JUnit XML, which is what machines that run checks read."""

import re
from collections.abc import Sequence
from typing import Final
from xml.etree import ElementTree

from solvent.edge.conformance.conform import Check, is_breakdown
from solvent.edge.conformance.ledger import ledger

UNPRINTABLE: Final = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML has no way to say."""


def junit(checks: Sequence[Check]) -> str:
    """One suite for the vectors and one for the runs."""
    root = ElementTree.Element("testsuites")
    for suite in dict.fromkeys(check.suite for check in checks):
        own = [check for check in checks if check.suite == suite]
        broken = [check for check in own if check.divergence is not None and is_breakdown(check.divergence)]
        failed = [check for check in own if check.divergence is not None and check not in broken]
        skipped = [check for check in own if check.skipped]
        counts = {"tests": own, "failures": failed, "errors": broken, "skipped": skipped}
        element = ElementTree.SubElement(
            root, "testsuite", {"name": suite, **{name: str(len(found)) for name, found in counts.items()}}
        )
        for check in own:
            case = ElementTree.SubElement(element, "testcase", {"classname": suite, "name": check.name})
            if check.skipped:
                ElementTree.SubElement(case, "skipped", {"message": check.skipped})
            elif check.divergence is not None:
                kind = "error" if check in broken else "failure"
                said = ElementTree.SubElement(case, kind, {"message": check.divergence.requirement})
                said.text = UNPRINTABLE.sub("\ufffd", ledger(check.divergence))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"
