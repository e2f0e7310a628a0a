"""The commands of the kit: serve, conform, fuzz, monitor."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Final

from solvent.edge.campaign import Corpus, Finding, Outcome, Plan, Summary, Task, carry_out, run, tasks
from solvent.edge.conformance.compare import Session
from solvent.edge.conformance.conform import Results, claimed_kinds, run_seeds, run_vectors
from solvent.edge.conformance.junit import junit
from solvent.edge.conformance.ledger import ledger
from solvent.edge.conformance.protocol import ACTION_NAMES, serve
from solvent.edge.conformance.subject import SubjectError
from solvent.edge.conformance.vectors import bundled
from solvent.edge.exits import FAILED, PASSED
from solvent.edge.files import UnusableError, read_lines, write_whole
from solvent.edge.monitor import Monitor, read_event
from solvent.edge.progress import followed
from solvent.edge.structure import FormatError, snake_case
from solvent.edge.workers import ClusterWorkers, LocalWorkers, Workers

SERVE_HELP: Final = """\
Answers on the standard output the requests that come on the standard input, one JSON object a line: the reference as a
subject of the conformance kit, or as an oracle for programs in other languages. The README of solvent.edge.conformance
describes the protocol.

  $ echo '{"request":"hello","protocol":"1"}' | solvent serve
"""

CONFORM_HELP: Final = """\
Starts a program that speaks the kit's protocol, holds it against every vector of the actions it supports, and then, in
runs drawn from a seed, step by step against the reference. The first divergence of the runs is made small and shown as
two ledgers side by side, with the requirement it violates. The README of solvent.edge.conformance says how to write the
program, in about fifty lines.

  $ solvent conform -- python3 my_adapter.py
  $ solvent conform --only deposit/ --runs 0 -- ./adapter
"""

FUZZ_HELP: Final = """\
Carries out a campaign: many runs drawn from a seed, in parallel. Without a command the reference alone, with everything
that `solvent check` knows checked after every step, and that it has an outcome (CON-7); with one, the reference against
that program, as in `solvent conform`. Findings are made small and kept one for each requirement.

With --corpus a campaign that was interrupted, or killed, goes on where it was. A worker that dies loses nothing.

  $ solvent fuzz --runs 2000 --steps 500
  $ solvent fuzz --corpus findings --runs 100000 -- ./my-adapter
  $ solvent fuzz --scheduler tcp://10.0.0.1:8786 --runs 1000000
"""

MONITOR_HELP: Final = """\
Checks what happened at any venue, one JSON event a line, against properties alone: money is conserved, margins are
kept, liquidations were due and made nothing worse, defaults were defaults, losses are shared by size, settlements are
at the mark. The venue need not know our rules. The first violation is reported
by the id of the requirement it violates. Amounts are integers in the smallest units, as strings; prices in quote per
unit of size; rates in parts per million.

  {"event":"listing","market":"BTC","mark":"1000","time":"1","initial_rate":"100000","maintenance_fraction":"500000"}
  {"event":"deposit","account":"alice","amount":"2000"}
  {"event":"fill","market":"BTC","buyer":"alice","seller":"bob","size":"10","price":"1000","buyer_fee":"0",
   "seller_fee":"0"}                                                           (on one line)
  {"event":"mark","market":"BTC","mark":"850","time":"2"}
  {"event":"funding","market":"BTC","payment":"1","time":"3"}
  {"event":"liquidation","market":"BTC","account":"alice","liquidator":"bob","fund":"fund","size":"4","price":"850",
   "penalty":"10","reward":"5"}                                                (on one line)
  {"event":"default","market":"BTC","account":"alice","fund":"fund","size":"6","price":"700","share":"200"}
  {"event":"loss_sharing","market":"BTC","fund":"fund","cut":"-20","collected":"120"}
  {"event":"unwinding","market":"BTC","account":"bob","fund":"fund","size":"1","price":"700"}
  {"event":"take_over","market":"BTC","taker":"carol","fund":"fund","size":"2","price":"700"}
  {"event":"settlement","market":"BTC","mark":"700","time":"4"}
  {"event":"position_settlement","market":"BTC","account":"bob","size":"3","price":"700"}
  {"event":"withdrawal","account":"bob","amount":"5"}
  {"event":"vault_stated","vault":"1995"}
  {"event":"equity_stated","account":"alice","equity":"1"}
  {"event":"interest_stated","market":"BTC","long_interest":"10","short_interest":"10"}

  $ solvent monitor trace.jsonl
