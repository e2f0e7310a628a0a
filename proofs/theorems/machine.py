"""Theorems about the step (spec/machine.md)."""

from typing import get_args

from proofs.contracts import BY_NAME, EQUITY, IS_NEEDED, MAY_TRADE, MEETS_INITIAL, REQUIREMENT
from proofs.kernel.theorem import theorem
from proofs.worlds import PoolWorld
from solvent.machine import Accepted, Action, Event, Rejected

OPAQUE = (*BY_NAME, EQUITY, IS_NEEDED, MAY_TRADE, MEETS_INITIAL, REQUIREMENT)


@theorem("CON-7", contracts=OPAQUE)
def every_action_has_one_outcome(world: PoolWorld) -> None:
    """Every action on every pool is accepted with its own event or rejected by a rule, and always in the same way."""
    before = world.pool()
    for kind, event in zip(get_args(Action), get_args(Event), strict=True):
        if not world.truth(kind.__name__):
            continue
        action = world.action(kind, before)
        outcome, again = world.step(before, action), world.step(before, action)
        if isinstance(outcome, Accepted):
            world.claim(isinstance(outcome.event, event), "CON-7: accepted with its own event")
            world.claim(isinstance(again, Accepted), "CON-7: always in the same way")
        else:
            world.claim(isinstance(outcome, Rejected), "CON-7: accepted or rejected")
            world.claim(outcome == again, "CON-7: always in the same way")
        return
