// Chapter "Certification": anchors, bases and classes, certificates, the certified book.

import { abs, ceilDiv, max, min, PPM } from "./numbers.ts";
import { BACKSTOP, demandCash, equity, NO_CERTIFICATE, sizeIn, worth } from "./pool.ts";
import type { Account, Anchor, Base, Draft, Market } from "./pool.ts";
import { maintenanceRequirement } from "./margin.ts";
import { demand } from "./rules.ts";

/** Where the market stood when the class began its generation: where it stands, unless it has moved since. */
function baseOf(draft: Draft, market: Market, level: number): Base {
  const recorded = market.bases[level]!;
  const { generation } = draft.totals.classes[level]!;
  if (recorded.generation === generation) return recorded;
  return { generation, mark: market.mark, long_carry: market.long_carry, short_carry: market.short_carry };
}

/** Where the market stood when the epoch began: where it stands, unless it has moved or was defaulted in since. */
export function anchorOf(draft: Draft, id: string, market: Market): Anchor {
  const { epoch } = draft.totals;
  if (market.anchor.epoch === epoch) return market.anchor;
  return {
    epoch,
    mark: market.mark,
    long_carry: market.long_carry,
    short_carry: market.short_carry,
    paid: 0n,
    collected: 0n,
    backstop_base: worth(sizeIn(draft.account(BACKSTOP), id), market),
  };
}

/** Moves a market: records where it stood, and ends every class that it has drifted from. */
export function moveMarket(draft: Draft, id: string, move: (market: Market) => void): void {
  const market = draft.market(id);
  market.anchor = anchorOf(draft, id, market);
  market.bases = market.bases.map((_, level) => baseOf(draft, market, level));
  move(market);
  const rate = market.parameters.initial_rate * market.parameters.maintenance_fraction;
  draft.parameters.factors.forEach((factor, level) => {
    const base = market.bases[level]!;
    const carries = max(abs(market.long_carry - base.long_carry), abs(market.short_carry - base.short_carry));
    const drift = abs(market.mark - base.mark) + carries;
    if (2n * drift * PPM * PPM > base.mark * factor * rate) endClass(draft, level);
  });
}

export function endClass(draft: Draft, level: number): void {
  const { generation } = draft.totals.classes[level]!;
  draft.totals.classes[level] = { generation: generation + 1n, count: 0n };
}

/** The highest class that an account covers, -1 if it covers none. */
function highestClass(draft: Draft, account: Account): number {
  const has = equity(draft, account);
  if (has < 0n) return -1;
  if (has < maintenanceRequirement(draft, account)) return 0;
  let level = draft.parameters.factors.length - 1;
  while (level > 0 && has < classMargins(draft, account, level)) level -= 1;
  return level;
}

function classMargins(draft: Draft, account: Account, level: number): bigint {
  let total = 0n;
  for (const [id, size] of account.positions) {
    const market = draft.market(id);
    const { initial_rate, maintenance_fraction } = market.parameters;
    const notional = abs(size) * baseOf(draft, market, level).mark;
    total += ceilDiv(notional * draft.parameters.factors[level]! * initial_rate * maintenance_fraction, PPM * PPM);
  }
  return total;
}

function isLive(draft: Draft, account: Account): boolean {
  const { level, generation } = account.certificate;
  return generation === draft.totals.classes[Number(level)]!.generation;
}

/**
 * Gives an account the certificate of the highest class it covers, in the place of the one it has. Where the action only
 * helped the account, a live certificate of a higher class is kept.
 */
export function recertify(draft: Draft, owner: string, keeps: boolean): void {
  const account = draft.account(owner);
  const { classes } = draft.totals;
  const held = isLive(draft, account) ? Number(account.certificate.level) : -1;
  if (held >= 0) classes[held]!.count -= 1n;
  account.certificate = NO_CERTIFICATE;
  if (owner === BACKSTOP || account.positions.size === 0) return;
  const covered = highestClass(draft, account);
  const level = keeps && held > covered ? held : covered;
  if (level < 0) return;
  classes[level]!.count += 1n;
  account.certificate = { level: BigInt(level), generation: classes[level]!.generation };
}

export function bookIsCertified(draft: Draft): boolean {
  const { classes, exposed, overdue } = draft.totals;
  const certified = classes.reduce((sum, each) => sum + each.count, 0n);
  return certified === exposed && overdue === 0n && equity(draft, draft.account(BACKSTOP)) >= 0n;
}

export function beginEpoch(draft: Draft): void {
  draft.totals.epoch += 1n;
  draft.totals.owing = 0n;
  draft.totals.overdue = 0n;
}

export function certify(draft: Draft, action: { actor: string; account: string }): object {
  const { actor, account: owner } = action;
  const account = draft.account(owner);
  demand(owner !== BACKSTOP, "CRT-2", "account");
  demand(account.positions.size > 0, "CRT-3", "account");
  demand(!isLive(draft, account), "CRT-4", "account");
  const has = equity(draft, account);
  demand(has >= 0n, "CRT-5", "account");
  const had = equity(draft, account, (id, market) => anchorOf(draft, id, market));
  const bounty = min(draft.parameters.bounty, min(has, max(had, 0n)));
  account.cash -= bounty;
  draft.account(actor).cash += bounty;
  demandCash(draft, owner, "account");
  demandCash(draft, actor, "actor");
  return { event: "certified", actor, account: owner, bounty };
}
