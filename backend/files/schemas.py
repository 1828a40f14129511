"""Files as they cross the wire."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from msgspec import Meta

from backend.core import files
from backend.core.files import Verb
from backend.core.media import BYTES_MAX, Media
from backend.core.wire import Moment, Request, Response
from backend.files.lifecycle import File, Purpose, Status


class FileAnnounced(Request):
    """What will be sent; `size_bytes` and `sha256` are of the content as the phone has it."""

    purpose: Purpose
    media_type: Media
    size_bytes: Annotated[int, Meta(ge=1, le=BYTES_MAX)]
    sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$(?!\n)")]
    person_id: UUID | None = None


class Address(Response):
    """Where to send or fetch the content, without a token, until it expires."""

    path: str
    expires_at: Moment


class FileAsked(Response):
    """`upload` is there until the content has come."""

    id: UUID
    purpose: Purpose
    media_type: Media
    size_bytes: int
    status: Status
    recorded_at: Moment
    person_id: UUID | None = None
    upload: Address | None = None

    @classmethod
    def of(cls, file: File, now: datetime) -> Self:
        return cls(
            id=file.id,
            purpose=file.purpose,
            media_type=file.media_type,
            size_bytes=file.size_bytes,
            status=file.status,
            recorded_at=file.recorded_at,
            person_id=file.person,
            upload=_address(Verb.UPLOAD, file, now) if file.status is Status.ASKED else None,
        )


class FileKept(Response):
    """`size_bytes` is the length of what is kept: a picture is drawn anew."""

    id: UUID
    purpose: Purpose
    media_type: Media
    status: Status
    recorded_at: Moment
    size_bytes: int | None = None
    stored_at: Moment | None = None
    person_id: UUID | None = None

    @classmethod
    def of(cls, file: File) -> Self:
        return cls(
            id=file.id,
            purpose=file.purpose,
            media_type=file.media_type,
            status=file.status,
            recorded_at=file.recorded_at,
            size_bytes=file.kept_bytes,
            stored_at=file.stored_at,
            person_id=file.person,
        )


class FileDetail(FileKept):
    """`download` is there once the content has come."""

    download: Address | None = None

    @classmethod
    def fetched(cls, file: File, now: datetime) -> Self:
        detail = cls.of(file)
        if file.status is Status.STORED:
            detail.download = _address(Verb.DOWNLOAD, file, now)
        return detail


def _address(verb: Verb, file: File, now: datetime) -> Address:
    expires_at = files.expires_at(file.recorded_at, now)
    return Address(path=files.address(verb, file.id, expires_at), expires_at=expires_at)
