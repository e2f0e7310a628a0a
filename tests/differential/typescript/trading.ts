// Chapter "Trading": a matched fill between two accounts.

import { watchChange } from "./margin.ts";
import { ceilDiv, PPM, PRICE_CAP, SIZE_CAP } from "./numbers.ts";
import { BACKSTOP, changePosition, demandCash, demandFewMarkets, TREASURY } from "./pool.ts";
import type { Draft } from "./pool.ts";
import { demand } from "./rules.ts";

interface Trade {
  market: string;
  buyer: string;
  seller: string;
  size: bigint;
  price: bigint;
  buyer_limit: bigint;
  seller_limit: bigint;
}

export function trade(draft: Draft, action: Trade): object {
  const { market: id, buyer, seller, size, price } = action;
  demand(size > 0n, "NUM-6", "size");
  demand(size <= SIZE_CAP, "NUM-7", "size");
  demand(price > 0n, "NUM-9", "price");
  demand(price <= PRICE_CAP, "NUM-10", "price");
  const market = draft.active(id);
  demand(size % market.parameters.lot === 0n, "NUM-8", "size");
  demand(buyer !== seller, "TRD-1", "seller");
  demand(buyer !== BACKSTOP, "TRD-2", "buyer");
  demand(seller !== BACKSTOP, "TRD-2", "seller");
  demand(price <= action.buyer_limit, "TRD-3", "price");
  demand(price >= action.seller_limit, "TRD-4", "price");

  const buyerMay = watchChange(draft, buyer, id);
  const sellerMay = watchChange(draft, seller, id);
  const fee = ceilDiv(size * price * market.parameters.fee_rate, PPM);
  changePosition(draft, buyer, id, size, price);
  changePosition(draft, seller, id, -size, price);
  draft.account(buyer).cash -= fee;
  draft.account(seller).cash -= fee;
  draft.account(TREASURY).cash += 2n * fee;

  demand(market.long_interest <= SIZE_CAP, "NUM-13", "size");
  demandCash(draft, buyer, "buyer");
  demandCash(draft, seller, "seller");
  demandCash(draft, TREASURY, "treasury");
  demandFewMarkets(draft, buyer, "buyer");
  demandFewMarkets(draft, seller, "seller");
  demand(buyerMay(), "TRD-5", "buyer");
  demand(sellerMay(), "TRD-5", "seller");
  return { event: "traded", market: id, buyer, seller, size, price, fee };
}
