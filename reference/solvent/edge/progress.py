"""How far something is, on the standard error, for what takes more than two seconds."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from time import monotonic
from typing import Final, TypeVar

try:
    from rich.console import Console
    from rich.progress import Progress
except ImportError:
    has_rich = False
else:
    has_rich = True

T = TypeVar("T")

PATIENCE: Final = 2.0
"""Seconds without a word; without a terminal, also those between two lines."""


def followed(items: Iterable[T], total: int, unit: str) -> Iterator[T]:
    """The items; a bar moves on a terminal, where rich is installed, and a line is written now and then elsewhere."""
    spoken = monotonic()
    bar = Progress(console=Console(stderr=True), transient=True) if has_rich and sys.stderr.isatty() else None
    with ExitStack() as stack:
        if bar is not None:
            task = bar.add_task(unit, total=total)
            stack.callback(bar.stop)
        for done, item in enumerate(items, start=1):
            yield item
            is_late = monotonic() - spoken >= PATIENCE
            if bar is not None:
                bar.update(task, completed=done)
                if is_late:
                    bar.start()
            elif is_late:
                print(f"{done} of {total} {unit}", file=sys.stderr)
                spoken = monotonic()
