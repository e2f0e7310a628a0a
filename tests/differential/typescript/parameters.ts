// Chapter "Parameters": the region, listing a market, setting its parameters.

import { endClass } from "./certification.ts";
import { demandTimely } from "./marking.ts";
import {
  CLASSES,
  FACTOR_CAP,
  LISTED_CAP,
  LOWEST_MARK,
  MARKETS_CAP,
  PPM,
  PRICE_CAP,
  SIZE_CAP,
  TIME_CAP,
  VAULT_CAP,
} from "./numbers.ts";
import type { Draft, MarketParameters, PoolParameters } from "./pool.ts";
import { demand } from "./rules.ts";

const within = (low: bigint, x: bigint, high: bigint): boolean => low <= x && x <= high;

export function demandPoolRegion(p: PoolParameters): void {
  demand(within(1n, p.token_unit, VAULT_CAP), "PAR-14", "token_unit");
  demand(within(0n, p.requirement_floor, VAULT_CAP), "PAR-15", "requirement_floor");
  demand(within(1n, p.max_markets_per_account, MARKETS_CAP), "PAR-16", "max_markets_per_account");
  demand(within(0n, p.bounty, VAULT_CAP), "PAR-19", "bounty");
  const { factors } = p;
  const ascending = factors.every((factor, level) => (level === 0 ? factor === 0n : factor > factors[level - 1]!));
  demand(factors.length === CLASSES && ascending && factors[CLASSES - 1]! <= FACTOR_CAP, "PAR-20", "factors");
}

function demandMarketRegion(p: MarketParameters): void {
  demand(within(1n, p.lot, SIZE_CAP), "PAR-3", "lot");
  demand(within(1n, p.initial_rate, PPM), "PAR-4", "initial_rate");
  demand(within(1n, p.maintenance_fraction, PPM), "PAR-5", "maintenance_fraction");
  const limitsOrdered = p.interest_lower < p.interest_upper;
  demand(0n <= p.interest_lower && limitsOrdered && p.interest_upper <= VAULT_CAP, "PAR-6", "interest_upper");
  demand(within(0n, p.fee_rate, PPM), "PAR-7", "fee_rate");
  demand(within(0n, p.penalty_rate, PPM), "PAR-8", "penalty_rate");
  demand(within(0n, p.funding_rate, PPM), "PAR-9", "funding_rate");
  demand(p.lowest_mark >= LOWEST_MARK, "PAR-10", "lowest_mark");
  demand(within(p.lowest_mark, p.highest_mark, PRICE_CAP), "PAR-11", "highest_mark");
  demand(within(0n, p.backstop_inventory, SIZE_CAP), "PAR-12", "backstop_inventory");
  demand(within(0n, p.backstop_cap, VAULT_CAP), "PAR-17", "backstop_cap");
  demand(0n <= p.expiry && p.expiry < TIME_CAP, "PAR-18", "expiry");
}

interface ListMarket {
  actor: string;
  market: string;
  mark: bigint;
  time: bigint;
  parameters: MarketParameters;
}

export function listMarket(draft: Draft, action: ListMarket): object {
  const { market: id, mark, time, parameters } = action;
  demand(action.actor === draft.parameters.governance, "PAR-1", "actor");
  demand(time <= TIME_CAP, "NUM-11", "time");
  demand(!draft.isListed(id), "PAR-2", "market");
  demandMarketRegion(parameters);
  demand(draft.listed() < LISTED_CAP, "PAR-23", "market");
  demand(time > 0n, "MRK-2", "time");
  demand(mark >= parameters.lowest_mark, "MRK-3", "mark");
  demand(mark <= parameters.highest_mark, "MRK-4", "mark");
  demandTimely(time, parameters);
  const nowhere = { mark: 0n, long_carry: 0n, short_carry: 0n };
  draft.list(id, {
    time,
    mark,
    long_carry: 0n,
    short_carry: 0n,
    long_interest: 0n,
    short_interest: 0n,
    settled: 0n,
    anchor: { epoch: 0n, ...nowhere, paid: 0n, collected: 0n, backstop_base: 0n },
    bases: Array.from({ length: CLASSES }, () => ({ generation: 0n, ...nowhere })),
    parameters,
  });
  return { event: "market_listed", market: id, mark, time };
}

export function setParameters(draft: Draft, action: Omit<ListMarket, "mark" | "time">): object {
  const { market: id, parameters } = action;
  demand(action.actor === draft.parameters.governance, "PAR-1", "actor");
  const market = draft.active(id);
  demandMarketRegion(parameters);
  demand(parameters.lot === market.parameters.lot, "PAR-21", "lot");
  demand(parameters.expiry === market.parameters.expiry, "PAR-22", "expiry");
  demand(market.mark >= parameters.lowest_mark, "MRK-3", "lowest_mark");
  demand(market.mark <= parameters.highest_mark, "MRK-4", "highest_mark");
  market.parameters = parameters;
  for (let level = 0; level < CLASSES; level += 1) endClass(draft, level);
  return { event: "parameters_set", market: id };
}
