"""Bringing files and fetching them."""

from datetime import datetime
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Meta

from backend.core.access import EVERYONE, Actor
from backend.core.wire import answer
from backend.files import actions, contents, queries
from backend.files.schemas import FileAnnounced, FileAsked, FileDetail, FileKept

Expires = Annotated[int, Meta(ge=0, le=2**53)]
Signature = Annotated[str, Meta(max_length=100)]


@put("/files/{file_id:uuid}", allow=EVERYONE, tags=["files"])
async def announce_file(
    file_id: FromPath[UUID],
    data: JSONBody[FileAnnounced],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[FileAsked]:
    """Say that a file will come, and learn where to send it.

    Send the content with `PUT` to `upload.path`, without a token, before `upload.expires_at`; ask
    again for a new address. Pictures are kept upright and without EXIF.
    """
    kept = actions.ask(
        file_id=file_id,
        actor=actor,
        purpose=data.purpose,
        person_id=data.person_id,
        media_type=data.media_type,
        size_bytes=data.size_bytes,
        sha256=bytes.fromhex(data.sha256),
        now=now,
    )
    return await answer(kept, partial(FileAsked.of, now=now))


@get("/files/{file_id:uuid}", allow=EVERYONE, tags=["files"])
async def get_file(
    file_id: FromPath[UUID], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> FileDetail:
    """Learn where to fetch a file: `GET download.path`, without a token, before it expires.

    The person whom it is about can see that you asked.
    """
    return FileDetail.fetched(await queries.seen_by(file_id=file_id, actor=actor, now=now), now=now)


@put("/file-contents/{file_id:uuid}", public=True, tags=["files"])
async def send_file_content(
    file_id: FromPath[UUID],
    expires: FromQuery[Expires],
    signature: FromQuery[Signature],
    request: Request[Any, Any, Any],
    now: NamedDependency[datetime],
) -> Response[FileKept]:
    """Send the bytes of an announced file, as they are, to the address that was given for it.

    Send it again if the answer did not arrive.
    """
    kept = contents.receive(
        file_id=file_id, expires=expires, signature=signature, chunks=request.stream(), now=now
    )
    return await answer(kept, FileKept.of)


@get("/file-contents/{file_id:uuid}", public=True, tags=["files"])
async def fetch_file_content(
    file_id: FromPath[UUID],
    expires: FromQuery[Expires],
    signature: FromQuery[Signature],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    """Fetch the bytes of a file from the address that was given for it."""
    file, content = await contents.send(
        file_id=file_id, expires=expires, signature=signature, now=now
    )
    return Response(
        content,
        media_type=file.media_type,
        headers={
            "cache-control": "private, no-store",
            "content-disposition": "attachment",
            "content-security-policy": "sandbox; default-src 'none'",
            "x-content-type-options": "nosniff",
        },
    )


ROUTES = [announce_file, get_file, send_file_content, fetch_file_content]
