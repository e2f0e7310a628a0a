"""Theorems about what is computed with integers (spec/numbers.md)."""

from proofs import formulas
from proofs.kernel import logic
from proofs.kernel.logic import both, either, implies, negation
from proofs.kernel.theorem import theorem
from proofs.kernel.world import World
from solvent import numbers
from solvent.numbers import PPM, mul_div_down, mul_div_up

STATED = {
    "PPM": 10**6,
    "SIZE_CAP": 1 << 60,
    "PRICE_CAP": 1 << 60,
    "CARRY_CAP": 1 << 60,
    "VAULT_CAP": 1 << 120,
    "CASH_CAP": 1 << 125,
    "TIME_CAP": 1 << 64,
    "MARKETS_CAP": 16,
    "LISTED_CAP": 256,
    "CLASSES": 4,
    "FACTOR_CAP": 1 << 10,
    "LOWEST_MARK": 10**6,
}
"""The constants as the specification states them, with which it reckons that everything fits a word."""


@theorem("NUM-2")
def the_constants_are_those_of_the_specification(world: World) -> None:
    """Every constant has the value that the specification states."""
    for name, value in STATED.items():
        world.claim(getattr(numbers, name) == value, f"NUM-2: {name}")


@theorem("NUM-16")
def a_choice_follows_its_condition(world: World, chosen: int, otherwise: int) -> None:
    """choose gives one integer where its condition holds and else the other, and so does what stands for it here."""
    world.claim(numbers.choose(True, chosen, otherwise) == chosen, "NUM-16: the one")
    world.claim(numbers.choose(False, chosen, otherwise) == otherwise, "NUM-16: the other")
    condition = world.truth("condition")
    stands_for_it = logic.choose(condition, chosen, otherwise)
    world.claim(implies(condition, stands_for_it == chosen), "NUM-16: the one, under proof")
    world.claim(implies(negation(condition), stands_for_it == otherwise), "NUM-16: the other, under proof")


@theorem("NUM-1")
def rounding_down_is_exact(world: World) -> None:
    """The result of mul_div_down is the largest integer whose product with the denominator is not above."""
    value, numerator, denominator = world.integer("value"), world.integer("numerator"), world.integer("denominator")
    world.assume(denominator > 0)
    result = mul_div_down(value, numerator, denominator)
    world.claim(result * denominator <= value * numerator, "NUM-1: not above")
    world.claim((result + 1) * denominator > value * numerator, "NUM-1: the largest such")


@theorem("NUM-1")
def rounding_up_is_exact(world: World) -> None:
    """The result of mul_div_up is the smallest integer whose product with the denominator is not below."""
    value, numerator, denominator = world.integer("value"), world.integer("numerator"), world.integer("denominator")
    world.assume(denominator > 0)
    result = mul_div_up(value, numerator, denominator)
    world.claim(result * denominator >= value * numerator, "NUM-1: not below")
    world.claim((result - 1) * denominator < value * numerator, "NUM-1: the smallest such")


@theorem("NUM-1")
def rounding_up_is_the_formula(world: World, value: int, rate: int) -> None:
    """Rounding a part in a million up comes to what the specification's formula says."""
    world.claim(mul_div_up(value, rate, PPM) == formulas.up(value, rate), "NUM-1: the formula")


@theorem("NUM-1")
def whole_lots_add_up(world: World, size: int, change: int, lot: int) -> None:
    """What is a whole number of lots still is after a whole number of lots was added or taken."""
    world.assume(lot > 0)
    world.assume(size % lot == 0)
    world.assume(change % lot == 0)
    world.claim((size + change) % lot == 0, "NUM-1: the sum is a whole number of lots")
    world.claim((size - change) % lot == 0, "NUM-1: the difference is a whole number of lots")


@theorem("NUM-1")
def rounding_grows(world: World, smaller: int, larger: int, factor: int, denominator: int) -> None:
    """What is rounded does not fall when the value grows, whichever the direction."""
    world.assume(smaller <= larger)
    world.assume(factor >= 0)
    world.assume(denominator > 0)
    down = mul_div_down(smaller, factor, denominator) <= mul_div_down(larger, factor, denominator)
    world.claim(down, "NUM-1: down")
    world.claim(mul_div_up(smaller, factor, denominator) <= mul_div_up(larger, factor, denominator), "NUM-1: up")


@theorem("NUM-2")
def a_product_is_bounded(world: World, first: int, second: int, first_cap: int, second_cap: int) -> None:
    """The product of two integers within their caps is within the product of the caps."""
    world.assume(both(first >= -first_cap, first <= first_cap))
    world.assume(both(second >= -second_cap, second <= second_cap))
    product, cap = first * second, first_cap * second_cap
    world.claim(both(product >= -cap, product <= cap), "NUM-2: within the product of the caps")


@theorem("NUM-2")
def a_quotient_is_bounded(world: World, dividend: int, divisor: int, cap: int) -> None:
    """The quotient of an integer within a cap and a positive one is within the cap."""
    world.assume(both(dividend >= -cap, dividend <= cap))
    world.assume(divisor > 0)
    quotient = dividend // divisor
    world.claim(both(quotient >= -cap, quotient <= cap), "NUM-2: within the dividend's cap")


@theorem("NUM-2")
def a_quotient_is_not_positive(world: World, dividend: int, divisor: int) -> None:
    """The quotient of an integer that is not positive and a positive one is not positive."""
    world.assume(divisor > 0)
    world.claim(either(dividend > 0, dividend // divisor <= 0), "NUM-2: not positive")


@theorem("NUM-1")
def rounding_up_splits(world: World, first: int, second: int, rate: int) -> None:
    """Rounding two parts up apart never comes to less than rounding their sum up."""
    world.assume(rate >= 0)
    apart = mul_div_up(first, rate, PPM) + mul_div_up(second, rate, PPM)
    world.claim(mul_div_up(first + second, rate, PPM) <= apart, "NUM-1: the whole is at most its parts")
