"""What must hold of any pool, checked on a given one (spec/pool.md, spec/certification.md, spec/default.md)."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from solvent.certification import anchored_equity, book_is_certified, has_drifted, is_live
from solvent.default import gain_of_longs, gain_of_shorts, is_overdue, is_owing
from solvent.edge.structure import Path, shown_path
from solvent.margin import equity_of
from solvent.numbers import CARRY_CAP, CASH_CAP, CLASSES, LISTED_CAP, PRICE_CAP, SIZE_CAP, TIME_CAP, VAULT_CAP
from solvent.parameters import check_market_parameters, check_pool_parameters
from solvent.pool import BACKSTOP, Account, AccountId, Anchor, Base, Market, MarketId, Pool, equity, is_exposed, is_open
from solvent.rules import Rejection

SENTENCES: Final = {
    "CON-9": "every part is well-formed",
    "CON-10": "the vault is a whole number of token units",
    "CON-1": "equities add up to the vault",
    "CON-2": "interests are the sums of positions, and long equals short in an active market",
    "CRT-7": "no class goes on that a market has drifted from",
    "CRT-8": "no account with a live certificate is below zero",
    "CRT-12": "classes and exposed are the numbers of accounts they count, and only exposed accounts hold certificates",
    "CRT-15": "on a certified book no account is below zero",
    "DEF-11": "owing and overdue are the numbers of markets they count",
}
"""What is checked, in the order in which it is."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A requirement that does not hold, where, and by how much."""

    requirement: str
    where: Path
    message: str

    def __str__(self) -> str:
        return f"{self.requirement} {shown_path(self.where)}: {self.message}"


class Totals:
    """The sums CON-1, CON-2 and CRT-12 speak of, at the pool's own marks and in its own generations."""

    def __init__(self, pool: Pool) -> None:
        self.equity = 0
        self.exposed = 0
        self.long: Counter[MarketId] = Counter()
        self.short: Counter[MarketId] = Counter()
        self.live: Counter[int] = Counter()
        for account_id, account in pool.accounts:
            self.add(account_id, account, pool, 1)

    def add(self, account_id: AccountId, account: Account, pool: Pool, times: int) -> None:
        """Counts an account in, or with -1 out."""
        self.equity += times * equity(account, pool.markets)
        self.exposed += times * is_exposed(account) * (account_id != BACKSTOP)
        for market_id, size in account.positions:
            self.long[market_id] += times * max(size, 0)
            self.short[market_id] += times * max(-size, 0)
        for level, one in enumerate(pool.classes):
            self.live[level] += times * is_live(account.certificate, level, one.generation)

    def move(self, before: Pool, after: Pool, touched: Iterable[AccountId]) -> None:
        """Follows a step that changed no mark, no carry and no generation, and no accounts but these."""
        for account_id in set(touched):
            self.add(account_id, before.accounts.get(account_id), before, -1)
            self.add(account_id, after.accounts.get(account_id), after, 1)

    def violations(self, pool: Pool) -> Iterator[Violation]:
        """What of CON-1, CON-2, CRT-12 and DEF-11 does not hold of the pool these are the sums of."""
        if self.equity != pool.vault:
            yield Violation("CON-1", ("vault",), f"{pool.vault}, equities add up to {self.equity}")
        listed = {market_id for market_id, _ in pool.markets}
        for market_id in sorted(listed | set(self.long) | set(self.short)):
            market = pool.markets.get(market_id)
            for side, said, total in (
                ("long_interest", market.long_interest, self.long[market_id]),
                ("short_interest", market.short_interest, self.short[market_id]),
            ):
                if said != total:
                    yield Violation("CON-2", ("markets", market_id, side), f"{said}, positions add up to {total}")
            if market.settled == 0 and market.long_interest != market.short_interest:
                message = f"{market.long_interest} long, {market.short_interest} short"
                yield Violation("CON-2", ("markets", market_id), message)
        for level, one in enumerate(pool.classes):
            if one.count != self.live[level]:
                message = f"{one.count}, and {self.live[level]} accounts hold a live certificate of it"
                yield Violation("CRT-12", ("classes", str(level), "count"), message)
        if pool.exposed != self.exposed:
            message = f"{pool.exposed}, and {self.exposed} accounts have a position"
            yield Violation("CRT-12", ("exposed",), message)
        yield from dues(pool)


