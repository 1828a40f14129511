"""Who goes: what is said and what is stored. Pure."""

from datetime import datetime
from uuid import UUID

import msgspec

from backend.core.wire import Code, Request


class AssignmentSaid(Request):
    """Let `staff_id` go; with `replaces_id` instead of somebody."""

    staff_id: UUID
    is_lead: bool = True
    replaces_id: UUID | None = None
    reason: Code | None = None


class Assignment(msgspec.Struct, frozen=True):
    id: UUID
    visit_id: UUID
    staff_id: UUID
    role: str
    is_lead: bool
    from_at: datetime
    until_at: datetime | None
    assigned_by: UUID
    reason: str | None
    fingerprint: bytes
