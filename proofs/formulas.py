"""The specification's formulas, written out again from its text, so that no theorem checks a function by itself."""

from proofs.kernel.logic import both, choose, either
from solvent.numbers import PPM
from solvent.pool import Market


def up(value: int, rate: int) -> int:
    """value x rate / 1e6, rounded up."""
    return (value * rate + PPM - 1) // PPM


def worth_at(size: int, market: Market, price: int) -> int:
    """size x (price - the carry of its side)."""
    return size * (price - choose(size > 0, market.long_carry, market.short_carry))


def worth(size: int, market: Market) -> int:
    """size x (mark - the carry of its side)."""
    return worth_at(size, market, market.mark)


def magnitude(size: int) -> int:
    """|size|."""
    return choose(size < 0, -size, size)


def opening_rate(market: Market) -> int:
    """Linear in the market's open interest at the mark, from the initial rate at the lower limit to 1 at the upper."""
    p = market.parameters
    notional = market.long_interest * market.mark
    slope = (notional - p.interest_lower) * (PPM - p.initial_rate) // (p.interest_upper - p.interest_lower)
    within = choose(notional <= p.interest_lower, p.initial_rate, p.initial_rate + slope)
    return choose(notional >= p.interest_upper, PPM, within)


def is_reduction(before: int, after: int) -> bool:
    """Same sign or closed, and not larger."""
    return either(both(before >= after, after >= 0), both(before <= after, after <= 0))


def penalty(size: int, mark: int, rate: int, equity: int, freed: int, maintenance: int) -> int:
    """min(ceil(size x mark x rate / 1e6), floor(equity x freed / maintenance))."""
    by_rate = up(size * mark, rate)
    share = equity * freed // maintenance
    return choose(by_rate < share, by_rate, share)
