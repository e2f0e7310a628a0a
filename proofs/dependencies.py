"""What the theorems take for granted of one another: that each thing is shown by a theorem, and none by itself."""

from collections.abc import Iterator, Sequence
from graphlib import CycleError, TopologicalSorter

from proofs.kernel.check import Result
from proofs.kernel.theorem import Contract, Theorem
from proofs.kernel.world import contract_key


def problems(results: Sequence[Result], theorems: Sequence[Theorem], contracts: Sequence[Contract]) -> Iterator[str]:
    """What is taken for granted and shown nowhere, or only in a circle; one line each. Of a run of all theorems."""
    declared = {
        theorem.name: {f"contract {contract_key(item)}" for item in theorem.establishes} for theorem in theorems
    }
    shown_by: dict[str, list[str]] = {}
    for result in results:
        for item in (*result.shows, f"theorem {result.name}"):
            shown_by.setdefault(item, []).append(result.name)
        claimed = {item for item in result.shows if item.startswith("contract ")}
        yield from (f"{result.name} does not claim {item}" for item in sorted(declared[result.name] - claimed))
        yield from (f"{result.name} claims {item} undeclared" for item in sorted(claimed - declared[result.name]))
    for contract in contracts:
        item = f"contract {contract_key(contract)}"
        if not contract.by_name and item not in shown_by:
            yield f"{item} is established by no theorem"
    graph: dict[str, set[str]] = {}
    for result in results:
        missing = [item for item in result.relies_on if item not in shown_by]
        yield from (f"{result.name} relies on {item}, which no theorem shows" for item in missing)
        # A measure is shown to be nothing at the default by evaluating it there, and no total takes part in that.
        followed = [item for item in result.relies_on if not item.startswith("measure ")]
        graph[result.name] = {name for item in followed for name in shown_by.get(item, ())}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        yield "theorems rely on each other in a circle: " + ", ".join(error.args[1])
