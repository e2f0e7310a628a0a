"""Theorems about equity, requirements and withdrawals (spec/margin.md)."""

from proofs import formulas, invariant, ranges, statements
from proofs.contracts import BY_NAME, EQUITY, MEETS_INITIAL, REQUIREMENT
from proofs.facts import (
    BOUNDED,
    CLASS_MARGIN_CAP,
    INITIAL_COVERS_MAINTENANCE,
    LONG_SIZES_ARE_NOT_NEGATIVE,
    MAINTENANCE_IS_NOT_NEGATIVE,
    MARGIN_CAP,
    OPEN_IS_NOT_NEGATIVE,
    OPENING_COVERS_INITIAL,
    SHORT_SIZES_ARE_NOT_NEGATIVE,
)
from proofs.kernel.logic import both, choose, iff
from proofs.kernel.theorem import theorem
from proofs.statements import nothing, only
from proofs.theorems.numbers import a_product_is_bounded, rounding_up_splits
from proofs.worlds import PoolWorld
from solvent.certification import base_of, book_is_certified, class_margin
from solvent.margin import (
    Withdraw,
    equity_of,
    initial_margin,
    is_reduction,
    maintenance_margin,
    opening_margin,
    opening_rate,
    requirement,
)
from solvent.numbers import CASH_CAP, CLASSES, FACTOR_CAP, PPM, PRICE_CAP, SIZE_CAP
from solvent.pool import BACKSTOP, Account, Market, MarketId, equity, is_open, worth, worth_at
from solvent.rules import Rule


def a_position(world: PoolWorld, size: int, market: Market) -> None:
    """Assumes that the market is well formed and the position in it too."""
    world.assume(invariant.market_is_well_formed(market))
    world.assume(invariant.position_is_well_formed(size, market))


@theorem("MAR-1")
def worth_is_exact(world: PoolWorld, size: int, market: Market, price: int) -> None:
    """A position is worth its size times the price, less the carry of its side."""
    world.claim(worth_at(size, market, price) == formulas.worth_at(size, market, price), "MAR-1: at any price")
    world.claim(worth(size, market) == formulas.worth(size, market), "MAR-1: at the mark")
    world.claim(is_open(size) == choose(size == 0, 0, 1), "MAR-1: a position counts as one, none as zero")


@theorem("MAR-1", establishes=(EQUITY,))
def equity_is_cash_and_worth(world: PoolWorld) -> None:
    """An account's equity is its cash and the worth of every position."""
    pool = world.pool(well_formed=False)
    account_id = world.identifier("account")
    account = pool.accounts.get(account_id)
    world.sum_rule(
        account.positions,
        [(1, worth, world.along(pool.markets)), (-1, formulas.worth, world.along(pool.markets))],
        label="MAR-1",
    )
    expected = account.cash + account.positions.total_along(pool.markets, formulas.worth)
    result = equity_of(pool, account_id)
    world.claim(result == expected, "MAR-1: cash and the worth of every position")
    world.claim_contract(EQUITY, "MAR-1: it has an answer", result, pool, account_id)


@theorem("MAR-2")
def margins_are_exact(world: PoolWorld, size: int, market: Market) -> None:
    """Every margin of a position is what the formula says, rounded up once per rate."""
    a_position(world, size, market)
    notional = formulas.magnitude(size) * market.mark
    initial = initial_margin(size, market)
    fraction = market.parameters.maintenance_fraction
    world.claim(initial == formulas.up(notional, market.parameters.initial_rate), "MAR-2: initial")
    world.claim(maintenance_margin(size, market) == formulas.up(initial, fraction), "MAR-2: maintenance")
    if market.mark > 0:
        rate = opening_rate(market)
        world.claim(rate == formulas.opening_rate(market), "MAR-2: the opening rate")
        world.claim(opening_margin(size, market) == formulas.up(notional, rate), "MAR-2: opening")


