"""Files at rest: each sealed with a key of its own, in a store that learns nothing of them.

What is kept is found by the SHA-256 of the sealed content. The key of a file is itself sealed with
the deployment's data key and stands in its row: forgetting it forgets the file.
"""

import hashlib
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple, Protocol
from uuid import UUID

import anyio.to_thread
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from backend.core import crypto
from backend.core.problems import Problem

_ADDRESS_STEP = timedelta(minutes=5)
_KEY_BITS = 256
_NONCE_BYTES = 12


class AddressExpired(Problem):
    """Not an address of ours, for another purpose, or too old: ask for a new one."""

    status = 403
    code = "address_expired"
    title = "链接无效或已过期"
    title_en = "This address is not valid, or not any more."


class Store(Protocol):
    """Keeps sealed contents by their digest. Failing, it raises OSError."""

    async def put(self, sealed: bytes) -> bytes:
        """Keep it durably; the answer is its SHA-256. Keeping it twice is keeping it once."""

    async def get(self, digest: bytes) -> bytes:
        """Give back what is kept under the digest."""

    async def remove(self, digest: bytes) -> None:
        """Forget it; what is not there is forgotten already."""

    async def close(self) -> None:
        """Let go of what was opened."""


class LocalDisk:
    """A folder in which nobody but this account may look."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, sealed: bytes) -> bytes:
        digest = hashlib.sha256(sealed).digest()
        await anyio.to_thread.run_sync(self._write, self._path(digest), sealed)
        return digest

    async def get(self, digest: bytes) -> bytes:
        return await anyio.Path(self._path(digest)).read_bytes()

    async def remove(self, digest: bytes) -> None:
        await anyio.Path(self._path(digest)).unlink(missing_ok=True)

    async def close(self) -> None:
        pass

    def _path(self, digest: bytes) -> Path:
        name = digest.hex()
        return self._folder / name[:2] / name[2:]

    def _write(self, path: Path, content: bytes) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = path.with_name(f"{path.name}.{os.urandom(8).hex()}")
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(descriptor)
            unfinished.replace(path)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
        self._sync(path.parent)

    def _sync(self, folder: Path) -> None:
        """Make the name durable too: PostgreSQL is about to promise that the file is there."""
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


_store: Store | None = None


def use(chosen: Store) -> None:
    """Say at the start of a process where its files are kept."""
    global _store  # noqa: PLW0603 - a process belongs to one deployment
    _store = chosen


def store() -> Store:
    assert _store is not None, "files.use(store) comes first"
    return _store


class Sealed(NamedTuple):
    """A content as the store sees it, and its key as the row holds it."""

    content: bytes
    key: bytes


def seal(content: bytes, file_id: UUID) -> Sealed:
    key, nonce = AESGCM.generate_key(_KEY_BITS), os.urandom(_NONCE_BYTES)
    sealed = nonce + AESGCM(key).encrypt(nonce, content, file_id.bytes)
    return Sealed(sealed, crypto.seal_bytes(key, f"files.key {file_id}"))


def unseal(sealed: Sealed, file_id: UUID) -> bytes:
    """Open what `seal` closed for the same file.

    :raises crypto.UnreadableError: the key is another file's
    :raises cryptography.exceptions.InvalidTag: the content was altered
    """
    cipher = AESGCM(crypto.unseal_bytes(sealed.key, f"files.key {file_id}"))
    nonce, content = sealed.content[:_NONCE_BYTES], sealed.content[_NONCE_BYTES:]
    return cipher.decrypt(nonce, content, file_id.bytes)


class Verb(StrEnum):
    """What an address is good for."""

    UPLOAD = "upload"
    DOWNLOAD = "download"


def expires_at(since: datetime, now: datetime) -> datetime:
    """When an address given now expires: in five to ten minutes.

    It moves in steps from a fixed moment, so that asking again at once gives the same address.
    """
    steps = max(0, (now - since) // _ADDRESS_STEP)  # another process may be a moment behind
    return since + (steps + 2) * _ADDRESS_STEP


def address(verb: Verb, file_id: UUID, expires_at: datetime) -> str:
    """Where whoever holds it may send or fetch one file, until it expires; it names nobody."""
    expires = int(expires_at.timestamp())
    signature = urlsafe_b64encode(_sign(verb, file_id, expires)).rstrip(b"=").decode()
    return f"/v1/file-contents/{file_id}?expires={expires}&signature={signature}"


def check_address(
    verb: Verb, file_id: UUID, *, expires: int, signature: str, now: datetime
) -> None:
    """:raises AddressExpired:"""
    try:
        said = urlsafe_b64decode(signature.encode("ascii") + b"==")
    except ValueError:  # of base64 and of letters beyond ASCII
        raise AddressExpired from None
    content = _signed(verb, file_id, expires)
    if expires <= now.timestamp() or not crypto.is_signed(content, said, "files.address"):
        raise AddressExpired


def _sign(verb: Verb, file_id: UUID, expires: int) -> bytes:
    return crypto.sign(_signed(verb, file_id, expires), "files.address")


def _signed(verb: Verb, file_id: UUID, expires: int) -> bytes:
    return f"{verb} {file_id} {expires}".encode()
