"""The mutation run: every mutant of the machine, judged by the theorems and, apart from that, by the tests.

A mutant is killed by the first theorem, proved of the machine as it is, that falls: an example that runs shows that it
is false, or a solver refutes it, in whose counterexample the rest of a total may be anything. Theorems that killed
others of the same function are asked first, then those about the function's module, then the rest; none that does not
reach the function. Whatever survives all of them is explained in equivalent.toml, or is a finding.

Each mutant is judged in a process that has imported libraries only, and takes the machine from a changed copy.
"""

import contextlib
import dis
import inspect
import io
import json
import os
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib import import_module
from itertools import chain
from operator import itemgetter
from pathlib import Path
from random import Random
from types import CodeType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, Final, TypedDict, get_args

from rich.console import Console
from rich.table import Table

from proofs import jobs, report
from proofs.cache import Cache
from proofs.mutants import Mutant, mutants, of_module
from proofs.sources import REFERENCE, ROOT, copied

if TYPE_CHECKING:
    from proofs.drawn import Life
    from proofs.kernel.theorem import Theorem
    from solvent.machine import Action
    from solvent.pool import Pool

for library in ("z3", "cvc5", "hypothesis", "immutables", "jsonschema", "pytest"):
    import_module(library)  # so that they need not be imported once for each mutant

KEPT: Final = ROOT / "build/mutants"
EXPLAINED: Final = Path(__file__).parent / "equivalent.toml"
TESTS: Final = ("tests/machine", "tests/attacks")
"""The tests that judge, beside the vectors of the conformance kit: all tests of the machine that are no theorems."""

EXACT: Final = ("exactly", "certified_anew", "_counted", "counts_stay", "well_formed")
"""Parts of the names of theorems that are asked first, and of any well-formed pool whatever: what an action does, when
it is rejected, and what it leaves.
"""

HOME: Final = {"machine": ("machine", "certification")}
"""The modules whose theorems are about a module of the machine, where it is not the one of the same name: what a step
does beside its action, it does to certificates.
"""

Killer = tuple[str, str]
"""The name of a theorem, and what shows that it is false: an example, a step of a life, a case, a solver, or a solver
that sees the code in the place of contracts.
"""


class Reach(TypedDict):
    """The functions of the machine that a theorem reaches in examples, and those whose bodies a solver sees; and what
    the theorem depends on, as a key (proofs/cache.py).
    """

    examples: list[str]
    solvers: list[str]
    key: str


Reached = dict[str, Reach]
"""What each theorem reaches."""

Record = dict[str, Any]
"""What became of a mutant: its id, `killed_by`, `how`, and `under`, the keys of the theorems or of the tests that were
asked, without which it does not stand.
"""


def work(job: str) -> Any:
    """Does one job in a process of its own: `examples ID`, `solvers ID` or `tests ID`."""
    kind, _, identifier = job.partition(" ")
    mutant = named(identifier)
    with copied({mutant.module: mutant.text()}) as directory:
        sys.path.insert(0, directory)
        if kind == "tests":
            return by_tests()
        return by_proofs(mutant, kind)


def named(identifier: str) -> Mutant:
    """The mutant with the id."""
    return next(one for one in of_module(identifier.partition(".")[0]) if one.identifier == identifier)


