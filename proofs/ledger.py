"""A counterexample as a small ledger: the state before, the action, the state after, the requirement violated."""

from proofs.kernel.world import WitnessWorld


def ledger(world: WitnessWorld) -> str:
    """What a witness saw, as far as it looked."""
    return "; ".join(world.failed)