@theorem("MAR-2")
def requirements_are_ordered(world: PoolWorld) -> None:
    """0 <= maintenance <= initial <= opening requirement, for every account; with a position, at least the floor."""
    pool = world.pool()
    account_id = world.identifier("account")
    positions = pool.accounts.get(account_id).positions
    for fact in (MAINTENANCE_IS_NOT_NEGATIVE, INITIAL_COVERS_MAINTENANCE, OPENING_COVERS_INITIAL):
        world.use(fact, positions, *world.along(pool.markets))
    world.use(OPEN_IS_NOT_NEGATIVE, positions)
    maintenance = requirement(pool, account_id, maintenance_margin)
    initial = requirement(pool, account_id, initial_margin)
    opening = requirement(pool, account_id, opening_margin)
    world.claim(maintenance >= 0, "MAR-2: maintenance is not negative")
    world.claim(initial >= maintenance, "MAR-2: initial covers maintenance")
    world.claim(opening >= initial, "MAR-2: opening covers initial")
    floor = choose(positions.total(is_open) > 0, pool.parameters.requirement_floor, 0)
    world.claim(maintenance >= floor, "MAR-2: the floor, with a position")


@theorem("MAR-2", establishes=(REQUIREMENT,))
def a_requirement_is_its_margins_or_the_floor(world: PoolWorld) -> None:
    """A requirement is the sum of the margins, or the floor if that is larger and there is a position."""
    pool = world.pool(well_formed=False)
    account_id = world.identifier("account")
    positions = pool.accounts.get(account_id).positions
    world.assume_needs(REQUIREMENT, pool)
    world.use(OPEN_IS_NOT_NEGATIVE, positions)
    floor = choose(positions.total(is_open) > 0, pool.parameters.requirement_floor, 0)
    for margin in (maintenance_margin, initial_margin, opening_margin):
        total = positions.total_along(pool.markets, margin)
        expected = choose(total > floor, total, floor)
        result = requirement(pool, account_id, margin)
        world.claim(result == expected, "MAR-2: the margins or the floor")
        world.claim_contract(REQUIREMENT, "MAR-2: not negative", result, pool, account_id, margin)


@theorem("MAR-2")
def margins_of_a_position_are_ordered(world: PoolWorld, size: int, market: Market) -> None:
    """0 <= maintenance <= initial <= opening margin, for every position: the fact that requirements add up."""
    a_position(world, size, market)
    if market.mark > 0:
        world.claim_of_entry(MAINTENANCE_IS_NOT_NEGATIVE, "MAR-2: maintenance is not negative", size, market)
        world.claim_of_entry(INITIAL_COVERS_MAINTENANCE, "MAR-2: initial covers maintenance", size, market)
        world.claim_of_entry(OPENING_COVERS_INITIAL, "MAR-2: opening covers initial", size, market)
    world.claim_of_entry(OPEN_IS_NOT_NEGATIVE, "MAR-2: positions are counted", size)


@theorem("NUM-2")
def what_a_position_is_worth_and_needs_is_bounded(world: PoolWorld, size: int, market: Market, epoch: int) -> None:
    """A position's worth, loss and margins are within their caps, and nothing where there is none: so are totals."""
    a_position(world, size, market)
    for measure, (_, facts) in BOUNDED.items():
        if measure is class_margin or (measure is opening_margin and market.mark == 0):
            continue
        for fact in facts:
            world.claim_of_entry(fact, "NUM-2: within the cap", size, market, epoch)


@theorem("NUM-2")
def what_is_added_up_stays_within_a_word(
    world: PoolWorld, size: int, market: Market, epoch: int, generation: int, factor: int
) -> None:
    """Every integer computed of one position, or of one market, to add it up with others fits a signed 256-bit word."""
    a_position(world, size, market)
    world.assume(size != 0)
    world.assume(both(factor >= 0, factor <= FACTOR_CAP))
    ranges.adds_up_within_a_word(world, size, market, epoch, generation, factor)


