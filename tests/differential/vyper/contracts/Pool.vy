# pragma version 0.4.3
"""
@title A pool
@notice Holds the money and the state. Each action is a call of the signature that its contract, Accounts or Markets,
        has; the pool runs that contract's code on its own storage. What is read is here.
"""

import book

initializes: book

PARTS_CAP: constant(uint256) = 32


struct Route:
    selector: bytes4
    implementation: address


struct Position:
    market: bytes32
    size: int256


implementations: HashMap[bytes4, address]


@deploy
def __init__(
    token: address,
    backstop: address,
    treasury: address,
    gateway: address,
    oracle: address,
    governance: address,
    token_unit: int256,
    requirement_floor: int256,
    max_markets_per_account: int256,
    bounty: int256,
    factors: DynArray[int256, PARTS_CAP],
    routes: DynArray[Route, PARTS_CAP],
):
    """
    @notice An empty pool.
    @param token The ERC-20 token that money is: one unit of it is `token_unit` quote quanta.
    @param gateway Who may submit trades: it has seen that both owners agreed.
    @param routes Which contract's code runs for which action.
    """
    assert token_unit > 0 and token_unit <= book.VAULT_CAP, "PAR-14 token_unit"
    assert requirement_floor >= 0 and requirement_floor <= book.VAULT_CAP, "PAR-15 requirement_floor"
    assert max_markets_per_account > 0, "PAR-16 max_markets_per_account"
    assert max_markets_per_account <= book.MARKETS_CAP, "PAR-16 max_markets_per_account"
    assert bounty >= 0 and bounty <= book.VAULT_CAP, "PAR-19 bounty"
    assert len(factors) == book.CLASSES and factors[0] == 0, "PAR-20 factors"
    for level: uint256 in range(book.CLASSES - 1):
        assert factors[level] < factors[level + 1], "PAR-20 factors"
    assert factors[book.CLASSES - 1] <= book.FACTOR_CAP, "PAR-20 factors"

    book.token = token
    book.backstop = backstop
    book.treasury = treasury
    book.gateway = gateway
    book.parameters.oracle = oracle
    book.parameters.governance = governance
    book.parameters.token_unit = token_unit
    book.parameters.requirement_floor = requirement_floor
    book.parameters.max_markets_per_account = max_markets_per_account
    book.parameters.bounty = bounty
    book.epoch = 1
    for level: uint256 in range(book.CLASSES):
        book.parameters.factors[level] = factors[level]
        book.classes[level].generation = 1
    for route: Route in routes:
        self.implementations[route.selector] = route.implementation


@external
def __default__():
    """
    @notice Runs an action, or reverts as it does.
    """
    implementation: address = self.implementations[convert(slice(msg.data, 0, 4), bytes4)]
    assert implementation != empty(address), "no such action"
    raw_call(implementation, msg.data, is_delegate_call=True)


@external
@view
def totals() -> (int256, int256, int256, int256, int256, book.CertificateClass[book.CLASSES]):
    """
    @notice vault, exposed, epoch, owing, overdue and the classes.
    """
    return book.vault, book.exposed, book.epoch, book.owing, book.overdue, book.classes


@external
@view
def parameters() -> book.PoolParameters:
    return book.parameters


@external
@view
def market(market: bytes32) -> book.Market:
    return book.markets[market]


@external
@view
def account(account: address) -> (int256, book.Certificate, DynArray[Position, book.LISTED_CAP]):
    """
    @notice cash, certificate and positions.
    """
    positions: DynArray[Position, book.LISTED_CAP] = []
    for market: bytes32 in book.held[account]:
        positions.append(Position(market=market, size=book.sizes[account][market]))
    return book.cash[account], book.certificates[account], positions
