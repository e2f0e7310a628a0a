"""The command `solvent`, run as a command."""

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

import pytest

from solvent.edge.checks import SENTENCES
from solvent.edge.cli import main
from solvent.edge.codec import decode_outcome, decode_pool, encode
from solvent.edge.files import UnusableError, write_whole
from solvent.machine import step
from solvent.pool import Pool
from tests.edge.pools import ACTIONS, PARAMETERS, pool

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "solvent.edge"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "reference")}


class Run(NamedTuple):
    """What a command ended with and wrote."""

    returncode: int
    stdout: str
    stderr: str


def solvent(*arguments: str, given: str | bytes = b"") -> Run:
    """The command in this process, on a terminal that knows ASCII only."""
    out, err = io.TextIOWrapper(io.BytesIO(), encoding="ascii"), io.StringIO()
    stdin = io.TextIOWrapper(io.BytesIO(given.encode() if isinstance(given, str) else given))
    with patch.object(sys, "stdin", stdin), redirect_stdout(out), redirect_stderr(err):
        try:
            code = main(arguments)
        except SystemExit as ended:
            code = int(ended.code or 0)
    out.flush()
    return Run(code, out.buffer.getvalue().decode(), err.getvalue())


def said_in_one_line(run: Run, code: int, *parts: str) -> None:
    """The command ended with the code, and its error is one line with these parts in it."""
    assert run.returncode == code, run
    assert run.stderr.startswith("solvent: ")
    assert run.stderr.count("\n") == 1
    for part in parts:
        assert part in run.stderr


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    path = tmp_path / "pool.json"
    path.write_text(encode(Pool(PARAMETERS)) + "\n", encoding="utf-8")
    return path


LINES = "".join(encode(action) + "\n" for action in ACTIONS)


def test_steps_give_an_outcome_a_line_and_the_new_pool(empty: Path, tmp_path: Path) -> None:
    out = tmp_path / "after.json"
    run = solvent("step", str(empty), "--out", str(out), given=LINES + "\n" + encode(ACTIONS[0]) + "\n")
    assert (run.returncode, run.stderr) == (0, "")
    outcomes = [json.loads(line) for line in run.stdout.splitlines()]
    assert [outcome["outcome"] for outcome in outcomes] == ["accepted"] * len(ACTIONS) + ["rejected"]
    assert outcomes[-2]["event"]["penalty"] == "55800000"
    assert decode_outcome(run.stdout.splitlines()[-1]) == step(pool(), ACTIONS[0])
    assert out.read_bytes() == (encode(pool()) + "\n").encode()
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_the_module_is_the_command(empty: Path) -> None:
    run = subprocess.run([*COMMAND, "check", str(empty)], capture_output=True, env=ENVIRONMENT)
    assert (run.returncode, run.stdout.count(b"holds"), run.stderr) == (0, len(SENTENCES), b"")


def test_actions_come_from_a_file_and_the_pool_may_be_written_over(empty: Path, tmp_path: Path) -> None:
    (tmp_path / "actions").write_text(LINES, encoding="utf-8")
    assert solvent("step", str(empty), str(tmp_path / "actions"), "--out", str(empty)).returncode == 0
    assert decode_pool(empty.read_bytes()) == pool()


def test_a_pool_that_does_not_pass_is_not_stepped(empty: Path) -> None:
    empty.write_text(empty.read_text().replace('"vault":"0"', '"vault":"10"'))
    run = solvent("step", str(empty), given=LINES)
    said_in_one_line(run, 1, "CON-1 vault: 10, equities add up to 0")
    assert run.stdout == ""


def test_a_broken_action_changes_nothing(empty: Path) -> None:
    before = empty.read_bytes()
    broken = encode(ACTIONS[1]).replace('"amount"', '"amounts"')
    run = solvent("step", str(empty), "--out", str(empty), given=encode(ACTIONS[0]) + "\n" + broken + "\n" + LINES)
    said_in_one_line(run, 2, "-: line 2: amounts: expected no such field; the fields are account, amount")
    assert run.stdout.count("\n") == 1
    assert empty.read_bytes() == before


NONSENSE = {
    "nothing": b"",
    "text": b"hello",
    "not UTF-8": b"\xff\xfe{}",
    "a zero byte": b"\x00",
    "deep": b"[" * 1_000_000,
    "a million digits": b'{"vault":"' + b"9" * 1_000_000 + b'"}',
    "a million digits, bare": b"9" * 1_000_000,
    "duplicate keys": b'{"vault":"0","vault":"0"}',
    "a lone surrogate": b'{"\\ud800":"0"}',
    "a new line in a name": b'{"a\\nb":"0"}',
    "a long name": b'{"' + b"a" * 100_000 + b'":"0"}',
}


@pytest.mark.parametrize("content", NONSENSE)
def test_nonsense_is_said_in_one_line(content: str, tmp_path: Path) -> None:
    (tmp_path / "state").write_bytes(NONSENSE[content])
    run = solvent("check", str(tmp_path / "state"))
    said_in_one_line(run, 2, "state: ", "expected ", "found ")
    assert len(run.stderr) < 600 + len(str(tmp_path))


