"""Defects of the contracts."""

from typing import Final

from tests.differential.defects import Defect

DEFECTS: Final = (
    Defect("margins round down", "book.vy", "return (a * b + d - 1) // d", "return a * b // d"),
    Defect(
        "worth of a short at the carry of longs",
        "book.vy",
        "return size * (price - short_carry)",
        "return size * (price - long_carry)",
    ),
    Defect("interest of shorts is not kept", "book.vy", "max(-new, 0) - max(-old, 0)", "max(-new, 0) - max(-new, 0)"),
    Defect(
        "a requirement without the floor",
        "book.vy",
        "return max(self.margins(account, kind), self.parameters.requirement_floor)",
        "return self.margins(account, kind)",
    ),
    Defect(
        "the opening rate starts at the upper limit",
        "book.vy",
        "* self.markets[market].mark - lower, 0)",
        "* self.markets[market].mark - self.markets[market].parameters.interest_upper, 0)",
    ),
    Defect(
        "a turned position counts as reduced",
        "book.vy",
        "if size < min(before.size, 0) or size > max(before.size, 0):",
        "if abs(size) > abs(before.size):",
    ),
    Defect(
        "a reduction may lower the ratio",
        "book.vy",
        "return equity * before.maintenance >= before.equity * maintenance",
        "return True",
    ),
    Defect(
        "the cash cap is not asked of debts",
        "book.vy",
        "return abs(self.cash[account]) <= CASH_CAP",
        "return self.cash[account] <= CASH_CAP",
    ),
    Defect(
        "one market too many",
        "book.vy",
        "convert(len(self.held[account]), int256) <= self",
        "convert(len(self.held[account]), int256) <= 1 + self",
    ),
    Defect(
        "the backstop is counted as exposed",
        "book.vy",
        "if account != self.backstop and len(self.held[account]) == 1:",
        "if len(self.held[account]) == 1:",
    ),
    Defect(
        "a certificate outlives its class",
        "book.vy",
        "self.classes[level] = CertificateClass(generation=self.classes[level].generation + 1, count=0)",
        "self.classes[level].count = 0",
    ),
    Defect("the count of the old class stays", "book.vy", "self.classes[convert(live, uint256)].count -= 1", "pass"),
    Defect(
        "a class without the maintenance requirement",
        "book.vy",
        "if equity < self.requirement(account, MAINTENANCE):",
        "if equity < 0:",
    ),
    Defect(
        "a class margin at the mark of today",
        "book.vy",
        "abs(self.sizes[account][market]) * base.mark",
        "abs(self.sizes[account][market]) * self.markets[market].mark",
    ),
    Defect(
        "a class lasts for all of what it covers", "book.vy", "if 2 * drift * PPM * PPM >", "if drift * PPM * PPM >"
    ),
    Defect(
        "drift of the carries is added up",
        "book.vy",
        "drift += max(abs(long_carry - base.long_carry), abs(short_carry - base.short_carry))",
        "drift += abs(long_carry - base.long_carry) + abs(short_carry - base.short_carry)",
    ),
    Defect("the book is certified with a hole", "book.vy", " and self.equity(self.backstop) >= 0", ""),
    Defect("the book is certified with an overdue market", "book.vy", " and self.overdue == 0", ""),
    Defect("no epoch begins", "book.vy", "self.epoch += 1", "pass"),
    Defect(
        "the anchor is recorded after the move",
        "book.vy",
        "    self.markets[market].anchor = self.anchor_of(market)\n    self.count_dues(market, -1)\n    bases",
        "    self.count_dues(market, -1)\n    bases",
    ),
    Defect(
        "the backstop's own interest pays",
        "book.vy",
        "return due, self.markets[market].short_interest - max(-own, 0)",
        "return due, self.markets[market].short_interest",
    ),
    Defect(
        "a due at its cap is overdue",
        "book.vy",
        "if due > self.markets[market].parameters.backstop_cap:",
        "if due >= self.markets[market].parameters.backstop_cap:",
    ),
    Defect("the last market in the list is lost", "book.vy", "self.held[account][place - 1] = last", "pass"),
    Defect(
        "a deposit lowers a class",
        "Accounts.vy",
        "book.recertify(account, book.live_class(account))\n    log Deposited",
        "book.recertify(account, book.NO_CLASS)\n    log Deposited",
    ),
    Defect(
        "a withdrawal leaves the maintenance requirement",
        "Accounts.vy",
        '>= book.requirement(account, book.INITIAL), "MAR-7',
        '>= book.requirement(account, book.MAINTENANCE), "MAR-7',
    ),
    Defect("anyone withdraws", "Accounts.vy", '    assert msg.sender == account, "MAR-4 actor"\n', ""),
    Defect("the buyer pays no fee", "Accounts.vy", "    book.cash[buyer] -= fee\n", ""),
    Defect(
        "the seller's limit is the buyer's",
        "Accounts.vy",
        "assert price >= seller_limit",
        "assert price >= buyer_limit",
    ),
    Defect(
        "the buyer is judged by itself afterwards",
        "Accounts.vy",
        "book.may_change(buyer, market, buyer_before)",
        "book.may_change(buyer, market, book.standing(buyer, market))",
    ),
    Defect(
        "the bounty takes gains since the anchor",
        "Accounts.vy",
        "min(equity, max(book.anchored_equity(account), 0))",
        "equity",
    ),
    Defect(
        "the penalty has no cap", "Accounts.vy", "return min(by_rate, equity * freed // maintenance)", "return by_rate"
    ),
    Defect("half of the penalty rounds up", "Accounts.vy", "reward = penalty // 2", "reward = (penalty + 1) // 2"),
    Defect(
        "at its maintenance requirement one is liquidated",
        "Accounts.vy",
        "assert equity < maintenance",
        "assert equity <= maintenance",
    ),
    Defect(
        "a liquidation closes as much as it likes",
        "Accounts.vy",
        'assert left < self.after_closing(account, market, short_of, book.INITIAL), "LIQ-7 size"',
        "pass",
    ),
    Defect("sides swapped in a liquidation", "Accounts.vy", "    if position < 0:\n", "    if position > 0:\n"),
    Defect(
        "an unwinding of the same side",
        "Accounts.vy",
        "    if own <= 0:\n        held = -held\n",
        "    held = -abs(held)\n",
    ),
    Defect(
        "a position is settled before its market",
        "Accounts.vy",
        '    assert book.markets[market].settled > 0, "SET-5 market"\n',
        "",
    ),
    Defect(
        "a mark of the same time",
        "Markets.vy",
        'assert time > book.markets[market].time, "MRK-2 time"',
        'assert time >= book.markets[market].time, "MRK-2 time"',
    ),
    Defect(
        "funding moves one carry",
        "Markets.vy",
        "short_carry: int256 = book.markets[market].short_carry + payment",
        "short_carry: int256 = book.markets[market].short_carry",
    ),
    Defect(
        "the mark is said at the very last time",
        "Markets.vy",
        "return time < book.TIME_CAP",
        "return time <= book.TIME_CAP",
    ),
    Defect("other parameters end no class", "Markets.vy", "        book.expire(level)\n", "        pass\n"),
    Defect(
        "a default charges the whole deficit",
        "Markets.vy",
        "share = min(book.up(deficit, loss, losses), loss)",
        "share = deficit",
    ),
    Defect(
        "what the backstop took over it earned",
        "Markets.vy",
        "backstop_base += worth - worth_before",
        "backstop_base += 0 * worth_before",
    ),
    Defect("the hole is paid by markets that owe nothing", "Markets.vy", "    if book.owing == 0:\n", "    if True:\n"),
    Defect("a cut beyond the gain", "Markets.vy", "        cut = min(cut, gain_of_shorts)\n", ""),
    Defect("the backstop's own position pays nobody", "Markets.vy", "cut * (payers + own_payers)", "cut * payers"),
    Defect(
        "the inventory limit is asked of every liquidation",
        "Accounts.vy",
        "    if liquidator == backstop:\n        inventory",
        "    if True:\n        inventory",
    ),
    Defect("a flat backstop counts as long", "Accounts.vy", "if own <= 0:", "if own < 0:"),
    Defect(
        "the class is determined before the actor is paid",
        "Accounts.vy",
        "    book.recertify(account, book.NO_CLASS)\n    log Certified",
        "    book.cash[msg.sender] -= bounty\n    book.recertify(account, book.NO_CLASS)\n"
        "    book.cash[msg.sender] += bounty\n    log Certified",
    ),
    Defect(
        "a default records no anchor", "Markets.vy", "    book.markets[market].anchor = book.anchor_of(market)\n", ""
    ),
)
