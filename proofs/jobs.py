"""Work on several processes: each job on one of them, and a process that dies takes down no other job than its own."""

import multiprocessing
import signal
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any


@dataclass(frozen=True)
class Failure:
    """A job that did not come to its end, and why."""

    reason: str


@dataclass
class _Worker:
    process: BaseProcess
    connection: Connection
    job: str


def run(
    work: Callable[[str], Any], jobs: Sequence[str], processes: int, started: Callable[[str], None]
) -> Iterator[tuple[str, Any]]:
    """Does every job, in the order given as processes come free, and yields each with its result or a Failure.

    Each job has a process of its own, forked from one that has only imported: what a solver does with a job does not
    depend on the jobs before it.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([work.__module__])
    waiting = list(reversed(jobs))
    workers: list[_Worker] = []
    try:
        while waiting or workers:
            while waiting and len(workers) < processes:
                job = waiting.pop()
                started(job)
                workers.append(_start(context, work, job))
            for connection in wait([worker.connection for worker in workers]):
                worker = next(worker for worker in workers if worker.connection is connection)
                workers.remove(worker)
                try:
                    result = worker.connection.recv()
                except EOFError:
                    result = None
                worker.process.join()
                yield worker.job, result or Failure(f"the process ended with {worker.process.exitcode}")
    finally:
        for worker in workers:
            worker.process.terminate()


def _start(context: multiprocessing.context.ForkServerContext, work: Callable[[str], Any], job: str) -> _Worker:
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_serve, args=(work, job, theirs), daemon=True)
    process.start()
    theirs.close()
    return _Worker(process, ours, job)


def _serve(work: Callable[[str], Any], job: str, connection: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        result = work(job)
    except Exception:
        result = Failure(traceback.format_exc())
    connection.send(result)
