// Chapter "Settlement".

import { TIME_CAP } from "./numbers.ts";
import { changePosition, demandCash, sizeIn } from "./pool.ts";
import type { Draft } from "./pool.ts";
import { demand } from "./rules.ts";

export function settle(draft: Draft, action: { actor: string; market: string; time: bigint }): object {
  const { market: id, time } = action;
  demand(action.actor === draft.parameters.oracle, "SET-2", "actor");
  demand(time <= TIME_CAP, "NUM-11", "time");
  const market = draft.active(id);
  demand(time > market.time, "SET-3", "time");
  demand(time >= market.parameters.expiry, "SET-4", "time");
  market.time = time;
  market.settled = time;
  return { event: "settled", market: id, mark: market.mark, time };
}

export function settlePosition(draft: Draft, action: { account: string; market: string }): object {
  const { account, market: id } = action;
  const market = draft.market(id);
  demand(market.settled > 0n, "SET-5", "market");
  const size = sizeIn(draft.account(account), id);
  demand(size !== 0n, "SET-6", "account");
  changePosition(draft, account, id, -size, market.mark);
  demandCash(draft, account, "account");
  return { event: "position_settled", account, market: id, size };
}
