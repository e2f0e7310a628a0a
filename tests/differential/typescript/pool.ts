// Chapter "Pool": the state, a draft of the state after a step, and deposits. Fields are named as the protocol names them.

import { abs, CASH_CAP, max, VAULT_CAP } from "./numbers.ts";
import { demand, Rejection } from "./rules.ts";

export const BACKSTOP = "backstop";
export const TREASURY = "treasury";

/** Where a market stands: what a position in it is worth follows. */
export interface Stand {
  mark: bigint;
  long_carry: bigint;
  short_carry: bigint;
}

export interface Anchor extends Stand {
  epoch: bigint;
  paid: bigint;
  collected: bigint;
  backstop_base: bigint;
}

export interface Base extends Stand {
  generation: bigint;
}

export interface MarketParameters {
  lot: bigint;
  initial_rate: bigint;
  maintenance_fraction: bigint;
  interest_lower: bigint;
  interest_upper: bigint;
  fee_rate: bigint;
  penalty_rate: bigint;
  funding_rate: bigint;
  lowest_mark: bigint;
  highest_mark: bigint;
  backstop_inventory: bigint;
  backstop_cap: bigint;
  expiry: bigint;
}

/** `anchor`, `bases` and `parameters` are replaced, never written into. */
export interface Market extends Stand {
  time: bigint;
  long_interest: bigint;
  short_interest: bigint;
  settled: bigint;
  anchor: Anchor;
  bases: Base[];
  parameters: MarketParameters;
}

export interface Certificate {
  level: bigint;
  generation: bigint;
}

export interface Account {
  cash: bigint;
  positions: Map<string, bigint>;
  certificate: Certificate;
}

export interface Class {
  generation: bigint;
  count: bigint;
}

export interface PoolParameters {
  oracle: string;
  governance: string;
  token_unit: bigint;
  requirement_floor: bigint;
  max_markets_per_account: bigint;
  bounty: bigint;
  factors: bigint[];
}

/** What is one number, or one record for each class. */
interface Totals {
  vault: bigint;
  classes: Class[];
  exposed: bigint;
  epoch: bigint;
  owing: bigint;
  overdue: bigint;
}

export interface Pool extends Totals {
  accounts: Map<string, Account>;
  markets: Map<string, Market>;
  parameters: PoolParameters;
}

export const NO_CERTIFICATE: Certificate = { level: 0n, generation: 0n };

/** What a step has changed so far. The pool is written to by `commit` alone, so a rejected action changes nothing. */
export class Draft {
  readonly parameters: PoolParameters;
  readonly totals: Totals;
  readonly #pool: Pool;
  readonly #accounts = new Map<string, Account>();
  readonly #markets = new Map<string, Market>();

  constructor(pool: Pool) {
    const { vault, classes, exposed, epoch, owing, overdue } = pool;
    this.#pool = pool;
    this.parameters = pool.parameters;
    this.totals = { vault, classes: classes.map((each) => ({ ...each })), exposed, epoch, owing, overdue };
  }

  account(id: string): Account {
    let account = this.#accounts.get(id);
    if (account === undefined) {
      const stored = this.#pool.accounts.get(id);
      account = stored
        ? { ...stored, positions: new Map(stored.positions) }
        : { cash: 0n, positions: new Map(), certificate: NO_CERTIFICATE };
      this.#accounts.set(id, account);
    }
    return account;
  }

  /** A listed market. */
  market(id: string): Market {
    let market = this.#markets.get(id);
    if (market === undefined) {
      const stored = this.#pool.markets.get(id);
      if (stored === undefined) throw new Rejection("CON-4", "market");
      market = { ...stored };
      this.#markets.set(id, market);
    }
    return market;
  }

  active(id: string): Market {
    const market = this.market(id);
    demand(market.settled === 0n, "SET-1", "market");
    return market;
  }

  isListed(id: string): boolean {
    return this.#pool.markets.has(id);
  }

  listed(): number {
    return this.#pool.markets.size;
  }

  list(id: string, market: Market): void {
    this.#markets.set(id, market);
  }

  commit(): void {
    Object.assign(this.#pool, this.totals);
    for (const [id, market] of this.#markets) this.#pool.markets.set(id, market);
    for (const [id, account] of this.#accounts) {
      if (account.cash === 0n && account.positions.size === 0) this.#pool.accounts.delete(id);
      else this.#pool.accounts.set(id, account);
    }
  }
}

export function worth(size: bigint, stand: Stand, price: bigint = stand.mark): bigint {
  return size * (price - (size > 0n ? stand.long_carry : stand.short_carry));
}

export const longs = (size: bigint): bigint => max(size, 0n);
export const shorts = (size: bigint): bigint => max(-size, 0n);

export const sizeIn = (account: Account, market: string): bigint => account.positions.get(market) ?? 0n;

/** The equity of an account, or what it would be if the markets stood elsewhere. */
export function equity(
  draft: Draft,
  account: Account,
  stand: (id: string, market: Market) => Stand = (_, m) => m,
): bigint {
  let total = account.cash;
  for (const [id, size] of account.positions) total += worth(size, stand(id, draft.market(id)));
  return total;
}

export function setPosition(account: Account, market: string, size: bigint): void {
  if (size === 0n) account.positions.delete(market);
  else account.positions.set(market, size);
}

export function changePosition(draft: Draft, owner: string, id: string, change: bigint, price: bigint): void {
  const account = draft.account(owner);
  const market = draft.market(id);
  const before = sizeIn(account, id);
  const after = before + change;
  const wasExposed = account.positions.size > 0;
  account.cash += worth(before, market, price) - worth(after, market, price);
  market.long_interest += longs(after) - longs(before);
  market.short_interest += shorts(after) - shorts(before);
  setPosition(account, id, after);
  const isExposed = account.positions.size > 0;
  if (owner !== BACKSTOP && wasExposed !== isExposed) draft.totals.exposed += isExposed ? 1n : -1n;
}

export function demandCash(draft: Draft, owner: string, field: string): void {
  demand(abs(draft.account(owner).cash) <= CASH_CAP, "NUM-14", field);
}

/** CON-5, from which the backstop is exempt. */
export function demandFewMarkets(draft: Draft, owner: string, field: string): void {
  const count = BigInt(draft.account(owner).positions.size);
  demand(owner === BACKSTOP || count <= draft.parameters.max_markets_per_account, "CON-5", field);
}

export function deposit(draft: Draft, action: { account: string; amount: bigint }): object {
  const { account, amount } = action;
  demand(amount > 0n, "NUM-3", "amount");
  demand(amount <= VAULT_CAP, "NUM-4", "amount");
  demand(amount % draft.parameters.token_unit === 0n, "NUM-5", "amount");
  draft.totals.vault += amount;
  draft.account(account).cash += amount;
  demand(draft.totals.vault <= VAULT_CAP, "NUM-12", "amount");
  demandCash(draft, account, "account");
  return { event: "deposited", account, amount };
}
