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
    job: str | None = None


def run(
    work: Callable[[str], Any], jobs: Sequence[str], processes: int, started: Callable[[str], None]
) -> Iterator[tuple[str, Any]]:
    """Does every job, in the order given as processes come free, and yields each with its result or a Failure."""
    context = multiprocessing.get_context("spawn")
    waiting = list(reversed(jobs))
    workers: list[_Worker] = []
    try:
        while waiting or workers:
            while waiting and len(workers) < processes:
                workers.append(_start(context, work))
                _give(workers[-1], waiting.pop(), started)
            for connection in wait([worker.connection for worker in workers]):
                worker = next(worker for worker in workers if worker.connection is connection)
                job = worker.job or ""
                try:
                    yield job, worker.connection.recv()
                except EOFError:
                    worker.process.join()
                    yield job, Failure(f"the process ended with {worker.process.exitcode}")
                    workers.remove(worker)
                    continue
                if waiting:
                    _give(worker, waiting.pop(), started)
                else:
                    _stop(worker)
                    workers.remove(worker)
    finally:
        for worker in workers:
            worker.process.terminate()


def _start(context: multiprocessing.context.SpawnContext, work: Callable[[str], Any]) -> _Worker:
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(work, theirs), daemon=True)
    process.start()
    theirs.close()
    return _Worker(process, ours)


def _give(worker: _Worker, job: str, started: Callable[[str], None]) -> None:
    worker.job = job
    started(job)
    # A process that died before it could be asked is noticed when its answer is read.
    try:
        worker.connection.send(job)
    except OSError:
        return


def _stop(worker: _Worker) -> None:
    worker.connection.close()
    worker.process.join()


def _serve(work: Callable[[str], Any], connection: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        try:
            job = connection.recv()
        except EOFError:
            return
        try:
            result = work(job)
        except Exception:
            result = Failure(traceback.format_exc())
        connection.send(result)
