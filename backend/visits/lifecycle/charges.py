"""What of a visit is charged (HB-15): what was verified, and nothing else. Pure."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from backend.core.access import DOCTORS
from backend.payments.lifecycle.billing import Done
from backend.payments.lifecycle.tariffs import ROUNDS, Fee
from backend.visits.lifecycle.statuses import ExceptionStatus, Kind, PlaceKind, Status

ROUND_FEES = {Kind.HOMEBED_ROUND: Fee.ROUND, Kind.SUPERIOR_ROUND: Fee.SUPERIOR_ROUND}
COUNTING = frozenset({ExceptionStatus.APPROVED, ExceptionStatus.CLEARED})


class Stay(msgspec.Struct, frozen=True, kw_only=True):
    """One carer at the bedside: from the check-in until the check-out, and what they did.

    `left_by` is the move by which they left.
    """

    staff_id: UUID
    role: str
    came_at: datetime
    left_at: datetime | None
    left_by: UUID | None = None
    items: Sequence[str] = ()


class Lived(msgspec.Struct, frozen=True, kw_only=True):
    """A visit as it was lived, by whoever said that they came."""

    id: UUID
    kind: Kind
    status: Status
    place: PlaceKind
    stays: Sequence[Stay]
    exceptions: Collection[str]


def is_verified(visit: Lived) -> bool:
    """Everybody who came has left, and whatever was odd counts: approved, or cleared (EV-09)."""
    return (
        visit.status is Status.CHECKED_OUT
        and set(visit.exceptions) <= COUNTING
        and bool(visit.stays)
        and all(each.left_at is not None for each in visit.stays)
    )


def charges(visit: Lived) -> list[Done]:
    """What was done at the bedside of one person; nothing while the visit is not verified."""
    if not is_verified(visit):
        return []
    return list(_charges(visit))


def charges_of_stay(visit: Lived, stay: Stay) -> list[Done]:
    """What one carer did, whose phone spoke after the visit was billed."""
    return charges(msgspec.structs.replace(visit, stays=[stay])) if is_verified(visit) else []


def charges_of_entry(visit: Lived, *, seen_by: UUID, seen_at: datetime) -> list[Done]:
    """What was done for one resident of a round: part of the contract, unless it has a price."""
    if not is_verified(visit):
        return []
    return [
        Done(item=fee, from_at=seen_at, done_by=seen_by, visit_id=visit.id, is_optional=True)
        for fee in (Fee.WARD_ROUND, Fee.DOOR_OF_A_HOUSE)
    ]


def _charges(visit: Lived) -> Iterator[Done]:
    fee = ROUND_FEES.get(visit.kind)
    for stay in visit.stays:
        if fee is not None and stay.role in DOCTORS:
            yield Done(item=fee, from_at=stay.came_at, done_by=stay.staff_id, visit_id=visit.id)
        for item in stay.items:
            if item not in ROUNDS:
                yield Done(
                    item=item,
                    from_at=stay.came_at,
                    until_at=_until(stay),
                    done_by=stay.staff_id,
                    visit_id=visit.id,
                )
    if fee is None:  # a round's own fee pays for the way
        came_at = min(stay.came_at for stay in visit.stays)
        door = Fee.DOOR if visit.place is PlaceKind.HOME else Fee.DOOR_OF_A_HOUSE
        yield Done(item=door, from_at=came_at, visit_id=visit.id, is_optional=True)


def _until(stay: Stay) -> datetime | None:
    """Where its minutes end; a stay that a phone's clock made no longer than nothing has none."""
    return stay.left_at if stay.left_at and stay.left_at > stay.came_at else None
