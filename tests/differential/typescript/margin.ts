// Chapter "Margin": requirements, what a change of position must leave, withdrawals.

import { abs, ceilDiv, floorDiv, max, min, PPM } from "./numbers.ts";
import { BACKSTOP, demandCash, equity, sizeIn } from "./pool.ts";
import type { Account, Draft, Market } from "./pool.ts";
import { demand } from "./rules.ts";

type Margin = (size: bigint, market: Market) => bigint;

const initialMargin: Margin = (size, market) => ceilDiv(abs(size) * market.mark * market.parameters.initial_rate, PPM);

const maintenanceMargin: Margin = (size, market) =>
  ceilDiv(initialMargin(size, market) * market.parameters.maintenance_fraction, PPM);

const openingMargin: Margin = (size, market) => ceilDiv(abs(size) * market.mark * openingRate(market), PPM);

function openingRate(market: Market): bigint {
  const { initial_rate, interest_lower, interest_upper } = market.parameters;
  const excess = max(market.long_interest * market.mark - interest_lower, 0n);
  const room = PPM - initial_rate;
  return initial_rate + min(floorDiv(excess * room, interest_upper - interest_lower), room);
}

const requirement =
  (margin: Margin) =>
  (draft: Draft, account: Account): bigint => {
    if (account.positions.size === 0) return 0n;
    let total = 0n;
    for (const [id, size] of account.positions) total += margin(size, draft.market(id));
    return max(total, draft.parameters.requirement_floor);
  };

export const initialRequirement = requirement(initialMargin);
export const maintenanceRequirement = requirement(maintenanceMargin);
export const openingRequirement = requirement(openingMargin);

/** Looks at an account before a change of position; what it returns says of the state afterwards whether that may be. */
export function watchChange(draft: Draft, owner: string, market: string): () => boolean {
  const account = draft.account(owner);
  const size = sizeIn(account, market);
  const equityBefore = equity(draft, account);
  const maintenanceBefore = maintenanceRequirement(draft, account);
  return () => {
    const sizeAfter = sizeIn(account, market);
    const equityAfter = equity(draft, account);
    const isReduction = min(size, 0n) <= sizeAfter && sizeAfter <= max(size, 0n);
    if (!isReduction) return equityAfter >= openingRequirement(draft, account);
    if (equityAfter >= initialRequirement(draft, account)) return true;
    const maintenanceAfter = maintenanceRequirement(draft, account);
    return (
      equityAfter >= 0n &&
      maintenanceAfter <= maintenanceBefore &&
      equityAfter * maintenanceBefore >= equityBefore * maintenanceAfter
    );
  };
}

export function withdraw(draft: Draft, action: { actor: string; account: string; amount: bigint }): object {
  const { account, amount } = action;
  demand(action.actor === account, "MAR-4", "actor");
  demand(amount > 0n, "NUM-3", "amount");
  demand(amount % draft.parameters.token_unit === 0n, "NUM-5", "amount");
  demand(account !== BACKSTOP, "MAR-5", "account");
  demand(amount <= draft.totals.vault, "MAR-6", "amount");
  const owner = draft.account(account);
  draft.totals.vault -= amount;
  owner.cash -= amount;
  demandCash(draft, account, "account");
  demand(equity(draft, owner) >= initialRequirement(draft, owner), "MAR-7", "amount");
  return { event: "withdrawn", account, amount };
}
