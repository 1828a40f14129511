"""Reconciliations and their differences, as they are read; what finance says to one."""

from typing import Annotated, Any, Self
from uuid import UUID

from msgspec import Meta

from backend.core import crypto
from backend.core.wire import Day, Moment, Request, Response, Text200
from backend.payments.lifecycle.reconciling import DifferenceKind, Resolution


class Resolving(Request):
    """What it was. `asked` and `came_later` are found out by the service, not said by a person."""

    code: Resolution
    note: Text200 | None = None


class ReconciliationDetail(Response):
    """对账: a channel's bill of a day beside what a center has.

    `organization_id` is null for the lines of the bill that no center knows.
    """

    id: UUID
    channel: str
    of_day: Day
    organization_id: UUID | None
    theirs_count: int
    theirs_fen: Annotated[int, Meta(description="received less given back, by the bill")]
    ours_count: int
    ours_fen: Annotated[int, Meta(description="received less given back, by our books")]
    differences: int
    differences_open: int
    recorded_at: Moment

    @classmethod
    def of(cls, row: Any) -> Self:
        return cls(
            id=row["id"],
            channel=row["channel"],
            of_day=row["of_day"],
            organization_id=row["organization"],
            theirs_count=row["theirs_count"],
            theirs_fen=row["theirs_fen"],
            ours_count=row["ours_count"],
            ours_fen=row["ours_fen"],
            differences=row["differences"],
            differences_open=row["differences_open"],
            recorded_at=row["recorded_at"],
        )


class DifferenceDetail(Response):
    """LONG 长款: they have it, we do not. SHORT 短款: we have it, they do not. AMOUNT 金额不符."""

    id: UUID
    reconciliation_id: UUID
    channel: str
    of_day: Day
    organization_id: UUID | None
    kind: DifferenceKind
    about: Annotated[str, Meta(description="payment or refund")]
    trade_no: str
    theirs_fen: int | None
    ours_fen: int | None
    order_id: UUID | None
    escalated_at: Moment | None
    resolved_at: Moment | None
    resolved_by: UUID | None
    code: Resolution | None
    note: str | None

    @classmethod
    def of(cls, row: Any) -> Self:
        note = row["resolution"]
        return cls(
            id=row["id"],
            reconciliation_id=row["reconciliation"],
            channel=row["channel"],
            of_day=row["of_day"],
            organization_id=row["organization"],
            kind=DifferenceKind(row["kind"]),
            about=row["about"],
            trade_no=row["trade_no"],
            theirs_fen=row["theirs_fen"],
            ours_fen=row["ours_fen"],
            order_id=row["payment_order"],
            escalated_at=row["escalated_at"],
            resolved_at=row["resolved_at"],
            resolved_by=row["resolved_by"],
            code=Resolution(row["resolution_code"]) if row["resolution_code"] else None,
            note=crypto.unseal(note, "differences.resolution") if note else None,
        )