"""

SHOWN: Final = 3
"""How many failed vectors are shown in full."""


def add_commands(command: Callable[[str, str, str], argparse.ArgumentParser]) -> None:
    """What the command understands of the kit."""
    one = command("serve", "be the reference behind the protocol of the kit", SERVE_HELP)
    one.set_defaults(run=run_serve)

    two = command("conform", "hold another implementation against the reference", CONFORM_HELP)
    two.add_argument("command", metavar="COMMAND", nargs="+", help="the program and its arguments, after --")
    two.add_argument("--profile", metavar="CHAPTERS", help="the chapters the program claims, with commas; default: all")
    two.add_argument("--only", metavar="PREFIX", default="", help="only the vectors whose id starts like this")
    two.add_argument("--seed", metavar="SEED", default="1", help="what the runs are drawn from; default: 1")
    two.add_argument("--runs", metavar="N", type=count, default=20, help="default: 20")
    two.add_argument("--steps", metavar="N", type=count, default=200, help="of a run; default: 200")
    two.add_argument("--timeout", metavar="SECONDS", type=seconds, default=10.0, help="for one reply; default: 10")
    two.add_argument("--junit", metavar="FILE", help="where the results go as JUnit XML")
    two.set_defaults(run=run_conform)

    three = command("fuzz", "carry out a campaign", FUZZ_HELP)
    three.add_argument("command", metavar="COMMAND", nargs="*", help="the program and its arguments, after --")
    three.add_argument("--profile", metavar="CHAPTERS", help="only the actions of these chapters, with commas")
    three.add_argument("--seed", metavar="SEED", default="1", help="what the runs are drawn from; default: 1")
    three.add_argument("--runs", metavar="N", type=count, default=100, help="default: 100")
    three.add_argument("--steps", metavar="N", type=count, default=500, help="of a run; default: 500")
    three.add_argument("--corpus", metavar="DIRECTORY", help="where what was done and found is kept")
    three.add_argument("--jobs", metavar="N", type=count, default=os.cpu_count() or 1, help="processes; default: cores")
    three.add_argument("--scheduler", metavar="ADDRESS", help="a Dask cluster in the place of local processes")
    three.add_argument("--timeout", metavar="SECONDS", type=seconds, default=10.0, help="for one reply; default: 10")
    three.set_defaults(run=run_fuzz)

    four = command("monitor", "check the trace of any venue", MONITOR_HELP)
    four.add_argument("file", metavar="FILE", help="one JSON event a line; - for stdin")
    four.add_argument("--ignore", metavar="IDS", default="", help="requirements not claimed, with commas: TRD-5,LIQ-10")
    four.set_defaults(run=run_monitor)


def count(text: str) -> int:
    """A number of things."""
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise argparse.ArgumentTypeError(f"expected a number from 0 to 999999999, found {text[:40]!r}")
    return int(text)


def seconds(text: str) -> float:
    """A time to wait."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= 86400:
        raise argparse.ArgumentTypeError(f"expected seconds, more than 0 and at most 86400, found {text[:40]!r}")
    return value


def run_serve(options: argparse.Namespace) -> int:
    """`solvent serve`."""
    serve(sys.stdin.buffer, sys.stdout.buffer)
    return PASSED


def run_conform(options: argparse.Namespace) -> int:
    """`solvent conform`."""
    session = Session(options.command, options.timeout)
    try:
        results = conform(session, options)
    except SubjectError as error:
        print(f"the subject cannot be held against anything: {error}")
        if error.last_words:
            print(error.last_words)
        return FAILED
    finally:
        session.end()
    if options.junit is not None:
        write_whole(options.junit, lambda path: path.write_text(junit(results.checks), encoding="utf-8"))
    report(results)
    return FAILED if results.failed() else PASSED


def conform(session: Session, options: argparse.Namespace) -> Results:
    """Vectors, then runs."""
    cases = [case for case in bundled() if case.id.startswith(options.only)]
    if options.only and not cases:
        raise UnusableError(f"--only: no vector's id starts with {options.only}")
    greeting = session.greeted()
    kinds = claimed_kinds(greeting.actions, options.profile.split(",") if options.profile else None)
    results = Results(greeting.subject, greeting.actions)
    for _ in followed(run_vectors(session, cases, kinds, results), len(cases), "vectors"):
        pass
    runs = run_seeds(session, kinds, options.seed, options.runs, options.steps, results)
    for _ in followed(runs, options.runs, "runs"):
        pass
    return results


