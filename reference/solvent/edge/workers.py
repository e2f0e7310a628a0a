"""Tasks spread over processes of this machine or of a Dask cluster, in which a process that dies loses nothing."""

import multiprocessing
import signal
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from itertools import islice
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Final, Generic, Protocol, TypeVar

from solvent.edge.files import UnusableError

T = TypeVar("T")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)

ATTEMPTS: Final = 3
"""How often a task is tried that ends its worker every time."""

AHEAD: Final = 4
"""Tasks handed to a cluster for each of its threads, so that none is idle."""


class Workers(Protocol[T, R_co]):
    """Carries tasks out and counts the workers that were lost meanwhile."""

    lost: int

    def results(self, tasks: Iterable[T]) -> Iterator[tuple[T, R_co | None]]:
        """Each task with its result, as they come; without one when the task ended its worker again and again."""


class LocalWorkers(Generic[T, R]):
    """Processes of this machine."""

    def __init__(self, work: Callable[[T], R], count: int) -> None:
        self.work = work
        self.count = count
        self.lost = 0
        self.busy: dict[Connection, tuple[BaseProcess, T]] = {}
        self.idle: list[tuple[Connection, BaseProcess]] = []

    def results(self, tasks: Iterable[T]) -> Iterator[tuple[T, R | None]]:
        """Each task with its result, as they come."""
        fresh, again = iter(tasks), deque[T]()
        attempts: Counter[T] = Counter()
        try:
            while True:
                while len(self.busy) < self.count and (task := again.popleft() if again else next(fresh, None)):
                    self.hand_out(task)
                if not self.busy:
                    break
                for connection in wait(list(self.busy)):
                    assert isinstance(connection, Connection)
                    process, task = self.busy.pop(connection)
                    try:
                        result: R | Exception = connection.recv()
                    except (EOFError, ConnectionResetError):
                        connection.close()
                        process.join()
                        self.lost += 1
                        attempts[task] += 1
                        if attempts[task] < ATTEMPTS:
                            again.append(task)
                        else:
                            yield task, None
                        continue
                    self.idle.append((connection, process))
                    if isinstance(result, Exception):
                        raise result
                    yield task, result
        finally:
            self.end()

    def hand_out(self, task: T) -> None:
        """Gives the task to a worker, to a new one where none is idle."""
        connection, process = self.idle.pop() if self.idle else self.started()
        self.busy[connection] = (process, task)
        try:
            connection.send(task)
        except OSError:
            # It died while it was idle; that shows when its result is waited for.
            return

    def started(self) -> tuple[Connection, BaseProcess]:
        """A new worker."""
        context = multiprocessing.get_context("spawn")
        here, there = context.Pipe()
        process = context.Process(target=carry_out, args=(there, self.work), daemon=True)
        process.start()
        there.close()
        return here, process

    def end(self) -> None:
        """Ends every worker."""
        for connection, process in [*self.idle, *((conn, process) for conn, (process, _) in self.busy.items())]:
            process.terminate()
            process.join()
            connection.close()
        self.idle, self.busy = [], {}


def carry_out(connection: Connection, work: Callable[[Any], Any]) -> None:
    """A worker: carries out the tasks it is sent until there are no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        try:
            task = connection.recv()
        except (EOFError, OSError):
            return
        try:
            result = work(task)
        except Exception as error:
            result = error
        connection.send(result)


class ClusterWorkers(Generic[T, R]):
    """The workers of a Dask cluster, on which solvent must be installed in the same version."""

    def __init__(self, work: Callable[[T], R], address: str) -> None:
        try:
            # Dask is optional, and only partly typed.
            self.dask: Any = import_module("distributed")
        except ImportError:
            raise UnusableError("--scheduler needs Dask: pip install 'solvent[cluster]'") from None
        self.work = work
        self.lost = 0
        self.seen: set[str] = set()
        try:
            self.client = self.dask.Client(address, timeout="10s")
        except (OSError, ValueError, TimeoutError) as error:
            raise UnusableError(f"--scheduler: {address}: {error or 'no answer'}") from None

    def results(self, tasks: Iterable[T]) -> Iterator[tuple[T, R | None]]:
        """Each task with its result, as they come; the cluster itself tries a task again that lost its worker."""
        waiting = iter(tasks)
        task_of: dict[str, T] = {}

        def submitted(task: T) -> Any:
            future = self.client.submit(self.work, task, pure=False)
            task_of[future.key] = task
            return future

        try:
            first = [submitted(task) for task in islice(waiting, self.capacity())]
            completed = self.dask.as_completed(first)
            for future in completed:
                error = future.exception()
                if error is not None and not isinstance(error, self.dask.KilledWorker):
                    raise error
                yield task_of.pop(future.key), None if error is not None else future.result()
                self.capacity()
                for task in waiting:
                    completed.add(submitted(task))
                    break
        finally:
            self.client.close()

    def capacity(self) -> int:
        """How many tasks the cluster is handed at once; workers that are gone since the last look are counted."""
        workers = self.client.scheduler_info(n_workers=-1)["workers"]
        self.seen |= set(workers)
        self.lost = len(self.seen - set(workers))
        threads = sum(int(worker["nthreads"]) for worker in workers.values())
        return AHEAD * max(threads, 1)
