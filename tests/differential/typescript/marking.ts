// Chapter "Marking".

import { moveMarket } from "./certification.ts";
import { countingDues } from "./default.ts";
import { TIME_CAP } from "./numbers.ts";
import type { Draft, MarketParameters } from "./pool.ts";
import { demand } from "./rules.ts";

/** SET-7: the oracle's last word but the settlement is of the expiry at the latest. */
export function demandTimely(time: bigint, { expiry }: MarketParameters): void {
  demand(expiry === 0n ? time < TIME_CAP : time <= expiry, "SET-7", "time");
}

export function mark(draft: Draft, action: { actor: string; market: string; mark: bigint; time: bigint }): object {
  const { market: id, time } = action;
  demand(action.actor === draft.parameters.oracle, "MRK-1", "actor");
  demand(time <= TIME_CAP, "NUM-11", "time");
  const market = draft.active(id);
  demand(time > market.time, "MRK-2", "time");
  demand(action.mark >= market.parameters.lowest_mark, "MRK-3", "mark");
  demand(action.mark <= market.parameters.highest_mark, "MRK-4", "mark");
  demandTimely(time, market.parameters);
  countingDues(draft, id, () =>
    moveMarket(draft, id, (moved) => {
      moved.mark = action.mark;
      moved.time = time;
    }),
  );
  return { event: "marked", market: id, mark: action.mark, time };
}
