# pragma version 0.4.3
"""
@title The book
@notice The pool's storage and what every transition needs: worth, margins, changes of positions, certificates, anchors
        and dues (spec/pool.md, margin.md, certification.md, default.md). Each contract of the pool starts with this
        module, so that all of them have the same storage; the pool runs the others by delegatecall.
@dev Every quantity is an int256. The caps of spec/numbers.md keep every sum and product within a word (NUM-2), and
     checked arithmetic reverts should that be wrong. No negative number is ever divided, so that `//`, which truncates,
     is the floor.
"""

PPM: constant(int256) = 1_000_000
SIZE_CAP: constant(int256) = 2**60
PRICE_CAP: constant(int256) = 2**60
CARRY_CAP: constant(int256) = 2**60
VAULT_CAP: constant(int256) = 2**120
CASH_CAP: constant(int256) = 2**125
TIME_CAP: constant(int256) = 2**64
MARKETS_CAP: constant(int256) = 16
LISTED_CAP: constant(uint256) = 256
CLASSES: constant(uint256) = 4
FACTOR_CAP: constant(int256) = 2**10
LOWEST_MARK: constant(int256) = 1_000_000

INITIAL: constant(uint256) = 0
MAINTENANCE: constant(uint256) = 1
OPENING: constant(uint256) = 2

NO_CLASS: constant(int256) = -1


struct PoolParameters:
    oracle: address
    governance: address
    token_unit: int256
    requirement_floor: int256
    max_markets_per_account: int256
    bounty: int256
    factors: int256[CLASSES]


struct MarketParameters:
    lot: int256
    initial_rate: int256
    maintenance_fraction: int256
    interest_lower: int256
    interest_upper: int256
    fee_rate: int256
    penalty_rate: int256
    funding_rate: int256
    lowest_mark: int256
    highest_mark: int256
    backstop_inventory: int256
    backstop_cap: int256
    expiry: int256


struct Anchor:
    epoch: int256
    mark: int256
    long_carry: int256
    short_carry: int256
    paid: int256
    collected: int256
    backstop_base: int256


struct Base:
    generation: int256
    mark: int256
    long_carry: int256
    short_carry: int256


struct Market:
    time: int256
    mark: int256
    long_carry: int256
    short_carry: int256
    long_interest: int256
    short_interest: int256
    settled: int256
    anchor: Anchor
    bases: Base[CLASSES]
    parameters: MarketParameters


struct CertificateClass:
    generation: int256
    count: int256


struct Certificate:
    level: int256
    generation: int256


# What a rule on a change of position compares the account with: itself before.
struct Standing:
    size: int256
    equity: int256
    maintenance: int256


vault: int256
exposed: int256
epoch: int256
owing: int256
overdue: int256
listed: uint256
classes: CertificateClass[CLASSES]
parameters: PoolParameters
backstop: address
treasury: address
gateway: address
token: address
markets: HashMap[bytes32, Market]
cash: HashMap[address, int256]
certificates: HashMap[address, Certificate]
sizes: HashMap[address, HashMap[bytes32, int256]]
# The markets in which an account has positions, in no particular order, and where each stands, counted from one.
held: HashMap[address, DynArray[bytes32, LISTED_CAP]]
places: HashMap[address, HashMap[bytes32, uint256]]


# Numbers


@internal
@pure
def up(a: int256, b: int256, d: int256) -> int256:
    """
    @notice ceil(a x b / d), of numbers that are not negative.
    """
    return (a * b + d - 1) // d


# Worth


@internal
@pure
def worth_at(size: int256, price: int256, long_carry: int256, short_carry: int256) -> int256:
    if size > 0:
        return size * (price - long_carry)
    return size * (price - short_carry)


@internal
@view
def worth(size: int256, market: bytes32) -> int256:
    return self.worth_at(
        size, self.markets[market].mark, self.markets[market].long_carry, self.markets[market].short_carry
    )


@internal
@view
def equity(account: address) -> int256:
    total: int256 = self.cash[account]
    for market: bytes32 in self.held[account]:
        total += self.worth(self.sizes[account][market], market)
    return total


# Margin


