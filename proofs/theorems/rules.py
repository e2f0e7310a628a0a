"""Theorems about rejection (spec/rules.md)."""

from proofs.kernel.logic import iff
from proofs.kernel.theorem import theorem
from proofs.kernel.world import World
from solvent.rules import Rejection, Rule, require


@theorem("CON-8")
def a_guard_rejects_exactly_when_its_condition_fails(world: World) -> None:
    """`require` rejects, under the rule and the field it is given, exactly when its condition does not hold."""
    for rule in Rule:
        condition = world.truth(rule.value)
        rejected = False
        try:
            require(condition, rule, rule.name)
        except Rejection as rejection:
            rejected = True
            world.claim((rejection.rule, rejection.field) == (rule, rule.name), "CON-8: by its rule and field")
        world.claim(iff(condition, not rejected), "CON-8: exactly when the condition fails")
        if rejected:
            return