@theorem("NUM-2")
def what_a_class_demands_is_bounded(world: PoolWorld, size: int, market: Market, generation: int, factor: int) -> None:
    """What a class demands for a position is within its cap, and nothing where there is none: so totals are bounded."""
    a_position(world, size, market)
    world.assume(factor >= 0)
    world.assume(factor <= FACTOR_CAP)
    _, facts = BOUNDED[class_margin]
    initial, fraction = market.parameters.initial_rate, market.parameters.maintenance_fraction
    world.apply(a_product_is_bounded, initial, fraction, PPM, PPM)
    for level in range(CLASSES):
        notional = abs(size) * base_of(market, level, generation).mark
        world.apply(a_product_is_bounded, abs(size), base_of(market, level, generation).mark, SIZE_CAP, PRICE_CAP)
        world.apply(a_product_is_bounded, notional, factor, MARGIN_CAP, FACTOR_CAP)
        world.apply(a_product_is_bounded, notional * factor, initial * fraction, CLASS_MARGIN_CAP, PPM * PPM)
        for fact in facts:
            world.claim_of_entry(fact, "NUM-2: within the cap", size, market, level, generation, factor)


@theorem("CON-2")
def sizes_are_not_negative(world: PoolWorld) -> None:
    """What an account is long or short in a market is not negative: the fact that interests add up."""
    account = world.pool().accounts.get(world.identifier("account"))
    market_id = world.identifier("market")
    world.claim_of_entry(LONG_SIZES_ARE_NOT_NEGATIVE, "CON-2: long sizes are not negative", account, market_id)
    world.claim_of_entry(SHORT_SIZES_ARE_NOT_NEGATIVE, "CON-2: short sizes are not negative", account, market_id)


@theorem("MAR-2")
def what_is_absent_needs_and_is_worth_nothing(world: PoolWorld, market: Market, market_id: MarketId) -> None:
    """Every measure is zero where nothing was set, so totals over stored entries are totals over all keys."""
    world.assume(invariant.market_is_well_formed(market))
    measures = [worth, initial_margin, maintenance_margin, formulas.worth]
    if market.mark > 0:
        measures.append(opening_margin)
    for measure in measures:
        world.claim_of_absent(measure, "MAR-2: no position, no worth and no requirement", 0, market)
    world.claim_of_absent(is_open, "MAR-2: no position is not counted", 0)
    for side in (invariant.long_in, invariant.short_in):
        world.claim_of_absent(side, "CON-2: no account holds nothing", Account(), market_id)
    world.claim_of_absent(equity, "MAR-1: no account is worth nothing", Account(), world.pool().markets)


@theorem("LIQ-13")
def maintenance_grows_with_size(world: PoolWorld, smaller: int, larger: int, market: Market) -> None:
    """A position that is not larger has a maintenance margin that is not larger."""
    world.assume(market.mark >= 0)
    world.assume(market.parameters.initial_rate >= 0)
    world.assume(market.parameters.maintenance_fraction >= 0)
    world.assume(formulas.magnitude(smaller) <= formulas.magnitude(larger))
    world.claim(initial_margin(smaller, market) <= initial_margin(larger, market), "LIQ-13: initial")
    world.claim(maintenance_margin(smaller, market) <= maintenance_margin(larger, market), "LIQ-13: maintenance")


@theorem("MAR-3")
def netting_never_needs_more(world: PoolWorld, first: int, second: int, market: Market) -> None:
    """One account with both positions never needs more than two accounts with one each: splitting gains nothing."""
    world.assume(invariant.market_is_well_formed(market))
    world.assume(market.mark > 0)
    for margin in (initial_margin, opening_margin):
        netted, apart = margin(first + second, market), margin(first, market) + margin(second, market)
        world.claim(netted <= apart, "MAR-3: netting never needs more than isolation")


@theorem("MAR-3")
def netting_never_needs_more_maintenance(world: PoolWorld, first: int, second: int, market: Market) -> None:
    """What netting_never_needs_more says, of the maintenance requirement."""
    world.assume(invariant.market_is_well_formed(market))
    world.assume(market.mark > 0)
    fraction = market.parameters.maintenance_fraction
    world.assume(
        initial_margin(first + second, market) <= initial_margin(first, market) + initial_margin(second, market)
    )
    world.apply(rounding_up_splits, initial_margin(first, market), initial_margin(second, market), fraction)
    netted = maintenance_margin(first + second, market)
    world.claim(
        netted <= maintenance_margin(first, market) + maintenance_margin(second, market),
        "MAR-3: netting never needs more than isolation",
    )


