"""What makes a pool well formed, entry by entry (CON-9): assumed of the pool before, claimed of the pool after."""

from itertools import pairwise

from proofs import formulas
from proofs.kernel.logic import both, choose, either, implies, negation
from solvent.default import is_overdue, is_owing
from solvent.numbers import (
    CARRY_CAP,
    CASH_CAP,
    CLASSES,
    FACTOR_CAP,
    LISTED_CAP,
    LOWEST_MARK,
    MARKETS_CAP,
    PPM,
    PRICE_CAP,
    SIZE_CAP,
    TIME_CAP,
    VAULT_CAP,
)
from solvent.parameters import is_listed
from solvent.pool import BACKSTOP, Account, AccountId, Anchor, Base, Market, MarketId, Pool, equity, is_exposed, is_open


def long_in(account: Account, market_id: MarketId) -> int:
    """Base quanta the account is long in the market."""
    return max(account.positions.get(market_id), 0)


def short_in(account: Account, market_id: MarketId) -> int:
    """Base quanta the account is short in the market."""
    return max(-account.positions.get(market_id), 0)


def conserves(pool: Pool) -> bool:
    """CON-1: the sum of all equities equals the vault."""
    return pool.accounts.total(equity, pool.markets) == pool.vault


def live_in(account: Account, level: int, generation: int) -> int:
    """1 for an account with a certificate of this class in this generation, 0 for any other."""
    mine = both(account.certificate.level == level, account.certificate.generation == generation)
    return choose(mine, 1, 0)


def counts_are_right(pool: Pool) -> bool:
    """CRT-12: a class's count is that of its live certificates, and exposed that of the accounts with a position."""
    levels = enumerate(pool.classes)
    return both(
        *(one.count == pool.accounts.total(live_in, level, one.generation) for level, one in levels),
        pool.exposed == pool.accounts.total(is_exposed) - is_exposed(pool.accounts.get(BACKSTOP)),
    )


def dues_are_counted(pool: Pool) -> bool:
    """DEF-11: so many markets are owing, and overdue, as the pool says."""
    positions = pool.accounts.get(BACKSTOP).positions
    return both(
        pool.owing == pool.markets.total_along(positions, is_owing, pool.epoch),
        pool.overdue == pool.markets.total_along(positions, is_overdue, pool.epoch),
    )


def certificate_is_backed(pool: Pool, account: Account) -> bool:
    """CRT-8: a live certificate's account, every market at its class's base, has half of what the class demands."""
    return both(
        *(
            implies(
                live_in(account, level, one.generation) == 1,
                2 * PPM * PPM * based_equity(pool, account, level, one.generation)
                >= account.positions.total_along(pool.markets, formulas.demand, level, one.generation, factor),
            )
            for level, (one, factor) in enumerate(zip(pool.classes, pool.parameters.factors, strict=True))
        )
    )


def without_a_position_nothing_is_owed(account_id: AccountId, account: Account) -> bool:
    """CRT-17: an account without a position has no debt; the backstop may have one, the hole."""
    return either(account_id == BACKSTOP, is_exposed(account) == 1, account.cash >= 0)


def based_equity(pool: Pool, account: Account, level: int, generation: int) -> int:
    """What an account's equity is with every market at the base of a class."""
    return account.cash + account.positions.total_along(pool.markets, formulas.based_worth, level, generation)


def has_not_drifted(pool: Pool, market: Market) -> bool:
    """CRT-7: no class's generation goes on that the market has drifted from."""
    levels = enumerate(zip(pool.classes, pool.parameters.factors, strict=True))
    return both(
        *(negation(formulas.has_drifted(market, level, one.generation, factor)) for level, (one, factor) in levels)
    )


def pool_is_well_formed(pool: Pool) -> bool:
    """The vault and the parameters of the pool."""
    parameters = pool.parameters
    return both(
        pool.vault >= 0,
        pool.vault <= VAULT_CAP,
        parameters.token_unit >= 1,
        parameters.token_unit <= VAULT_CAP,
        parameters.requirement_floor >= 0,
        parameters.requirement_floor <= VAULT_CAP,
        parameters.max_markets_per_account >= 1,
        parameters.max_markets_per_account <= MARKETS_CAP,
        parameters.bounty >= 0,
        parameters.bounty <= VAULT_CAP,
        parameters.factors[0] == 0,
        parameters.factors[-1] <= FACTOR_CAP,
        *(lower < higher for lower, higher in pairwise(parameters.factors)),
        *(one.generation >= 1 for one in pool.classes),
        pool.epoch >= 1,
        pool.markets.total(is_listed) <= LISTED_CAP,
    )


