"""The rules by which an action is rejected, in their order of precedence (spec/rules.md)."""

from enum import Enum
from typing import Self


class Rule(Enum):
    """One member per guard, first the one reported when several fail.

    The value is the id under which the specification, the theorems, the vectors and other implementations
    know the rule; the sentence is what the rule demands.
    """

    sentence: str

    # The book.
    CRT_1 = "CRT-1", "the book is certified"
    # Authority: who may act at all.
    MAR_4 = "MAR-4", "only its owner withdraws from an account"
    MRK_1 = "MRK-1", "only the oracle marks"
    FND_1 = "FND-1", "only the oracle funds"
    LIQ_1 = "LIQ-1", "a liquidator acts for itself; anyone may name the backstop"
    SET_2 = "SET-2", "only the oracle settles a market"
    PAR_1 = "PAR-1", "only governance lists a market or sets its parameters"
    # Form: the numbers of the action alone.
    NUM_3 = "NUM-3", "an amount is positive"
    NUM_4 = "NUM-4", "an amount is at most the vault cap"
    NUM_6 = "NUM-6", "a size is positive"
    NUM_7 = "NUM-7", "a size is at most the size cap"
    NUM_9 = "NUM-9", "a price is positive"
    NUM_10 = "NUM-10", "a price is at most the price cap"
    NUM_11 = "NUM-11", "a time is at most the time cap"
    # The state before.
    CON_4 = "CON-4", "the market is listed"
    SET_1 = "SET-1", "the market is active"
    NUM_5 = "NUM-5", "an amount is a whole number of token units"
    NUM_8 = "NUM-8", "a size is a whole number of the market's lots"
    PAR_2 = "PAR-2", "a market is listed once"
    PAR_3 = "PAR-3", "the lot is positive and at most the size cap"
    PAR_4 = "PAR-4", "the initial rate is positive and at most one"
    PAR_5 = "PAR-5", "the maintenance fraction is positive and at most one"
    PAR_6 = "PAR-6", "the upper interest limit lies above the lower, both from zero to the vault cap"
    PAR_7 = "PAR-7", "the fee rate lies between zero and one"
    PAR_8 = "PAR-8", "the penalty rate lies between zero and one"
    PAR_9 = "PAR-9", "the funding rate lies between zero and one"
    PAR_10 = "PAR-10", "the lowest mark is at least a million quanta"
    PAR_11 = "PAR-11", "the highest mark is at least the lowest and at most the price cap"
    PAR_12 = "PAR-12", "the backstop's inventory limit lies between zero and the size cap"
    PAR_17 = "PAR-17", "the backstop's cap lies between zero and the vault cap"
    PAR_18 = "PAR-18", "the expiry is not negative and lies below the time cap"
    PAR_14 = "PAR-14", "the token unit is positive and at most the vault cap"
    PAR_15 = "PAR-15", "the requirement floor lies between zero and the vault cap"
    PAR_16 = "PAR-16", "an account may hold positions in at least one market and at most the markets cap"
    PAR_19 = "PAR-19", "the bounty lies between zero and the vault cap"
    PAR_20 = "PAR-20", "there is one factor for each class, zero first, each larger than the one before, up to the cap"
    PAR_21 = "PAR-21", "the lot of a market stays"
    PAR_22 = "PAR-22", "the expiry of a market stays"
    PAR_23 = "PAR-23", "a pool lists at most so many markets"
    MAR_5 = "MAR-5", "nothing is withdrawn from the backstop"
    MAR_6 = "MAR-6", "the vault holds what is withdrawn"
    TRD_1 = "TRD-1", "buyer and seller differ"
    TRD_2 = "TRD-2", "the backstop does not trade"
    TRD_3 = "TRD-3", "the price is at most the buyer's limit"
    TRD_4 = "TRD-4", "the price is at least the seller's limit"
    MRK_2 = "MRK-2", "a mark is newer than what the oracle last said of the market"
    MRK_3 = "MRK-3", "a mark is at least the market's lowest"
    MRK_4 = "MRK-4", "a mark is at most the market's highest"
    FND_2 = "FND-2", "a funding step is newer than what the oracle last said of the market"
    FND_3 = "FND-3", "a funding step is at most the funding rate of the mark"
    SET_7 = "SET-7", "after its expiry, or the last time but one, nothing is said of a market but that it settles"
    SET_3 = "SET-3", "a settlement is newer than what the oracle last said of the market"
    SET_4 = "SET-4", "a dated market is not settled before its expiry"
    SET_5 = "SET-5", "the market is settled"
    SET_6 = "SET-6", "the account holds a position in the market"
    CRT_2 = "CRT-2", "the backstop is not certified"
    CRT_3 = "CRT-3", "an account without a position is not certified"
    CRT_4 = "CRT-4", "an account with a live certificate is not certified again"
    CRT_5 = "CRT-5", "an account with negative equity is not certified"
    DEF_1 = "DEF-1", "the backstop does not default"
    DEF_2 = "DEF-2", "only an account with negative equity defaults"
    DEF_3 = "DEF-3", "the account holds a position in the market it defaults in"
    DEF_4 = "DEF-4", "the account has lost in the market since the anchor, or in none"
    DEF_5 = "DEF-5", "something is due, or there is a hole"
    DEF_6 = "DEF-6", "somebody has gained in the market since the anchor"
    DEF_9 = "DEF-9", "the backstop does not take over from itself"
    DEF_7 = "DEF-7", "no more is unwound than an opposite holder has"
    DEF_8 = "DEF-8", "no more is unwound or taken over than the backstop has"
    LIQ_2 = "LIQ-2", "the backstop is not liquidated"
    LIQ_3 = "LIQ-3", "liquidator and liquidated differ"
    LIQ_4 = "LIQ-4", "no more is closed than the account holds"
    LIQ_5 = "LIQ-5", "the liquidated account's equity is not negative"
    LIQ_6 = "LIQ-6", "the liquidated account is below its maintenance requirement"
    # The state after.
    LIQ_7 = "LIQ-7", "with one lot less closed the account would still be below its initial requirement"
    NUM_12 = "NUM-12", "the vault stays at or below its cap"
    NUM_13 = "NUM-13", "a market's open interest stays at or below the size cap"
    NUM_14 = "NUM-14", "an account's cash stays within the cash cap"
    NUM_15 = "NUM-15", "a market's carry stays within the carry cap"
    CON_5 = "CON-5", "an account holds positions in at most so many markets"
    MAR_7 = "MAR-7", "a withdrawal leaves the initial requirement"
    TRD_5 = "TRD-5", "a trade leaves each side its requirement, or only reduces risk"
    DEF_10 = "DEF-10", "a take-over leaves the taker its requirement, or only reduces risk"
    LIQ_8 = "LIQ-8", "the liquidator meets its initial requirement"
    LIQ_9 = "LIQ-9", "the backstop's inventory stays within its limit"

    def __new__(cls, identifier: str, sentence: str) -> Self:
        rule = object.__new__(cls)
        rule._value_ = identifier
        rule.sentence = sentence
        return rule


class Rejection(Exception):  # noqa: N818 - a verdict, not an error
    """Raised by `require` alone; `step` turns it into a rejected outcome."""

    def __init__(self, rule: Rule, field: str) -> None:
        super().__init__(f"{rule.value}: {rule.sentence} ({field})")
        self.rule = rule
        self.field = field


def require(condition: bool, rule: Rule, field: str) -> None:
    """Rejects the action under `rule`, naming the offending field, unless the condition holds."""
    if not condition:
        raise Rejection(rule, field)