@theorem("MAR-8", "CON-3", contracts=BY_NAME)
def a_withdrawal_has_exactly_its_effect(world: PoolWorld) -> None:
    """A withdrawal takes its amount out of the vault and one account's cash, and changes nothing else."""
    case = statements.accepted(world, Withdraw)
    if case is None:
        return
    before, action, after = case
    world.claim(after.vault == before.vault - action.amount, "MAR-8: the vault falls by the amount")
    statements.accounts_change(
        world, before, after, lambda account_id: only(account_id == action.account, -action.amount), nothing
    )
    statements.no_market_changes(world, before, after)
    for event, said in world.same(world.event(), action):
        world.claim(event == said, "MAR-8: the event says what was withdrawn")


@theorem("CON-7", "CON-8", contracts=BY_NAME)
def a_withdrawal_is_rejected_exactly_when(world: PoolWorld) -> None:
    """A withdrawal is rejected by the first of its rules that fails, and otherwise accepted."""
    before = world.pool()
    action = world.action(Withdraw, before)
    outcome = world.step(before, action)
    certified, before = book_is_certified(before), statements.anchored(before)
    cash = before.accounts.get(action.account).cash - action.amount
    statements.rejects_exactly(
        world,
        outcome,
        [
            (Rule.CRT_1, "book", lambda: certified),
            (Rule.MAR_4, "actor", lambda: action.actor == action.account),
            (Rule.NUM_3, "amount", lambda: action.amount >= 1),
            (Rule.NUM_5, "amount", lambda: action.amount % before.parameters.token_unit == 0),
            (Rule.MAR_5, "account", lambda: action.account != BACKSTOP),
            (Rule.MAR_6, "amount", lambda: action.amount <= before.vault),
            (Rule.NUM_14, "account", lambda: statements.within(cash, CASH_CAP)),
            (
                Rule.MAR_7,
                "amount",
                lambda: (
                    equity_of(before, action.account) - action.amount
                    >= requirement(before, action.account, initial_margin)
                ),
            ),
        ],
    )


@theorem(
    "CON-1",
    contracts=(
        *BY_NAME,
        MEETS_INITIAL,
    ),
)
def a_withdrawal_conserves(world: PoolWorld) -> None:
    """The sum of equities equals the vault after a withdrawal if it did before."""
    statements.conserves(world, Withdraw)


@theorem(
    "CON-9",
    "CON-2",
    contracts=(
        *BY_NAME,
        MEETS_INITIAL,
    ),
)
def a_withdrawal_leaves_the_pool_well_formed(world: PoolWorld) -> None:
    """A withdrawal from a well-formed pool leaves it well formed."""
    statements.stays_well_formed(world, Withdraw)


@theorem("NUM-2", contracts=BY_NAME)
def a_withdrawal_stays_within_a_word(world: PoolWorld) -> None:
    """Every integer that a withdrawal computes, accepted or rejected, fits a signed 256-bit word."""
    ranges.stays_within_a_word(world, Withdraw, worth, initial_margin)


@theorem("MAR-9", "CON-10", contracts=BY_NAME)
def a_withdrawal_is_its_owners_and_leaves_the_requirement(world: PoolWorld) -> None:
    """Nobody but the actor loses cash, the backstop never; what is left meets the initial requirement."""
    case = statements.accepted(world, Withdraw)
    if case is None:
        return
    before, action, after = case
    statements.vault_stays_whole(world, before, after)
    for account_id, old, new in world.each(before.accounts, after.accounts):
        world.claim(
            statements.unless(account_id == action.actor, new.cash >= old.cash), "MAR-9: nobody else loses cash"
        )
        world.claim(statements.unless(account_id != BACKSTOP, new.cash >= old.cash), "MAR-9: the backstop loses none")
        world.claim(statements.unless(account_id != action.actor, new.cash <= old.cash), "MAR-9: the owner gains none")
    left = equity_of(after, action.account) - requirement(after, action.account, initial_margin)
    world.claim(left >= 0, "MAR-9: what is left meets the initial requirement")


@theorem("TRD-5")
def a_reduction_keeps_the_side_and_does_not_grow(world: PoolWorld, before: int, after: int) -> None:
    """is_reduction says of two sizes that the second is the first with some or all of it closed."""
    result = is_reduction(before, after)
    world.claim(iff(bool(result), formulas.is_reduction(before, after)), "TRD-5: same side or closed, not larger")
