"""A foreign program on the other end of two pipes, which may do anything: it is given limits, and its group of
processes is ended with it.
"""

import contextlib
import ctypes
import os
import selectors
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic
from types import TracebackType
from typing import IO, Any, Final, Self

from solvent.edge.codec import parse
from solvent.edge.conformance.protocol import ACTION_NAMES, ANY, EMPTY, VERSION, Hello, Request, request_line
from solvent.edge.files import UnusableError
from solvent.edge.structure import FormatError, shown

LONGEST_REPLY: Final = 4 * 2**20
"""Bytes. A pool of a run is a thousandth of that."""

PR_SET_PDEATHSIG: Final = 1

CHUNK: Final = 2**16

LAST_WORDS: Final = 2000
"""Bytes of what the subject wrote to its standard error that are kept."""

FAREWELL: Final = 2.0
"""Seconds a subject has to end by itself once its input has ended."""


class SubjectError(Exception):
    """The subject did not keep to the protocol: it was silent, ended, or said something else."""

    def __init__(self, message: str, last_words: str = "") -> None:
        super().__init__(message)
        self.last_words = last_words


@dataclass(frozen=True)
class Greeting:
    """What a subject says of itself: its name, the actions it supports, and from which pools it can start."""

    subject: str
    actions: tuple[str, ...]
    resets: str


class Subject:
    """A running subject. `ask` sends requests and returns their replies, or raises SubjectError."""

    def __init__(self, command: Sequence[str], patience: float) -> None:
        self.patience = patience
        self.heard = bytearray()
        self.last_words = bytearray()
        try:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                start_new_session=True,
                preexec_fn=ending_with_its_parent(),
            )
        except OSError as error:
            raise UnusableError(f"{command[0]}: cannot be started: {error.strerror}") from None
        self.stdin, self.stdout, self.stderr = (
            pipe_of(pipe) for pipe in (self.process.stdin, self.process.stdout, self.process.stderr)
        )
        for pipe in (self.stdin, self.stdout, self.stderr):
            os.set_blocking(pipe.fileno(), False)
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.stdout, selectors.EVENT_READ, self.hear)
        self.selector.register(self.stderr, selectors.EVENT_READ, self.hear_last_words)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def greet(self) -> Greeting:
        """Who the subject is."""
        (reply,) = self.ask(Hello(VERSION))
        try:
            return read_greeting(reply)
        except FormatError as error:
            self.end()
            raise SubjectError(f"its reply to hello is not of its form: {error}") from None

    def ask(self, *requests: Request) -> list[Any]:
        """The trees of the replies, one to each request, which are sent in one go."""
        try:
            self.demand_silence()
            self.say(b"".join(map(request_line, requests)))
            replies = [self.reply() for _ in requests]
            self.demand_silence()
        except SubjectError as error:
            self.end()
            raise SubjectError(str(error), self.last_words.decode(errors="replace").strip()) from None
        return replies

    def demand_silence(self) -> None:
        """Nothing may be said that nobody asked for."""
        self.listen_once(0)
        if self.heard:
            raise SubjectError(f"it said more than it was asked: {shown(self.heard.decode(errors='replace'))}")

    def say(self, text: bytes) -> None:
        """Writes all of it, and listens meanwhile: a subject may be busy writing before it reads on."""
        waiting = memoryview(text)

        def write() -> None:
            nonlocal waiting
            try:
                waiting = waiting[os.write(self.stdin.fileno(), waiting) :]
            except BlockingIOError:
                return
            except OSError:
                waiting = waiting[:0]

        self.selector.register(self.stdin, selectors.EVENT_WRITE, write)
        try:
            deadline = monotonic() + self.patience
            while waiting:
                self.listen(deadline, "it does not read what it is sent")
        finally:
            self.selector.unregister(self.stdin)

    def reply(self) -> Any:
        """The tree of the next line."""
        deadline = monotonic() + self.patience
        searched = 0
        while (end := self.heard.find(b"\n", searched)) < 0:
            searched = len(self.heard)
            if searched > LONGEST_REPLY:
                raise SubjectError(f"a reply is longer than {LONGEST_REPLY} bytes")
            self.listen(deadline, "it does not reply")
        line = bytes(self.heard[:end])
        del self.heard[: end + 1]
        try:
            tree = parse(line)
        except FormatError as error:
            raise SubjectError(f"a reply is not JSON: {error}: {shown(line.decode(errors='replace'))}") from None
        if isinstance(tree, dict) and isinstance(tree.get("error"), str):
            raise SubjectError(f"it reports an error: {tree['error'][:200]}")
        return tree

    def listen(self, deadline: float, complaint: str) -> None:
        """Waits until something can be read or written."""
        remaining = deadline - monotonic()
        if remaining <= 0 or not self.listen_once(remaining):
            raise SubjectError(f"{complaint} within {self.patience:g} seconds")

    def listen_once(self, patience: float) -> bool:
        """Reads and writes what can be without waiting further; whether there was anything."""
        ready = self.selector.select(patience)
        for key, _ in ready:
            act: Callable[[], None] = key.data
            act()
        return bool(ready)

    def hear(self) -> None:
        """Takes in what the subject said."""
        chunk = os.read(self.stdout.fileno(), CHUNK)
        if not chunk:
            raise SubjectError(self.ending())
        self.heard += chunk
        if len(self.heard) > LONGEST_REPLY + CHUNK:
            raise SubjectError(f"it said more than {LONGEST_REPLY} bytes at once")

    def hear_last_words(self) -> None:
        """Takes in what it wrote to its standard error, of which the end is kept."""
        chunk = os.read(self.stderr.fileno(), CHUNK)
        if not chunk:
            self.selector.unregister(self.stderr)
        self.last_words = (self.last_words + chunk)[-LAST_WORDS:]

    def ending(self) -> str:
        """How the process ended."""
        try:
            code = self.process.wait(FAREWELL)
        except subprocess.TimeoutExpired:
            return "it closed its output"
        if code < 0:
            return f"it was ended by signal {-code} ({signal.Signals(-code).name})"
        return f"it ended with exit code {code}"

    def end(self) -> None:
        """Lets the subject end by itself, and ends it and all it started where it does not. May be called again."""
        if self.stdin.closed:
            return
        self.stdin.close()
        self.drain(monotonic() + (FAREWELL if self.process.poll() is None and not self.heard else 0))
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.drain(0)
        self.selector.close()
        self.stdout.close()
        self.stderr.close()

    def drain(self, deadline: float) -> None:
        """Takes in the last words, until the pipe is closed."""
        with contextlib.suppress(KeyError):
            self.selector.unregister(self.stdout)
        while self.selector.get_map():
            if not self.listen_once(max(deadline - monotonic(), 0)):
                break


