"""Theorems about marks (spec/marking.md)."""

from dataclasses import replace

from proofs import formulas, ranges, statements
from proofs.contracts import BY_NAME
from proofs.facts import MAINTENANCE_IS_NOT_NEGATIVE
from proofs.kernel.logic import both, choose
from proofs.kernel.theorem import theorem
from proofs.statements import nothing
from proofs.worlds import PoolWorld
from solvent.funding import Fund
from solvent.machine import Accepted
from solvent.margin import equity_of, maintenance_margin, requirement
from solvent.marking import Mark
from solvent.numbers import PPM, TIME_CAP
from solvent.rules import Rule


@theorem("CON-1", contracts=BY_NAME)
def a_mark_conserves(world: PoolWorld) -> None:
    """The sum of equities equals the vault after a mark if it did before."""
    statements.conserves(world, Mark)


@theorem("CON-9", "CON-2", contracts=BY_NAME)
def a_mark_leaves_the_pool_well_formed(world: PoolWorld) -> None:
    """A mark in a well-formed pool leaves it well formed."""
    statements.stays_well_formed(world, Mark)


@theorem("NUM-2", contracts=BY_NAME)
def a_mark_stays_within_a_word(world: PoolWorld) -> None:
    """Every integer that a mark computes, accepted or rejected, fits a signed 256-bit word."""
    ranges.stays_within_a_word(world, Mark)


@theorem("MRK-5", "CON-3", contracts=BY_NAME)
def a_mark_has_exactly_its_effect(world: PoolWorld) -> None:
    """A mark replaces one market's mark and time and changes nothing else."""
    case = statements.accepted(world, Mark)
    if case is None:
        return
    before, action, after = case
    world.claim(after.vault == before.vault, "MRK-5: the vault is unchanged")
    statements.accounts_change(world, before, after, nothing, nothing)
    changed = replace(before.markets.get(action.market), mark=action.mark, time=action.time)
    statements.only_market_changes(world, before, after, action.market, changed)
    for event, said in world.same(world.event(), action):
        world.claim(event == said, "MRK-5: the event says what was marked")


@theorem("MRK-5", contracts=BY_NAME)
def a_mark_moves_every_equity_by_size_times_its_change(world: PoolWorld) -> None:
    """A mark changes each account's equity by its size times the change of the mark, whatever the distance."""
    case = statements.accepted(world, Mark)
    if case is None:
        return
    before, action, after = case
    change = action.mark - before.markets.get(action.market).mark
    for account_id, old, _ in world.each(before.accounts, after.accounts):
        moved = equity_of(after, account_id) - equity_of(before, account_id)
        world.claim(moved == old.positions.get(action.market) * change, "MRK-5: size times the change of the mark")


@theorem("CON-7", "CON-8", contracts=BY_NAME)
def a_mark_is_rejected_exactly_when(world: PoolWorld) -> None:
    """A mark is rejected by the first of its rules that fails, and otherwise accepted."""
    before = world.pool()
    action = world.action(Mark, before)
    outcome = world.step(before, action)
    market = before.markets.get(action.market)
    expiry = market.parameters.expiry
    statements.rejects_exactly(
        world,
        outcome,
        [
            (Rule.MRK_1, "actor", lambda: action.actor == before.parameters.oracle),
            (Rule.NUM_11, "time", lambda: action.time <= TIME_CAP),
            (Rule.CON_4, "market", lambda: market.mark >= 1),
            (Rule.SET_1, "market", lambda: market.settled == 0),
            (Rule.MRK_2, "time", lambda: action.time >= market.time + 1),
            (Rule.MRK_3, "mark", lambda: action.mark >= market.parameters.lowest_mark),
            (Rule.MRK_4, "mark", lambda: action.mark <= market.parameters.highest_mark),
            (Rule.SET_7, "time", lambda: action.time <= choose(expiry == 0, TIME_CAP - 1, expiry)),
        ],
    )


@theorem("MRK-6", contracts=BY_NAME)
def marks_are_the_oracles_newer_and_within_limits(world: PoolWorld) -> None:
    """A market that changes is the oracle's doing, its time grows, and its mark is within its limits."""
    case = statements.accepted(world, Mark)
    if case is None:
        return
    before, action, after = case
    for _, old, new in world.each(before.markets, after.markets):
        oracle = action.actor == before.parameters.oracle
        world.claim(statements.unless(oracle, new.mark == old.mark), "MRK-6: only the oracle moves a mark")
        world.claim(statements.unless(oracle, new.time == old.time), "MRK-6: only the oracle moves the time")
        world.claim(new.time >= old.time, "MRK-6: time never goes back")
        world.claim(statements.unless(new.mark == old.mark, new.time > old.time), "MRK-6: an old word moves no mark")
        limits = old.parameters
        inside = both(new.mark >= limits.lowest_mark, new.mark <= limits.highest_mark)
        world.claim(statements.unless(new.time == old.time, inside), "MRK-6: a mark is within its limits")


@theorem("MRK-6", contracts=BY_NAME)
def the_same_word_is_not_taken_twice(world: PoolWorld) -> None:
    """A mark that was accepted is rejected when it comes again."""
    case = statements.accepted(world, Mark)
    if case is None:
        return
    _, action, after = case
    world.claim(not isinstance(world.step(after, action), Accepted), "MRK-6: a mark is taken once")


@theorem("MRK-7", contracts=BY_NAME)
def a_small_move_leaves_the_other_maintenance_covered(world: PoolWorld) -> None:
    """If mark and funding move by no more than the maintenance rate, all other maintenance stays covered.

    An account that met its maintenance requirement then still covers the margins of its other markets, so with
    liquidations in time no default is reachable.
    """
    before = world.pool()
    mark, fund = world.action(Mark, before), world.action(Fund, before)
    world.assume(mark.market == fund.market)
    marked = world.step(before, mark)
    if not isinstance(marked, Accepted):
        return
    funded = world.step(marked.pool, fund)
    if not isinstance(funded, Accepted):
        return
    market = before.markets.get(mark.market)
    p = market.parameters
    move = formulas.magnitude(mark.mark - market.mark) + formulas.magnitude(fund.payment)
    world.assume(move * PPM * PPM <= market.mark * p.initial_rate * p.maintenance_fraction)
    account_id = world.identifier("account")
    positions = before.accounts.get(account_id).positions
    size = positions.get(mark.market)
    world.assume(equity_of(before, account_id) >= requirement(before, account_id, maintenance_margin))
    others = positions.total_along(before.markets, maintenance_margin) - maintenance_margin(size, market)
    world.claim(equity_of(funded.pool, account_id) >= others, "MRK-7: the other margins are covered")
    world.use(MAINTENANCE_IS_NOT_NEGATIVE, positions, *world.along(before.markets))
    world.claim(equity_of(funded.pool, account_id) >= 0, "MRK-7: no default")
