// Chapter "Machine": what each action asks of the book, does, and certifies.

import { beginEpoch, bookIsCertified, certify, recertify } from "./certification.ts";
import { defaultAccount, shareLoss, takeOver, unwind } from "./default.ts";
import { fund } from "./funding.ts";
import { liquidate } from "./liquidation.ts";
import { withdraw } from "./margin.ts";
import { mark } from "./marking.ts";
import { listMarket, setParameters } from "./parameters.ts";
import { deposit, Draft } from "./pool.ts";
import type { MarketParameters, Pool } from "./pool.ts";
import { demand, Rejection } from "./rules.ts";
import { settle, settlePosition } from "./settlement.ts";
import { trade } from "./trading.ts";

/** An action as the protocol writes it, its integers read. */
export interface Action {
  action: string;
  [field: string]: string | bigint | MarketParameters;
}

export type Outcome = { outcome: "accepted"; event: object } | { outcome: "rejected"; rule: string; field: string };

interface Kind {
  /** Any book; any, and anchored where it is certified; a certified one alone, and anchored. */
  book: "any" | "anchored" | "certified";
  transition: (draft: Draft, action: any) => object;
  /** The fields that name who is certified afterwards. */
  certifies: string[];
  /** Whether it only adds cash or closes at the mark, so that they keep the class they have. */
  helps?: true;
}

const TRANSITIONS: Record<string, Kind> = {
  deposit: { book: "any", transition: deposit, certifies: ["account"], helps: true },
  withdraw: { book: "certified", transition: withdraw, certifies: ["account"] },
  trade: { book: "certified", transition: trade, certifies: ["buyer", "seller"] },
  mark: { book: "anchored", transition: mark, certifies: [] },
  fund: { book: "anchored", transition: fund, certifies: [] },
  certify: { book: "any", transition: certify, certifies: ["account"] },
  liquidate: { book: "certified", transition: liquidate, certifies: ["account", "liquidator"] },
  default: { book: "any", transition: defaultAccount, certifies: ["account"] },
  share_loss: { book: "any", transition: shareLoss, certifies: [] },
  unwind: { book: "certified", transition: unwind, certifies: ["account"], helps: true },
  take_over: { book: "certified", transition: takeOver, certifies: ["taker"] },
  settle: { book: "certified", transition: settle, certifies: [] },
  settle_position: { book: "certified", transition: settlePosition, certifies: ["account"], helps: true },
  list_market: { book: "certified", transition: listMarket, certifies: [] },
  set_parameters: { book: "certified", transition: setParameters, certifies: [] },
};

const KINDS = new Map(Object.entries(TRANSITIONS));

export const ACTIONS = [...KINDS.keys()];

export function step(pool: Pool, action: Action): Outcome {
  const kind = KINDS.get(action.action);
  if (kind === undefined) throw new Error(`no action is called ${action.action}`);
  const draft = new Draft(pool);
  try {
    if (kind.book !== "any") {
      const certified = bookIsCertified(draft);
      demand(certified || kind.book !== "certified", "CRT-1", "book");
      if (certified) beginEpoch(draft);
    }
    const event = kind.transition(draft, action);
    for (const field of kind.certifies) recertify(draft, action[field] as string, kind.helps === true);
    draft.commit();
    return { outcome: "accepted", event };
  } catch (problem) {
    if (!(problem instanceof Rejection)) throw problem;
    return { outcome: "rejected", rule: problem.rule, field: problem.field };
  }
}