class Standing:
    """Where the backstop stood when the epoch began: what DEF-17 and DEF-18 compare with. It follows the steps."""

    def __init__(self, pool: Pool) -> None:
        self.equity = equity_of(pool, BACKSTOP)

    def move(self, before: Pool, after: Pool) -> None:
        """Follows an accepted step."""
        if before.epoch != after.epoch:
            self.equity = equity_of(before, BACKSTOP)

    def violations(self, pool: Pool) -> Iterator[Violation]:
        """What of DEF-17 and DEF-18 does not hold."""
        others = (account_id for account_id, _ in pool.accounts if account_id != BACKSTOP)
        claims = sum(max(anchored_equity(pool, account_id), 0) for account_id in others)
        if claims + self.equity > pool.vault:
            message = f"{pool.vault}, below the {claims} of the others at the anchor and {self.equity} of the backstop"
            yield Violation("DEF-17", ("vault",), message)
        backstop = pool.accounts.get(BACKSTOP)
        owned = equity(backstop, pool.markets)
        if owned < self.equity and not any(
            has_winners(market, backstop.positions.get(market_id), pool.epoch) for market_id, market in pool.markets
        ):
            message = f"worth {owned} with no gain left to ask for, and was worth {self.equity} when the epoch began"
            yield Violation("DEF-18", ("accounts", BACKSTOP), message)


def has_winners(market: Market, backstop_size: int, epoch: int) -> bool:
    """Whether anybody but the backstop holds the side of the market that has gained since the anchor."""
    longs = market.long_interest - max(backstop_size, 0)
    shorts = market.short_interest - max(-backstop_size, 0)
    return (gain_of_longs(market, epoch) > 0 and longs > 0) or (gain_of_shorts(market, epoch) > 0 and shorts > 0)


def dues(pool: Pool) -> Iterator[Violation]:
    """DEF-11."""
    positions = pool.accounts.get(BACKSTOP).positions
    for field, said, measure in (("owing", pool.owing, is_owing), ("overdue", pool.overdue, is_overdue)):
        counted = sum(measure(market, positions.get(market_id), pool.epoch) for market_id, market in pool.markets)
        if said != counted:
            yield Violation("DEF-11", (field,), f"{said}, and it is {counted} markets")


def check(pool: Pool, totals: Totals | None = None) -> list[Violation]:
    """Everything a given pool violates; nothing of a pool that came about by actions.

    With CON-2 and CON-9, conservation at the present marks is conservation at any. The totals are the pool's own. Of a
    pool whose classes or bases are not as many as there are classes, nothing else is said.
    """
    misshapen = list(shape(pool))
    if misshapen:
        return misshapen
    by_place = sorted([*well_formed(pool), *whole_units(pool)], key=lambda violation: violation.where)
    own = totals or Totals(pool)
    return [*by_place, *own.violations(pool), *drift(pool), *below_zero(pool, (entry for entry, _ in pool.accounts))]


def shape(pool: Pool) -> Iterator[Violation]:
    """CON-9: there is one entry for each class wherever there is one for each."""
    places: list[tuple[Path, int]] = [(("classes",), len(pool.classes))]
    places += [(("parameters", "factors"), len(pool.parameters.factors))]
    places += [(("markets", market_id, "bases"), len(market.bases)) for market_id, market in pool.markets]
    for where, length in sorted(places):
        if length != CLASSES:
            yield Violation("CON-9", where, f"{length} entries, and there are {CLASSES} classes")


def drift(pool: Pool) -> Iterator[Violation]:
    """CRT-7."""
    for market_id, market in sorted(pool.markets):
        for level, one in enumerate(pool.classes):
            if has_drifted(market, level, one.generation, pool.parameters.factors[level]):
                message = f"has drifted from the base of generation {one.generation}, which goes on"
                yield Violation("CRT-7", ("markets", market_id, "bases", str(level)), message)


def below_zero(pool: Pool, account_ids: Iterable[AccountId]) -> Iterator[Violation]:
    """CRT-8 and CRT-15 of the accounts given."""
    certified = book_is_certified(pool)
    for account_id in sorted(set(account_ids)):
        account = pool.accounts.get(account_id)
        owned = equity(account, pool.markets)
        live = any(is_live(account.certificate, level, one.generation) for level, one in enumerate(pool.classes))
        if live and owned < 0:
            yield Violation("CRT-8", ("accounts", account_id), f"is certified and worth {owned}")
        if certified and owned < 0:
            yield Violation("CRT-15", ("accounts", account_id), f"is worth {owned} on a certified book")


def whole_units(pool: Pool) -> Iterator[Violation]:
    """CON-10, of a pool whose token unit is positive."""
    unit = pool.parameters.token_unit
    if unit > 0 and pool.vault % unit != 0:
        yield Violation("CON-10", ("vault",), f"{pool.vault} is not a whole number of token units of {unit}")


def well_formed(pool: Pool) -> Iterator[Violation]:
    """CON-9, entry by entry, in no order."""
    yield from within(("vault",), pool.vault, 0, VAULT_CAP)
    yield from accepted(("parameters",), lambda: check_pool_parameters(pool.parameters))
    for field in ("exposed", "owing", "overdue"):
        yield from at_least((field,), getattr(pool, field), 0)
    yield from at_least(("epoch",), pool.epoch, 1)
    for level, one in enumerate(pool.classes):
        yield from at_least(("classes", str(level), "generation"), one.generation, 1)
        yield from at_least(("classes", str(level), "count"), one.count, 0)
    if len(pool.markets) > LISTED_CAP:
        yield Violation("CON-9", ("markets",), f"{len(pool.markets)}, and at most {LISTED_CAP} are listed")
    for market_id, market in pool.markets:
        yield from well_formed_market(("markets", market_id), market)
        yield from well_formed_records(("markets", market_id), market, pool)
    for account_id, account in pool.accounts:
        yield from well_formed_account(("accounts", account_id), account, pool)
        yield from well_formed_certificate(("accounts", account_id), account_id, account, pool)


