# pragma version 0.4.3
"""
@title What is done to markets
@notice Listing, parameters, marks, funding, settlement, default and loss sharing. Without state of its own: the pool
        runs it by delegatecall.
"""

import book

initializes: book


event MarketListed:
    market: bytes32
    mark: int256
    time: int256


event ParametersSet:
    market: bytes32


event Marked:
    market: bytes32
    mark: int256
    time: int256


event Funded:
    market: bytes32
    payment: int256
    time: int256


event Settled:
    market: bytes32
    mark: int256
    time: int256


event Defaulted:
    account: address
    market: bytes32
    size: int256
    share: int256


event LossShared:
    market: bytes32
    cut: int256
    collected: int256


@internal
@pure
def is_within(low: int256, number: int256, high: int256) -> bool:
    return low <= number and number <= high


@internal
@pure
def require_market_parameters(p: book.MarketParameters):
    assert self.is_within(1, p.lot, book.SIZE_CAP), "PAR-3 lot"
    assert self.is_within(1, p.initial_rate, book.PPM), "PAR-4 initial_rate"
    assert self.is_within(1, p.maintenance_fraction, book.PPM), "PAR-5 maintenance_fraction"
    assert 0 <= p.interest_lower and p.interest_lower < p.interest_upper, "PAR-6 interest_upper"
    assert p.interest_upper <= book.VAULT_CAP, "PAR-6 interest_upper"
    assert self.is_within(0, p.fee_rate, book.PPM), "PAR-7 fee_rate"
    assert self.is_within(0, p.penalty_rate, book.PPM), "PAR-8 penalty_rate"
    assert self.is_within(0, p.funding_rate, book.PPM), "PAR-9 funding_rate"
    assert p.lowest_mark >= book.LOWEST_MARK, "PAR-10 lowest_mark"
    assert self.is_within(p.lowest_mark, p.highest_mark, book.PRICE_CAP), "PAR-11 highest_mark"
    assert self.is_within(0, p.backstop_inventory, book.SIZE_CAP), "PAR-12 backstop_inventory"
    assert self.is_within(0, p.backstop_cap, book.VAULT_CAP), "PAR-17 backstop_cap"
    assert 0 <= p.expiry and p.expiry < book.TIME_CAP, "PAR-18 expiry"


@internal
@pure
def may_be_said(time: int256, expiry: int256) -> bool:
    """
    @notice Whether a mark or a funding step may be of this time (SET-7).
    """
    if expiry == 0:
        return time < book.TIME_CAP
    return time <= expiry


@external
def list_market(market: bytes32, mark: int256, time: int256, parameters: book.MarketParameters):
    """
    @notice Governance opens a market at a first mark.
    """
    book.open_certified()
    assert msg.sender == book.parameters.governance, "PAR-1 actor"
    assert time <= book.TIME_CAP, "NUM-11 time"
    assert book.markets[market].mark == 0, "PAR-2 market"
    self.require_market_parameters(parameters)
    assert book.listed < book.LISTED_CAP, "PAR-23 market"
    assert time > 0, "MRK-2 time"
    assert mark >= parameters.lowest_mark, "MRK-3 mark"
    assert mark <= parameters.highest_mark, "MRK-4 mark"
    assert self.may_be_said(time, parameters.expiry), "SET-7 time"
    book.listed += 1
    book.markets[market].time = time
    book.markets[market].mark = mark
    book.markets[market].parameters = parameters
    log MarketListed(market=market, mark=mark, time=time)


@external
def set_parameters(market: bytes32, parameters: book.MarketParameters):
    """
    @notice Governance gives an active market other parameters; every class ends.
    """
    book.open_certified()
    assert msg.sender == book.parameters.governance, "PAR-1 actor"
    book.require_active(market)
    self.require_market_parameters(parameters)
    assert parameters.lot == book.markets[market].parameters.lot, "PAR-21 lot"
    assert parameters.expiry == book.markets[market].parameters.expiry, "PAR-22 expiry"
    assert book.markets[market].mark >= parameters.lowest_mark, "MRK-3 lowest_mark"
    assert book.markets[market].mark <= parameters.highest_mark, "MRK-4 highest_mark"
    book.markets[market].parameters = parameters
    for level: uint256 in range(book.CLASSES):
        book.expire(level)
    log ParametersSet(market=market)


@external
def mark(market: bytes32, mark: int256, time: int256):
    """
    @notice The oracle says the market's mark, in quote quanta per base quantum, as of a time.
    """
    if book.is_certified():
        book.begin_epoch()
    assert msg.sender == book.parameters.oracle, "MRK-1 actor"
    assert time <= book.TIME_CAP, "NUM-11 time"
    book.require_active(market)
    assert time > book.markets[market].time, "MRK-2 time"
    assert mark >= book.markets[market].parameters.lowest_mark, "MRK-3 mark"
    assert mark <= book.markets[market].parameters.highest_mark, "MRK-4 mark"
    assert self.may_be_said(time, book.markets[market].parameters.expiry), "SET-7 time"
    book.move_market(market, mark, book.markets[market].long_carry, book.markets[market].short_carry, time)
    log Marked(market=market, mark=mark, time=time)


