"""Who may do what to an entry of the record. Pure: an actor, whose entry it is, a yes or no."""

from uuid import UUID

from backend.core.access import DOCTORS, Actor, Role
from backend.records.lifecycle.notes import DOCTORS_ONLY, NoteKind


def is_author(actor: Actor, *, author_id: UUID) -> bool:
    """What somebody wrote is theirs to read as a draft, to change and to sign."""
    return actor.person_id == author_id


def may_void(actor: Actor, *, author_id: UUID) -> bool:
    """A wrong reading is voided by whoever entered it, or by a doctor."""
    return is_author(actor, author_id=author_id) or actor.is_any(DOCTORS)


def may_write(actor: Actor, kind: NoteKind) -> bool:
    """EM-01: an order that lets a low saturation pass is a doctor's."""
    return kind not in DOCTORS_ONLY or actor.is_any(DOCTORS)


def may_read_clinical_words(actor: Actor) -> bool:
    """DL-10: a courier, tied by a parcel, reads no word of an illness but their own."""
    return actor.role is not Role.COURIER
