"""Seeded defects: the contracts with one line wrong, each of which the conformance kit must find.

python -m tests.differential.vyper.defects            prints after how many steps each is found by drawn runs alone
python -m tests.differential.vyper.defects --write    writes that into the README
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from solvent.edge.conformance.compare import Session
from solvent.edge.conformance.conform import Results, claimed_kinds, diverging_run, run_vectors
from solvent.edge.conformance.vectors import bundled
from tests.differential.vyper.chain import COMPILED, CONTRACTS

STEPS: Final = 200

RUNS: Final = 100
"""Runs after which a defect counts as not found by runs."""

SEED: Final = "defects"

PATIENCE: Final = 120.0
"""Seconds for one reply: the first one waits for the compiler."""


@dataclass(frozen=True)
class Defect:
    """What is wrong, and the text that stands in the place of another, in one contract or module."""

    name: str
    source: str
    right: str
    wrong: str


DEFECTS: Final = (
    Defect("margins round down", "book", "return (a * b + d - 1) // d", "return a * b // d"),
    Defect(
        "worth of a short at the carry of longs",
        "book",
        "return size * (price - short_carry)",
        "return size * (price - long_carry)",
    ),
    Defect("interest of shorts is not kept", "book", "max(-new, 0) - max(-old, 0)", "max(-new, 0) - max(-new, 0)"),
    Defect(
        "a requirement without the floor",
        "book",
        "return max(self.margins(account, kind), self.parameters.requirement_floor)",
        "return self.margins(account, kind)",
    ),
    Defect(
        "the opening rate starts at the upper limit",
        "book",
        "* self.markets[market].mark - lower, 0)",
        "* self.markets[market].mark - self.markets[market].parameters.interest_upper, 0)",
    ),
    Defect(
        "a turned position counts as reduced",
        "book",
        "if size < min(before.size, 0) or size > max(before.size, 0):",
        "if abs(size) > abs(before.size):",
    ),
    Defect(
        "a reduction may lower the ratio",
        "book",
        "return equity * before.maintenance >= before.equity * maintenance",
        "return True",
    ),
    Defect(
        "the cash cap is not asked of debts",
        "book",
        "return abs(self.cash[account]) <= CASH_CAP",
        "return self.cash[account] <= CASH_CAP",
    ),
    Defect(
        "one market too many",
        "book",
        "convert(len(self.held[account]), int256) <= self",
        "convert(len(self.held[account]), int256) <= 1 + self",
    ),
    Defect(
        "the backstop is counted as exposed",
        "book",
        "if account != self.backstop and len(self.held[account]) == 1:",
        "if len(self.held[account]) == 1:",
    ),
    Defect(
        "a certificate outlives its class",
        "book",
        "self.classes[level] = CertificateClass(generation=self.classes[level].generation + 1, count=0)",
        "self.classes[level].count = 0",
    ),
    Defect("the count of the old class stays", "book", "self.classes[convert(live, uint256)].count -= 1", "pass"),
    Defect(
        "a class without the maintenance requirement",
        "book",
        "if equity < self.requirement(account, MAINTENANCE):",
        "if equity < 0:",
    ),
    Defect(
        "a class margin at the mark of today",
        "book",
        "abs(self.sizes[account][market]) * base.mark",
        "abs(self.sizes[account][market]) * self.markets[market].mark",
    ),
    Defect("a class lasts for all of what it covers", "book", "if 2 * drift * PPM * PPM >", "if drift * PPM * PPM >"),
    Defect(
        "drift of the carries is added up",
        "book",
        "drift += max(abs(long_carry - base.long_carry), abs(short_carry - base.short_carry))",
        "drift += abs(long_carry - base.long_carry) + abs(short_carry - base.short_carry)",
    ),
    Defect("the book is certified with a hole", "book", " and self.equity(self.backstop) >= 0", ""),
    Defect("the book is certified with an overdue market", "book", " and self.overdue == 0", ""),
    Defect("no epoch begins", "book", "self.epoch += 1", "pass"),
    Defect(
        "the anchor is recorded after the move",
        "book",
        "    self.markets[market].anchor = self.anchor_of(market)\n    self.count_dues(market, -1)\n    bases",
        "    self.count_dues(market, -1)\n    bases",
    ),
    Defect(
        "the backstop's own interest pays",
        "book",
        "return due, self.markets[market].short_interest - max(-own, 0)",
        "return due, self.markets[market].short_interest",
    ),
    Defect(
        "a due at its cap is overdue",
        "book",
        "if due > self.markets[market].parameters.backstop_cap:",
        "if due >= self.markets[market].parameters.backstop_cap:",
    ),
    Defect("the last market in the list is lost", "book", "self.held[account][place - 1] = last", "pass"),
    Defect(
        "a deposit lowers a class",
        "Accounts",
        "book.recertify(account, book.live_class(account))\n    log Deposited",
        "book.recertify(account, book.NO_CLASS)\n    log Deposited",
    ),
    Defect(
        "a withdrawal leaves the maintenance requirement",
        "Accounts",
        '>= book.requirement(account, book.INITIAL), "MAR-7',
        '>= book.requirement(account, book.MAINTENANCE), "MAR-7',
    ),
    Defect("anyone withdraws", "Accounts", '    assert msg.sender == account, "MAR-4 actor"\n', ""),
    Defect("the buyer pays no fee", "Accounts", "    book.cash[buyer] -= fee\n", ""),
    Defect(
        "the seller's limit is the buyer's", "Accounts", "assert price >= seller_limit", "assert price >= buyer_limit"
    ),
    Defect(
        "the buyer is judged by itself afterwards",
        "Accounts",
        "book.may_change(buyer, market, buyer_before)",
        "book.may_change(buyer, market, book.standing(buyer, market))",
    ),
    Defect(
        "the bounty takes gains since the anchor",
        "Accounts",
        "min(equity, max(book.anchored_equity(account), 0))",
        "equity",
    ),
    Defect(
        "the penalty has no cap", "Accounts", "return min(by_rate, equity * freed // maintenance)", "return by_rate"
    ),
    Defect("half of the penalty rounds up", "Accounts", "reward = penalty // 2", "reward = (penalty + 1) // 2"),
    Defect(
        "at its maintenance requirement one is liquidated",
        "Accounts",
        "assert equity < maintenance",
        "assert equity <= maintenance",
    ),
    Defect(
        "a liquidation closes as much as it likes",
        "Accounts",
        'assert left < self.after_closing(account, market, short_of, book.INITIAL), "LIQ-7 size"',
        "pass",
    ),
    Defect("sides swapped in a liquidation", "Accounts", "    if position < 0:\n", "    if position > 0:\n"),
    Defect(
        "an unwinding of the same side",
        "Accounts",
        "    if own <= 0:\n        held = -held\n",
        "    held = -abs(held)\n",
    ),
    Defect(
        "a position is settled before its market",
        "Accounts",
        '    assert book.markets[market].settled > 0, "SET-5 market"\n',
        "",
    ),
    Defect(
        "a mark of the same time",
        "Markets",
        'assert time > book.markets[market].time, "MRK-2 time"',
        'assert time >= book.markets[market].time, "MRK-2 time"',
    ),
    Defect(
        "funding moves one carry",
        "Markets",
        "short_carry: int256 = book.markets[market].short_carry + payment",
        "short_carry: int256 = book.markets[market].short_carry",
    ),
    Defect(
        "the mark is said at the very last time",
        "Markets",
        "return time < book.TIME_CAP",
        "return time <= book.TIME_CAP",
    ),
    Defect("other parameters end no class", "Markets", "        book.expire(level)\n", "        pass\n"),
    Defect(
        "a default charges the whole deficit",
        "Markets",
        "share = min(book.up(deficit, loss, losses), loss)",
        "share = deficit",
    ),
    Defect(
        "what the backstop took over it earned",
        "Markets",
        "backstop_base += worth - worth_before",
        "backstop_base += 0 * worth_before",
    ),
    Defect("the hole is paid by markets that owe nothing", "Markets", "    if book.owing == 0:\n", "    if True:\n"),
    Defect("a cut beyond the gain", "Markets", "        cut = min(cut, gain_of_shorts)\n", ""),
    Defect("the backstop's own position pays nobody", "Markets", "cut * (payers + own_payers)", "cut * payers"),
    Defect(
        "the inventory limit is asked of every liquidation",
        "Accounts",
        "    if liquidator == backstop:\n        inventory",
        "    if True:\n        inventory",
    ),
    Defect("a flat backstop counts as long", "Accounts", "if own <= 0:", "if own < 0:"),
    Defect(
        "the class is determined before the actor is paid",
        "Accounts",
        "    book.recertify(account, book.NO_CLASS)\n    log Certified",
        "    book.cash[msg.sender] -= bounty\n    book.recertify(account, book.NO_CLASS)\n"
        "    book.cash[msg.sender] += bounty\n    log Certified",
    ),
    Defect("a default records no anchor", "Markets", "    book.markets[market].anchor = book.anchor_of(market)\n", ""),
)


@contextmanager
def seeded(defect: Defect) -> Iterator[Path]:
    """A folder of the contracts with the defect."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(shutil.copytree(CONTRACTS, Path(name) / "contracts", ignore=shutil.ignore_patterns(COMPILED)))
        path = folder / f"{defect.source}.vy"
        text = path.read_text(encoding="utf-8")
        if text.count(defect.right) != 1:
            raise ValueError(
                f"{defect.name}: the text to change stands {text.count(defect.right)} times in {path.name}"
            )
        path.write_text(text.replace(defect.right, defect.wrong), encoding="utf-8")
        yield folder


