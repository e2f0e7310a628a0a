"""What is within CrossHair's reach: the arithmetic, on plain integers, for a second symbolic engine to refute.

Each function is a contract: what it asserts first is assumed. That no counterexample was found is not a proof.
"""

from solvent.margin import initial_margin, is_reduction, maintenance_margin
from solvent.numbers import PPM, mul_div_down, mul_div_up
from solvent.pool import Market, MarketParameters, worth_at


def rounding_is_exact(value: int, numerator: int, denominator: int) -> None:
    """NUM-1."""
    assert denominator > 0
    down, up = mul_div_down(value, numerator, denominator), mul_div_up(value, numerator, denominator)
    assert down * denominator <= value * numerator < (down + 1) * denominator
    assert (up - 1) * denominator < value * numerator <= up * denominator


def margins_are_ordered(size: int, mark: int, initial_rate: int, maintenance_fraction: int) -> None:
    """MAR-2."""
    assert mark >= 0
    assert 0 <= initial_rate <= PPM
    assert 0 <= maintenance_fraction <= PPM
    parameters = MarketParameters(initial_rate=initial_rate, maintenance_fraction=maintenance_fraction)
    market = Market(mark=mark, parameters=parameters)
    assert 0 <= maintenance_margin(size, market) <= initial_margin(size, market) <= abs(size) * mark


def worth_is_by_side(size: int, price: int, long_carry: int, short_carry: int) -> None:
    """MAR-1."""
    assert price > 0
    market = Market(long_carry=long_carry, short_carry=short_carry)
    assert worth_at(size, market, price) == size * (price - (long_carry if size > 0 else short_carry))


def a_reduction_keeps_the_side(before: int, after: int) -> None:
    """TRD-5."""
    assert is_reduction(before, after)
    assert before * after >= 0
    assert abs(after) <= abs(before)
