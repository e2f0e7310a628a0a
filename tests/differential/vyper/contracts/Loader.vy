# pragma version 0.4.3
"""
@title Where a run starts
@notice Puts a state into a pool's storage. Never deployed: for the moment of loading, its code stands in the place of
        the pool's.
"""

import book

initializes: book


@external
def load_totals(
    vault: int256,
    exposed: int256,
    epoch: int256,
    owing: int256,
    overdue: int256,
    classes: book.CertificateClass[book.CLASSES],
):
    book.vault = vault
    book.exposed = exposed
    book.epoch = epoch
    book.owing = owing
    book.overdue = overdue
    book.classes = classes


@external
def load_market(market: bytes32, state: book.Market):
    book.markets[market] = state
    book.listed += 1


@external
def load_account(account: address, cash: int256, certificate: book.Certificate):
    book.cash[account] = cash
    book.certificates[account] = certificate


@external
def load_position(account: address, market: bytes32, size: int256):
    book.sizes[account][market] = size
    book.held[account].append(market)
    book.places[account][market] = len(book.held[account])