def well_formed_market(where: Path, market: Market) -> Iterator[Violation]:
    """CON-9 of a market that is not the default."""
    parameters = market.parameters
    yield from accepted((*where, "parameters"), lambda: check_market_parameters(parameters))
    yield from within((*where, "time"), market.time, 1, TIME_CAP)
    yield from within((*where, "mark"), market.mark, parameters.lowest_mark, parameters.highest_mark)
    yield from within((*where, "long_carry"), market.long_carry, -CARRY_CAP, CARRY_CAP)
    yield from within((*where, "short_carry"), market.short_carry, -CARRY_CAP, CARRY_CAP)
    yield from within((*where, "long_interest"), market.long_interest, 0, SIZE_CAP)
    if market.settled not in (0, market.time):
        yield Violation("CON-9", (*where, "settled"), f"{market.settled} is neither 0 nor the market's time")


def well_formed_records(where: Path, market: Market, pool: Pool) -> Iterator[Violation]:
    """CON-9 of what a market recorded: of no later epoch and no later generation than the pool's."""
    anchor = market.anchor
    yield from within((*where, "anchor", "epoch"), anchor.epoch, 0, pool.epoch)
    records: list[tuple[Path, Anchor | Base]] = [((*where, "anchor"), anchor)] if anchor.epoch else []
    for level, (base, one) in enumerate(zip(market.bases, pool.classes, strict=True)):
        place = (*where, "bases", str(level))
        yield from within((*place, "generation"), base.generation, 0, one.generation)
        records += [(place, base)] if base.generation else []
    for place, record in records:
        yield from within((*place, "mark"), record.mark, 1, PRICE_CAP)
        yield from within((*place, "long_carry"), record.long_carry, -CARRY_CAP, CARRY_CAP)
        yield from within((*place, "short_carry"), record.short_carry, -CARRY_CAP, CARRY_CAP)


def well_formed_account(where: Path, account: Account, pool: Pool) -> Iterator[Violation]:
    """CON-9 of an account and its positions."""
    yield from within((*where, "cash"), account.cash, -CASH_CAP, CASH_CAP)
    count = account.positions.total(is_open)
    most = LISTED_CAP if where[-1] == BACKSTOP else pool.parameters.max_markets_per_account
    if count > most:
        yield Violation("CON-9", (*where, "positions"), f"in {count} markets, and at most {most} are allowed")
    for market_id, size in account.positions:
        market = pool.markets.get(market_id)
        lot = market.parameters.lot
        if market.mark == 0:
            yield Violation("CON-9", (*where, "positions", market_id), "the market is not listed")
        elif lot > 0 and size % lot != 0:
            yield Violation("CON-9", (*where, "positions", market_id), f"{size} is not a whole number of lots of {lot}")


def well_formed_certificate(where: Path, account_id: AccountId, account: Account, pool: Pool) -> Iterator[Violation]:
    """CON-9 of an account's certificate, and that an account without a position owes nothing."""
    level, generation = account.certificate.level, account.certificate.generation
    yield from within((*where, "certificate", "level"), level, 0, CLASSES - 1)
    if 0 <= level < CLASSES:
        yield from within((*where, "certificate", "generation"), generation, 0, pool.classes[level].generation)
    if account_id == BACKSTOP or is_exposed(account) == 0:
        if generation != 0:
            yield Violation("CRT-12", (*where, "certificate"), "held by an account that is not exposed")
        if account_id != BACKSTOP and account.cash < 0:
            yield Violation("CON-9", (*where, "cash"), f"{account.cash}, without a position")


def at_least(where: Path, value: int, least: int) -> Iterator[Violation]:
    """CON-9: a value that is not below a bound."""
    if value < least:
        yield Violation("CON-9", where, f"{value} is below {least}")


def within(where: Path, value: int, least: int, most: int) -> Iterator[Violation]:
    """CON-9: a value between its bounds."""
    if not least <= value <= most:
        yield Violation("CON-9", where, f"{value} is not from {least} to {most}")


def accepted(where: Path, check_parameters: Callable[[], None]) -> Iterator[Violation]:
    """CON-9: parameters that the machine itself accepts."""
    try:
        check_parameters()
    except Rejection as rejection:
        message = f"{rejection.rule.value}: {rejection.rule.sentence}"
        yield Violation("CON-9", (*where, rejection.field), message)
