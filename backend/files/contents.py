"""The way of a content between the phone and the store, outside any transaction."""

import hashlib
from collections.abc import AsyncIterator
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from backend.core import files, media
from backend.core.files import Sealed, Verb
from backend.core.problems import Invalid, Missing, TooLarge
from backend.core.wire import Kept
from backend.files import actions, queries
from backend.files.lifecycle import File, Status


class ContentDiffers(Invalid):
    """What came is not what was announced by its SHA-256 and length: send it again."""

    code = "content_differs"
    title = "上传的内容与声明的不一致"
    title_en = "What was sent is not what was announced."


class WrongMedia(Invalid):
    """It is not a whole file of the announced media type."""

    code = "wrong_media"
    title = "文件无法识别或类型不符"
    title_en = "The file cannot be read as what it says it is."


class Content(NamedTuple):
    file: File
    content: bytes


async def receive(
    *, file_id: UUID, expires: int, signature: str, chunks: AsyncIterator[bytes], now: datetime
) -> Kept[File]:
    """Take what a phone sends to an address that we gave it, and keep it.

    :raises AddressExpired: :raises Missing: :raises TooLarge: :raises ContentDiffers:
    :raises WrongMedia:
    """
    files.check_address(Verb.UPLOAD, file_id, expires=expires, signature=signature, now=now)
    file = await queries.find(file_id=file_id)
    if file is None:
        raise Missing
    content = await _read(chunks, bytes_max=file.size_bytes)
    if hashlib.sha256(content).digest() != file.sha256:
        raise ContentDiffers
    if file.status is Status.STORED:
        return Kept(file, first=False)
    if not media.looks_like(content, file.media_type):
        raise WrongMedia
    try:
        content = await media.clean(content, file.media_type)
    except media.UnreadableError:
        raise WrongMedia from None

    sealed = files.seal(content, file_id)
    digest = await files.store().put(sealed.content)
    kept = await actions.store(
        file_id=file_id, content=digest, key=sealed.key, kept_bytes=len(content), now=now
    )
    if kept.thing.content != digest:  # the same content came twice at once
        await files.store().remove(digest)
    return kept


async def send(*, file_id: UUID, expires: int, signature: str, now: datetime) -> Content:
    """Give back what is kept of a file, to who holds an address that we gave.

    :raises AddressExpired: :raises Missing:
    """
    files.check_address(Verb.DOWNLOAD, file_id, expires=expires, signature=signature, now=now)
    file = await queries.find(file_id=file_id)
    if file is None or file.content is None or file.key is None:
        raise Missing
    sealed = Sealed(await files.store().get(file.content), file.key)
    return Content(file, files.unseal(sealed, file_id))


async def _read(chunks: AsyncIterator[bytes], *, bytes_max: int) -> bytes:
    """Never more than was announced, however much is sent."""
    content = bytearray()
    async for chunk in chunks:
        content += chunk
        if len(content) > bytes_max:
            raise TooLarge(size_max=bytes_max)
    return bytes(content)