def by_proofs(mutant: Mutant, kind: str) -> Record:
    """Which theorem kills the mutant, and how: by examples, cases and lives, or by a counterexample of a solver, which
    soon decides of what speaks of functions and of no action. What a contract leaves open to it is asked of the code.

    What the mutant survived before need not be asked again.
    """
    from proofs.kernel.check import check
    from proofs.kernel.solve import Verdict
    from proofs.mutate import QUICK, refuted_of_the_code
    from proofs.suite import load
    from proofs.witness import falsified, stepped

    reached = json.loads((KEPT / "reach.json").read_text(encoding="utf-8"))
    before = next(records(kind, mutant.identifier), None)
    survived = {} if before is None or before["killed_by"] else before["under"]
    asked = asked_of(kind, mutant, reached)
    new = {name for name in asked if survived.get(name) != reached[name]["key"]}
    likely, near, far = in_order(mutant, [theorem for theorem in load() if theorem.name in new], reached)

    def sees(name: str) -> bool:
        return reaches(name, mutant, reached, "solvers")

    def by_example(theorems: Sequence["Theorem"], examples: range) -> Iterator[Killer]:
        return ((one.name, "example") for one in theorems if falsified(one, examples) is not None)

    def by_life(theorems: Sequence["Theorem"]) -> Iterator[Killer]:
        return ((one.name, "life") for one, _ in stepped(theorems, range(8))) if theorems else iter(())

    def by_case(theorems: Sequence["Theorem"], around: bool) -> Iterator[Killer]:
        return ((name, "case") for name in of_cases(theorems, around)) if theorems else iter(())

    def by_solver(theorems: Sequence["Theorem"]) -> Iterator[Killer]:
        undecided = []
        for one in theorems:
            result = check(one, QUICK)
            if result.verdict is Verdict.REFUTED:
                yield one.name, "solver"
            if result.verdict is Verdict.UNKNOWN and one.contracts:
                undecided.append((result.resources, one))
        for _, one in sorted(undecided, key=itemgetter(0)):
            if refuted_of_the_code(one) is not None:
                yield one.name, "code"

    if kind == "solvers":
        killers = by_solver(near)
    else:
        killers = chain(
            by_example(likely, range(20)),
            by_case([*near, *far], around=False),
            by_life(likely),
            by_example(near, range(20)),
            by_solver([one for one in (*near, *far) if speaks_of_functions(one.name, reached) and sees(one.name)]),
            by_life([*near, *far]),
            by_case([one for one in near if is_exact(one.name, reached)], around=True),
            by_example([one for one in near if is_exact(one.name, reached)], range(20, 600)),
            by_example(far, range(20)),
        )
    for name, how in killers:
        return {"killed_by": [name], "how": how, "under": {name: reached[name]["key"]}}
    return {"killed_by": [], "under": {name: reached[name]["key"] for name in asked}}


def of_cases(theorems: Sequence["Theorem"], around: bool) -> Iterator[str]:
    """The theorems that are false of the last step of a case of the conformance kit, or of one like it, of which a
    number is another. The cases were chosen for the edges of the machine as it is; what they expect is not read here.

    Of a state without a history only what is exact is asked: it takes a well-formed pool, and no more.
    """
    from proofs.drawn import Seeded, SteppedPoolWorld
    from proofs.witness import stated

    exact = [theorem for theorem in theorems if says_all(theorem.name)]
    for (parameters, life), pool, is_reached in cases():
        for last in [life[-1], *(neighbours(life[-1]) if around else ())]:
            for theorem in theorems if is_reached else exact:
                lived = parameters, [*life[:-1], last]
                world = SteppedPoolWorld(theorem, Seeded(0), lived, len(life) - 1, pool)
                if stated(theorem, world) is not None and world.failed:
                    yield theorem.name


def cases() -> Iterator[tuple["Life", "Pool", bool]]:
    """The lives of the cases with an action, each with the pool before it and whether that was reached; where a life
    ends before, it is the action that it ends with.
    """
    from proofs.exploit import taken
    from solvent.edge.codec import GRAMMAR
    from solvent.edge.conformance.vectors import DIRECTORY, History
    from solvent.machine import Accepted, Action
    from solvent.pool import Pool

    for file in sorted(DIRECTORY.glob("*/cases.json")):
        for case in json.loads(file.read_bytes()):
            if case["action"] is None:
                continue
            life = [GRAMMAR.read(Action, case["action"], ())]
            if case["history"] is None:
                pool = GRAMMAR.read(Pool, case["state"], ())
                yield (pool.parameters, life), pool, False
                continue
            history = GRAMMAR.read(History, case["history"], ())
            pool, life = Pool(history.parameters), [*history.actions, *life]
            for place, action in enumerate(life[:-1], start=1):
                outcome = taken(pool, action)
                if not isinstance(outcome, Accepted):
                    life = life[:place]
                    break
                pool = outcome.pool
            yield (history.parameters, life), pool, True


def neighbours(action: "Action") -> Iterator["Action"]:
    """The action with one of its numbers a little smaller or larger, nothing, or turned around."""
    from solvent.edge.generator import number_places, value_at, with_value

    for place in number_places(action):
        value = value_at(action, place)
        for other in dict.fromkeys((value - 1, value + 1, 0, 1, -value)):
            if other != value:
                yield with_value(action, place, other)


def asked_of(kind: str, mutant: Mutant, reached: Reached) -> list[str]:
    """The theorems that decide of a mutant: those that reach its function. A solver is asked at last what is said of an
    action, about the function's module; what speaks of functions it was asked along with the examples.
    """
    reaching = [name for name in reached if reaches(name, mutant, reached, kind)]
    if kind == "examples":
        return reaching
    near = [name for name in reaching if is_near(name, mutant)]
    return [name for name in near if not speaks_of_functions(name, reached)]


