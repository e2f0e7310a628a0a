"""How far something is, on the standard error, for what takes more than two seconds."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from importlib.util import find_spec
from time import monotonic
from typing import Final, TypeVar

T = TypeVar("T")

PATIENCE: Final = 2.0
"""Seconds without a word, and between two lines."""


def followed(items: Iterable[T], total: int, unit: str) -> Iterator[T]:
    """The items; a bar moves on a terminal, where rich is installed, and a line is written now and then elsewhere."""
    with ExitStack() as stack:
        has_bar = sys.stderr.isatty() and find_spec("rich") is not None
        tell = bar(stack, total, unit) if has_bar else lines(total, unit)
        for done, item in enumerate(items, start=1):
            yield item
            tell(done)


def lines(total: int, unit: str) -> Callable[[int], None]:
    """Writes a line when some time has gone by since the last one."""
    spoken = monotonic()

    def tell(done: int) -> None:
        nonlocal spoken
        if monotonic() - spoken >= PATIENCE:
            print(f"{done} of {total} {unit}", file=sys.stderr)
            spoken = monotonic()

    return tell


def bar(stack: ExitStack, total: int, unit: str) -> Callable[[int], None]:
    """Moves a bar, which appears when some time has gone by and is gone at the end."""
    from rich.console import Console
    from rich.progress import Progress

    begun = monotonic()
    progress = Progress(console=Console(stderr=True), transient=True)
    task = progress.add_task(unit, total=total)
    stack.callback(progress.stop)

    def tell(done: int) -> None:
        progress.update(task, completed=done)
        if monotonic() - begun >= PATIENCE:
            progress.start()

    return tell
