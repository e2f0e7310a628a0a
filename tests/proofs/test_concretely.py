"""Every theorem runs concretely: on drawn pools, reached by actions, and plain integers."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeVar
from zlib import crc32

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from proofs import statements
from proofs.drawn import Choices, DrawnPoolWorld, Seeded, Unmet
from proofs.kernel.theorem import Theorem
from proofs.kernel.world import SumFact
from proofs.ledger import ledger
from proofs.suite import load
from proofs.theorems.numbers import whole_lots_add_up
from proofs.worlds import PoolWorld
from solvent.machine import Accepted, Rejected, step
from solvent.margin import Withdraw
from solvent.pool import BACKSTOP, Deposit, Pool, is_open, worth

T = TypeVar("T")

EXAMPLES = 40
"""Examples of each theorem that Hypothesis draws, those included that do not meet its assumptions."""

SEEDS = 400
"""Examples of each theorem that a seed draws: these are cheap, but are not made smaller when one fails."""


class Drawn:
    """Hypothesis chooses."""

    def __init__(self, draw: Callable[..., int]) -> None:
        self._draw = draw

    def between(self, least: int, most: int) -> int:
        return self._draw(st.integers(least, most))

    def one_of(self, options: Sequence[T]) -> T:
        return options[self._draw(st.integers(0, len(options) - 1))]


def read(theorem: Theorem) -> Counter[str]:
    """Runs the theorem on drawn examples and counts what came of them; a claim that fails raises."""
    counts: Counter[str] = Counter()

    @seed(crc32(theorem.name.encode()))
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    @given(st.data())
    def by_hypothesis(data: st.DataObject) -> None:
        read_once(theorem, Drawn(data.draw), counts)

    by_hypothesis()
    return counts + read_by_seed(theorem)


def read_by_seed(theorem: Theorem) -> Counter[str]:
    """What `read` does, of the examples that a seed draws."""
    counts: Counter[str] = Counter()
    for number in range(SEEDS):
        read_once(theorem, Seeded(number), counts)
    return counts


def read_once(theorem: Theorem, choices: Choices, counts: Counter[str]) -> None:
    """Runs the theorem on one example."""
    world = DrawnPoolWorld(theorem, choices)
    counts["examples"] += 1
    try:
        theorem.state(world)
    except Unmet:
        counts["unmet"] += 1
        return
    except Exception as error:
        world.failed.append(f"{type(error).__name__} escapes: {error}")
    assert not world.failed, f"{theorem.name}\n{ledger(world)}"
    outcomes = [outcome for _, _, outcome in world.steps]
    counts["claimed"] += world.claims > 0
    counts["stepped"] += bool(outcomes)
    counts["accepted"] += world.claims > 0 and any(isinstance(outcome, Accepted) for outcome in outcomes)


def reached(counts: Counter[str]) -> str:
    """What must not be nothing: accepted outcomes, or claims where the theorem makes no step."""
    return "accepted" if counts["stepped"] else "claimed"


@pytest.mark.parametrize("theorem", load(), ids=lambda theorem: theorem.name)
def test_a_theorem_holds_concretely_and_is_not_empty(
    theorem: Theorem, record_property: Callable[[str, object], None]
) -> None:
    counts = read(theorem)
    count = counts[reached(counts)]
    record_property("concretely", (theorem.name, count, reached(counts), counts["examples"]))
    assert count > 0, f"{theorem.name}: of {counts['examples']} examples none was {reached(counts)}"


def long_part(size: int) -> int:
    """Counts longs alone."""
    return max(size, 0)


def stated(statement: Callable[..., None]) -> Theorem:
    return Theorem(statement, ("CON-1",), (), ())


def test_a_false_theorem_is_refuted_concretely() -> None:
    def deposits_raise_the_vault_by_more_than_one(world: PoolWorld) -> None:
        case = statements.accepted(world, Deposit)
        if case is not None:
            world.claim(case[2].vault > case[0].vault + 1, "CON-6: by more than one")

    with pytest.raises(AssertionError, match="violates CON-6: by more than one"):
        read_by_seed(stated(deposits_raise_the_vault_by_more_than_one))


def test_what_escapes_the_machine_is_a_refutation() -> None:
    def nothing_escapes(world: PoolWorld) -> None:
        world.claim(1 // (world.integer("x") - 3) < 2, "NUM-1: no division by zero")

    with pytest.raises(AssertionError, match="ZeroDivisionError escapes"):
        read_by_seed(stated(nothing_escapes))


def test_a_theorem_that_is_never_accepted_is_noticed() -> None:
    def withdrawals_by_the_backstop(world: PoolWorld) -> None:
        pool = world.pool()
        outcome = world.step(pool, Withdraw(BACKSTOP, BACKSTOP, world.integer("amount")))
        world.claim(isinstance(outcome, Rejected), "MAR-5: nothing is withdrawn from the backstop")

    counts = read_by_seed(stated(withdrawals_by_the_backstop))
    assert reached(counts) == "accepted"
    assert counts["accepted"] == 0


def test_a_lemma_that_is_used_is_checked() -> None:
    def with_a_false_hypothesis(world: PoolWorld) -> None:
        world.apply(whole_lots_add_up, world.integer("size"), world.integer("change"), 2)

    with pytest.raises(AssertionError, match="hypothesis of whole_lots_add_up"):
        read_by_seed(stated(with_a_false_hypothesis))


def test_facts_and_sums_are_checked_of_each_entry() -> None:
    def worth_is_not_negative(world: PoolWorld) -> None:
        pool = world.pool()
        account = pool.accounts.get(world.identifier("account"))
        world.use(SumFact(((1, worth),)), account.positions, *world.along(pool.markets))

    def everything_is_worth_nothing(world: PoolWorld) -> None:
        pool = world.pool()
        account = pool.accounts.get(world.identifier("account"))
        world.sum_rule(account.positions, [(1, worth, world.along(pool.markets))], label="MAR-1")

    def what_is_short_is_nothing(world: PoolWorld) -> None:
        account = world.pool().accounts.get(world.identifier("account"))
        world.none_rule(account.positions, long_part, is_open, (), label="MAR-1")

    for statement, label in (
        (worth_is_not_negative, "a fact about each entry"),
        (everything_is_worth_nothing, "MAR-1: of every entry"),
        (what_is_short_is_nothing, "MAR-1: the rest is nothing"),
    ):
        with pytest.raises(AssertionError, match=label):
            read_by_seed(stated(statement))


def test_pools_are_reached_by_actions_and_the_same_every_time() -> None:
    theorem = load()[0]
    for number in range(50):
        world, again = DrawnPoolWorld(theorem, Seeded(number)), DrawnPoolWorld(theorem, Seeded(number))
        pool = world.pool()
        assert pool == again.pool()
        ((parameters, life),) = world.lives
        reached_again = Pool(parameters)
        for action in life:
            outcome = step(reached_again, action)
            assert isinstance(outcome, Accepted)
            reached_again = outcome.pool
        assert reached_again == pool
