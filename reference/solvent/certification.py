"""Certified books: classes of certificates, their expiry, and what a certified book allows (spec/certification.md)."""

from dataclasses import dataclass, replace

from solvent.margin import equity_of, maintenance_margin, requirement
from solvent.numbers import PPM, choose, mul_div_up
from solvent.pool import (
    BACKSTOP,
    Account,
    AccountId,
    Anchor,
    Base,
    Certificate,
    Class,
    Market,
    Pool,
    is_exposed,
    pay,
    require_cash,
    worth,
)
from solvent.rules import Rule, require


def book_is_certified(pool: Pool) -> bool:
    """Whether nobody's solvency is in doubt: every exposed account holds a live certificate, the backstop's equity is
    not negative, and no market has a due above its cap that somebody could still pay (CRT-6).
    """
    counted = sum(one.count for one in pool.classes)
    return counted == pool.exposed and equity_of(pool, BACKSTOP) >= 0 and pool.overdue == 0


def reanchor(pool: Pool) -> Pool:
    """Records every market's anchor, by beginning an epoch: what no market has moved from yet is where it stands."""
    return replace(pool, epoch=pool.epoch + 1, owing=0, overdue=0)


def anchor_of(market: Market, epoch: int, backstop_size: int) -> Anchor:
    """The market's anchor in the epoch: as recorded, or the market as it stands, and the backstop's position in it."""
    anchor = market.anchor
    recorded = anchor.epoch == epoch
    return Anchor(
        epoch,
        choose(recorded, anchor.mark, market.mark),
        choose(recorded, anchor.long_carry, market.long_carry),
        choose(recorded, anchor.short_carry, market.short_carry),
        choose(recorded, anchor.paid, 0),
        choose(recorded, anchor.collected, 0),
        choose(recorded, anchor.backstop_base, worth(backstop_size, market)),
    )


def anchored_worth(size: int, market: Market, epoch: int) -> int:
    """Quote quanta: what a position was worth at the anchor. Exact."""
    anchor = anchor_of(market, epoch, 0)
    return max(size, 0) * (anchor.mark - anchor.long_carry) + min(size, 0) * (anchor.mark - anchor.short_carry)


def anchored_equity(pool: Pool, account_id: AccountId) -> int:
    """Quote quanta: what the account's equity would be, were every market where it stood at the anchor. Exact."""
    account = pool.accounts.get(account_id)
    return account.cash + account.positions.total_along(pool.markets, anchored_worth, pool.epoch)


def base_of(market: Market, level: int, generation: int) -> Base:
    """Where the market stood when the class began the generation: as recorded, or as it stands."""
    base = market.bases[level]
    recorded = base.generation == generation
    return Base(
        generation,
        choose(recorded, base.mark, market.mark),
        choose(recorded, base.long_carry, market.long_carry),
        choose(recorded, base.short_carry, market.short_carry),
    )


def record_bases(market: Market, classes: tuple[Class, ...]) -> Market:
    """The market with the bases of every class's generation recorded, as must be before it moves."""
    bases = tuple(base_of(market, level, one.generation) for level, one in enumerate(classes))
    return replace(market, bases=bases)


def has_drifted(market: Market, level: int, generation: int, factor: int) -> bool:
    """Whether the market has moved from the class's base by more than half of what the class covers."""
    base = base_of(market, level, generation)
    carry = max(abs(market.long_carry - base.long_carry), abs(market.short_carry - base.short_carry))
    drift = abs(market.mark - base.mark) + carry
    rate = market.parameters.initial_rate * market.parameters.maintenance_fraction
    return 2 * drift * PPM * PPM > base.mark * factor * rate


def expire(one: Class, is_over: bool) -> Class:
    """The class in its next generation, without certificates, if this one is over."""
    return Class(one.generation + choose(is_over, 1, 0), choose(is_over, 0, one.count))


def expire_drifted(pool: Pool, market: Market) -> Pool:
    """Ends the generation of every class that the market has drifted from (CRT-7)."""
    levels = zip(pool.classes, pool.parameters.factors, strict=True)
    classes = tuple(
        expire(one, has_drifted(market, level, one.generation, factor)) for level, (one, factor) in enumerate(levels)
    )
    return replace(pool, classes=classes)


def expire_all(pool: Pool) -> Pool:
    """Ends the generation of every class."""
    return replace(pool, classes=tuple(expire(one, True) for one in pool.classes))