def market_is_well_formed(market: Market) -> bool:
    """A market is as it was before it was listed, or its fields and parameters are within their bounds."""
    p = market.parameters
    anchor = market.anchor
    unlisted = both(
        market.mark == 0,
        market.time == 0,
        market.long_carry == 0,
        market.short_carry == 0,
        market.long_interest == 0,
        market.short_interest == 0,
        p.lot == 0,
        p.initial_rate == 0,
        p.maintenance_fraction == 0,
        p.interest_lower == 0,
        p.interest_upper == 0,
        p.fee_rate == 0,
        p.penalty_rate == 0,
        p.funding_rate == 0,
        p.lowest_mark == 0,
        p.highest_mark == 0,
        p.backstop_inventory == 0,
        p.backstop_cap == 0,
        p.expiry == 0,
        market.settled == 0,
        *(value == 0 for value in (anchor.epoch, anchor.mark, anchor.long_carry, anchor.short_carry)),
        *(value == 0 for value in (anchor.paid, anchor.collected, anchor.backstop_base)),
        *(value == 0 for base in market.bases for value in (base.generation, base.mark)),
        *(value == 0 for base in market.bases for value in (base.long_carry, base.short_carry)),
    )
    listed = both(
        p.lowest_mark <= market.mark,
        market.mark <= p.highest_mark,
        market.time >= 1,
        market.time <= TIME_CAP,
        market.long_carry >= -CARRY_CAP,
        market.long_carry <= CARRY_CAP,
        market.short_carry >= -CARRY_CAP,
        market.short_carry <= CARRY_CAP,
        market.long_interest >= 0,
        market.long_interest <= SIZE_CAP,
        market.short_interest >= 0,
        market.short_interest <= SIZE_CAP,
        p.lot >= 1,
        p.lot <= SIZE_CAP,
        p.initial_rate >= 1,
        p.initial_rate <= PPM,
        p.maintenance_fraction >= 1,
        p.maintenance_fraction <= PPM,
        p.interest_lower >= 0,
        p.interest_lower < p.interest_upper,
        p.interest_upper <= VAULT_CAP,
        p.fee_rate >= 0,
        p.fee_rate <= PPM,
        p.penalty_rate >= 0,
        p.penalty_rate <= PPM,
        p.funding_rate >= 0,
        p.funding_rate <= PPM,
        p.lowest_mark >= LOWEST_MARK,
        p.lowest_mark <= p.highest_mark,
        p.highest_mark <= PRICE_CAP,
        p.backstop_inventory >= 0,
        p.backstop_inventory <= SIZE_CAP,
        p.backstop_cap >= 0,
        p.backstop_cap <= VAULT_CAP,
        p.expiry >= 0,
        p.expiry < TIME_CAP,
        market.settled >= 0,
        market.settled <= market.time,
        anchor.epoch >= 0,
        was_a_market(anchor),
        *(base.generation >= 0 for base in market.bases),
        *(was_a_market(base) for base in market.bases),
    )
    return either(unlisted, listed)


def was_a_market(record: Anchor | Base) -> bool:
    """A recorded mark and recorded carries are within the bounds of a market's; before the first, they are zero."""
    return both(
        record.mark >= 0,
        record.mark <= PRICE_CAP,
        record.long_carry >= -CARRY_CAP,
        record.long_carry <= CARRY_CAP,
        record.short_carry >= -CARRY_CAP,
        record.short_carry <= CARRY_CAP,
    )


def records_are_not_ahead(pool: Pool, market: Market) -> bool:
    """What a market recorded is of no later epoch and of no later generation than the pool's."""
    return both(
        market.anchor.epoch <= pool.epoch,
        *(base.generation <= one.generation for base, one in zip(market.bases, pool.classes, strict=True)),
    )


def interest_is_consistent(pool: Pool, market_id: MarketId, market: Market) -> bool:
    """CON-2: a market's interests are the sums over accounts they say they are, and equal while it is active."""
    return both(
        market.long_interest == pool.accounts.total(long_in, market_id),
        market.short_interest == pool.accounts.total(short_in, market_id),
        either(market.settled > 0, market.long_interest == market.short_interest),
    )


def account_is_well_formed(pool: Pool, account_id: AccountId, account: Account) -> bool:
    """An account's cash is within the cap, and it holds positions in few enough markets.

    Its certificate is of a class there is, in no later generation; without a position it has none, as the backstop.
    """
    level, generation = account.certificate.level, account.certificate.generation
    return both(
        account_is_within_caps(pool, account_id, account),
        level >= 0,
        level < CLASSES,
        generation >= 0,
        *(either(level != of_class, generation <= one.generation) for of_class, one in enumerate(pool.classes)),
        either(is_exposed(account) == 1, generation == 0),
        either(account_id != BACKSTOP, generation == 0),
    )


def account_is_within_caps(pool: Pool, account_id: AccountId, account: Account) -> bool:
    """An account's cash is within the cap, and it holds positions in few enough markets."""
    most = choose(account_id == BACKSTOP, LISTED_CAP, pool.parameters.max_markets_per_account)
    return both(account.cash >= -CASH_CAP, account.cash <= CASH_CAP, account.positions.total(is_open) <= most)


def position_is_well_formed(size: int, market: Market) -> bool:
    """A position is in a listed market, a whole number of its lots, and within the size cap."""
    if market.mark == 0:
        return size == 0
    return both(size % market.parameters.lot == 0, size >= -SIZE_CAP, size <= SIZE_CAP)
