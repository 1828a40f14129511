"""The ledger (账簿): every posting takes from one account and gives to another.

    a bill opens       RECEIVABLE  ◀─ REVENUE              it is void: the other way round
    cash arrives       CLEARING    ◀─ RECEIVABLE           … too late, or twice: ◀─ UNDUE
    the fund pays      FUND        ◀─ RECEIVABLE           统筹 (其他 pays into OTHER)
    the account pays   ACCOUNT     ◀─ RECEIVABLE           个账 (own, or by mutual aid)
    prepaid            PREPAID     ◀─ RECEIVABLE           topped up: RECEIVABLE ◀─ PREPAID
    at the door        COLLECTED   ◀─ RECEIVABLE           到付, until it is handed in
    given back         REVENUE     ◀─ CLEARING, FUND …     undue money: UNDUE ◀─ CLEARING, FUND …

What is owed on a payable is the balance of RECEIVABLE over its postings: never below zero, and zero
once it is paid or void.
"""

from collections.abc import Iterable
from enum import StrEnum

import msgspec


class Account(StrEnum):
    RECEIVABLE = "RECEIVABLE"
    REVENUE = "REVENUE"
    CLEARING = "CLEARING"
    FUND = "FUND"
    ACCOUNT = "ACCOUNT"
    OTHER = "OTHER"
    REDUCED = "REDUCED"
    PREPAID = "PREPAID"
    COLLECTED = "COLLECTED"
    UNDUE = "UNDUE"


class Why(StrEnum):
    BILL = "bill"
    VOID = "void"
    CAPTURE = "capture"
    UNDUE = "undue"
    REFUND = "refund"
    TOP_UP = "top_up"
    COLLECT = "collect"


class Posting(msgspec.Struct, frozen=True, kw_only=True):
    """So many fen to `debit`, from `credit`; more than none."""

    debit: Account
    credit: Account
    fen: int


def balance(postings: Iterable[Posting], account: Account) -> int:
    """What an account holds after these: what was debited less what was credited."""
    return sum(each.fen * ((each.debit is account) - (each.credit is account)) for each in postings)