def test_check_names_each_requirement(empty: Path) -> None:
    run = solvent("check", "-", given=encode(pool()))
    assert (run.returncode, run.stderr) == (0, "")
    assert [line.split()[:2] for line in run.stdout.splitlines()] == [
        [requirement, "holds"] for requirement in SENTENCES
    ]


def test_check_fails_with_a_line_for_each_violation() -> None:
    run = solvent("check", "-", given=encode(pool()).replace('"vault":"11100000000"', '"vault":"11100000001"'))
    assert run.returncode == 1
    assert "CON-1   violated  equities add up to the vault\n" in run.stdout
    assert "CON-10 vault: 11100000001 is not a whole number of token units of 10\n" in run.stdout
    assert run.stdout.endswith("CON-1 vault: 11100000001, equities add up to 11100000000\n")


def test_an_id_that_the_terminal_cannot_show_is_written_as_utf_8(empty: Path) -> None:
    run = solvent("step", str(empty), given='{"action":"deposit","account":"zoë","amount":"10"}')
    assert run.returncode == 0
    assert "zoë" in run.stdout


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["check", "absent.json"], ["absent.json: No such file or directory"]),
        (["check", "."], [".: Is a directory"]),
        (["step", "-", "-"], ["cannot both be the standard input"]),
        (["replay", "absent"], ["absent: No such file or directory"]),
        (["replay", "march-2020"], ["prices: the scenario brings none; give them by --prices CSV"]),
        (["replay", "crash", "--prices", "absent.csv"], ["absent.csv: No such file or directory"]),
        (["replay", "crash", "--picture", "crash.pdf"], ["crash.pdf: a picture's name ends in .svg or .png"]),
    ],
)
def test_what_is_unusable_is_said_in_one_line(arguments: list[str], parts: list[str]) -> None:
    said_in_one_line(solvent(*arguments), 2, *parts)


def test_arguments_nobody_understands() -> None:
    for arguments in ([], ["stop"], ["check"], ["replay", "--seed", "x"]):
        run = solvent(*arguments)
        assert run.returncode == 2
        assert run.stderr.startswith("usage: solvent")


@pytest.mark.parametrize("command", ["step", "check", "replay", "waves", "parameters"])
def test_help_has_an_example_and_the_exit_codes(command: str) -> None:
    run = solvent(command, "--help")
    assert run.returncode == 0
    assert f"$ solvent {command}" in run.stdout or f"| solvent {command}" in run.stdout
    assert "exit codes: 0 passed, 1 a check failed" in run.stdout


def test_the_example_of_step_is_true(tmp_path: Path) -> None:
    lines = solvent("step", "--help").stdout.splitlines()
    shown = next(number for number, line in enumerate(lines) if "$ cat pool.json" in line)
    (tmp_path / "pool.json").write_text("".join(lines[shown + 1 : shown + 6]))
    action = lines[shown + 6].split("'")[1]
    assert solvent("step", str(tmp_path / "pool.json"), given=action).stdout.strip() == lines[shown + 7].strip()


def test_a_place_that_cannot_be_written_to(empty: Path, tmp_path: Path) -> None:
    run = solvent("step", str(empty), "--out", str(tmp_path / "absent" / "out.json"), given=LINES)
    said_in_one_line(run, 2, "absent/out.json: No such file or directory")


@pytest.fixture
def stepping(empty: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A step that is to write over the pool it reads, waiting for actions."""
    command = [*COMMAND, "step", str(empty), "--out", str(empty)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=ENVIRONMENT) as process:
        yield process


def test_nobody_reads_on(stepping: subprocess.Popen[bytes], empty: Path) -> None:
    before = empty.read_bytes()
    assert stepping.stdout is not None
    stepping.stdout.close()
    stepping.stdout = None
    _, errors = stepping.communicate(LINES.encode(), timeout=60)
    assert (stepping.returncode, errors) == (2, b"")
    assert empty.read_bytes() == before


def test_an_interruption_leaves_the_pool_as_it_was(stepping: subprocess.Popen[bytes], empty: Path) -> None:
    before = empty.read_bytes()
    assert stepping.stdin is not None
    assert stepping.stdout is not None
    stepping.stdin.write(LINES.encode())
    stepping.stdin.flush()
    assert b"accepted" in stepping.stdout.readline()
    stepping.send_signal(signal.SIGINT)
    _, errors = stepping.communicate(timeout=60)
    assert (stepping.returncode, errors) == (130, b"solvent: interrupted\n")
    assert empty.read_bytes() == before


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.write_text("before")

    def half(path: Path) -> None:
        path.write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_whole(str(target), half)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("out", "before")]
    with pytest.raises(UnusableError, match="Is a directory"):
        write_whole(str(tmp_path), lambda path: path.write_text("x"))
