"""What the provider knows, in one file: a restart forgets nothing."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import msgspec

from backend.payments.lifecycle.statuses import ChannelName

MADE = """
CREATE TABLE IF NOT EXISTS things (
    number INTEGER PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL, body BLOB NOT NULL,
    UNIQUE (kind, id)
)
"""


class Order(msgspec.Struct, kw_only=True):
    """A cash order: what a payer can pay with one of the apps."""

    channel: ChannelName
    out_trade_no: str
    total: int
    notify_url: str
    made_at: datetime
    transaction_id: str
    prepay_id: str = ""
    attach: str = ""
    expires_at: datetime | None = None
    state: str = "NOTPAY"  # as WeChat Pay says it; the other gateway translates
    paid_at: datetime | None = None
    paid_by: str = ""
    refunded: int = 0


class Mixed(msgspec.Struct, kw_only=True):
    """An order with an insurance leg; its cash leg, if any, is an `Order` of the same number."""

    out_trade_no: str
    mix_trade_no: str
    mix_pay_type: str
    pay_order_id: str
    gov: int
    account: int
    other: int
    cash: int
    total: int
    callback_url: str
    mix: str = "CREATED"
    own: str = "CREATED"
    insured: str = "CREATED"
    paid_at: datetime | None = None
    refunded: int = 0


class Back(msgspec.Struct, kw_only=True):
    """A refund of a cash order."""

    channel: ChannelName
    out_refund_no: str
    out_trade_no: str
    refund_id: str
    fen: int
    total: int
    made_at: datetime
    notify_url: str = ""
    state: str = "PROCESSING"
    done_at: datetime | None = None


class Settlement(msgspec.Struct, kw_only=True):
    """医保: fees that were uploaded, who would pay what, and what became of it."""

    pay_order_id: str
    out_trade_no: str
    pay_auth_no: str
    insured: str
    gov: int
    account: int
    aid: int
    other: int
    cash: int
    said: str = ""  # a digest of what was uploaded
    settled_as: str = ""  # the order that it was settled for
    state: str = "CREATED"
    returned: dict[str, int] = {}


class Callback(msgspec.Struct, kw_only=True):
    """What is still to be told: how it was at the event, signed when it is sent."""

    id: str
    channel: ChannelName
    url: str
    event: str
    content: bytes
    due_at: float
    tries: int = 0
    copies: int = 1
    forged: bool = False


class Fault(msgspec.Struct, kw_only=True):
    """What is to go wrong: so many times, for one order or for whichever comes next."""

    id: str = ""
    kind: str
    times: int = 1
    out_trade_no: str = ""
    seconds: float = 0.0
    leg: str = "insurance"


class Claim(msgspec.Struct, kw_only=True):
    """在院: an inpatient claim that a hospital has not closed, by the digest of an id number."""

    id_digest: str
    hospital: str


T = TypeVar("T", Order, Mixed, Back, Settlement, Callback, Fault, Claim)


class Memory:
    """One writer: the server's loop. Every write is on the disk before it is answered."""

    def __init__(self, file: Path | str) -> None:
        self._file = sqlite3.connect(file, isolation_level=None)
        self._file.execute("PRAGMA journal_mode = WAL")
        self._file.execute(MADE)

    def get(self, kind: type[T], id_: str) -> T | None:
        found = self._file.execute(
            "SELECT body FROM things WHERE kind = ? AND id = ?", (kind.__name__, id_)
        ).fetchone()
        return None if found is None else msgspec.json.decode(found[0], type=kind)

    def every(self, kind: type[T]) -> list[T]:
        """All of a kind, the oldest first."""
        found = self._file.execute(
            "SELECT body FROM things WHERE kind = ? ORDER BY number", (kind.__name__,)
        )
        return [msgspec.json.decode(body, type=kind) for (body,) in found]

    def put(self, id_: str, thing: T) -> None:
        self._file.execute(
            "INSERT INTO things (kind, id, body) VALUES (?, ?, ?)"
            " ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body",
            (type(thing).__name__, id_, msgspec.json.encode(thing)),
        )

    def drop(self, kind: type[T], id_: str) -> None:
        self._file.execute("DELETE FROM things WHERE kind = ? AND id = ?", (kind.__name__, id_))

    def forget(self) -> None:
        """Begin anew: for tests."""
        self._file.execute("DELETE FROM things")

    @contextmanager
    def together(self) -> Iterator[None]:
        """All or nothing of what is written inside."""
        self._file.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._file.execute("ROLLBACK")
            raise
        self._file.execute("COMMIT")

    def close(self) -> None:
        self._file.close()
