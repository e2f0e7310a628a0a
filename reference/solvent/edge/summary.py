"""The figures of a replay as text: the same bytes for the same seed."""

from collections.abc import Iterator
from itertools import groupby

from solvent.edge.replay import Replay
from solvent.edge.scenario import Scenario


def summary(replay: Replay) -> str:
    """A table of the figures. Amounts are in the quote currency, rounded down to two places."""
    rows = list(figures(replay))
    width = max(len(label) for label, _ in rows)
    lines = [f"{label:<{width}}  {value}".rstrip() for label, value in rows]
    return "\n".join([replay.scenario.title, "", *lines]) + "\n"


def figures(replay: Replay) -> Iterator[tuple[str, str]]:
    """Every figure with its label."""
    scenario, figures, samples = replay.scenario, replay.figures, replay.figures.samples
    first, last = samples[0], samples[-1]

    def amount(quanta: int) -> str:
        return f"{shown_amount(quanta, scenario)} {scenario.quote.name}"

    yield "seed", str(scenario.seed)
    yield "ticks", str(len(samples))
    yield "traders", f"{len(replay.traders):,}"
    yield "liquidators", f"{len(replay.liquidators)}, {scenario.liquidators.lag} ticks late"
    yield "steps", f"{figures.steps:,}"
    for name, count in sorted(figures.accepted.items()):
        yield f"  accepted {name}", f"{count:,}"
    for (name, rule), count in sorted(figures.rejected.items(), key=lambda entry: (entry[0][0], entry[0][1].value)):
        yield f"  rejected {name}", f"{count:,} by {rule.value}: {rule.sentence}"
    for market_id, interest in first.interest.items():
        yield f"open interest {market_id}", f"{amount(interest)} -> {amount(last.interest[market_id])}"
    yield "liquidations", f"{last.by_liquidators + last.by_backstop:,} of {len(figures.liquidated):,} accounts"
    yield "  by liquidators", f"{last.by_liquidators:,}"
    yield "  by the backstop", f"{last.by_backstop:,}"
    yield "traders' equity", f"{amount(first.traders_equity)} -> {amount(last.traders_equity)}"
    yield "median equity", f"{amount(first.median_equity)} -> {amount(last.median_equity)}"
    yield "backstop's equity", f"{amount(first.backstop_equity)} -> {amount(last.backstop_equity)}"
    completing = figures.completing
    words = len(completing)
    if words:
        yield "words of the oracle", f"{words:,}"
        certifying = sum(one.certifying for one in completing)
        others = sum(one.others for one in completing)
        quiet = sum(one.certifying + one.others == 0 and one.is_complete for one in completing)
        yield "  that needed nobody", f"{quiet:,}, {hundredths(100 * quiet, words)} %"
        most = max(one.certifying for one in completing)
        yield "  certifying actions", f"{hundredths(certifying, words)} on average, {most:,} at most"
        most = max(one.others for one in completing)
        yield "  defaults and cuts", f"{hundredths(others, words)} on average, {most:,} at most"
    uncertified = [not sample.certified for sample in samples]
    longest = max((sum(1 for _ in run) for is_open, run in groupby(uncertified) if is_open), default=0)
    yield "ticks that ended with the book uncertified", f"{sum(uncertified):,}, {longest:,} in a row at most"
    yield "defaulted", f"{len(figures.own_paid):,} accounts"
    yield "  own equity lost", amount(last.own_paid)
    yield "  paid by the backstop, by market", ""
    for market_id in first.interest:
        yield f"    {market_id}", amount(figures.backstop_paid[market_id])
    yield "  collected from winners, by market", ""
    for market_id in first.interest:
        yield f"    {market_id}", amount(figures.winners_paid[market_id])
    yield "accounts below zero", f"{last.below_zero:,} at the end, {max(s.below_zero for s in samples):,} at most"
    yield "their deficit", f"{amount(last.deficit)} at the end, {amount(max(s.deficit for s in samples))} at most"
    accepted = sum(figures.accepted.values())
    yield "checks", "none failed"
    yield "  CON-7, steps answered", f"{figures.steps + figures.trials:,}, of which {figures.trials:,} trials"
    yield (
        "  CON-1, CON-2, CRT-12, DEF-11",
        f"{accepted + len(samples):,}, of which {figures.full_checks:,} summed up afresh",
    )
    yield "  CON-9, CON-10, CRT-7, CRT-8, CRT-15, DEF-17, DEF-18", f"{figures.full_checks:,}"


def hundredths(count: int, of: int) -> str:
    """A ratio with two places, rounded down."""
    return f"{count // of:,}.{count * 100 // of % 100:02}"


def shown_amount(quanta: int, scenario: Scenario) -> str:
    """Quote quanta as quote currency with two places, rounded down."""
    cents = quanta * 100 // 10**scenario.quote.decimals
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100:,}.{abs(cents) % 100:02}"
