"""A phone announces a file, sends it, and those who may fetch it."""

import asyncio
import hashlib
import io
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import httpx
import pytest
from PIL import Image

from backend.core import clock, files, ids, media
from backend.core.access import Actor, Role
from backend.core.db import row, rows, value
from backend.core.files import LocalDisk, Verb
from tests.builders import (
    a_delegation,
    a_person,
    a_tie,
    acting,
    an_organization,
    staff_of,
)

pytestmark = pytest.mark.anyio

Phone = httpx.AsyncClient
PhoneOf = Callable[[Actor], Phone]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Iterator[Path]:
    held = files._store
    files.use(LocalDisk(tmp_path))
    yield tmp_path
    files._store = held


@pytest.fixture
async def center(db: None) -> UUID:
    return await an_organization()


@pytest.fixture
async def elder(center: UUID) -> UUID:
    return await a_person(center_id=center)


@pytest.fixture
async def doctor(center: UUID, elder: UUID) -> Actor:
    made = await staff_of(center, Role.GP)
    await a_tie(elder, made.person_id)
    return made


@pytest.fixture
def phone(client_for: PhoneOf, doctor: Actor) -> Phone:
    return client_for(doctor)


def a_photo(text: str = "a note") -> bytes:
    tags = Image.Exif()
    tags[0x010E] = text
    written = io.BytesIO()
    Image.new("RGB", (40, 20), "red").save(written, "JPEG", exif=tags)
    return written.getvalue()


def announced(content: bytes, **said: object) -> dict[str, object]:
    return {
        "purpose": "visit_proof",
        "media_type": "image/jpeg",
        "size_bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        **{name: str(word) if isinstance(word, UUID) else word for name, word in said.items()},
    }


async def bring(phone: Phone, client: Phone, content: bytes, **said: object) -> UUID:
    """Announce and send a file."""
    file_id = ids.uuid7()
    asked = await phone.put(f"/v1/files/{file_id}", json=announced(content, **said))
    assert asked.status_code == 201, asked.text
    sent = await client.put(asked.json()["upload"]["path"], content=content)
    assert sent.status_code == 201, sent.text
    return file_id


async def test_a_photo_is_announced_sent_and_fetched(
    phone: Phone, client: Phone, elder: UUID
) -> None:
    photo = a_photo("taken at 31.2235,121.4452")
    file_id = ids.uuid7()

    asked = await phone.put(f"/v1/files/{file_id}", json=announced(photo, person_id=elder))
    assert (asked.status_code, asked.json()["status"]) == (201, "asked")

    sent = await client.put(
        asked.json()["upload"]["path"], content=photo, headers={"content-type": "image/jpeg"}
    )
    assert (sent.status_code, sent.json()["status"]) == (201, "stored")

    found = await phone.get(f"/v1/files/{file_id}")
    assert found.status_code == 200
    fetched = await client.get(found.json()["download"]["path"])
    assert fetched.status_code == 200
    assert fetched.headers["content-type"] == "image/jpeg"
    assert fetched.headers["x-content-type-options"] == "nosniff"
    assert len(fetched.content) == found.json()["size_bytes"] == sent.json()["size_bytes"]
    assert b"31.2235" not in fetched.content
    with Image.open(io.BytesIO(fetched.content)) as picture:
        assert picture.size == (40, 20)


async def test_what_lies_on_the_disk_shows_nothing(
    phone: Phone, client: Phone, elder: UUID, folder: Path
) -> None:
    letter = b"%PDF-1.7 " + "高血压".encode()

    await bring(
        phone,
        client,
        letter,
        person_id=elder,
        purpose="record_attachment",
        media_type="application/pdf",
    )

    kept = [path for path in folder.rglob("*") if path.is_file()]
    assert len(kept) == 1
    assert "高血压".encode() not in kept[0].read_bytes()


async def test_announcing_again_is_announcing_once(phone: Phone, elder: UUID) -> None:
    path, said = f"/v1/files/{ids.uuid7()}", announced(a_photo(), person_id=elder)

    answers = await asyncio.gather(*(phone.put(path, json=said) for _ in range(20)))

    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]
    assert len({answer.text for answer in answers}) == 1
    assert await value("SELECT count(*) FROM files") == 1
    assert await value("SELECT count(*) FROM audit WHERE what = 'files.ask'") == 1


