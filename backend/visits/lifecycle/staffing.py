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


class Errand(msgspec.Struct, frozen=True):
    """What a carer is sent for: which visit of which organization, and when.

    `person_id` is None for a round: its elders are its entries.
    """

    visit_id: UUID
    person_id: UUID | None
    organization_id: UUID
    start: datetime
    end: datetime


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