@external
def fund(market: bytes32, payment: int256, time: int256):
    """
    @notice The oracle has every long pay every short a payment per base quantum; shorts pay longs if it is negative.
    """
    if book.is_certified():
        book.begin_epoch()
    assert msg.sender == book.parameters.oracle, "FND-1 actor"
    assert time <= book.TIME_CAP, "NUM-11 time"
    book.require_active(market)
    assert time > book.markets[market].time, "FND-2 time"
    mark: int256 = book.markets[market].mark
    largest: int256 = mark * book.markets[market].parameters.funding_rate // book.PPM
    assert self.is_within(-largest, payment, largest), "FND-3 payment"
    assert self.may_be_said(time, book.markets[market].parameters.expiry), "SET-7 time"
    long_carry: int256 = book.markets[market].long_carry + payment
    short_carry: int256 = book.markets[market].short_carry + payment
    assert abs(long_carry) <= book.CARRY_CAP, "NUM-15 payment"
    assert abs(short_carry) <= book.CARRY_CAP, "NUM-15 payment"
    book.move_market(market, mark, long_carry, short_carry, time)
    log Funded(market=market, payment=payment, time=time)


@external
def settle(market: bytes32, time: int256):
    """
    @notice The oracle freezes the market's mark, as of a time; a dated market's not before its expiry.
    """
    book.open_certified()
    assert msg.sender == book.parameters.oracle, "SET-2 actor"
    assert time <= book.TIME_CAP, "NUM-11 time"
    book.require_active(market)
    assert time > book.markets[market].time, "SET-3 time"
    assert time >= book.markets[market].parameters.expiry, "SET-4 time"
    book.markets[market].settled = time
    book.markets[market].time = time
    log Settled(market=market, mark=book.markets[market].mark, time=time)


@internal
@view
def loss(account: address, market: bytes32) -> int256:
    """
    @notice What the account's position has lost since the anchor, zero for a gain.
    """
    size: int256 = book.sizes[account][market]
    return max(book.anchored_worth(size, market) - book.worth(size, market), 0)


@internal
def add_to_anchor(market: bytes32, paid: int256, collected: int256, worth_before: int256):
    """
    @notice Adds to what the backstop paid and collected. What its position is worth more than before is not earned.
    """
    worth: int256 = book.worth(book.sizes[book.backstop][market], market)
    book.markets[market].anchor.paid += paid
    book.markets[market].anchor.collected += collected
    book.markets[market].anchor.backstop_base += worth - worth_before


@external
def default_(account: address, market: bytes32):
    """
    @notice Has the backstop take over, at the mark, a position of an account whose equity is negative.
    """
    backstop: address = book.backstop
    assert book.markets[market].mark > 0, "CON-4 market"
    assert account != backstop, "DEF-1 account"
    deficit: int256 = -book.equity(account)
    assert deficit > 0, "DEF-2 account"
    size: int256 = book.sizes[account][market]
    assert size != 0, "DEF-3 market"
    loss: int256 = self.loss(account, market)
    losses: int256 = 0
    for other: bytes32 in book.held[account]:
        losses += self.loss(account, other)
    assert loss > 0 or losses == 0, "DEF-4 market"
    share: int256 = deficit
    if losses > 0 and len(book.held[account]) > 1:
        share = min(book.up(deficit, loss, losses), loss)

    book.markets[market].anchor = book.anchor_of(market)
    book.count_dues(market, -1)
    mark: int256 = book.markets[market].mark
    worth_before: int256 = book.worth(book.sizes[backstop][market], market)
    book.change_position(account, market, -size, mark)
    book.change_position(backstop, market, size, mark)
    book.cash[account] += share
    book.cash[backstop] -= share
    self.add_to_anchor(market, share, 0, worth_before)
    book.count_dues(market, 1)

    assert book.within_cash_cap(account), "NUM-14 account"
    assert book.within_cash_cap(backstop), "NUM-14 backstop"
    book.recertify(account, book.NO_CLASS)
    log Defaulted(account=account, market=market, size=size, share=share)


@external
def share_loss(market: bytes32):
    """
    @notice Has the side of a market that has gained since the anchor pay what the backstop paid and lost there.
    """
    backstop: address = book.backstop
    assert book.markets[market].mark > 0, "CON-4 market"
    due: int256 = 0
    payers: int256 = 0
    due, payers = book.due_and_payers(market)
    hole: int256 = max(-book.equity(backstop), 0)
    wanted: int256 = max(min(hole, due), due - book.markets[market].parameters.backstop_cap)
    if book.owing == 0:
        wanted = max(wanted, hole)
    assert wanted > 0, "DEF-5 market"
    assert payers > 0, "DEF-6 market"

    gain_of_longs: int256 = 0
    gain_of_shorts: int256 = 0
    gain_of_longs, gain_of_shorts = book.gains(market)
    long_carry: int256 = book.markets[market].long_carry
    short_carry: int256 = book.markets[market].short_carry
    own: int256 = book.sizes[backstop][market]
    own_payers: int256 = 0
    cut: int256 = book.up(wanted, 1, payers)
    if gain_of_longs > 0:
        cut = min(cut, gain_of_longs)
        long_carry += cut
        own_payers = max(own, 0)
    else:
        cut = min(cut, gain_of_shorts)
        short_carry -= cut
        own_payers = max(-own, 0)
    worth_before: int256 = book.worth(own, market)
    book.move_market(market, book.markets[market].mark, long_carry, short_carry, book.markets[market].time)
    book.count_dues(market, -1)
    book.cash[backstop] += cut * (payers + own_payers)
    self.add_to_anchor(market, 0, cut * payers, worth_before)
    book.count_dues(market, 1)

    assert book.within_cash_cap(backstop), "NUM-14 backstop"
    assert abs(long_carry) <= book.CARRY_CAP, "NUM-15 market"
    assert abs(short_carry) <= book.CARRY_CAP, "NUM-15 market"
    log LossShared(market=market, cut=cut, collected=cut * payers)
