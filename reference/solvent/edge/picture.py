"""A picture of a replay: marks, interest, equities, who paid, and what completed the book. Needs matplotlib."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from solvent.edge.files import UnusableError, write_whole
from solvent.edge.replay import Replay, Sample

SUFFIXES: Final = (".svg", ".png")

MAGNITUDES: Final = ((9, "billion "), (6, "million "), (3, "thousand "), (0, ""))

Lines = Mapping[str, Sequence[float]]

STYLE: Final[Any] = {
    "svg.hashsalt": "solvent",
    "svg.fonttype": "none",
    "font.size": 9,
    "lines.linewidth": 1.4,
    "date.converter": "concise",
    "axes.formatter.useoffset": False,
}
"""The salt makes the ids in an SVG the same each time."""


def uncertified_spells(samples: Sequence[Sample]) -> Iterator[range]:
    """The stretches of ticks that ended with the book uncertified."""
    for certified, spell in groupby(range(len(samples)), lambda number: samples[number].certified):
        numbers = list(spell)
        if not certified:
            yield range(numbers[0], numbers[-1] + 1)


def demand_picture(name: str) -> None:
    """Raises UnusableError where no picture could be drawn under this name."""
    if Path(name).suffix.lower() not in SUFFIXES:
        raise UnusableError(f"{name}: a picture's name ends in {' or '.join(SUFFIXES)}")
    if find_spec("matplotlib") is None:
        raise UnusableError("--picture needs matplotlib: pip install solvent[replay]")


def draw(replay: Replay, name: str) -> None:
    """Draws what the replay recorded; the same bytes for the same replay and the same matplotlib."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    scenario, samples = replay.scenario, replay.figures.samples
    times = [datetime.fromtimestamp(sample.time, UTC) for sample in samples]

    def panel(axes: Any, title: str, unit: str, lines: Lines) -> None:
        for label, values in lines.items():
            axes.plot(times, values, label=label, drawstyle="steps-post")
        axes.set_title(title, loc="left", fontweight="bold")
        axes.set_ylabel(unit)
        axes.grid(alpha=0.3)
        axes.margins(x=0.01)
        axes.tick_params(labelbottom=True)
        if len(lines) > 1:
            axes.legend(loc="best", framealpha=0.8)

    def money(axes: Any, title: str, lines: Mapping[str, list[int]]) -> None:
        largest = max(abs(value) for values in lines.values() for value in values) // 10**scenario.quote.decimals
        power, name = next((power, name) for power, name in MAGNITUDES if largest >= 10**power or power == 0)
        one = 10 ** (scenario.quote.decimals + power)
        in_units = {label: [value / one for value in values] for label, values in lines.items()}
        panel(axes, title, f"{name}{scenario.quote.name}", in_units)

    with rc_context(STYLE):
        figure = Figure(figsize=(11, 12), layout="constrained")
        grid = figure.subplots(4, 2, sharex=True)
        lateness = f"liquidators {scenario.liquidators.lag} ticks late"
        drawn = f"{len(replay.traders):,} traders drawn with seed {scenario.seed}"
        figure.suptitle(f"{scenario.title}\n{drawn}, {lateness}; times in UTC")
        marks: Lines = {
            plan.id: [100 * sample.marks[plan.id] / samples[0].marks[plan.id] for sample in samples]
            for plan in scenario.markets
        }
        interest: dict[str, list[int]] = {
            plan.id: [sample.interest[plan.id] for sample in samples] for plan in scenario.markets
        }
        counts = {
            "liquidations by liquidators": [sample.by_liquidators for sample in samples],
            "liquidations by the backstop": [sample.by_backstop for sample in samples],
        }
        paid = {
            "own equity of defaulters": [sample.own_paid for sample in samples],
            "the backstop, deficits": [sample.backstop_paid for sample in samples],
            **{
                f"winners in {plan.id}": [sample.winners_paid.get(plan.id, 0) for sample in samples]
                for plan in scenario.markets
            },
        }
        work = {
            "certifying, defaulting, sharing": [sample.completing for sample in samples],
            "accounts left below zero": [sample.below_zero for sample in samples],
        }
        panel(grid[0][0], "Marks", "% of the first", marks)
        money(grid[0][1], "Open interest at the mark", interest)
        money(grid[1][0], "Equity of all traders together", {"": [sample.traders_equity for sample in samples]})
        money(grid[1][1], "Median equity of a trader", {"": [sample.median_equity for sample in samples]})
        money(grid[2][0], "Equity of the backstop", {"": [sample.backstop_equity for sample in samples]})
        panel(grid[2][1], "Liquidations so far", "count", counts)
        money(grid[3][0], "Who paid for defaults so far", paid)
        panel(grid[3][1], "Actions of keepers at each tick", "count", work)
        for spell in uncertified_spells(samples):
            for axes in grid.flat:
                axes.axvspan(times[spell.start], times[min(spell.stop, len(times) - 1)], color="tab:red", alpha=0.12)
        # Without this an SVG holds the date it was drawn.
        metadata = {"Date": None} if Path(name).suffix.lower() == ".svg" else {}
        write_whole(name, lambda path: figure.savefig(path, dpi=110, metadata=metadata))
