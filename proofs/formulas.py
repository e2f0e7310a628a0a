"""The specification's formulas, written out again from its text, so that no theorem checks a function by itself."""

from proofs.kernel.logic import both, choose, either
from solvent.numbers import PPM
from solvent.pool import Anchor, Base, Market


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


def base(market: Market, level: int, generation: int) -> Base:
    """Where the market stood when the class began the generation: as recorded in it, else where it stands."""
    recorded, moved = market.bases[level], market.bases[level].generation == generation
    return Base(
        generation,
        choose(moved, recorded.mark, market.mark),
        choose(moved, recorded.long_carry, market.long_carry),
        choose(moved, recorded.short_carry, market.short_carry),
    )


def based_worth(size: int, market: Market, level: int, generation: int) -> int:
    """What a position is worth with the market at the class's base."""
    return worth_from(size, base(market, level, generation))


def worth_from(size: int, at: Base) -> int:
    """What a position is worth at a base."""
    return size * (at.mark - choose(size > 0, at.long_carry, at.short_carry))


def demand(size: int, market: Market, level: int, generation: int, factor: int) -> int:
    """What a class demands for a position, times a million twice, not rounded."""
    return demand_from(size, market, base(market, level, generation), factor)


def demand_from(size: int, market: Market, at: Base, factor: int) -> int:
    """What a class with this base demands for a position, times a million twice, not rounded."""
    rate = market.parameters.initial_rate * market.parameters.maintenance_fraction
    return magnitude(size) * (at.mark * factor * rate)


def has_drifted(market: Market, level: int, generation: int, factor: int) -> bool:
    """2 x (|mark - base| + the larger carry drift) > base x factor x maintenance rate."""
    return has_drifted_from(market, base(market, level, generation), factor)


def has_drifted_from(market: Market, at: Base, factor: int) -> bool:
    """What has_drifted says, of a class with this base."""
    longs, shorts = magnitude(market.long_carry - at.long_carry), magnitude(market.short_carry - at.short_carry)
    drift = magnitude(market.mark - at.mark) + choose(longs > shorts, longs, shorts)
    rate = market.parameters.initial_rate * market.parameters.maintenance_fraction
    return 2 * drift * PPM * PPM > at.mark * factor * rate


def anchor(market: Market, backstop_size: int, epoch: int) -> Anchor:
    """The market's anchor: as recorded in the epoch, else where the market stands."""
    recorded, moved = market.anchor, market.anchor.epoch == epoch
    return Anchor(
        epoch,
        choose(moved, recorded.mark, market.mark),
        choose(moved, recorded.long_carry, market.long_carry),
        choose(moved, recorded.short_carry, market.short_carry),
        choose(moved, recorded.paid, 0),
        choose(moved, recorded.collected, 0),
        choose(moved, recorded.backstop_base, worth(backstop_size, market)),
    )


def anchored_worth(size: int, market: Market, epoch: int) -> int:
    """What a position was worth at the anchor."""
    at = anchor(market, 0, epoch)
    return size * (at.mark - choose(size > 0, at.long_carry, at.short_carry))


def gains(market: Market, epoch: int) -> tuple[int, int]:
    """What longs and what shorts gained per base quantum since the anchor."""
    at = anchor(market, 0, epoch)
    longs = (market.mark - market.long_carry) - (at.mark - at.long_carry)
    shorts = (at.mark - at.short_carry) - (market.mark - market.short_carry)
    return longs, shorts


def due(market: Market, backstop_size: int, epoch: int) -> int:
    """paid - earned - collected."""
    at = anchor(market, backstop_size, epoch)
    return at.paid - (worth(backstop_size, market) - at.backstop_base) - at.collected


def payers(market: Market, backstop_size: int, epoch: int) -> int:
    """The interest of the side that has gained, without the backstop's own."""
    long_gain, short_gain = gains(market, epoch)
    longs = market.long_interest - choose(backstop_size > 0, backstop_size, 0)
    shorts = market.short_interest - choose(backstop_size < 0, -backstop_size, 0)
    return choose(long_gain > 0, longs, choose(short_gain > 0, shorts, 0))


def least(first: int, second: int) -> int:
    """The smaller of the two."""
    return choose(first < second, first, second)


def most(first: int, second: int) -> int:
    """The larger of the two."""
    return choose(first > second, first, second)


def ceiling(dividend: int, divisor: int) -> int:
    """dividend / divisor, rounded up."""
    return -(-dividend // divisor)


def loss(size: int, market: Market, epoch: int) -> int:
    """max(worth at the anchor - worth, 0)."""
    return most(anchored_worth(size, market, epoch) - worth(size, market), 0)


def class_margin(size: int, market: Market, level: int, generation: int, factor: int) -> int:
    """ceil(|size| x base mark x factor x rate)."""
    rate = market.parameters.initial_rate * market.parameters.maintenance_fraction
    return ceiling(magnitude(size) * base(market, level, generation).mark * factor * rate, PPM * PPM)


def wanted(market: Market, backstop_size: int, epoch: int, hole: int, owing: int) -> int:
    """max(min(hole, due), due - cap), and the whole hole where that is more and no market is owing."""
    owed = due(market, backstop_size, epoch)
    asked = most(least(hole, owed), owed - market.parameters.backstop_cap)
    return most(asked, choose(owing == 0, hole, 0))


def gain(market: Market, epoch: int) -> int:
    """What the side that has gained did per base quantum since the anchor."""
    longs, shorts = gains(market, epoch)
    return choose(longs > 0, longs, shorts)
