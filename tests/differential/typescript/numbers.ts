// Chapter "Numbers": the caps, and the only two ways to round.

export const PPM = 1_000_000n;
export const SIZE_CAP = 1n << 60n;
export const PRICE_CAP = 1n << 60n;
export const CARRY_CAP = 1n << 60n;
export const VAULT_CAP = 1n << 120n;
export const CASH_CAP = 1n << 125n;
export const TIME_CAP = 1n << 64n;
export const MARKETS_CAP = 16n;
export const LISTED_CAP = 256;
export const CLASSES = 4;
export const FACTOR_CAP = 1n << 10n;
export const LOWEST_MARK = 1_000_000n;

export const abs = (x: bigint): bigint => (x < 0n ? -x : x);
export const max = (x: bigint, y: bigint): bigint => (x > y ? x : y);
export const min = (x: bigint, y: bigint): bigint => (x < y ? x : y);

/** floor(a / d) for d > 0; BigInt division truncates towards zero. */
export function floorDiv(a: bigint, d: bigint): bigint {
  const quotient = a / d;
  return a < 0n && quotient * d !== a ? quotient - 1n : quotient;
}

/** ceil(a / d) for d > 0. */
export const ceilDiv = (a: bigint, d: bigint): bigint => -floorDiv(-a, d);
