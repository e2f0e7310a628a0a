"""Defects of the TypeScript implementation."""

from typing import Final

from tests.differential.defects import Defect

ROUNDING = "wrong rounding"
MISSING = "missing check"
STALE = "stale read"
SIDE = "swapped side"
EDGE = "off by one"
WORD = "overflow or cast"
FORMULA = "wrong term"

DEFECTS: Final = (
    Defect(
        ROUNDING,
        "margin.ts",
        "ceilDiv(abs(size) * market.mark * market.parameters.initial_rate, PPM);",
        "(abs(size) * market.mark * market.parameters.initial_rate) / PPM;",
    ),
    Defect(
        ROUNDING,
        "numbers.ts",
        "return a < 0n && quotient * d !== a ? quotient - 1n : quotient;",
        "return quotient;",
    ),
    Defect(
        ROUNDING,
        "margin.ts",
        "return initial_rate + min(floorDiv(excess * room, interest_upper - interest_lower), room);",
        "return initial_rate + min(ceilDiv(excess * room, interest_upper - interest_lower), room);",
    ),
    Defect(
        ROUNDING,
        "margin.ts",
        "ceilDiv(initialMargin(size, market) * market.parameters.maintenance_fraction, PPM);",
        "floorDiv(initialMargin(size, market) * market.parameters.maintenance_fraction, PPM);",
    ),
    Defect(
        ROUNDING,
        "default.ts",
        "const share = pays ? deficit : min(ceilDiv(deficit * loss, losses), loss);",
        "const share = pays ? deficit : min((deficit * loss) / losses, loss);",
    ),
    Defect(
        ROUNDING,
        "default.ts",
        "const cut = min(ceilDiv(wanted, payers), gain);",
        "const cut = min(wanted / payers, gain);",
    ),
    Defect(
        ROUNDING,
        "liquidation.ts",
        "const reward = liquidator === BACKSTOP ? penalty : penalty / 2n;",
        "const reward = liquidator === BACKSTOP ? penalty : (penalty + 1n) / 2n;",
    ),
    Defect(
        ROUNDING,
        "liquidation.ts",
        "return { left, penalty: min(byRate, floorDiv(equity(draft, account) * freed, maintenance)) };",
        "return { left, penalty: min(byRate, ceilDiv(equity(draft, account) * freed, maintenance)) };",
    ),
    Defect(
        ROUNDING,
        "trading.ts",
        "const fee = ceilDiv(size * price * market.parameters.fee_rate, PPM);",
        "const fee = (size * price * market.parameters.fee_rate) / PPM;",
    ),
    Defect(
        MISSING,
        "margin.ts",
        'demand(amount <= draft.totals.vault, "MAR-6", "amount");',
        "",
    ),
    Defect(
        MISSING,
        "trading.ts",
        'demand(sellerMay(), "TRD-5", "seller");',
        "",
    ),
    Defect(
        MISSING,
        "certification.ts",
        "if (held >= 0) classes[held]!.count -= 1n;",
        "",
    ),
    Defect(
        MISSING,
        "certification.ts",
        "return certified === exposed && overdue === 0n && equity(draft, draft.account(BACKSTOP)) >= 0n;",
        "return certified === exposed && overdue === 0n;",
    ),
    Defect(
        MISSING,
        "certification.ts",
        "return certified === exposed && overdue === 0n && equity(draft, draft.account(BACKSTOP)) >= 0n;",
        "return certified === exposed && equity(draft, draft.account(BACKSTOP)) >= 0n;",
    ),
    Defect(
        MISSING,
        "default.ts",
        "return draft.totals.owing === 0n ? max(ofMarket, hole) : ofMarket;",
        "return max(ofMarket, hole);",
    ),
    Defect(
        MISSING,
        "default.ts",
        "return draft.totals.owing === 0n ? max(ofMarket, hole) : ofMarket;",
        "return ofMarket;",
    ),
    Defect(
        MISSING,
        "certification.ts",
        "const level = keeps && held > covered ? held : covered;",
        "const level = covered;",
    ),
    Defect(
        MISSING,
        "certification.ts",
        "const bounty = min(draft.parameters.bounty, min(has, max(had, 0n)));",
        "const bounty = min(draft.parameters.bounty, has);",
    ),
    Defect(
        MISSING,
        "pool.ts",
        "if (owner !== BACKSTOP && wasExposed !== isExposed) draft.totals.exposed += isExposed ? 1n : -1n;",
        "if (wasExposed !== isExposed) draft.totals.exposed += isExposed ? 1n : -1n;",
    ),
    Defect(
        STALE,
        "margin.ts",
        "const equityAfter = equity(draft, account);",
        "const equityAfter = equityBefore;",
    ),
    Defect(
        STALE,
        "certification.ts",
        "if (recorded.generation === generation) return recorded;",
        "if (recorded.generation > 0n) return recorded;",
    ),
    Defect(
        STALE,
        "certification.ts",
        "if (market.anchor.epoch === epoch) return market.anchor;",
        "if (market.anchor.epoch > 0n) return market.anchor;",
    ),
    Defect(
        STALE,
        "certification.ts",
        "draft.totals.owing = 0n;",
        "",
    ),
    Defect(
        STALE,
        "pool.ts",
        "account.cash += worth(before, market, price) - worth(after, market, price);",
        "account.cash += worth(before, market) - worth(after, market, price);",
    ),
    Defect(
        STALE,
        "default.ts",
        "market.anchor = { ...anchor, paid: anchor.paid + share, backstop_base };",
        "market.anchor = { ...anchor, paid: anchor.paid + share };",
    ),
    Defect(
        SIDE,
        "pool.ts",
        "return size * (price - (size > 0n ? stand.long_carry : stand.short_carry));",
        "return size * (price - (size < 0n ? stand.long_carry : stand.short_carry));",
    ),
    Defect(
        SIDE,
        "pool.ts",
        "market.short_interest += shorts(after) - shorts(before);",
        "market.short_interest += longs(after) - longs(before);",
    ),
    Defect(
        SIDE,
        "certification.ts",
        "const carries = max(abs(market.long_carry - base.long_carry), abs(market.short_carry - base.short_carry));",
        "const carries = abs(market.long_carry - base.long_carry);",
    ),
    Defect(
        SIDE,
        "default.ts",
        "return size > 0n ? 1n : -1n;",
        "return size < 0n ? 1n : -1n;",
    ),
    Defect(
        FORMULA,
        "default.ts",
        "return anchor.paid - earned - anchor.collected;",
        "return anchor.paid + earned - anchor.collected;",
    ),
    Defect(
        FORMULA,
        "default.ts",
        "backstop.cash += cut * (payers + own);",
        "backstop.cash += cut * payers;",
    ),
    Defect(
        FORMULA,
        "trading.ts",
        "draft.account(TREASURY).cash += 2n * fee;",
        "draft.account(TREASURY).cash += fee;",
    ),
    Defect(
        FORMULA,
        "margin.ts",
        "if (!isReduction) return equityAfter >= openingRequirement(draft, account);",
        "if (!isReduction) return equityAfter >= initialRequirement(draft, account);",
    ),
    Defect(
        EDGE,
        "pool.ts",
        'demand(owner === BACKSTOP || count <= draft.parameters.max_markets_per_account, "CON-5", field);',
        'demand(owner === BACKSTOP || count < draft.parameters.max_markets_per_account, "CON-5", field);',
    ),
    Defect(
        EDGE,
        "certification.ts",
        "if (2n * drift * PPM * PPM > base.mark * factor * rate) endClass(draft, level);",
        "if (2n * drift * PPM * PPM >= base.mark * factor * rate) endClass(draft, level);",
    ),
    Defect(
        EDGE,
        "liquidation.ts",
        "const less = closing(draft, account, id, size - market.parameters.lot);",
        "const less = closing(draft, account, id, size);",
    ),
    Defect(
        EDGE,
        "marking.ts",
        'demand(expiry === 0n ? time < TIME_CAP : time <= expiry, "SET-7", "time");',
        'demand(expiry === 0n ? time <= TIME_CAP : time <= expiry, "SET-7", "time");',
    ),
    Defect(
        EDGE,
        "settlement.ts",
        'demand(time >= market.parameters.expiry, "SET-4", "time");',
        'demand(time > market.parameters.expiry, "SET-4", "time");',
    ),
    Defect(
        EDGE,
        "parameters.ts",
        "for (let level = 0; level < CLASSES; level += 1) endClass(draft, level);",
        "for (let level = 1; level < CLASSES; level += 1) endClass(draft, level);",
    ),
    Defect(
        EDGE,
        "parameters.ts",
        'demand(draft.listed() < LISTED_CAP, "PAR-23", "market");',
        'demand(draft.listed() <= LISTED_CAP, "PAR-23", "market");',
    ),
    Defect(
        WORD,
        "numbers.ts",
        "const quotient = a / d;",
        "const quotient = BigInt(Math.trunc(Number(a) / Number(d)));",
    ),
    Defect(
        WORD,
        "margin.ts",
        "equityAfter * maintenanceBefore >= equityBefore * maintenanceAfter",
        "BigInt.asIntN(128, equityAfter * maintenanceBefore) >= BigInt.asIntN(128, equityBefore * maintenanceAfter)",
    ),
    Defect(
        WORD,
        "default.ts",
        "const collected = cut * payers;",
        "const collected = BigInt.asIntN(64, cut * payers);",
    ),
)
