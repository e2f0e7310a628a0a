"""Facts about each entry of a table, from which facts about totals follow; each is a theorem (theorems/margin.py)."""

from proofs import formulas
from proofs.invariant import long_in, short_in
from proofs.kernel.frames import Measure
from proofs.kernel.world import SumFact
from solvent import certification
from solvent.default import is_overdue, loss_of
from solvent.margin import initial_margin, maintenance_margin, opening_margin
from solvent.numbers import CARRY_CAP, FACTOR_CAP, PPM, PRICE_CAP, SIZE_CAP
from solvent.pool import is_open, worth

WORTH_CAP = SIZE_CAP * (PRICE_CAP + CARRY_CAP)
"""Quote quanta: the most a position can be worth or cost."""

MARGIN_CAP = SIZE_CAP * PRICE_CAP
"""Quote quanta: the most a position's requirement can be."""

CLASS_MARGIN_CAP = SIZE_CAP * PRICE_CAP * FACTOR_CAP
"""Quote quanta: the most a class can demand for a position."""

LONG_SIZES_ARE_NOT_NEGATIVE = SumFact(((1, long_in),))
SHORT_SIZES_ARE_NOT_NEGATIVE = SumFact(((1, short_in),))
OPEN_IS_NOT_NEGATIVE = SumFact(((1, is_open),))

MAINTENANCE_IS_NOT_NEGATIVE = SumFact(((1, maintenance_margin),))
INITIAL_COVERS_MAINTENANCE = SumFact(((1, initial_margin), (-1, maintenance_margin)))
OPENING_COVERS_INITIAL = SumFact(((1, opening_margin), (-1, initial_margin)))

LOSS_IS_NOT_NEGATIVE = SumFact(((1, loss_of),))

BACKING = SumFact(((2 * PPM * PPM, worth), (-2 * PPM * PPM, formulas.based_worth), (1, formulas.demand)))
"""A position loses no more than half of what its class demands, while the market has not drifted from it."""

CLASS_MARGIN_COVERS = SumFact(
    (
        (2 * PPM * PPM, certification.class_margin),
        (-2 * PPM * PPM, worth),
        (2 * PPM * PPM, formulas.based_worth),
        (-1, formulas.demand),
    )
)
"""What a class demands covers both halves: the way to the base, and the way that the market may still go."""

OVERDUE_IS_NOT_NEGATIVE = SumFact(((1, is_overdue),))

LOSS_COVERS_THE_FALL = SumFact(((1, loss_of), (-1, certification.anchored_worth), (1, worth)))
"""A position has lost at least what it is worth less than at the anchor."""


def _bounded(measure: Measure, cap: int) -> tuple[SumFact, SumFact]:
    """For every position between -cap and cap, and zero where there is none."""
    return SumFact(((1, measure), (cap, is_open))), SumFact(((-1, measure), (cap, is_open)))


BOUNDED: dict[Measure, tuple[int, tuple[SumFact, SumFact]]] = {
    worth: (WORTH_CAP, _bounded(worth, WORTH_CAP)),
    maintenance_margin: (MARGIN_CAP, _bounded(maintenance_margin, MARGIN_CAP)),
    initial_margin: (MARGIN_CAP, _bounded(initial_margin, MARGIN_CAP)),
    opening_margin: (MARGIN_CAP, _bounded(opening_margin, MARGIN_CAP)),
    certification.class_margin: (CLASS_MARGIN_CAP, _bounded(certification.class_margin, CLASS_MARGIN_CAP)),
    certification.anchored_worth: (WORTH_CAP, _bounded(certification.anchored_worth, WORTH_CAP)),
    loss_of: (2 * WORTH_CAP, _bounded(loss_of, 2 * WORTH_CAP)),
}
"""The measures of a position, with their caps and the facts that say so."""