@internal
@view
def opening_rate(market: bytes32) -> int256:
    initial_rate: int256 = self.markets[market].parameters.initial_rate
    lower: int256 = self.markets[market].parameters.interest_lower
    excess: int256 = max(self.markets[market].long_interest * self.markets[market].mark - lower, 0)
    room: int256 = PPM - initial_rate
    return initial_rate + min(excess * room // (self.markets[market].parameters.interest_upper - lower), room)


@internal
@view
def margin(size: int256, market: bytes32, kind: uint256) -> int256:
    notional: int256 = abs(size) * self.markets[market].mark
    if kind == OPENING:
        return self.up(notional, self.opening_rate(market), PPM)
    initial: int256 = self.up(notional, self.markets[market].parameters.initial_rate, PPM)
    if kind == INITIAL:
        return initial
    return self.up(initial, self.markets[market].parameters.maintenance_fraction, PPM)


@internal
@view
def margins(account: address, kind: uint256) -> int256:
    total: int256 = 0
    for market: bytes32 in self.held[account]:
        total += self.margin(self.sizes[account][market], market, kind)
    return total


@internal
@view
def requirement(account: address, kind: uint256) -> int256:
    if len(self.held[account]) == 0:
        return 0
    return max(self.margins(account, kind), self.parameters.requirement_floor)


@internal
@view
def standing(account: address, market: bytes32) -> Standing:
    return Standing(
        size=self.sizes[account][market],
        equity=self.equity(account),
        maintenance=self.requirement(account, MAINTENANCE),
    )


@internal
@view
def may_change(account: address, market: bytes32, before: Standing) -> bool:
    """
    @notice What a change of position must leave the account, which was as given before (spec/margin.md, (a) and (b)).
    """
    size: int256 = self.sizes[account][market]
    equity: int256 = self.equity(account)
    if size < min(before.size, 0) or size > max(before.size, 0):
        return equity >= self.requirement(account, OPENING)
    if equity >= self.requirement(account, INITIAL):
        return True
    maintenance: int256 = self.requirement(account, MAINTENANCE)
    if equity < 0 or maintenance > before.maintenance:
        return False
    return equity * before.maintenance >= before.equity * maintenance


# Changes


@internal
@view
def within_cash_cap(account: address) -> bool:
    return abs(self.cash[account]) <= CASH_CAP


@internal
@view
def is_in_few_markets(account: address) -> bool:
    if account == self.backstop:
        return True
    return convert(len(self.held[account]), int256) <= self.parameters.max_markets_per_account


@internal
def change_position(account: address, market: bytes32, change: int256, price: int256):
    """
    @notice Changes a position, and books cash so that equity at the price stays (spec/pool.md).
    """
    old: int256 = self.sizes[account][market]
    new: int256 = old + change
    if change == 0:
        return
    long_carry: int256 = self.markets[market].long_carry
    short_carry: int256 = self.markets[market].short_carry
    self.cash[account] += self.worth_at(old, price, long_carry, short_carry)
    self.cash[account] -= self.worth_at(new, price, long_carry, short_carry)
    self.markets[market].long_interest += max(new, 0) - max(old, 0)
    self.markets[market].short_interest += max(-new, 0) - max(-old, 0)
    self.sizes[account][market] = new
    if old == 0:
        self.held[account].append(market)
        self.places[account][market] = len(self.held[account])
        if account != self.backstop and len(self.held[account]) == 1:
            self.exposed += 1
    elif new == 0:
        place: uint256 = self.places[account][market]
        last: bytes32 = self.held[account].pop()
        if last != market:
            self.held[account][place - 1] = last
            self.places[account][last] = place
        self.places[account][market] = 0
        if account != self.backstop and len(self.held[account]) == 0:
            self.exposed -= 1


# Certificates


@internal
@view
def base_of(market: bytes32, level: uint256) -> Base:
    """
    @notice Where the market stood when the class began its generation: as recorded, or as it stands.
    """
    generation: int256 = self.classes[level].generation
    if self.markets[market].bases[level].generation == generation:
        return self.markets[market].bases[level]
    return Base(
        generation=generation,
        mark=self.markets[market].mark,
        long_carry=self.markets[market].long_carry,
        short_carry=self.markets[market].short_carry,
    )


@internal
@view
def class_rate(market: bytes32, level: uint256) -> int256:
    """
    @notice The factor of a class times the market's maintenance rate, in parts of 1e12.
    """
    return (
        self.parameters.factors[level]
        * self.markets[market].parameters.initial_rate
        * self.markets[market].parameters.maintenance_fraction
    )


@internal
@view
def highest_class(account: address) -> int256:
    """
    @notice The highest class that the account covers, NO_CLASS if none.
    """
    equity: int256 = self.equity(account)
    if equity < 0:
        return NO_CLASS
    if equity < self.requirement(account, MAINTENANCE):
        return 0
    for step: uint256 in range(CLASSES - 1):
        level: uint256 = CLASSES - 1 - step
        demanded: int256 = 0
        for market: bytes32 in self.held[account]:
            base: Base = self.base_of(market, level)
            demanded += self.up(
                abs(self.sizes[account][market]) * base.mark, self.class_rate(market, level), PPM * PPM
            )
        if equity >= demanded:
            return convert(level, int256)
    return 0


@internal
@view
def live_class(account: address) -> int256:
    """
    @notice The class of which the account holds a live certificate, NO_CLASS if none.
    """
    certificate: Certificate = self.certificates[account]
    if certificate.generation != self.classes[convert(certificate.level, uint256)].generation:
        return NO_CLASS
    return certificate.level


@internal
def recertify(account: address, least: int256):
    """
    @notice Gives the account the certificate of the highest class that it covers, at least the one given; none if it
            covers none, has no position or is the backstop (CRT-11).
    """
    live: int256 = self.live_class(account)
    if live != NO_CLASS:
        self.classes[convert(live, uint256)].count -= 1
    if account == self.backstop or len(self.held[account]) == 0:
        self.certificates[account] = empty(Certificate)
        return
    highest: int256 = max(self.highest_class(account), least)
    if highest == NO_CLASS:
        self.certificates[account] = empty(Certificate)
        return
    level: uint256 = convert(highest, uint256)
    self.classes[level].count += 1
    self.certificates[account] = Certificate(level=highest, generation=self.classes[level].generation)


@internal
def expire(level: uint256):
    self.classes[level] = CertificateClass(generation=self.classes[level].generation + 1, count=0)


# The book


@internal
@view
def is_certified() -> bool:
    counted: int256 = 0
    for level: uint256 in range(CLASSES):
        counted += self.classes[level].count
    return counted == self.exposed and self.overdue == 0 and self.equity(self.backstop) >= 0


@internal
def begin_epoch():
    self.epoch += 1
    self.owing = 0
    self.overdue = 0


@internal
def open_certified():
    """
    @notice The book must be certified, and is anchored where it stands.
    """
    assert self.is_certified(), "CRT-1 book"
    self.begin_epoch()


# Anchors and dues


@internal
@view
def anchor_of(market: bytes32) -> Anchor:
    """
    @notice The market's anchor in this epoch: as recorded, or the market as it stands.
    """
    if self.markets[market].anchor.epoch == self.epoch:
        return self.markets[market].anchor
    return Anchor(
        epoch=self.epoch,
        mark=self.markets[market].mark,
        long_carry=self.markets[market].long_carry,
        short_carry=self.markets[market].short_carry,
        paid=0,
        collected=0,
        backstop_base=self.worth(self.sizes[self.backstop][market], market),
    )


@internal
@view
def anchored_worth(size: int256, market: bytes32) -> int256:
    if self.markets[market].anchor.epoch != self.epoch:
        return self.worth(size, market)
    return self.worth_at(
        size,
        self.markets[market].anchor.mark,
        self.markets[market].anchor.long_carry,
        self.markets[market].anchor.short_carry,
    )


@internal
@view
def anchored_equity(account: address) -> int256:
    total: int256 = self.cash[account]
    for market: bytes32 in self.held[account]:
        total += self.anchored_worth(self.sizes[account][market], market)
    return total


@internal
@view
def gains(market: bytes32) -> (int256, int256):
    """
    @notice What longs and what shorts have gained since the anchor, per base quantum, net of cuts.
    """
    anchor: Anchor = self.anchor_of(market)
    mark: int256 = self.markets[market].mark
    return (
        mark - self.markets[market].long_carry - (anchor.mark - anchor.long_carry),
        anchor.mark - anchor.short_carry - (mark - self.markets[market].short_carry),
    )


@internal
@view
def due_and_payers(market: bytes32) -> (int256, int256):
    """
    @notice What is due in the market, and the interest of the side that has gained without the backstop's own.
    """
    anchor: Anchor = self.anchor_of(market)
    own: int256 = self.sizes[self.backstop][market]
    due: int256 = anchor.paid - (self.worth(own, market) - anchor.backstop_base) - anchor.collected
    of_longs: int256 = 0
    of_shorts: int256 = 0
    of_longs, of_shorts = self.gains(market)
    if of_longs > 0:
        return due, self.markets[market].long_interest - max(own, 0)
    if of_shorts > 0:
        return due, self.markets[market].short_interest - max(-own, 0)
    return due, 0


@internal
def count_dues(market: bytes32, sign: int256):
    """
    @notice Adds the market to the counts of dues, or takes it out: out before a change of it, in again after (DEF-11).
    """
    due: int256 = 0
    payers: int256 = 0
    due, payers = self.due_and_payers(market)
    if payers > 0:
        if due > 0:
            self.owing += sign
        if due > self.markets[market].parameters.backstop_cap:
            self.overdue += sign


@internal
def move_market(market: bytes32, mark: int256, long_carry: int256, short_carry: int256, time: int256):
    """
    @notice Records where the market stands, moves it, and ends the classes that it has drifted from (CRT-7).
    """
    self.markets[market].anchor = self.anchor_of(market)
    self.count_dues(market, -1)
    bases: Base[CLASSES] = empty(Base[CLASSES])
    for level: uint256 in range(CLASSES):
        bases[level] = self.base_of(market, level)
    self.markets[market].bases = bases
    self.markets[market].mark = mark
    self.markets[market].long_carry = long_carry
    self.markets[market].short_carry = short_carry
    self.markets[market].time = time
    self.count_dues(market, 1)
    for level: uint256 in range(CLASSES):
        base: Base = bases[level]
        drift: int256 = abs(mark - base.mark)
        drift += max(abs(long_carry - base.long_carry), abs(short_carry - base.short_carry))
        if 2 * drift * PPM * PPM > base.mark * self.class_rate(market, level):
            self.expire(level)


# Rules that several transitions share


@internal
@view
def require_active(market: bytes32):
    assert self.markets[market].mark > 0, "CON-4 market"
    assert self.markets[market].settled == 0, "SET-1 market"


@internal
@view
def require_lots(market: bytes32, size: int256):
    """
    @notice A size of an active market: NUM-6, CON-4, SET-1, NUM-8.
    """
    assert size > 0, "NUM-6 size"
    self.require_active(market)
    assert size % self.markets[market].parameters.lot == 0, "NUM-8 size"