async def test_another_announcement_under_the_same_id_is_refused(phone: Phone, elder: UUID) -> None:
    path = f"/v1/files/{ids.uuid7()}"
    await phone.put(path, json=announced(a_photo(), person_id=elder))

    again = await phone.put(path, json=announced(a_photo("another"), person_id=elder))

    assert (again.status_code, again.json()["code"]) == (409, "already_different")


async def test_sending_again_is_sending_once(
    phone: Phone, client: Phone, elder: UUID, folder: Path
) -> None:
    photo = a_photo()
    asked = await phone.put(f"/v1/files/{ids.uuid7()}", json=announced(photo, person_id=elder))
    path = asked.json()["upload"]["path"]

    answers = await asyncio.gather(*(client.put(path, content=photo) for _ in range(10)))

    assert sorted(answer.status_code for answer in answers) == [200] * 9 + [201]
    assert len({answer.text for answer in answers}) == 1
    assert len([path for path in folder.rglob("*") if path.is_file()]) == 1
    assert await value("SELECT count(*) FROM audit WHERE what = 'files.store'") == 1


@pytest.mark.parametrize(
    ("content", "said", "status", "code"),
    [
        (a_photo("another"), {}, 422, "content_differs"),
        (a_photo()[:-1], {}, 422, "content_differs"),
        (b"", {}, 422, "content_differs"),
        (a_photo() + b"more", {}, 413, "too_large"),
        (b"MZ this is a program", {"media_type": "image/jpeg"}, 422, "wrong_media"),
        (b"<script>", {"media_type": "application/pdf"}, 422, "wrong_media"),
        (a_photo(), {"media_type": "image/png"}, 422, "wrong_media"),
        (b"\xff\xd8\xff and no more", {}, 422, "wrong_media"),
    ],
    ids=[
        "another content",
        "cut off",
        "nothing",
        "too much",
        "a program",
        "a page",
        "another kind",
        "a broken picture",
    ],
)
async def test_what_was_not_announced_is_refused(
    phone: Phone,
    client: Phone,
    elder: UUID,
    content: bytes,
    said: dict[str, object],
    status: int,
    code: str,
) -> None:
    expected = content if code == "wrong_media" else a_photo()
    asked = await phone.put(
        f"/v1/files/{ids.uuid7()}", json=announced(expected, person_id=elder, **said)
    )

    sent = await client.put(asked.json()["upload"]["path"], content=content)

    assert (sent.status_code, sent.json()["code"]) == (status, code)
    assert await value("SELECT count(*) FROM files WHERE status = 'stored'") == 0


@pytest.mark.parametrize(
    "said",
    [
        {"size_bytes": media.BYTES_MAX + 1},
        {"size_bytes": 0},
        {"sha256": "x"},
        {"media_type": "text/html"},
        {"purpose": "anything"},
        {"purpose": "record_attachment", "person_id": None},
        {"owner": "somebody"},
    ],
    ids=["too large", "empty", "no digest", "a page", "no purpose", "of nobody", "more"],
)
async def test_an_announcement_that_cannot_be_is_refused(
    phone: Phone, elder: UUID, said: dict[str, object]
) -> None:
    body = announced(a_photo(), person_id=elder) | said

    assert (await phone.put(f"/v1/files/{ids.uuid7()}", json=body)).status_code == 400


async def test_the_phone_chooses_an_id_that_sorts(phone: Phone, elder: UUID) -> None:
    body = announced(a_photo(), person_id=elder)

    assert (await phone.put(f"/v1/files/{uuid4()}", json=body)).status_code == 400


async def test_an_address_is_good_for_one_file_one_way_and_a_while(
    phone: Phone, client: Phone, elder: UUID
) -> None:
    photo = a_photo()
    file_id = await bring(phone, client, photo, person_id=elder)
    now = clock.now()
    late = files.address(Verb.DOWNLOAD, file_id, now - timedelta(seconds=1))
    upload = files.address(Verb.UPLOAD, file_id, now + timedelta(minutes=5))
    other = files.address(Verb.DOWNLOAD, ids.uuid7(), now + timedelta(minutes=5))
    forged = f"{urlsplit(upload).path}?expires=9999999999&signature=AAAA"

    for path in (late, upload, forged):
        refused = await client.get(path)
        assert (refused.status_code, refused.json()["code"]) == (403, "address_expired")
    assert (await client.get(other)).status_code == 404
    assert (await client.put(late, content=photo)).status_code == 403
    assert (await client.get(urlsplit(upload).path)).status_code == 400


