"""A matched fill between two accounts (spec/trading.md)."""

from dataclasses import dataclass

from solvent.margin import may_trade
from solvent.numbers import PPM, PRICE_CAP, SIZE_CAP, mul_div_up
from solvent.pool import (
    BACKSTOP,
    TREASURY,
    AccountId,
    MarketId,
    Pool,
    change_position,
    is_in_few_markets,
    pay,
    require_cash,
    require_interest,
)
from solvent.rules import Rule, require


@dataclass(frozen=True, slots=True)
class Trade:
    """Buyer and seller, both authenticated, exchange `size` base quanta at `price`, each within its limit.

    Prices and limits: quote quanta per base quantum.
    """

    market: MarketId
    buyer: AccountId
    seller: AccountId
    size: int
    price: int
    buyer_limit: int
    seller_limit: int


@dataclass(frozen=True, slots=True)
class Traded:
    """fee: quote quanta each side paid to the treasury."""

    market: MarketId
    buyer: AccountId
    seller: AccountId
    size: int
    price: int
    fee: int


def trade(pool: Pool, action: Trade) -> tuple[Pool, Traded]:
    """Moves `size` from seller to buyer at the price; each side pays the fee, rounded up, to the treasury (TRD-6).

    Rules: NUM-6, NUM-7, NUM-9, NUM-10, CON-4, SET-1, NUM-8, TRD-1, TRD-2, TRD-3, TRD-4, NUM-13, NUM-14, CON-5, TRD-5.
    """
    market = pool.markets.get(action.market)
    require(action.size > 0, Rule.NUM_6, "size")
    require(action.size <= SIZE_CAP, Rule.NUM_7, "size")
    require(action.price > 0, Rule.NUM_9, "price")
    require(action.price <= PRICE_CAP, Rule.NUM_10, "price")
    require(market.mark > 0, Rule.CON_4, "market")
    require(market.settled == 0, Rule.SET_1, "market")
    require(action.size % market.parameters.lot == 0, Rule.NUM_8, "size")
    require(action.buyer != action.seller, Rule.TRD_1, "seller")
    require(action.buyer != BACKSTOP, Rule.TRD_2, "buyer")
    require(action.seller != BACKSTOP, Rule.TRD_2, "seller")
    require(action.price <= action.buyer_limit, Rule.TRD_3, "price")
    require(action.price >= action.seller_limit, Rule.TRD_4, "price")

    fee = mul_div_up(action.size * action.price, market.parameters.fee_rate, PPM)
    after = change_position(pool, action.buyer, action.market, action.size, action.price)
    after = change_position(after, action.seller, action.market, -action.size, action.price)
    after = pay(after, action.buyer, -fee)
    after = pay(after, action.seller, -fee)
    after = pay(after, TREASURY, 2 * fee)

    require_interest(after, action.market)
    require_cash(after, action.buyer, "buyer")
    require_cash(after, action.seller, "seller")
    require_cash(after, TREASURY, "treasury")
    require(is_in_few_markets(after, action.buyer), Rule.CON_5, "buyer")
    require(is_in_few_markets(after, action.seller), Rule.CON_5, "seller")
    require(may_trade(pool, after, action.buyer, action.market), Rule.TRD_5, "buyer")
    require(may_trade(pool, after, action.seller, action.market), Rule.TRD_5, "seller")
    return after, Traded(action.market, action.buyer, action.seller, action.size, action.price, fee)