def class_margin(size: int, market: Market, level: int, generation: int, factor: int) -> int:
    """Quote quanta: what a class demands for one position, at the class's base, rounded up."""
    base = base_of(market, level, generation)
    rate = market.parameters.initial_rate * market.parameters.maintenance_fraction
    return mul_div_up(abs(size) * base.mark * factor, rate, PPM * PPM)


def highest_class(pool: Pool, account_id: AccountId) -> int:
    """The highest class that the account covers; -1 if it covers none.

    Class 0 is covered by equity that is not negative. A higher one by equity that meets the maintenance requirement and
    the sum of the class's margins.
    """
    account = pool.accounts.get(account_id)
    equity = equity_of(pool, account_id)
    maintenance = requirement(pool, account_id, maintenance_margin)
    highest = choose(equity >= 0, 0, -1)
    for level in range(1, len(pool.classes)):
        generation, factor = pool.classes[level].generation, pool.parameters.factors[level]
        demanded = account.positions.total_along(pool.markets, class_margin, level, generation, factor)
        highest = choose(equity >= max(demanded, maintenance), level, highest)
    return highest


def is_live(certificate: Certificate, level: int, generation: int) -> int:
    """1 for a certificate of this class in this generation, 0 for any other."""
    return choose(certificate.level == level, choose(certificate.generation == generation, 1, 0), 0)


def is_certified(account: Account, classes: tuple[Class, ...]) -> int:
    """1 for an account with a live certificate, 0 for one without."""
    return sum(is_live(account.certificate, level, one.generation) for level, one in enumerate(classes))


def live_class(pool: Pool, account_id: AccountId) -> int:
    """The class of which the account holds a live certificate; -1 if it holds none."""
    certificate = pool.accounts.get(account_id).certificate
    held = (is_live(certificate, level, one.generation) * (level + 1) for level, one in enumerate(pool.classes))
    return sum(held) - 1


def recertify(pool: Pool, account_id: AccountId, least: int) -> Pool:
    """Gives the account the certificate of the highest class it covers, and at least of a class it keeps (CRT-11).

    It gets none without a position, below zero, or if it is the backstop, which needs none.
    """
    account = pool.accounts.get(account_id)
    needs = choose(account_id == BACKSTOP, 0, is_exposed(account))
    highest = choose(needs == 1, max(highest_class(pool, account_id), least), -1)
    generation = sum(choose(highest == level, one.generation, 0) for level, one in enumerate(pool.classes))
    classes = tuple(
        replace(
            one,
            count=one.count + choose(highest == level, 1, 0) - is_live(account.certificate, level, one.generation),
        )
        for level, one in enumerate(pool.classes)
    )
    certified = replace(account, certificate=Certificate(max(highest, 0), generation))
    return replace(pool, accounts=pool.accounts.set(account_id, certified), classes=classes)


@dataclass(frozen=True, slots=True)
class Certify:
    """Anyone has an exposed account certified, and is paid the bounty by it."""

    actor: AccountId
    account: AccountId


@dataclass(frozen=True, slots=True)
class Certified:
    """bounty: quote quanta the account paid to the actor."""

    account: AccountId
    actor: AccountId
    bounty: int


def certify(pool: Pool, action: Certify) -> tuple[Pool, Certified]:
    """Pays the bounty from the account to the actor; the certificate is given by the step (CRT-9).

    The bounty is at most the account's equity, and at most its equity at the anchor: what was gained since is not the
    account's to give away, as the losers may still not be able to pay it.

    Rules: CRT-2, CRT-3, CRT-4, CRT-5, NUM-14.
    """
    account = pool.accounts.get(action.account)
    equity = equity_of(pool, action.account)
    require(action.account != BACKSTOP, Rule.CRT_2, "account")
    require(is_exposed(account) == 1, Rule.CRT_3, "account")
    require(is_certified(account, pool.classes) == 0, Rule.CRT_4, "account")
    require(equity >= 0, Rule.CRT_5, "account")

    bounty = min(pool.parameters.bounty, equity, max(anchored_equity(pool, action.account), 0))
    after = pay(pay(pool, action.account, -bounty), action.actor, bounty)

    require_cash(after, action.account, "account")
    require_cash(after, action.actor, "actor")
    return after, Certified(action.account, action.actor, bounty)