async def test_what_has_not_come_cannot_be_fetched(
    phone: Phone, client: Phone, elder: UUID
) -> None:
    file_id = ids.uuid7()
    await phone.put(f"/v1/files/{file_id}", json=announced(a_photo(), person_id=elder))

    found = await phone.get(f"/v1/files/{file_id}")

    assert found.json()["status"] == "asked"
    assert found.json()["download"] is None
    address = files.address(Verb.DOWNLOAD, file_id, clock.now() + timedelta(minutes=5))
    assert (await client.get(address)).status_code == 404


async def test_only_who_is_tied_to_the_person_may_fetch(
    phone: Phone, client: Phone, client_for: PhoneOf, elder: UUID, center: UUID
) -> None:
    file_id = await bring(phone, client, a_photo(), person_id=elder)
    relative, stranger = await a_person(name="周丽华"), await a_person(name="吴刚")
    await a_delegation(elder, relative, "VIEW_FULL")
    summary = await a_person(name="周强")
    await a_delegation(elder, summary, "VIEW_SUMMARY")

    async def status(actor: Actor) -> int:
        return (await client_for(actor).get(f"/v1/files/{file_id}")).status_code

    assert await status(await acting(elder, Role.ELDER)) == 200
    assert await status(await acting(relative, Role.RELATIVE)) == 200
    assert await status(await acting(summary, Role.RELATIVE)) == 403
    assert await status(await acting(stranger, Role.RELATIVE)) == 404
    assert await status(await staff_of(center, Role.NURSE, name="王芳")) == 404
    assert await status(await staff_of(await an_organization(), Role.GP, name="李强")) == 404


@pytest.mark.rule("RC-03")
async def test_what_is_sensitive_is_no_part_of_a_delegation(
    phone: Phone, client: Phone, client_for: PhoneOf, elder: UUID
) -> None:
    file_id = await bring(phone, client, a_photo(), person_id=elder, purpose="sensitive_attachment")
    relative = await a_person(name="周丽华")
    await a_delegation(elder, relative, "VIEW_FULL")

    family = client_for(await acting(relative, Role.RELATIVE))
    own = client_for(await acting(elder, Role.ELDER))

    assert (await family.get(f"/v1/files/{file_id}")).status_code == 404
    assert (await own.get(f"/v1/files/{file_id}")).status_code == 200
    assert (await phone.get(f"/v1/files/{file_id}")).status_code == 200


@pytest.mark.rule("RC-07")
async def test_the_person_sees_who_fetched(
    phone: Phone, client: Phone, doctor: Actor, elder: UUID
) -> None:
    file_id = await bring(phone, client, a_photo(), person_id=elder)

    await phone.get(f"/v1/files/{file_id}")

    seen = await row("SELECT * FROM audit WHERE what = 'files.fetch'")
    assert seen is not None
    assert (seen["actor_id"], seen["subject_id"], seen["persons"], seen["ties"]) == (
        doctor.person_id,
        file_id,
        [elder],
        ["registration"],
    )


@pytest.mark.rule("EV-03")
async def test_a_carer_without_a_tie_still_brings_proof(
    client: Phone, client_for: PhoneOf, elder: UUID, center: UUID
) -> None:
    covering = client_for(await staff_of(center, Role.NURSE, name="王芳"))

    assert await bring(covering, client, a_photo(), person_id=elder)


async def test_others_bring_nothing_about_strangers(client_for: PhoneOf, elder: UUID) -> None:
    stranger = client_for(await acting(await a_person(), Role.RELATIVE))
    body = announced(a_photo(), person_id=elder)

    assert (await stranger.put(f"/v1/files/{ids.uuid7()}", json=body)).status_code == 404


async def test_a_person_who_is_not_known_is_not_found(phone: Phone) -> None:
    body = announced(a_photo(), person_id=ids.uuid7())

    assert (await phone.put(f"/v1/files/{ids.uuid7()}", json=body)).status_code == 404


async def test_a_file_of_nobody_is_for_colleagues(
    phone: Phone, client: Phone, client_for: PhoneOf, center: UUID
) -> None:
    file_id = await bring(phone, client, a_photo(), purpose="certificate")
    colleague = client_for(await staff_of(center, Role.CHC_ADMIN, name="陈静"))
    outsider = client_for(await staff_of(await an_organization(), Role.CHC_ADMIN, name="高远"))

    assert (await phone.get(f"/v1/files/{file_id}")).status_code == 200
    assert (await colleague.get(f"/v1/files/{file_id}")).status_code == 200
    assert (await outsider.get(f"/v1/files/{file_id}")).status_code == 404
    assert await value("SELECT count(*) FROM audit WHERE what = 'files.fetch'") == 0


