"""The region that a market's and a pool's parameters may lie in, drawn from what the reference itself accepts.

Nothing is drawn that was not asked: each parameter is varied alone, from parameters that are accepted, until the
reference rejects it, and the rule that it names is the rule shown.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

from solvent.numbers import CLASSES, LOWEST_MARK, PPM, PRICE_CAP, SIZE_CAP, VAULT_CAP
from solvent.parameters import check_market_parameters, check_pool_parameters
from solvent.pool import AccountId, MarketParameters, PoolParameters
from solvent.rules import Rejection

MARKET = MarketParameters(
    lot=1,
    initial_rate=1,
    maintenance_fraction=1,
    interest_lower=0,
    interest_upper=VAULT_CAP,
    lowest_mark=LOWEST_MARK,
    highest_mark=PRICE_CAP,
)
POOL = PoolParameters(
    oracle=AccountId("oracle"),
    governance=AccountId("governance"),
    token_unit=1,
    requirement_floor=0,
    max_markets_per_account=1,
    bounty=0,
    factors=tuple(range(CLASSES)),
)
FAR = 2**512
"""Beyond every cap."""


@dataclass(frozen=True)
class Range:
    """What is accepted of a parameter, both ends included, and the rules that reject the next value at each end."""

    of: str
    name: str
    lowest: int
    highest: int
    rules: tuple[str, ...]


def ranges() -> list[Range]:
    """The range of every parameter that is a number."""
    found = []
    checks: list[tuple[str, Any, Callable[[Any], None]]] = [
        ("market", MARKET, check_market_parameters),
        ("pool", POOL, check_pool_parameters),
    ]
    for of, start, check in checks:
        check(start)
        for item in fields(start):
            if isinstance(getattr(start, item.name), int):
                found.append(_range(of, item.name, start, check))
    return found


def rejected_by(start: Any, check: Callable[[Any], None], **changes: int) -> str | None:
    """The rule that rejects changed parameters, or none."""
    try:
        check(replace(start, **changes))
    except Rejection as rejection:
        return str(rejection.rule.value)
    return None


def _range(of: str, name: str, start: Any, check: Callable[[Any], None]) -> Range:
    def edge(inside: int, outside: int) -> tuple[int, str]:
        rule = rejected_by(start, check, **{name: outside})
        if rule is None:
            raise ValueError(f"{name} is not bounded by a rule")
        while abs(outside - inside) > 1:
            middle = (inside + outside) // 2
            found = rejected_by(start, check, **{name: middle})
            if found is None:
                inside = middle
            else:
                outside, rule = middle, found
        return inside, rule

    lowest, below = edge(getattr(start, name), -FAR)
    highest, above = edge(getattr(start, name), FAR)
    return Range(of, name, lowest, highest, tuple(dict.fromkeys((below, above))))


def bar(found: Range) -> str:
    """A range as a bar: of one, for a rate; else on a scale of its digits."""
    full = PPM if found.highest == PPM else None

    def place(value: int) -> float:
        if full:
            return 240 * value / full
        return 240 * value.bit_length() / SCALE

    left, right = place(max(found.lowest, 0)), place(found.highest)
    solid = 'class="solid"'
    opening = solid if found.lowest == 0 else 'class="hollow"'
    return (
        f'<svg viewBox="-6 0 252 16" class="bar" role="img" aria-label="from {found.lowest} to {found.highest}">'
        '<line x1="0" y1="8" x2="240" y2="8" class="axis"/>'
        f'<rect x="{left:.1f}" y="5" width="{max(right - left, 2):.1f}" height="6" class="safe"/>'
        f'<circle cx="{left:.1f}" cy="8" r="4" {opening}/><circle cx="{right:.1f}" cy="8" r="4" {solid}/></svg>'
    )


SCALE = max(SIZE_CAP, VAULT_CAP, PRICE_CAP).bit_length()


def triangle(lower: str, upper: str, low: int, high: int) -> tuple[str, bool]:
    """The region of a pair of which one bounds the other, as a picture, and whether the two may be equal.

    Both axes are asked at sixteen values between the ends; every accepted pair is a filled cell.
    """
    steps = 16
    values = [low + (high - low) * step // (steps - 1) for step in range(steps)]
    marks = []
    for column, first in enumerate(values):
        for row, second in enumerate(values):
            rule = rejected_by(MARKET, check_market_parameters, **{lower: first, upper: second})
            kind = "safe" if rule is None else "refused"
            marks.append(
                f'<rect x="{40 + 12 * column}" y="{4 + 12 * (steps - 1 - row)}" width="11" height="11" class="{kind}"/>'
            )
    equal = rejected_by(MARKET, check_market_parameters, **{lower: values[3], upper: values[3]}) is None
    picture = (
        f'<svg viewBox="0 0 240 226" class="pair" role="img" '
        f'aria-label="{upper} against {lower}: accepted above the diagonal">'
        f"{''.join(marks)}"
        f'<text x="136" y="218" text-anchor="middle">{lower} →</text>'
        f'<text x="24" y="100" text-anchor="middle" transform="rotate(-90 24 100)">{upper} →</text></svg>'
    )
    return picture, equal


def opening_rates(rate: Callable[[int], int], lower: int, upper: int) -> str:
    """How the opening rate grows with open interest, asked of the reference at fifty places."""
    span = upper + upper // 3
    places = [span * step // 50 for step in range(51)]
    line = " ".join(f"{40 + 400 * x / span:.1f},{140 - 120 * rate(x) / PPM:.1f}" for x in places)
    left, right = 40 + 400 * lower / span, 40 + 400 * upper / span
    return (
        '<svg viewBox="0 0 460 180" class="curve" role="img" '
        'aria-label="The opening rate is the initial rate up to the lower limit of interest, '
        'grows in a straight line, and is one from the upper limit on">'
        '<line x1="40" y1="140" x2="440" y2="140" class="axis"/><line x1="40" y1="20" x2="40" y2="140" class="axis"/>'
        f'<line x1="{left:.1f}" y1="20" x2="{left:.1f}" y2="146" class="guide"/>'
        f'<line x1="{right:.1f}" y1="20" x2="{right:.1f}" y2="146" class="guide"/>'
        f'<polyline points="{line}" class="line"/>'
        f'<text x="{left:.1f}" y="160" text-anchor="middle">interest_lower</text>'
        f'<text x="{right:.1f}" y="160" text-anchor="middle">interest_upper</text>'
        '<text x="34" y="24" text-anchor="end">1</text><text x="34" y="144" text-anchor="end">0</text>'
        '<text x="240" y="176" text-anchor="middle">open interest at the mark</text></svg>'
    )