def ending_with_its_parent() -> Callable[[], None] | None:
    """Has the system end the subject when the kit is killed; elsewhere than on Linux it sees its input end."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)

    def ask() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)

    return ask


def pipe_of(pipe: IO[bytes] | None) -> IO[bytes]:
    """A pipe that is there because it was asked for."""
    assert pipe is not None
    return pipe


def read_greeting(tree: object) -> Greeting:
    """The reply to hello; raises FormatError."""
    if not isinstance(tree, dict):
        raise FormatError((), "an object", shown(tree))
    for name in ("protocol", "subject", "actions", "resets"):
        if name not in tree:
            raise FormatError((name,), "this field", "nothing")
    if tree["protocol"] != VERSION:
        raise FormatError(("protocol",), f'"{VERSION}"', shown(tree["protocol"]))
    if not isinstance(tree["subject"], str):
        raise FormatError(("subject",), "a string", shown(tree["subject"]))
    if not isinstance(tree["actions"], list) or not tree["actions"]:
        raise FormatError(("actions",), "an array of the names of actions", shown(tree["actions"]))
    for index, name in enumerate(tree["actions"]):
        if not isinstance(name, str) or name not in ACTION_NAMES:
            raise FormatError(("actions", str(index)), f"one of {', '.join(ACTION_NAMES)}", shown(name))
    if tree["resets"] not in (ANY, EMPTY):
        raise FormatError(("resets",), f"{ANY} or {EMPTY}", shown(tree["resets"]))
    return Greeting(tree["subject"], tuple(tree["actions"]), tree["resets"])
