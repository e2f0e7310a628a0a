// Chapter "Default": default, sharing a loss, unwinding, taking over.

import { anchorOf, moveMarket } from "./certification.ts";
import { demandCarries } from "./funding.ts";
import { watchChange } from "./margin.ts";
import { abs, ceilDiv, max, min } from "./numbers.ts";
import {
  BACKSTOP,
  changePosition,
  demandCash,
  demandFewMarkets,
  equity,
  longs,
  shorts,
  sizeIn,
  worth,
} from "./pool.ts";
import type { Draft, Market } from "./pool.ts";
import { demand } from "./rules.ts";

interface Winners {
  side: "long" | "short" | "none";
  gain: bigint;
  /** Base quanta of the side that are not the backstop's, and the backstop's. */
  payers: bigint;
  own: bigint;
}

function winnersOf(draft: Draft, id: string): Winners {
  const market = draft.market(id);
  const anchor = anchorOf(draft, id, market);
  const backstop = sizeIn(draft.account(BACKSTOP), id);
  const ofLongs = market.mark - market.long_carry - (anchor.mark - anchor.long_carry);
  const ofShorts = anchor.mark - anchor.short_carry - (market.mark - market.short_carry);
  if (ofLongs > 0n) {
    return { side: "long", gain: ofLongs, payers: market.long_interest - longs(backstop), own: longs(backstop) };
  }
  if (ofShorts > 0n) {
    return { side: "short", gain: ofShorts, payers: market.short_interest - shorts(backstop), own: shorts(backstop) };
  }
  return { side: "none", gain: 0n, payers: 0n, own: 0n };
}

function dueOf(draft: Draft, id: string): bigint {
  const market = draft.market(id);
  const anchor = anchorOf(draft, id, market);
  const earned = worth(sizeIn(draft.account(BACKSTOP), id), market) - anchor.backstop_base;
  return anchor.paid - earned - anchor.collected;
}

/** Keeps the pool's counts of dues while a market's changes. */
export function countingDues(draft: Draft, id: string, change: () => void): void {
  const count = (sign: bigint): void => {
    const due = dueOf(draft, id);
    if (winnersOf(draft, id).payers === 0n) return;
    if (due > 0n) draft.totals.owing += sign;
    if (due > draft.market(id).parameters.backstop_cap) draft.totals.overdue += sign;
  };
  count(-1n);
  change();
  count(1n);
}

export function defaultAccount(draft: Draft, action: { account: string; market: string }): object {
  const { account: owner, market: id } = action;
  const market = draft.market(id);
  demand(owner !== BACKSTOP, "DEF-1", "account");
  const account = draft.account(owner);
  const deficit = -equity(draft, account);
  demand(deficit > 0n, "DEF-2", "account");
  const size = sizeIn(account, id);
  demand(size !== 0n, "DEF-3", "market");
  const lossIn = (id: string): bigint => {
    const market = draft.market(id);
    const held = sizeIn(account, id);
    return max(worth(held, anchorOf(draft, id, market)) - worth(held, market), 0n);
  };
  const loss = lossIn(id);
  const losses = [...account.positions.keys()].reduce((sum, each) => sum + lossIn(each), 0n);
  demand(loss > 0n || losses === 0n, "DEF-4", "market");

  const pays = account.positions.size === 1 || losses === 0n;
  const share = pays ? deficit : min(ceilDiv(deficit * loss, losses), loss);
  const backstop = draft.account(BACKSTOP);
  countingDues(draft, id, () => {
    const anchor = anchorOf(draft, id, market);
    const before = worth(sizeIn(backstop, id), market);
    changePosition(draft, owner, id, -size, market.mark);
    changePosition(draft, BACKSTOP, id, size, market.mark);
    account.cash += share;
    backstop.cash -= share;
    const backstop_base = anchor.backstop_base + worth(sizeIn(backstop, id), market) - before;
    market.anchor = { ...anchor, paid: anchor.paid + share, backstop_base };
  });
  demandCash(draft, owner, "account");
  demandCash(draft, BACKSTOP, "backstop");
  return { event: "defaulted", account: owner, market: id, size, share };
}

function wantedOf(draft: Draft, id: string, market: Market): bigint {
  const hole = max(-equity(draft, draft.account(BACKSTOP)), 0n);
  const due = dueOf(draft, id);
  const ofMarket = max(min(hole, due), due - market.parameters.backstop_cap);
  return draft.totals.owing === 0n ? max(ofMarket, hole) : ofMarket;
}

export function shareLoss(draft: Draft, action: { market: string }): object {
  const { market: id } = action;
  const market = draft.market(id);
  const wanted = wantedOf(draft, id, market);
  demand(wanted > 0n, "DEF-5", "market");
  const { side, gain, payers, own } = winnersOf(draft, id);
  demand(payers > 0n, "DEF-6", "market");

  const cut = min(ceilDiv(wanted, payers), gain);
  const collected = cut * payers;
  const backstop = draft.account(BACKSTOP);
  const size = sizeIn(backstop, id);
  countingDues(draft, id, () => {
    const before = worth(size, market);
    moveMarket(draft, id, (moved) => {
      if (side === "long") moved.long_carry += cut;
      else moved.short_carry -= cut;
    });
    backstop.cash += cut * (payers + own);
    const { anchor } = market;
    const backstop_base = anchor.backstop_base + worth(size, market) - before;
    market.anchor = { ...anchor, collected: anchor.collected + collected, backstop_base };
  });
  demandCash(draft, BACKSTOP, "backstop");
  demandCarries(market, "market");
  return { event: "loss_shared", market: id, cut, collected };
}

/** 1 where the backstop is long, -1 where it is not. */
function directionOf(draft: Draft, id: string): bigint {
  const size = sizeIn(draft.account(BACKSTOP), id);
  return size > 0n ? 1n : -1n;
}

export function unwind(draft: Draft, action: { account: string; market: string; size: bigint }): object {
  const { account: owner, market: id, size } = action;
  demand(size > 0n, "NUM-6", "size");
  const market = draft.active(id);
  demand(size % market.parameters.lot === 0n, "NUM-8", "size");
  const direction = directionOf(draft, id);
  demand(size <= -direction * sizeIn(draft.account(owner), id), "DEF-7", "size");
  demand(size <= abs(sizeIn(draft.account(BACKSTOP), id)), "DEF-8", "size");
  changePosition(draft, BACKSTOP, id, -direction * size, market.mark);
  changePosition(draft, owner, id, direction * size, market.mark);
  demandCash(draft, owner, "account");
  demandCash(draft, BACKSTOP, "backstop");
  return { event: "unwound", account: owner, market: id, size };
}

export function takeOver(draft: Draft, action: { taker: string; market: string; size: bigint }): object {
  const { taker, market: id, size } = action;
  demand(size > 0n, "NUM-6", "size");
  const market = draft.active(id);
  demand(size % market.parameters.lot === 0n, "NUM-8", "size");
  demand(taker !== BACKSTOP, "DEF-9", "taker");
  demand(size <= abs(sizeIn(draft.account(BACKSTOP), id)), "DEF-8", "size");
  const direction = directionOf(draft, id);
  const takerMay = watchChange(draft, taker, id);
  changePosition(draft, BACKSTOP, id, -direction * size, market.mark);
  changePosition(draft, taker, id, direction * size, market.mark);
  demandCash(draft, taker, "taker");
  demandCash(draft, BACKSTOP, "backstop");
  demandFewMarkets(draft, taker, "taker");
  demand(takerMay(), "DEF-10", "taker");
  return { event: "taken_over", taker, market: id, size };
}
