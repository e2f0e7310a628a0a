"""The command `solvent`."""

import argparse
import io
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from textwrap import indent
from typing import Final

from solvent.edge.checks import SENTENCES, check
from solvent.edge.codec import decode_action, decode_pool, describe, encode
from solvent.edge.conformance.commands import add_commands
from solvent.edge.exits import EXIT_CODES, FAILED, INTERRUPTED, PASSED, UNUSABLE
from solvent.edge.files import UnusableError, read_bytes, read_lines, write_whole
from solvent.edge.picture import demand_picture, draw
from solvent.edge.prices import read_ticks
from solvent.edge.progress import followed
from solvent.edge.region import read_parameters, report
from solvent.edge.replay import CheckFailedError, Replay
from solvent.edge.scenario import bundled_names, locate, read_scenario
from solvent.edge.structure import FormatError
from solvent.edge.summary import summary
from solvent.edge.waves import WaveFailedError, play, read_waves, table
from solvent.machine import Accepted, step
from solvent.pool import Pool

STEP_HELP: Final = """\
Applies actions to a pool, one after the other, and writes one outcome a line: accepted with its event, or rejected
with the rule and the field that breaks it. A pool that does not pass `solvent check` is not stepped.

An integer is a string, a record an object of all its fields, and an absent account or market has no entry. This is an
empty pool, and a deposit into it:

  $ cat pool.json
  {"accounts": {}, "markets": {}, "vault": "0", "epoch": "1", "exposed": "0", "owing": "0", "overdue": "0",
   "classes": [{"generation": "1", "count": "0"}, {"generation": "1", "count": "0"},
               {"generation": "1", "count": "0"}, {"generation": "1", "count": "0"}],
   "parameters": {"oracle": "oracle", "governance": "governance", "token_unit": "1", "requirement_floor": "0",
                  "max_markets_per_account": "16", "bounty": "0", "factors": ["0", "1", "4", "16"]}}
  $ echo '{"action": "deposit", "account": "alice", "amount": "1000"}' | solvent step pool.json --out pool.json
  {"event":{"account":"alice","amount":"1000","event":"deposited"},"outcome":"accepted"}
"""

CHECK_HELP: Final = """\
Checks what must hold of any pool that came about by actions: that it is well-formed, that its vault is a whole number
of token units, that equities add up to the vault and interests to the positions, and that certificates and dues are
what they are counted to be. Each violation is a line.

  $ solvent check pool.json
  CON-9   holds     every part is well-formed
  ...
"""

REPLAY_HELP: Final = """\
Drives the machine through a scenario: prices become marks, a population drawn from a seed trades, liquidators with
limited capital act late, and after every step it is checked that equities add up to the vault. The same scenario
gives the same figures, byte for byte. To write one of your own, start from a copy of one that comes along.

  $ solvent replay crash --picture crash.svg
  $ solvent replay march-2020 --prices prices.csv

Prices are CSV with the columns ts (seconds since 1970), symbol and close; others are ignored.
"""


WAVES_HELP: Final = """\
Puts waves of defaults that a venue reported through the machine: of each, what was needed becomes the hole and what
the winners had gained becomes their gain, by deposits, trades, a mark, a default and loss sharing. Writes a Markdown
table of what is taken beside what the venue took. It fails unless what is taken is what was needed, up to the rounding
of the cut: less than a quantum of 1e-18 for each millionth that the winners gained.

  $ solvent waves policy_per_wave.csv

The file is CSV with the columns wave, budget_needed, total_cap (what the winners gained) and budget_prod (what the
venue took); others are ignored.
"""


