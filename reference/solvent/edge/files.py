"""Reading whole files, and writing them so that nobody ever sees half of one."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from tempfile import mkstemp


class UnusableError(Exception):
    """Arguments, input or output nothing can be done with; said in one line."""


def read_bytes(name: str) -> bytes:
    """The file's bytes; `-` is the standard input."""
    try:
        return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise UnusableError(f"{name}: {error.strerror}") from None


def read_lines(name: str) -> Iterator[bytes]:
    """The file's lines as they come; `-` is the standard input."""
    try:
        with nullcontext(sys.stdin.buffer) if name == "-" else open(name, "rb") as file:
            yield from file
    except OSError as error:
        raise UnusableError(f"{name}: {error.strerror}") from None


def write_whole(name: str, write: Callable[[Path], object]) -> None:
    """Has a file written beside its place and put there when it is complete; otherwise leaves what was there."""
    target = Path(name)
    try:
        handle, beside = mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=target.suffix)
        try:
            os.close(handle)
            os.chmod(beside, 0o666 & ~current_umask())
            write(Path(beside))
            os.replace(beside, target)
        except BaseException:
            os.unlink(beside)
            raise
    except OSError as error:
        raise UnusableError(f"{name}: {error.strerror or error}") from None


def current_umask() -> int:
    """The permissions a new file is not given; it can only be read by setting it."""
    umask = os.umask(0)
    os.umask(umask)
    return umask