def in_order(
    mutant: Mutant, theorems: Sequence["Theorem"], reached: Reached
) -> tuple[list["Theorem"], list["Theorem"], list["Theorem"]]:
    """The theorems that killed another mutant of the function before, which must decide of nothing but the order; those
    about the module of the mutant; and the others.
    """
    found = chain(records("examples", f"{place_of(mutant)}.*"), records("solvers", f"{place_of(mutant)}.*"))
    before = Counter(name for one in found for name in one["killed_by"])

    def order(theorem: "Theorem") -> tuple[int, bool]:
        return -before[theorem.name], not is_exact(theorem.name, reached)

    ordered = sorted(theorems, key=order)
    likely = [theorem for theorem in ordered if before[theorem.name]]
    near = [theorem for theorem in ordered if is_near(theorem.name, mutant)]
    return likely, near, [theorem for theorem in ordered if theorem not in near]


def is_near(theorem: str, mutant: Mutant) -> bool:
    """Whether the theorem is about the module of the mutant."""
    return theorem.partition(".")[0] in HOME.get(mutant.module, (mutant.module,))


def is_exact(theorem: str, reached: Reached) -> bool:
    """Whether the theorem says all there is to say, of an action or of functions."""
    return says_all(theorem) or speaks_of_functions(theorem, reached)


def says_all(theorem: str) -> bool:
    """Whether the theorem says what an action does, when it is rejected or what it leaves, by its name."""
    return any(part in theorem for part in EXACT)


def speaks_of_functions(theorem: str, reached: Reached) -> bool:
    """Whether the theorem speaks of functions, and of no action."""
    return "machine.step" not in reached[theorem]["examples"]


def reaches(theorem: str, mutant: Mutant, reached: Reached, kind: str) -> bool:
    """Whether a theorem runs the function that is mutated; whatever is no function's body, it does."""
    functions = reached[theorem]["examples"] if kind == "examples" else reached[theorem]["solvers"]
    return not is_function(mutant) or place_of(mutant) in functions


def place_of(mutant: Mutant) -> str:
    """The function with its module."""
    return f"{mutant.module}.{mutant.function}"


def is_function(mutant: Mutant) -> bool:
    """Whether the mutant is of a function's body, and so reached by calling it; else of a constant, or of a default."""
    return mutant.function[0].islower() and mutant.function != "module"


def reach(theorem: "Theorem", opaque: frozenset[str]) -> set[str]:
    """The functions of the machine that the theorem names, or the transition of an action it names, and all that these
    name in turn; not those that only an opaque one names.
    """
    from solvent.edge.structure import snake_case

    machine = import_module("solvent.machine")
    transitions = {}
    for kind in get_args(machine.Action):
        transitions[kind] = getattr(import_module(kind.__module__), snake_case(kind.__name__))
    found: set[str] = set()
    done: set[object] = {machine.apply}
    waiting: list[object] = [theorem.statement]
    while waiting:
        one = inspect.unwrap(next_one) if callable(next_one := waiting.pop()) else next_one
        if isinstance(one, tuple):
            waiting += one
        elif isinstance(one, type) and one in transitions:
            waiting += [transitions[one], machine.step]
        elif isinstance(one, FunctionType) and one not in done:
            done.add(one)
            name = f"{one.__module__}.{one.__qualname__}"
            if name.startswith("solvent."):
                found.add(name.removeprefix("solvent."))
            if name.startswith("solvent.") and name not in opaque:
                waiting += [value for value in named_in(one) if value not in transitions]
            elif name.startswith("proofs."):
                waiting += [*named_in(one), one.__defaults__]
    return found


def reach_of_all() -> Reached:
    """What the theorems reach; written down too, for the processes that judge."""
    from proofs.suite import load

    cache = Cache(ROOT)
    found: Reached = {}
    for theorem in load():
        opaque = frozenset(contract.name for contract in theorem.contracts if not contract.by_name)
        found[theorem.name] = {
            "examples": sorted(reach(theorem, frozenset())),
            "solvers": sorted(reach(theorem, opaque)),
            "key": cache.key_of_theorem(theorem.name),
        }
    KEPT.mkdir(parents=True, exist_ok=True)
    report.replace(KEPT / "reach.json", json.dumps(found) + "\n")
    return found