def adapter(folder: Path) -> list[str]:
    """The command of the adapter on other contracts."""
    return [sys.executable, "-m", "tests.differential.vyper.adapter", "--contracts", str(folder)]


def search(defect: Defect) -> tuple[int, int, str]:
    """How many vectors fail, after how many steps of drawn runs there is a divergence (0 for never), and what it
    violates, as the runs say, or else the first vector.
    """
    with seeded(defect) as folder:
        session = Session(adapter(folder), PATIENCE)
        try:
            kinds = claimed_kinds(session.greeted().actions, None)
            results = Results("", ())
            failed = [check for check in run_vectors(session, bundled(), kinds, results) if check.divergence]
            found = Results("", ())
            for number in range(RUNS):
                divergence = diverging_run(session, kinds, f"{SEED}/{number}", STEPS, found)
                if divergence is not None:
                    return len(failed), found.steps, divergence.requirement
        finally:
            session.end()
    first = failed[0].divergence if failed else None
    return len(failed), 0, first.requirement if first else ""


def main() -> int:
    """Prints the table, a line as soon as it is known."""
    argparse.ArgumentParser(description="How soon the kit finds each seeded defect.").parse_args()
    print("| Defect | In | Vectors that fail | Steps of runs | Requirement |")
    print("| --- | --- | ---: | ---: | --- |", flush=True)
    missed = 0
    for defect in DEFECTS:
        failed, steps, requirement = search(defect)
        missed += not failed and not steps
        shown = f"{steps:,}" if steps else f"more than {RUNS * STEPS:,}"
        print(f"| {defect.name} | {defect.source} | {failed} | {shown} | {requirement} |", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
