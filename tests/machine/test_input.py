"""Bad input of every kind to every action: accepted or rejected by a rule's id, nothing else, and nothing breaks."""

from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from solvent.edge.checks import check
from solvent.edge.structure import hints
from solvent.machine import Accepted, Action, Rejected, step
from solvent.numbers import CARRY_CAP, CASH_CAP, PRICE_CAP, SIZE_CAP, TIME_CAP, VAULT_CAP
from solvent.pool import AccountId, MarketId, MarketParameters, Pool
from solvent.rules import Rule
from tests.adversary.run import Run

CAPS = (SIZE_CAP, PRICE_CAP, CARRY_CAP, VAULT_CAP, CASH_CAP, TIME_CAP, 2**255, 10**78)

integers = st.one_of(
    st.integers(-3, 40),
    st.integers(0, 10**8),
    st.integers(10**6, 10**10),
    st.sampled_from([sign * cap + near for cap in CAPS for sign in (1, -1) for near in (-1, 0, 1)]),
    st.integers(),
)

ACCOUNTS = ("account-0", "account-1", "backstop", "treasury", "keeper", "oracle", "governance", "nobody")
MARKETS = ("market-0", "market-1", "nowhere")


@cache
def pool_of(seed: int, steps: int) -> Pool:
    """A pool in the middle of its life, on a book that is certified or not."""
    run = Run(seed)
    run.play(0)
    for _ in range(steps):
        run.time += 1
        run.submit(run.draw())
    return run.pool


def values(hint: Any) -> st.SearchStrategy[Any]:
    """Any value of a field of an action, with no regard to what the machine demands of it."""
    if hint is AccountId:
        return st.sampled_from(ACCOUNTS).map(AccountId)
    if hint is MarketId:
        return st.sampled_from(MARKETS).map(MarketId)
    if is_dataclass(hint):
        assert isinstance(hint, type)
        return st.builds(hint, **{name: values(inner) for name, inner in hints(hint).items()})
    assert hint is int
    return integers


pools = st.builds(pool_of, st.integers(0, 7), st.sampled_from([0, 20, 60]))
actions = st.one_of([values(kind) for kind in get_args(Action)])


@settings(max_examples=300, deadline=None)
@given(pools, st.lists(actions, min_size=1, max_size=6))
def test_any_action_is_accepted_or_rejected_by_id(pool: Pool, given_actions: list[Action]) -> None:
    for action in given_actions:
        outcome = step(pool, action)
        if isinstance(outcome, Rejected):
            assert outcome.rule in Rule
            assert outcome.field
        else:
            assert isinstance(outcome, Accepted)
            assert check(outcome.pool) == []
            pool = outcome.pool


@settings(max_examples=200, deadline=None)
@given(pools, actions)
def test_the_same_action_on_the_same_pool_has_the_same_outcome(pool: Pool, action: Action) -> None:
    assert step(pool, action) == step(pool, action)


def test_every_field_of_every_action_is_one_of_those_that_are_generated() -> None:
    kinds = {hint for kind in get_args(Action) for hint in hints(kind).values()}
    assert kinds == {int, AccountId, MarketId, MarketParameters}
    assert {field.type for field in fields(MarketParameters)} <= {int, "int"}