def report(results: Results) -> None:
    """What came of it, the divergences last."""
    print(f"subject  {results.subject}, which supports {', '.join(results.actions)}")
    for suite in ("vectors", "runs"):
        own = [check for check in results.checks if check.suite == suite]
        skipped = [check for check in own if check.skipped]
        failed = [check for check in own if check.divergence]
        reasons = ", ".join(dict.fromkeys(check.skipped for check in skipped))
        left_out = f", {len(skipped)} left out ({reasons})" if skipped else ""
        passed = len(own) - len(skipped) - len(failed)
        print(f"{suite:<8} {passed} passed, {len(failed)} failed{left_out}")
    print(f"steps    {results.steps}")
    for name, times in sorted(results.tally.items()):
        print(f"  {name:<24} {times:>8}")
    failed = results.failed()
    for check in failed[:SHOWN] + [check for check in failed[SHOWN:] if check.suite == "runs"]:
        assert check.divergence is not None
        print(f"\n{check.suite[:-1]} {check.name}: {ledger(check.divergence)}", end="")
    more = [check for check in failed[SHOWN:] if check.suite != "runs"]
    if more:
        print(f"\nand {len(more)} more vectors:")
    for check in more:
        assert check.divergence is not None
        print(f"  {check.name}: {check.divergence.requirement}")


def run_fuzz(options: argparse.Namespace) -> int:
    """`solvent fuzz`."""
    names: Sequence[str] = tuple(ACTION_NAMES)
    if options.command:
        session = Session(options.command, options.timeout)
        try:
            names = session.greeted().actions
        except SubjectError as error:
            print(f"the subject cannot be held against anything: {error}")
            return FAILED
        finally:
            session.end()
    kinds = claimed_kinds(names, options.profile.split(",") if options.profile else None)
    actions = tuple(snake_case(kind.__name__) for kind in kinds)
    plan = Plan(options.seed, options.runs, options.steps, actions, tuple(options.command), options.timeout)
    corpus = Corpus(Path(options.corpus), plan) if options.corpus else None
    summary = corpus.resumed() if corpus else Summary()
    resumed = len(summary.done)
    work = partial(carry_out, plan)
    workers: Workers[Task, Outcome] = (
        ClusterWorkers(work, options.scheduler) if options.scheduler else LocalWorkers(work, max(options.jobs, 1))
    )
    begun = monotonic()
    given = tasks(plan, summary)
    shown: dict[str, Finding] = {}
    for finding in followed(run(plan, workers, given, summary, corpus), plan.runs - resumed, "runs"):
        if finding is not None:
            best = shown.get(finding.requirement)
            if best is None or len(finding.actions) < len(best.actions):
                shown[finding.requirement] = finding
    taken = monotonic() - begun
    print(f"runs     {len(summary.done)} of {plan.runs}" + (f", {resumed} of them before" if resumed else ""))
    print(f"steps    {summary.steps:,}, {summary.here / max(taken, 1e-9):,.0f} a second")
    for name, times in sorted(summary.tally.items()):
        print(f"  {name:<24} {times:>12,}")
    print(f"workers  {workers.lost} lost" if workers.lost else "workers  none lost")
    print(f"findings {sum(summary.findings.values())}, of {len(summary.findings)} requirements")
    for requirement, times in sorted(summary.findings.items()):
        print(f"  {requirement:<24} {times:>12,}")
    for requirement in sorted(shown):
        print(f"\nrun {plan.seed}/{shown[requirement].run}: {shown[requirement].shown}", end="")
    return FAILED if summary.findings else PASSED


def run_monitor(options: argparse.Namespace) -> int:
    """`solvent monitor`."""
    monitor = Monitor(options.ignore.split(",") if options.ignore else ())
    events = 0
    for number, line in enumerate(read_lines(options.file), start=1):
        if not line.strip():
            continue
        try:
            event = read_event(line)
        except FormatError as error:
            raise UnusableError(f"{options.file}: line {number}: {error}") from None
        events += 1
        violation = monitor.violation(event)
        if violation is not None:
            print(f"{options.file}: line {number}: {violation[0]}: {violation[1]}")
            return FAILED
    print(f"{events} events, and no property violated")
    return PASSED
