// The conformance kit's protocol: a JSON object a line on standard input, a reply a line on standard output.

import { ACTIONS, step } from "./machine.ts";
import type { Action } from "./machine.ts";
import { demandPoolRegion } from "./parameters.ts";
import type { Account, Market, Pool, PoolParameters } from "./pool.ts";
import { Rejection } from "./rules.ts";

const NAMES = new Set([
  "action",
  "actor",
  "account",
  "market",
  "buyer",
  "seller",
  "liquidator",
  "taker",
  "oracle",
  "governance",
]);

/** Reads every integer in a record; what a name's field holds stays. */
function integers(value: unknown): any {
  if (typeof value === "string") {
    if (!/^(0|-?[1-9][0-9]*)$/.test(value)) throw new Error(`${value} is not an integer`);
    return BigInt(value);
  }
  if (Array.isArray(value)) return value.map(integers);
  if (typeof value !== "object" || value === null) throw new Error(`${value} is neither an integer nor a record`);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, NAMES.has(key) ? each : integers(each)]));
}

/** A table: its keys are ids, whatever they are called. */
function table<Entry>(value: object, entry: (value: any) => Entry): Map<string, Entry> {
  return new Map(Object.entries(value).map(([id, each]) => [id, entry(each)]));
}

function poolOf({ accounts, markets, ...rest }: any): Pool {
  return {
    ...integers(rest),
    accounts: table(accounts, ({ positions, ...others }): Account => {
      return { ...integers(others), positions: table(positions, integers) };
    }),
    markets: table(markets, (market): Market => integers(market)),
  };
}

function written(value: unknown): string {
  return JSON.stringify(value, (_, each) => {
    if (typeof each === "bigint") return each.toString();
    return each instanceof Map ? Object.fromEntries(each) : each;
  });
}

let pool: Pool | undefined;

function replyTo(request: any): object {
  switch (request.request) {
    case "hello":
      return { protocol: "1", subject: "TypeScript", actions: ACTIONS, resets: "any" };
    case "reset":
      return reset(request.state);
    case "step":
      return step(started(), integers(request.action) as Action);
    case "state":
      return { state: started() };
    default:
      throw new Error(`no request is called ${request.request}`);
  }
}

function reset(state: any): object {
  try {
    demandPoolRegion(integers(state.parameters) as PoolParameters);
  } catch (problem) {
    if (!(problem instanceof Rejection)) throw problem;
    return { outcome: "rejected", rule: problem.rule, field: problem.field };
  }
  pool = poolOf(state);
  return { outcome: "accepted" };
}

function started(): Pool {
  if (pool === undefined) throw new Error("there is no pool: reset first");
  return pool;
}

function reply(line: string): string {
  try {
    return written(replyTo(JSON.parse(line)));
  } catch (problem) {
    return written({ error: String(problem) });
  }
}

// Lines are split here and not by node:readline, which ends one at U+2028 too: a character that an id may contain.
let rest = Buffer.alloc(0);
for await (const chunk of process.stdin) {
  rest = Buffer.concat([rest, chunk]);
  for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
    process.stdout.write(reply(rest.toString("utf8", 0, end)) + "\n");
    rest = rest.subarray(end + 1);
  }
}
