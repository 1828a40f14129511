"""What a file is for, and how closely that makes it kept. Pure."""

from datetime import datetime
from enum import IntEnum, StrEnum
from uuid import UUID

import msgspec

from backend.core.access import Role
from backend.core.media import Media


class Status(StrEnum):
    ASKED = "asked"
    STORED = "stored"


class Purpose(StrEnum):
    VISIT_PROOF = "visit_proof"
    SIGNATURE = "signature"
    VOICE = "voice"
    RECORD_ATTACHMENT = "record_attachment"
    SENSITIVE_ATTACHMENT = "sensitive_attachment"
    RECORD_COPY = "record_copy"
    CONSENT = "consent"
    IDENTITY_PROOF = "identity_proof"
    EVIDENCE = "evidence"
    CERTIFICATE = "certificate"
    LICENCE = "licence"


class Level(IntEnum):
    """The data levels of GB/T 39725, as far as files have them."""

    ORGANIZATION = 2  # inside the organization
    PERSON = 4  # not policy: a level's name; what identifies a person: only ties, audited
    SPECIAL = 5  # not policy: a level's name; special diseases


# A round's proof shows an institution, evidence of a dispute may show nobody.
_MAY_BE_OF_NOBODY = frozenset(
    {Purpose.VISIT_PROOF, Purpose.EVIDENCE, Purpose.CERTIFICATE, Purpose.LICENCE}
)


def needs_person(purpose: Purpose) -> bool:
    return purpose not in _MAY_BE_OF_NOBODY


def level_of(purpose: Purpose, person_id: UUID | None) -> Level:
    if person_id is None:
        return Level.ORGANIZATION
    return Level.SPECIAL if purpose is Purpose.SENSITIVE_ATTACHMENT else Level.PERSON


class File(msgspec.Struct, frozen=True, kw_only=True):
    """A file as it is known; what is kept of it lies in the store under the digest `content`."""

    id: UUID
    purpose: Purpose
    media_type: Media
    size_bytes: int
    sha256: bytes
    owner: UUID
    owner_role: Role
    organization_id: UUID | None
    person: UUID | None
    level: Level
    status: Status
    recorded_at: datetime
    stored_at: datetime | None
    kept_bytes: int | None
    content: bytes | None
    key: bytes | None
    fingerprint: bytes
