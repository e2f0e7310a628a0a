"""Theorems about funding (spec/funding.md)."""

from dataclasses import replace

from proofs import formulas, ranges, statements
from proofs.contracts import BY_NAME
from proofs.kernel.logic import both, choose
from proofs.kernel.theorem import theorem
from proofs.statements import nothing
from proofs.worlds import PoolWorld
from solvent.funding import Fund
from solvent.machine import Accepted
from solvent.margin import equity_of
from solvent.numbers import CARRY_CAP, PPM, TIME_CAP
from solvent.rules import Rule


@theorem("CON-1", contracts=BY_NAME)
def a_funding_step_conserves(world: PoolWorld) -> None:
    """The sum of equities equals the vault after a funding step if it did before."""
    statements.conserves(world, Fund)


@theorem("CON-9", "CON-2", contracts=BY_NAME)
def a_funding_step_leaves_the_pool_well_formed(world: PoolWorld) -> None:
    """A funding step in a well-formed pool leaves it well formed."""
    statements.stays_well_formed(world, Fund)


@theorem("NUM-2", contracts=BY_NAME)
def a_funding_step_stays_within_a_word(world: PoolWorld) -> None:
    """Every integer that a funding step computes, accepted or rejected, fits a signed 256-bit word."""
    ranges.stays_within_a_word(world, Fund)


@theorem("FND-4", "CON-3", contracts=BY_NAME)
def a_funding_step_has_exactly_its_effect(world: PoolWorld) -> None:
    """A funding step adds its payment to both carries of one market and changes nothing else."""
    case = statements.accepted(world, Fund)
    if case is None:
        return
    before, action, after = case
    world.claim(after.vault == before.vault, "FND-4: the vault is unchanged")
    statements.accounts_change(world, before, after, nothing, nothing)
    old = before.markets.get(action.market)
    changed = replace(
        old,
        long_carry=old.long_carry + action.payment,
        short_carry=old.short_carry + action.payment,
        time=action.time,
    )
    statements.only_market_changes(world, before, after, action.market, changed)
    for event, said in world.same(world.event(), action):
        world.claim(event == said, "FND-4: the event says what was paid")


@theorem("FND-4", "FND-5", "FND-6", contracts=BY_NAME)
def funding_is_exact_capped_and_signed(world: PoolWorld) -> None:
    """Each account pays its size times the payment, at most the funding rate of its notional; longs pay shorts."""
    case = statements.accepted(world, Fund)
    if case is None:
        return
    before, action, after = case
    market = before.markets.get(action.market)
    for account_id, old, _ in world.each(before.accounts, after.accounts):
        size = old.positions.get(action.market)
        moved = equity_of(after, account_id) - equity_of(before, account_id)
        world.claim(moved == -size * action.payment, "FND-4: size times the payment, from longs to shorts")
        most = formulas.magnitude(size) * market.mark * market.parameters.funding_rate
        world.claim(formulas.magnitude(size * action.payment) * PPM <= most, "FND-5: at most the rate of the notional")
        paid = statements.unless(size <= 0, statements.unless(action.payment <= 0, moved < 0))
        world.claim(paid, "FND-6: by a positive payment longs pay")
        got = statements.unless(size >= 0, statements.unless(action.payment <= 0, moved > 0))
        world.claim(got, "FND-6: by a positive payment shorts get")


@theorem("CON-7", "CON-8", contracts=BY_NAME)
def a_funding_step_is_rejected_exactly_when(world: PoolWorld) -> None:
    """A funding step is rejected by the first of its rules that fails, and otherwise accepted."""
    before = world.pool()
    action = world.action(Fund, before)
    outcome = world.step(before, action)
    market = before.markets.get(action.market)
    expiry = market.parameters.expiry
    statements.rejects_exactly(
        world,
        outcome,
        [
            (Rule.FND_1, "actor", lambda: action.actor == before.parameters.oracle),
            (Rule.NUM_11, "time", lambda: action.time <= TIME_CAP),
            (Rule.CON_4, "market", lambda: market.mark >= 1),
            (Rule.SET_1, "market", lambda: market.settled == 0),
            (Rule.FND_2, "time", lambda: action.time >= market.time + 1),
            (
                Rule.FND_3,
                "payment",
                lambda: formulas.magnitude(action.payment) * PPM <= market.mark * market.parameters.funding_rate,
            ),
            (Rule.SET_7, "time", lambda: action.time <= choose(expiry == 0, TIME_CAP - 1, expiry)),
            (
                Rule.NUM_15,
                "payment",
                lambda: both(
                    statements.within(market.long_carry + action.payment, CARRY_CAP),
                    statements.within(market.short_carry + action.payment, CARRY_CAP),
                ),
            ),
        ],
    )


@theorem("FND-4", contracts=BY_NAME)
def funding_is_the_oracles_and_taken_once(world: PoolWorld) -> None:
    """Only the oracle moves a carry; a step that was accepted is rejected when it comes again."""
    case = statements.accepted(world, Fund)
    if case is None:
        return
    before, action, after = case
    for _, old, new in world.each(before.markets, after.markets):
        oracle = action.actor == before.parameters.oracle
        world.claim(statements.unless(oracle, new.long_carry == old.long_carry), "FND-4: only the oracle funds")
        world.claim(new.time >= old.time, "FND-4: time never goes back")
    world.claim(not isinstance(world.step(after, action), Accepted), "FND-4: a step is taken once")
