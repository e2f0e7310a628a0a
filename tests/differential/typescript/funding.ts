// Chapter "Funding".

import { moveMarket } from "./certification.ts";
import { countingDues } from "./default.ts";
import { demandTimely } from "./marking.ts";
import { abs, CARRY_CAP, floorDiv, PPM, TIME_CAP } from "./numbers.ts";
import type { Draft, Stand } from "./pool.ts";
import { demand } from "./rules.ts";

export function demandCarries(market: Stand, field: string): void {
  demand(abs(market.long_carry) <= CARRY_CAP, "NUM-15", field);
  demand(abs(market.short_carry) <= CARRY_CAP, "NUM-15", field);
}

export function fund(draft: Draft, action: { actor: string; market: string; payment: bigint; time: bigint }): object {
  const { market: id, payment, time } = action;
  demand(action.actor === draft.parameters.oracle, "FND-1", "actor");
  demand(time <= TIME_CAP, "NUM-11", "time");
  const market = draft.active(id);
  demand(time > market.time, "FND-2", "time");
  demand(abs(payment) <= floorDiv(market.mark * market.parameters.funding_rate, PPM), "FND-3", "payment");
  demandTimely(time, market.parameters);
  countingDues(draft, id, () =>
    moveMarket(draft, id, (moved) => {
      moved.long_carry += payment;
      moved.short_carry += payment;
      moved.time = time;
    }),
  );
  demandCarries(market, "payment");
  return { event: "funded", market: id, payment, time };
}