async def test_nobody_learns_of_a_file_by_taking_its_id(
    phone: Phone, client: Phone, client_for: PhoneOf, elder: UUID, center: UUID
) -> None:
    file_id = await bring(phone, client, a_photo(), person_id=elder)
    other = client_for(await staff_of(center, Role.NURSE, name="王芳"))

    taken = await other.put(f"/v1/files/{file_id}", json=announced(a_photo(), person_id=elder))

    assert taken.status_code == 404


async def test_a_key_moved_to_another_row_opens_nothing(
    phone: Phone, client: Phone, elder: UUID
) -> None:
    one = await bring(phone, client, a_photo("one"), person_id=elder)
    other = await bring(phone, client, a_photo("other"), person_id=elder)
    await rows(
        "UPDATE files SET content = o.content, key = o.key FROM files AS o"
        " WHERE files.id = $1 AND o.id = $2",
        one,
        other,
    )

    address = files.address(Verb.DOWNLOAD, one, clock.now() + timedelta(minutes=5))
    answer = await client.get(address)

    assert answer.status_code == 500
    assert answer.json()["code"] == "broken"


async def test_more_than_announced_is_not_even_read(
    phone: Phone, client: Phone, elder: UUID
) -> None:
    asked = await phone.put(f"/v1/files/{ids.uuid7()}", json=announced(a_photo(), person_id=elder))
    given = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal given
        while given < 100:
            given += 1
            yield b"\xff" * 65_536

    sent = await client.put(asked.json()["upload"]["path"], content=endless())

    assert sent.status_code == 413


HAND_OVER = """
INSERT INTO record_copies (id, person, asked_by, chapters, proof_ids, asked_at, due_on, file_id,
                           fingerprint)
VALUES ($1, $2, $3, '{}', '{}', now(), '2026-11-30', $4, '')
"""


@pytest.mark.rule("RC-06", "RC-08")
async def test_who_asked_for_a_copy_fetches_it_and_nothing_else(
    phone: Phone, client: Phone, client_for: PhoneOf, elder: UUID
) -> None:
    """After a death no delegation lives, and the daughter's copy is still hers."""
    daughter = await acting(await a_person(name="周敏"), Role.RELATIVE)
    copy_id = await bring(phone, client, a_photo(), purpose="record_copy", person_id=elder)
    other_id = await bring(phone, client, a_photo("b"), purpose="record_copy", person_id=elder)
    somebody_id = await a_person(name="吴桂兰")
    for person_id, file_id in ((elder, copy_id), (somebody_id, other_id)):
        await rows(HAND_OVER, ids.uuid7(), person_id, daughter.person_id, file_id)

    fetched = await client_for(daughter).get(f"/v1/files/{copy_id}")
    assert (fetched.status_code, "download" in fetched.json()) == (200, True)
    # An administrator who hands over the wrong file opens nobody else's record.
    assert (await client_for(daughter).get(f"/v1/files/{other_id}")).status_code == 404
    tie = await value("SELECT ties[1] FROM audit WHERE what = 'files.fetch'")
    assert tie == "copy"


KIN = """
INSERT INTO kinships (id, person, relative, relation, is_emergency_contact, version, fingerprint,
                      recorded_at)
VALUES ($1, $2, $3, '3', false, 1, '', now())
"""


@pytest.mark.rule("RC-08")
async def test_close_kin_bring_the_proof_after_a_death_and_the_center_reads_it(
    phone: Phone, client: Phone, client_for: PhoneOf, elder: UUID
) -> None:
    daughter = await acting(await a_person(name="周敏"), Role.RELATIVE)
    await rows(KIN, ids.uuid7(), elder, daughter.person_id)
    proof = announced(a_photo(), purpose="identity_proof", person_id=elder)
    path = f"/v1/files/{ids.uuid7()}"
    assert (await client_for(daughter).put(path, json=proof)).status_code == 404
    await rows("UPDATE persons SET died_on = '2026-11-01' WHERE id = $1", elder)

    said = {"purpose": "identity_proof", "person_id": elder}
    file_id = await bring(client_for(daughter), client, a_photo(), **said)

    assert (await phone.get(f"/v1/files/{file_id}")).status_code == 200
    other = {**proof, "purpose": "record_attachment"}
    assert (await client_for(daughter).put(path, json=other)).status_code == 404
