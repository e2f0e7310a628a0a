// Chapter "Liquidation".

import { initialRequirement, maintenanceRequirement } from "./margin.ts";
import { abs, ceilDiv, floorDiv, min, PPM } from "./numbers.ts";
import { BACKSTOP, changePosition, demandCash, demandFewMarkets, equity, setPosition, sizeIn } from "./pool.ts";
import type { Account, Draft } from "./pool.ts";
import { demand } from "./rules.ts";

interface Liquidate {
  actor: string;
  market: string;
  account: string;
  liquidator: string;
  size: bigint;
}

/** What is left of an account, and the penalty, once `size` of its position has been closed at the mark. */
function closing(draft: Draft, account: Account, id: string, size: bigint): { left: Account; penalty: bigint } {
  const market = draft.market(id);
  const position = sizeIn(account, id);
  const left = { ...account, positions: new Map(account.positions) };
  setPosition(left, id, position > 0n ? position - size : position + size);
  const maintenance = maintenanceRequirement(draft, account);
  const freed = maintenance - maintenanceRequirement(draft, left);
  const byRate = ceilDiv(size * market.mark * market.parameters.penalty_rate, PPM);
  return { left, penalty: min(byRate, floorDiv(equity(draft, account) * freed, maintenance)) };
}

export function liquidate(draft: Draft, action: Liquidate): object {
  const { actor, market: id, account: owner, liquidator, size } = action;
  demand(liquidator === BACKSTOP || liquidator === actor, "LIQ-1", "liquidator");
  demand(size > 0n, "NUM-6", "size");
  const market = draft.active(id);
  demand(size % market.parameters.lot === 0n, "NUM-8", "size");
  demand(owner !== BACKSTOP, "LIQ-2", "account");
  demand(owner !== liquidator, "LIQ-3", "liquidator");
  const account = draft.account(owner);
  const position = sizeIn(account, id);
  demand(size <= abs(position), "LIQ-4", "size");
  const has = equity(draft, account);
  demand(has >= 0n, "LIQ-5", "account");
  demand(has < maintenanceRequirement(draft, account), "LIQ-6", "account");
  const less = closing(draft, account, id, size - market.parameters.lot);
  demand(has - less.penalty < initialRequirement(draft, less.left), "LIQ-7", "size");

  const { penalty } = closing(draft, account, id, size);
  const reward = liquidator === BACKSTOP ? penalty : penalty / 2n;
  const direction = position > 0n ? 1n : -1n;
  const taker = draft.account(liquidator);
  const backstop = draft.account(BACKSTOP);
  changePosition(draft, owner, id, -direction * size, market.mark);
  changePosition(draft, liquidator, id, direction * size, market.mark);
  account.cash -= penalty;
  taker.cash += reward;
  backstop.cash += penalty - reward;

  demandCash(draft, owner, "account");
  demandCash(draft, liquidator, "liquidator");
  demandCash(draft, BACKSTOP, "backstop");
  demandFewMarkets(draft, liquidator, "liquidator");
  if (liquidator === BACKSTOP)
    demand(abs(sizeIn(backstop, id)) <= market.parameters.backstop_inventory, "LIQ-9", "size");
  else demand(equity(draft, taker) >= initialRequirement(draft, taker), "LIQ-8", "liquidator");
  return { event: "liquidated", market: id, account: owner, liquidator, size, penalty, reward };
}
