"""The contracts of the machine's functions: what a theorem sees in the place of a body."""

from proofs.kernel.theorem import Contract
from solvent import liquidation, margin


def _nothing(*_: object) -> list[bool]:
    return []


MAY_TRADE = Contract(margin.may_trade, _nothing, truth=True)
MEETS_INITIAL = Contract(margin.meets_initial, _nothing, truth=True)
IS_NEEDED = Contract(liquidation.is_needed, _nothing, truth=True)

CONTRACTS = (MAY_TRADE, MEETS_INITIAL, IS_NEEDED)