@cache
def named_in(function: FunctionType) -> tuple[object, ...]:
    """What the global names in a function's code stand for, and what is read of those that are modules."""
    codes, found = [function.__code__], []
    while codes:
        code = codes.pop()
        codes += [constant for constant in code.co_consts if isinstance(constant, CodeType)]
        space: object = None
        for instruction in dis.get_instructions(code):
            value = None
            if instruction.opname == "LOAD_GLOBAL":
                value = function.__globals__.get(instruction.argval)
            elif isinstance(space, ModuleType) and instruction.opname in ("LOAD_ATTR", "LOAD_METHOD"):
                value = getattr(space, instruction.argval)
            space = value
            found.append(value)
    return tuple(found)


def by_tests() -> Record:
    """Which test kills the mutant; none if none does."""
    try:
        import_module("solvent.edge.conformance.vectors").bundled()
    except Exception as error:  # a vector that the mutant answers otherwise, or not at all
        return {"killed_by": [f"vectors: {error}"[:200]]}
    import pytest

    os.chdir(ROOT)
    failed: list[str] = []

    class Failed:
        def pytest_runtest_logreport(self, report: "pytest.TestReport") -> None:
            if report.failed:
                failed.append(report.nodeid)

        def pytest_collectreport(self, report: "pytest.CollectReport") -> None:
            if report.failed:
                failed.append(report.nodeid)

    quiet = io.StringIO()
    with contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet):
        code = pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *TESTS], plugins=[Failed()])
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED):
        raise RuntimeError(quiet.getvalue())
    return {"killed_by": failed[:1]}


def records(kind: str, pattern: str = "*") -> Iterator[Record]:
    """What was found before, by proofs or by tests, of mutants whose ids match the pattern."""
    for path in sorted((KEPT / kind).glob(f"{pattern}.json")):
        yield json.loads(path.read_text(encoding="utf-8"))


@cache
def explanations() -> dict[str, str]:
    """Why mutants change nothing that anybody could see, by id; each reviewed."""
    return {one["id"]: one["reason"] for one in tomllib.loads(EXPLAINED.read_text(encoding="utf-8"))["mutant"]}


def key_of_tests() -> str:
    """What the results of the tests depend on."""
    files = [*REFERENCE.rglob("*.py"), *REFERENCE.rglob("*.json")]
    files += [path for folder in TESTS for path in (ROOT / folder).rglob("*.py")]
    digest = sha256()
    for path in sorted(files):
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def stands(kind: str, mutant: Mutant, record: Record, reached: Reached) -> bool:
    """Whether what was found before is still so: nothing changed of what killed, or nothing that was survived."""
    asked = record["killed_by"] or asked_of(kind, mutant, reached)
    return all(name in reached and record["under"].get(name) == reached[name]["key"] for name in asked)


def run(kind: str, chosen: Sequence[Mutant], processes: int, well: tuple[str, ...]) -> tuple[dict[str, Record], int]:
    """What became of each mutant, by id, what is known already included; and how many could not be judged."""
    (KEPT / kind).mkdir(parents=True, exist_ok=True)
    by_id = {one.identifier: one for one in chosen}
    known = {one["id"]: one for one in records(kind) if one["id"] in by_id}
    if kind == "tests":
        under = {"tests": key_of_tests()}
        results = {identifier: one for identifier, one in known.items() if one["under"] == under}
    else:
        reached = reach_of_all()
        results = {name: one for name, one in known.items() if stands(kind, by_id[name], one, reached)}
    wanted = [f"{kind} {identifier}" for identifier in by_id if identifier not in results]
    failures = 0
    with report.Progress(len(wanted), well, every=50) as progress:
        for job, result in jobs.run(work, wanted, processes, progress.started):
            identifier = job.partition(" ")[2]
            if isinstance(result, jobs.Failure):
                failures += 1
                print(f"{identifier}: {result.reason}", file=sys.stderr)
                progress.ended(job, "failed", 0.0)
                continue
            results[identifier] = {"id": identifier, **({"under": under} if kind == "tests" else {}), **result}
            report.replace(KEPT / kind / f"{identifier}.json", json.dumps(results[identifier], indent=1) + "\n")
            progress.ended(job, "killed" if result["killed_by"] else "survived", 0.0)
    return results, failures


