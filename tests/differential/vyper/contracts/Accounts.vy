# pragma version 0.4.3
"""
@title What is done to accounts
@notice Deposits, withdrawals, trades, certification, liquidation, unwinding, taking over, settlement of positions.
        Without state of its own: the pool runs it by delegatecall.
"""

from ethereum.ercs import IERC20

import book

initializes: book


event Deposited:
    account: address
    amount: int256


event Withdrawn:
    account: address
    amount: int256


event Traded:
    market: bytes32
    buyer: address
    seller: address
    size: int256
    price: int256
    fee: int256


event Certified:
    account: address
    actor: address
    bounty: int256


event Liquidated:
    market: bytes32
    account: address
    liquidator: address
    size: int256
    penalty: int256
    reward: int256


event Unwound:
    account: address
    market: bytes32
    size: int256


event TakenOver:
    taker: address
    market: bytes32
    size: int256


event PositionSettled:
    account: address
    market: bytes32
    size: int256


@internal
@view
def in_units(amount: int256) -> uint256:
    """
    @notice The token's units in an amount of quote quanta, which is a whole number of them (NUM-5).
    """
    return convert(amount // book.parameters.token_unit, uint256)


@external
def deposit(account: address, amount: int256):
    """
    @notice The caller pays an amount of quote quanta into any account.
    """
    assert amount > 0, "NUM-3 amount"
    assert amount <= book.VAULT_CAP, "NUM-4 amount"
    assert amount % book.parameters.token_unit == 0, "NUM-5 amount"
    book.vault += amount
    book.cash[account] += amount
    assert book.vault <= book.VAULT_CAP, "NUM-12 amount"
    assert book.within_cash_cap(account), "NUM-14 account"
    book.recertify(account, book.live_class(account))
    log Deposited(account=account, amount=amount)
    assert extcall IERC20(book.token).transferFrom(
        msg.sender, self, self.in_units(amount), default_return_value=True
    )


@external
def withdraw(account: address, amount: int256):
    """
    @notice The owner takes an amount of quote quanta out of its account.
    """
    book.open_certified()
    assert msg.sender == account, "MAR-4 actor"
    assert amount > 0, "NUM-3 amount"
    assert amount % book.parameters.token_unit == 0, "NUM-5 amount"
    assert account != book.backstop, "MAR-5 account"
    assert amount <= book.vault, "MAR-6 amount"
    book.vault -= amount
    book.cash[account] -= amount
    assert book.within_cash_cap(account), "NUM-14 account"
    assert book.equity(account) >= book.requirement(account, book.INITIAL), "MAR-7 amount"
    book.recertify(account, book.NO_CLASS)
    log Withdrawn(account=account, amount=amount)
    assert extcall IERC20(book.token).transfer(account, self.in_units(amount), default_return_value=True)


@external
def trade(
    market: bytes32,
    buyer: address,
    seller: address,
    size: int256,
    price: int256,
    buyer_limit: int256,
    seller_limit: int256,
):
    """
    @notice A matched fill. The gateway has seen that both owners agreed, once (ASM-2).
    """
    assert msg.sender == book.gateway, "ASM-2 actor"
    book.open_certified()
    assert size > 0, "NUM-6 size"
    assert size <= book.SIZE_CAP, "NUM-7 size"
    assert price > 0, "NUM-9 price"
    assert price <= book.PRICE_CAP, "NUM-10 price"
    book.require_lots(market, size)
    assert buyer != seller, "TRD-1 seller"
    assert buyer != book.backstop, "TRD-2 buyer"
    assert seller != book.backstop, "TRD-2 seller"
    assert price <= buyer_limit, "TRD-3 price"
    assert price >= seller_limit, "TRD-4 price"

    buyer_before: book.Standing = book.standing(buyer, market)
    seller_before: book.Standing = book.standing(seller, market)
    fee: int256 = book.up(size * price, book.markets[market].parameters.fee_rate, book.PPM)
    book.change_position(buyer, market, size, price)
    book.change_position(seller, market, -size, price)
    book.cash[buyer] -= fee
    book.cash[seller] -= fee
    book.cash[book.treasury] += 2 * fee

    assert book.markets[market].long_interest <= book.SIZE_CAP, "NUM-13 size"
    assert book.within_cash_cap(buyer), "NUM-14 buyer"
    assert book.within_cash_cap(seller), "NUM-14 seller"
    assert book.within_cash_cap(book.treasury), "NUM-14 treasury"
    assert book.is_in_few_markets(buyer), "CON-5 buyer"
    assert book.is_in_few_markets(seller), "CON-5 seller"
    assert book.may_change(buyer, market, buyer_before), "TRD-5 buyer"
    assert book.may_change(seller, market, seller_before), "TRD-5 seller"
    book.recertify(buyer, book.NO_CLASS)
    book.recertify(seller, book.NO_CLASS)
    log Traded(market=market, buyer=buyer, seller=seller, size=size, price=price, fee=fee)


@external
def certify(account: address):
    """
    @notice The caller has an exposed account certified, and is paid the bounty by it.
    """
    equity: int256 = book.equity(account)
    assert account != book.backstop, "CRT-2 account"
    assert len(book.held[account]) > 0, "CRT-3 account"
    assert book.live_class(account) == book.NO_CLASS, "CRT-4 account"
    assert equity >= 0, "CRT-5 account"
    bounty: int256 = min(book.parameters.bounty, min(equity, max(book.anchored_equity(account), 0)))
    book.cash[account] -= bounty
    book.cash[msg.sender] += bounty
    assert book.within_cash_cap(account), "NUM-14 account"
    assert book.within_cash_cap(msg.sender), "NUM-14 actor"
    book.recertify(account, book.NO_CLASS)
    log Certified(account=account, actor=msg.sender, bounty=bounty)


@internal
@view
def after_closing(account: address, market: bytes32, size: int256, kind: uint256) -> int256:
    """
    @notice The account's requirement, were `size` of its position closed.
    """
    held: int256 = abs(book.sizes[account][market])
    if size == held and len(book.held[account]) == 1:
        return 0
    total: int256 = book.margins(account, kind) - book.margin(held, market, kind)
    return max(total + book.margin(held - size, market, kind), book.parameters.requirement_floor)


@internal
@view
def penalty(account: address, market: bytes32, size: int256, equity: int256, maintenance: int256) -> int256:
    """
    @notice What closing `size` costs: the rate of the notional, at most the closed part's share of equity (LIQ-10).
    """
    by_rate: int256 = book.up(
        size * book.markets[market].mark, book.markets[market].parameters.penalty_rate, book.PPM
    )
    freed: int256 = maintenance - self.after_closing(account, market, size, book.MAINTENANCE)
    return min(by_rate, equity * freed // maintenance)


@external
def liquidate(market: bytes32, account: address, liquidator: address, size: int256):
    """
    @notice The liquidator, who is the caller or the backstop, takes over `size` of the account's position at the mark.
    """
    book.open_certified()
    backstop: address = book.backstop
    assert liquidator == backstop or liquidator == msg.sender, "LIQ-1 liquidator"
    book.require_lots(market, size)
    assert account != backstop, "LIQ-2 account"
    assert account != liquidator, "LIQ-3 liquidator"
    position: int256 = book.sizes[account][market]
    assert size <= abs(position), "LIQ-4 size"
    equity: int256 = book.equity(account)
    assert equity >= 0, "LIQ-5 account"
    maintenance: int256 = book.requirement(account, book.MAINTENANCE)
    assert equity < maintenance, "LIQ-6 account"
    short_of: int256 = size - book.markets[market].parameters.lot
    left: int256 = equity - self.penalty(account, market, short_of, equity, maintenance)
    assert left < self.after_closing(account, market, short_of, book.INITIAL), "LIQ-7 size"

    penalty: int256 = self.penalty(account, market, size, equity, maintenance)
    reward: int256 = penalty
    if liquidator != backstop:
        reward = penalty // 2
    change: int256 = size
    if position < 0:
        change = -size
    mark: int256 = book.markets[market].mark
    book.change_position(account, market, -change, mark)
    book.change_position(liquidator, market, change, mark)
    book.cash[account] -= penalty
    book.cash[liquidator] += reward
    book.cash[backstop] += penalty - reward

    assert book.within_cash_cap(account), "NUM-14 account"
    assert book.within_cash_cap(liquidator), "NUM-14 liquidator"
    assert book.within_cash_cap(backstop), "NUM-14 backstop"
    assert book.is_in_few_markets(liquidator), "CON-5 liquidator"
    if liquidator == backstop:
        inventory: int256 = abs(book.sizes[backstop][market])
        assert inventory <= book.markets[market].parameters.backstop_inventory, "LIQ-9 size"
    else:
        assert book.equity(liquidator) >= book.requirement(liquidator, book.INITIAL), "LIQ-8 liquidator"
    book.recertify(account, book.NO_CLASS)
    book.recertify(liquidator, book.NO_CLASS)
    log Liquidated(
        market=market, account=account, liquidator=liquidator, size=size, penalty=penalty, reward=reward
    )


@internal
@view
def towards_zero(own: int256, size: int256) -> int256:
    """
    @notice The change of the backstop's position that closes `size` of it.
    """
    if own > 0:
        return -size
    return size


@external
def unwind(account: address, market: bytes32, size: int256):
    """
    @notice Closes the backstop's position against an opposite holder's at the mark.
    """
    book.open_certified()
    book.require_lots(market, size)
    backstop: address = book.backstop
    own: int256 = book.sizes[backstop][market]
    change: int256 = self.towards_zero(own, size)
    held: int256 = book.sizes[account][market]
    if own <= 0:
        held = -held
    assert size <= -held, "DEF-7 size"
    assert size <= abs(own), "DEF-8 size"
    mark: int256 = book.markets[market].mark
    book.change_position(backstop, market, change, mark)
    book.change_position(account, market, -change, mark)
    assert book.within_cash_cap(account), "NUM-14 account"
    assert book.within_cash_cap(backstop), "NUM-14 backstop"
    book.recertify(account, book.live_class(account))
    log Unwound(account=account, market=market, size=size)


@external
def take_over(market: bytes32, size: int256):
    """
    @notice The caller takes `size` of the backstop's position at the mark.
    """
    book.open_certified()
    book.require_lots(market, size)
    backstop: address = book.backstop
    assert msg.sender != backstop, "DEF-9 taker"
    own: int256 = book.sizes[backstop][market]
    assert size <= abs(own), "DEF-8 size"
    before: book.Standing = book.standing(msg.sender, market)
    change: int256 = self.towards_zero(own, size)
    mark: int256 = book.markets[market].mark
    book.change_position(backstop, market, change, mark)
    book.change_position(msg.sender, market, -change, mark)
    assert book.within_cash_cap(msg.sender), "NUM-14 taker"
    assert book.within_cash_cap(backstop), "NUM-14 backstop"
    assert book.is_in_few_markets(msg.sender), "CON-5 taker"
    assert book.may_change(msg.sender, market, before), "DEF-10 taker"
    book.recertify(msg.sender, book.NO_CLASS)
    log TakenOver(taker=msg.sender, market=market, size=size)


@external
def settle_position(account: address, market: bytes32):
    """
    @notice Closes an account's position in a settled market at its mark.
    """
    book.open_certified()
    assert book.markets[market].mark > 0, "CON-4 market"
    assert book.markets[market].settled > 0, "SET-5 market"
    size: int256 = book.sizes[account][market]
    assert size != 0, "SET-6 account"
    book.change_position(account, market, -size, book.markets[market].mark)
    assert book.within_cash_cap(account), "NUM-14 account"
    book.recertify(account, book.live_class(account))
    log PositionSettled(account=account, market=market, size=size)
