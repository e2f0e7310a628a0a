"""Integers, their rounding and their caps (spec/numbers.md).

Quote amounts are quote quanta, sizes base quanta, prices quote quanta per base quantum, rates parts per million.
"""

from typing import Final

PPM: Final = 1_000_000
"""One, as a rate in parts per million."""

SIZE_CAP: Final = 2**60
"""Base quanta: the largest size, and the largest open interest of a market."""

PRICE_CAP: Final = 2**60
"""Quote quanta per base quantum: the largest price or mark."""

CARRY_CAP: Final = 2**60
"""Quote quanta per base quantum: the largest magnitude of a cumulative carry."""

VAULT_CAP: Final = 2**120
"""Quote quanta: the most the vault holds."""

CASH_CAP: Final = 2**125
"""Quote quanta: the largest magnitude of an account's cash."""

TIME_CAP: Final = 2**64
"""The largest time the oracle may name, in its own unit."""

MARKETS_CAP: Final = 16
"""The most markets an account may hold positions in, whatever the parameters say."""

LISTED_CAP: Final = 256
"""The most markets a pool lists, and so the most the backstop may hold positions in."""

CLASSES: Final = 4
"""How many classes of certificates there are."""

FACTOR_CAP: Final = 2**10
"""The largest factor of a class."""

LOWEST_MARK: Final = 1_000_000
"""Quote quanta per base quantum: no market's mark is lower, so that one quantum is a millionth of it at most."""


def choose(condition: bool, chosen: int, otherwise: int) -> int:
    """One value or the other, both computed; under proof it is one conditional term, where `if` would fork."""
    return chosen if condition else otherwise


def mul_div_down(value: int, numerator: int, denominator: int) -> int:
    """value x numerator / denominator, rounded towards minus infinity (NUM-1). The denominator is positive."""
    return value * numerator // denominator


def mul_div_up(value: int, numerator: int, denominator: int) -> int:
    """value x numerator / denominator, rounded towards plus infinity (NUM-1). The denominator is positive."""
    return -(-value * numerator // denominator)