def mutate(parts: Sequence[str], sample: int | None, with_tests: bool, processes: int) -> int:
    """Judges the mutants, prints the table and what survived, and returns the exit code."""
    everything = mutants()
    chosen = [one for one in everything if not parts or any(part in one.identifier for part in parts)]
    if not chosen:
        print("no mutant has that in its id", file=sys.stderr)
        return 2
    if sample is not None:
        random = Random(report.sources(ROOT))
        chosen = sorted(random.sample(chosen, min(sample, len(chosen))), key=everything.index)
    strangers = sorted(set(explanations()) - {one.identifier for one in everything})
    for identifier in strangers:
        print(f"{EXPLAINED.name}: {identifier} is no mutant of the machine as it is now", file=sys.stderr)
    try:
        by_theorem, failures = run("examples", chosen, processes, ("killed", "survived"))
        explained = explanations()
        left = [one for one in chosen if not is_killed(by_theorem, one) and one.identifier not in explained]
        by_solver, more = run("solvers", left, processes, ("killed",))
        by_theorem |= by_solver
        failures += more
        by_test: dict[str, Record] = {}
        if with_tests:
            by_test, more = run("tests", chosen, processes, ("killed", "survived"))
            failures += more
    except KeyboardInterrupt:
        print("interrupted: what was judged is kept", file=sys.stderr)
        return 130
    judged = [one for one in chosen if one.identifier in by_theorem]
    found = [entry(one, by_theorem[one.identifier], by_test.get(one.identifier)) for one in judged]
    if chosen == everything:
        report.replace(KEPT / "report.json", json.dumps({"mutants": found}, indent=1, ensure_ascii=False) + "\n")
    show(found, with_tests)
    wrong = [one for one in found if one["verdict"] == "survived" or one.get("explained_wrongly")]
    return 1 if wrong or failures or strangers else 0


def is_killed(results: Mapping[str, Record], mutant: Mutant) -> bool:
    """Whether a theorem or a test is known to kill the mutant."""
    return bool(results.get(mutant.identifier, {}).get("killed_by"))


def entry(mutant: Mutant, by_theorem: Record, by_test: Record | None) -> dict[str, Any]:
    """What became of a mutant, as the site reads it (spec/_site/evidence.py)."""
    reason = explanations().get(mutant.identifier)
    content: dict[str, Any] = {
        "id": mutant.identifier,
        "file": f"reference/solvent/{mutant.module}.py",
        "line": mutant.line,
        "change": mutant.change,
    }
    if by_theorem["killed_by"]:
        content |= {"verdict": "killed", "killed_by": by_theorem["killed_by"], "how": by_theorem["how"]}
        if reason is not None:
            content["explained_wrongly"] = True
    elif reason is not None:
        content |= {"verdict": "equivalent", "reason": reason}
    else:
        content |= {"verdict": "survived"}
    if by_test is not None:
        content["killed_by_test"] = by_test["killed_by"]
    return content


def show(found: Sequence[dict[str, Any]], with_tests: bool) -> None:
    """Prints the survivors, and one line for each module."""
    for one in found:
        where = f"{one['file']}:{one['line']}  {one['change']}"
        if one["verdict"] == "survived":
            print(f"survived: {one['id']}\n  {where}")
        elif one.get("explained_wrongly"):
            print(f"explained as equivalent, and killed by {one['killed_by'][0]}: {one['id']}\n  {where}")
    table = Table()
    titles = ["module", "mutants", "killed by proofs", "explained", "survived"]
    for title in [*titles, *(["killed by tests"] if with_tests else [])]:
        table.add_column(title, justify="left" if title == "module" else "right")
    modules = dict.fromkeys(Path(one["file"]).stem for one in found)
    for module in modules:
        table.add_row(module, *counts([one for one in found if Path(one["file"]).stem == module], with_tests))
    table.add_section()
    table.add_row("all", *counts(found, with_tests))
    console = Console() if sys.stdout.isatty() else Console(width=100)
    console.print()
    console.print(table)
    changing = [one for one in found if one["verdict"] != "equivalent"]
    killed = sum(one["verdict"] == "killed" for one in changing)
    ran = sum(one.get("how") in ("example", "case", "life") for one in changing)
    print(f"of {len(changing)} that are not explained, proofs alone kill {share(killed, len(changing))}", end="")
    print(f", {ran} by an example that runs and the others by a solver", end="")
    if with_tests:
        tested = sum(bool(one["killed_by_test"]) for one in changing)
        print(f", tests alone {share(tested, len(changing))}", end="")
    print()


def counts(found: Sequence[dict[str, Any]], with_tests: bool) -> list[str]:
    """The columns of a line of the table."""
    verdicts = Counter(one["verdict"] for one in found)
    numbers = [len(found), *(verdicts[name] for name in ("killed", "equivalent", "survived"))]
    if with_tests:
        numbers.append(sum(bool(one["killed_by_test"]) for one in found))
    return [str(number) for number in numbers]


def share(part: int, whole: int) -> str:
    """A part, and its share in percent to one place."""
    tenths = 1000 * part // whole if whole else 0
    return f"{part} ({tenths // 10}.{tenths % 10} %)"