PARAMETERS_HELP: Final = """\
Says whether the parameters of a pool and its markets lie in the region in which the theorems hold: there the machine
accepts them, and what is proved is proved for them. Every rule that they break is named (PAR-n), with what was found,
what goes wrong, and which theorem or requirement assumes it. Of a safe market it says what its parameters mean.

  $ solvent parameters crash
  pool: safe
  market GOLD-PERP: safe; leverage to 20.00x, maintenance 3.00 % of notional; certificates last, by factor, ...

TOML: the tables quote, pool and markets as in a scenario, with amounts as decimal strings; a scenario will do. JSON,
if the name ends in .json: {"pool": {...}, "markets": {"BTC": {...}}}, every integer a string and in quanta, or a pool
as `solvent step` writes it. Being in the region is no advice: a leverage of a hundred is in it.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command; the exit code."""
    options = parser().parse_args(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    try:
        code: int = options.run(options)
        sys.stdout.flush()
    except (FormatError, UnusableError) as error:
        return complain(str(error), UNUSABLE)
    except KeyboardInterrupt:
        return complain("interrupted", INTERRUPTED)
    except BrokenPipeError:
        # Nobody reads on. Python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNUSABLE
    return code


def complain(message: str, code: int) -> int:
    """Says in one line why, and answers with the code."""
    print(f"solvent: {message}", file=sys.stderr)
    return code


def parser() -> argparse.ArgumentParser:
    """What the command understands."""
    top = argparse.ArgumentParser(
        prog="solvent",
        description="A clearinghouse for on-chain derivatives whose solvency is proved: its reference implementation.",
        epilog=f"solvent COMMAND --help explains a command with an example. {EXIT_CODES}",
    )
    commands = top.add_subparsers(metavar="COMMAND", required=True)

    def command(name: str, summary: str, description: str) -> argparse.ArgumentParser:
        return commands.add_parser(
            name,
            help=summary,
            description=description,
            epilog=EXIT_CODES,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )

    one = command("step", "apply actions to a pool", STEP_HELP)
    one.add_argument("state", metavar="STATE", help="the pool, JSON")
    one.add_argument(
        "actions", metavar="ACTIONS", nargs="?", default="-", help="one JSON action a line; default: stdin"
    )
    one.add_argument("--out", metavar="FILE", help="where the pool goes once every action was read")
    one.set_defaults(run=run_step)

    two = command("check", "check a pool", CHECK_HELP)
    two.add_argument("state", metavar="STATE", help="the pool, JSON; - for stdin")
    two.set_defaults(run=run_check)

    three = command("replay", "drive the machine through a scenario", REPLAY_HELP)
    known = ", ".join(bundled_names())
    three.add_argument("file", metavar="FILE", nargs="?", default="crash", help=f"a TOML file, or one of {known}")
    three.add_argument("--prices", metavar="CSV", help="prices in the place of the scenario's")
    three.add_argument("--picture", metavar="FILE", help="draw a picture, .svg or .png; needs matplotlib")
    three.set_defaults(run=run_replay)

    four = command("waves", "waves of defaults, and what winners pay", WAVES_HELP)
    four.add_argument("file", metavar="FILE", help="the waves, CSV")
    four.set_defaults(run=run_waves)

    five = command("parameters", "are parameters safe, and if not, why", PARAMETERS_HELP)
    five.add_argument("file", metavar="FILE", help=f"a TOML or .json file, or one of {known}")
    five.set_defaults(run=run_parameters)
    add_commands(command)
    return top


@contextmanager
def naming(place: str) -> Iterator[None]:
    """Says of input that is not of its form where it came from."""
    try:
        yield
    except FormatError as error:
        raise UnusableError(f"{place}: {error}") from None


def read_pool(name: str) -> Pool:
    """The pool in a file."""
    with naming(name):
        return decode_pool(read_bytes(name))


def run_step(options: argparse.Namespace) -> int:
    """`solvent step`."""
    if options.state == "-" and options.actions == "-":
        raise UnusableError("STATE and ACTIONS cannot both be the standard input")
    pool = read_pool(options.state)
    violations = check(pool)
    if violations:
        return complain(f"{options.state}: {violations[0]}", FAILED)
    for number, line in enumerate(read_lines(options.actions), start=1):
        if not line.strip():
            continue
        with naming(f"{options.actions}: line {number}"):
            action = decode_action(line)
        outcome = step(pool, action)
        if isinstance(outcome, Accepted):
            pool = outcome.pool
        print(describe(outcome), flush=True)
    if options.out is not None:
        text = encode(pool) + "\n"
        write_whole(options.out, lambda path: path.write_text(text, encoding="utf-8"))
    return PASSED


def run_check(options: argparse.Namespace) -> int:
    """`solvent check`."""
    violations = check(read_pool(options.state))
    violated = {violation.requirement for violation in violations}
    for requirement, sentence in SENTENCES.items():
        print(f"{requirement:<7} {'violated' if requirement in violated else 'holds':<9} {sentence}")
    for violation in violations:
        print(violation)
    return FAILED if violations else PASSED


def run_replay(options: argparse.Namespace) -> int:
    """`solvent replay`."""
    if options.picture is not None:
        demand_picture(options.picture)
    file = locate(options.file)
    with naming(str(file)):
        scenario = read_scenario(file)
        if not (options.prices or scenario.prices):
            raise UnusableError(f"{file}: prices: the scenario brings none; give them by --prices CSV")
        prices = Path(options.prices) if options.prices else file.parent / scenario.prices
        ticks = read_ticks(prices, scenario)
        replay = Replay(scenario, ticks)
        try:
            for _ in followed(replay.run(), len(ticks), "ticks"):
                pass
        except CheckFailedError as error:
            where = "everything at the end of a tick" if error.action is None else encode(error.action)
            return complain(f"{file}: step {error.steps}: {error}: {where}", FAILED)
    print(summary(replay), end="")
    if options.picture is not None:
        draw(replay, options.picture)
    return PASSED


def run_waves(options: argparse.Namespace) -> int:
    """`solvent waves`."""
    shares = []
    for wave in read_waves(Path(options.file)):
        try:
            shares.append(play(wave))
        except WaveFailedError as error:
            return complain(f"{options.file}: wave {wave.name}: {error}", FAILED)
    print("\n".join(table(shares)))
    return PASSED


def run_parameters(options: argparse.Namespace) -> int:
    """`solvent parameters`."""
    with naming(options.file):
        parameters = read_parameters(options.file)
    code = PASSED
    for line, rules in report(parameters):
        print(line)
        for one in rules:
            code = FAILED
            print(indent(str(one), "  "))
    return code
