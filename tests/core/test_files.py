"""Files at rest, and the addresses through which they come and go."""

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidTag

from backend.core import crypto, files, ids
from backend.core.files import AddressExpired, LocalDisk, Sealed, Verb

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("keys")]

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
SOON = NOW + timedelta(minutes=10)


def said_by(address: str) -> tuple[UUID, int, str]:
    parts = urlsplit(address)
    query = parse_qs(parts.query)
    return UUID(parts.path.rpartition("/")[2]), int(query["expires"][0]), query["signature"][0]


def test_what_is_sealed_opens_for_its_own_file_alone() -> None:
    file_id = ids.uuid7()
    sealed = files.seal(b"a photo", file_id)

    assert files.unseal(sealed, file_id) == b"a photo"
    assert b"a photo" not in sealed.content
    with pytest.raises(crypto.UnreadableError):
        files.unseal(sealed, ids.uuid7())


def test_a_file_has_a_key_of_its_own() -> None:
    file_id = ids.uuid7()
    one, other = files.seal(b"a photo", file_id), files.seal(b"a photo", file_id)

    with pytest.raises(InvalidTag):
        files.unseal(Sealed(one.content, other.key), file_id)


def test_an_altered_content_does_not_open() -> None:
    file_id = ids.uuid7()
    sealed = files.seal(b"a photo", file_id)

    with pytest.raises(InvalidTag):
        files.unseal(Sealed(sealed.content[:-1] + b"\0", sealed.key), file_id)


async def test_a_store_gives_back_what_it_keeps_under_its_digest(tmp_path: Path) -> None:
    disk = LocalDisk(tmp_path / "files")

    digest = await disk.put(b"sealed")

    assert digest == hashlib.sha256(b"sealed").digest()
    assert await disk.put(b"sealed") == digest
    assert await disk.get(digest) == b"sealed"


async def test_nobody_else_may_look_into_the_folder(tmp_path: Path) -> None:
    await LocalDisk(tmp_path / "files").put(b"sealed")

    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path.stat().st_mode & 0o777 for path in kept] == [0o600]
    assert kept[0].parent.stat().st_mode & 0o777 == 0o700


async def test_what_is_removed_is_gone_and_may_be_removed_again(tmp_path: Path) -> None:
    disk = LocalDisk(tmp_path)
    digest = await disk.put(b"sealed")

    await disk.remove(digest)
    await disk.remove(digest)

    with pytest.raises(OSError):
        await disk.get(digest)


def test_an_address_opens_its_own_file_until_it_expires() -> None:
    file_id = ids.uuid7()
    said, expires, signature = said_by(files.address(Verb.UPLOAD, file_id, SOON))

    assert said == file_id
    almost = SOON - timedelta(seconds=1)
    files.check_address(Verb.UPLOAD, said, expires=expires, signature=signature, now=almost)
    with pytest.raises(AddressExpired):
        files.check_address(Verb.UPLOAD, said, expires=expires, signature=signature, now=SOON)


@pytest.mark.parametrize("signature", ["", "A", "abcd", "é", "=", "A" * 1000])
def test_a_made_up_signature_opens_nothing(signature: str) -> None:
    with pytest.raises(AddressExpired):
        files.check_address(
            Verb.UPLOAD,
            ids.uuid7(),
            expires=int(SOON.timestamp()),
            signature=signature,
            now=NOW,
        )


def test_an_address_is_good_for_one_thing() -> None:
    file_id, expires, signature = said_by(files.address(Verb.UPLOAD, ids.uuid7(), SOON))

    for verb, other_id, later in (
        (Verb.DOWNLOAD, file_id, 0),
        (Verb.UPLOAD, ids.uuid7(), 0),
        (Verb.UPLOAD, file_id, 60),
    ):
        with pytest.raises(AddressExpired):
            files.check_address(
                verb, other_id, expires=expires + later, signature=signature, now=NOW
            )


def test_an_address_lasts_five_to_ten_minutes_and_stays_the_same_for_a_while() -> None:
    def lasts(**later: int) -> timedelta:
        now = NOW + timedelta(**later)
        return files.expires_at(NOW, now) - now

    assert lasts() == timedelta(minutes=10)
    assert files.expires_at(NOW, NOW - timedelta(seconds=1)) == files.expires_at(NOW, NOW)
    assert lasts(seconds=299) == timedelta(seconds=301)
    assert lasts(minutes=5) == timedelta(minutes=10)
    assert timedelta(minutes=5) < lasts(days=3, seconds=17) <= timedelta(minutes=10)


def test_a_process_keeps_files_where_it_was_told(tmp_path: Path) -> None:
    held = files._store
    disk = LocalDisk(tmp_path)

    files.use(disk)

    assert files.store() is disk
    files._store = held
