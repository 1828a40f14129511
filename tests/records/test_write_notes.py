"""Notes: drafted, signed by their author, amended and never changed."""

from base64 import urlsafe_b64encode
from datetime import timedelta
from uuid import UUID

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from backend.core.access import Actor, Role
from backend.core.db import rows, value
from backend.core.ids import uuid7
from backend.core.problems import AlreadyDifferent, Forbidden, Missing, NeedsVersion, Stale
from backend.people.problems import ScopeMissing
from backend.records import actions, queries
from backend.records.actions.notes import WrongSignature
from backend.records.lifecycle import facts, notes
from backend.records.lifecycle.notes import Content, Lateness, NoteKind, NoteStatus
from backend.records.schemas import Note, Signature
from tests.builders import TUESDAY_NINE, a_delegation, a_person, acting
from tests.records.conftest import Cast
from tests.records.said import ROUND, a_call, a_draft, topics

pytestmark = pytest.mark.anyio

NOW = TUESDAY_NINE + timedelta(minutes=5)


async def write(
    actor: Actor, said: facts.Draft, note_id: UUID | None = None, *, version: str | None = None
) -> Note:
    kept = await actions.write_note(
        note_id=note_id or uuid7(), actor=actor, said=said, version=version, now=NOW
    )
    return Note.of(kept.thing)


async def sign(actor: Actor, note_id: UUID, *, after: timedelta = timedelta()) -> Signature:
    at = TUESDAY_NINE + after
    kept = await actions.sign_note(
        note_id=note_id, actor=actor, said=facts.Signature(client_time=at), now=at
    )
    return Signature.of(kept.thing)


async def test_a_note_is_sealed_and_comes_back_as_it_was_written(cast: Cast) -> None:
    visit_id = uuid7()

    note = await write(cast.doctor, a_draft(cast.elder_id, visit_id=visit_id))

    assert (note.text, note.content.complaint) == ("继续目前治疗。", "头痛")
    assert (note.status, note.version, note.visit_id) == (NoteStatus.DRAFT, 1, visit_id)
    stored = await rows("SELECT text, content FROM notes")
    assert "治疗" not in stored[0]["text"].decode("utf-8", "replace")
    assert "头痛" not in stored[0]["content"].decode("utf-8", "replace")
    assert await topics() == ["NoteDrafted"]


async def test_a_draft_is_changed_by_who_read_its_version(cast: Cast) -> None:
    note = await write(cast.doctor, a_draft(cast.elder_id))
    changed = a_draft(cast.elder_id, text="加用氨氯地平。")

    with pytest.raises(NeedsVersion):
        await write(cast.doctor, changed, note.id)
    with pytest.raises(Stale):
        await write(cast.doctor, changed, note.id, version='"2"')
    second = await write(cast.doctor, changed, note.id, version='"1"')

    assert (second.text, second.version) == ("加用氨氯地平。", 2)
    again = await write(cast.doctor, changed, note.id)
    assert again == second


async def test_nobody_else_changes_signs_or_reads_a_draft(cast: Cast) -> None:
    note = await write(cast.doctor, a_draft(cast.elder_id))
    changed = a_draft(cast.elder_id, text="另一种意见。")

    with pytest.raises(Forbidden):
        await write(cast.nurse, changed, note.id, version='"1"')
    with pytest.raises(Forbidden):
        await sign(cast.nurse, note.id)
    with pytest.raises(Missing):
        await sign(cast.stranger, note.id)
    with pytest.raises(Forbidden):
        await queries.note(note_id=note.id, actor=cast.nurse, now=NOW)
    with pytest.raises(Missing):
        await queries.note(note_id=note.id, actor=cast.stranger, now=NOW)


@pytest.mark.rule("RC-06")
async def test_a_signed_note_never_changes(cast: Cast) -> None:
    note = await write(cast.doctor, a_draft(cast.elder_id))
    signed = await sign(cast.doctor, note.id)

    with pytest.raises(notes.NoteSigned):
        await write(cast.doctor, a_draft(cast.elder_id, text="改了。"), note.id, version='"1"')

    kept = Note.of(await queries.note(note_id=note.id, actor=cast.nurse, now=NOW))
    assert (kept.text, kept.status) == ("继续目前治疗。", NoteStatus.SIGNED)
    assert signed.digest == kept.digest
    assert await topics() == ["NoteDrafted", "NoteSigned"]


@pytest.mark.rule("RC-06")
async def test_an_amendment_stands_beside_what_it_corrects(cast: Cast) -> None:
    note = await write(cast.doctor, a_draft(cast.elder_id))
    amending = a_draft(cast.elder_id, text="血压为 168/92。", amends=note.id, amend_reason="笔误")
    with pytest.raises(notes.WrongAmendment):
        await write(cast.doctor, amending)
    await sign(cast.doctor, note.id)

    amendment = await write(cast.doctor, amending)
    await sign(cast.doctor, amendment.id)

    first = Note.of(await queries.note(note_id=note.id, actor=cast.doctor, now=NOW))
    assert first.amended_by == [amendment.id]
    assert (amendment.amends, amendment.amend_reason) == (note.id, "笔误")


@pytest.mark.rule("RC-06")
async def test_an_amendment_names_a_reason_and_a_note_of_the_same_person(cast: Cast) -> None:
    another = await a_person(center_id=cast.center_id)
    note = await write(cast.doctor, a_draft(cast.elder_id))
    await sign(cast.doctor, note.id)

    for wrong in (
        a_draft(cast.elder_id, amends=note.id),
        a_draft(another, amends=note.id, amend_reason="笔误"),
        a_draft(cast.elder_id, amends=uuid7(), amend_reason="笔误"),
        a_draft(cast.elder_id, NoteKind.NURSING, amends=note.id, amend_reason="笔误"),
    ):
        with pytest.raises(notes.WrongAmendment):
            await write(cast.doctor, wrong)


@pytest.mark.rule("HB-09")
async def test_a_round_is_signed_whole(cast: Cast) -> None:
    note = await write(cast.doctor, a_draft(cast.elder_id, content=Content(complaint="头痛")))

    with pytest.raises(notes.NoteIncomplete) as refusal:
        await sign(cast.doctor, note.id)

    assert refusal.value.facts == {"missing": ["examination", "assessment"]}
    assert await value("SELECT count(*) FROM note_signatures") == 0


async def test_signing_twice_is_signing_once(cast: Cast) -> None:
    note = await write(cast.doctor, a_draft(cast.elder_id))

    first = await sign(cast.doctor, note.id)

    assert await sign(cast.doctor, note.id) == first
    with pytest.raises(AlreadyDifferent):
        await sign(cast.doctor, note.id, after=timedelta(seconds=1))


async def test_what_is_signed_is_what_was_read(cast: Cast) -> None:
    note = await write(cast.doctor, a_draft(cast.elder_id))
    signature = facts.Signature(client_time=NOW, version=2)

    with pytest.raises(Stale):
        await actions.sign_note(note_id=note.id, actor=cast.doctor, said=signature, now=NOW)


async def test_a_phones_signature_is_over_the_digest_or_refused(cast: Cast) -> None:
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    await rows("UPDATE devices SET public_key = $1 WHERE id = $2", public, cast.doctor.device_id)
    note = await write(cast.doctor, a_draft(cast.elder_id))

    async def sign_over(text: str) -> None:
        signed = urlsafe_b64encode(key.sign(text.encode())).rstrip(b"=").decode()
        said = facts.Signature(client_time=NOW, signature=signed)
        await actions.sign_note(note_id=note.id, actor=cast.doctor, said=said, now=NOW)

    with pytest.raises(WrongSignature):
        await sign_over("another text")
    await sign_over(note.digest)


@pytest.mark.rule("EM-04")
@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (timedelta(hours=6), Lateness.IN_TIME),
        (timedelta(hours=6, seconds=1), Lateness.LATE),
    ],
)
async def test_a_rescue_note_signed_after_six_hours_is_marked_late(
    cast: Cast, after: timedelta, expected: Lateness
) -> None:
    said = a_draft(cast.elder_id, NoteKind.RESCUE, content=Content(present="沈明、李静"))
    note = await write(cast.doctor, said)

    assert note.due_at == TUESDAY_NINE + timedelta(hours=6)
    assert (await sign(cast.doctor, note.id, after=after)).lateness is expected


@pytest.mark.rule("HB-09")
async def test_a_round_note_is_due_on_its_day_and_taken_after_it(cast: Cast) -> None:
    note = await write(cast.doctor, a_draft(cast.elder_id, content=ROUND))

    signed = await sign(cast.doctor, note.id, after=timedelta(hours=20))

    assert note.due_at == TUESDAY_NINE + timedelta(hours=15)
    assert signed.lateness is Lateness.LATE


async def test_whoever_called_for_help_may_write_the_rescue_note(cast: Cast) -> None:
    said = a_draft(cast.elder_id, NoteKind.RESCUE, content=Content(present="陈远"))
    with pytest.raises(Missing):
        await write(cast.stranger, said)

    await actions.raise_emergency(
        emergency_id=uuid7(), actor=cast.stranger, said=a_call(cast.elder_id), now=NOW
    )

    assert (await write(cast.stranger, said)).author_id == cast.stranger.person_id


@pytest.mark.rule("RC-03")
async def test_a_relative_reads_notes_with_the_full_view_alone(cast: Cast) -> None:
    son = await acting(await a_person(name="周强", sex="M"), Role.RELATIVE)
    await a_delegation(cast.elder_id, son.person_id, "VIEW_SUMMARY")
    note = await write(cast.doctor, a_draft(cast.elder_id))
    await sign(cast.doctor, note.id)

    read = await queries.note(note_id=note.id, actor=cast.daughter, now=NOW)

    assert Note.of(read).text == "继续目前治疗。"
    with pytest.raises(ScopeMissing):
        await queries.note(note_id=note.id, actor=son, now=NOW)


async def test_a_list_shows_signed_notes_and_ones_own_drafts(cast: Cast) -> None:
    visit_id = uuid7()
    signed = await write(cast.doctor, a_draft(cast.elder_id, visit_id=visit_id))
    await sign(cast.doctor, signed.id)
    draft = await write(cast.doctor, a_draft(cast.elder_id, text="草稿。"))

    async def listed(actor: Actor, visit: UUID | None = None) -> set[UUID]:
        page = await queries.notes(
            person_id=cast.elder_id, visit_id=visit, actor=actor, limit=50, after=None, now=NOW
        )
        return {found["id"] for found in page.items}

    assert await listed(cast.doctor) == {signed.id, draft.id}
    assert await listed(cast.nurse) == {signed.id}
    assert await listed(cast.doctor, visit_id) == {signed.id}


async def test_a_visit_is_documented_once_its_note_is_signed(cast: Cast) -> None:
    visit_id = uuid7()
    note = await write(cast.doctor, a_draft(cast.elder_id, visit_id=visit_id))

    async def is_documented() -> bool:
        return await queries.has_signed_note(visit_id=visit_id, person_id=cast.elder_id)

    assert not await is_documented()
    await sign(cast.doctor, note.id)
    assert await is_documented()


@pytest.mark.rule("BG-04")
async def test_a_draft_left_unsigned_is_said_to_be_overdue(cast: Cast) -> None:
    left = await write(cast.doctor, a_draft(cast.elder_id))
    signed = await write(cast.doctor, a_draft(cast.elder_id))
    await sign(cast.doctor, signed.id)
    jobs = await rows("SELECT task, due_at FROM jobs")
    assert [tuple(job) for job in jobs] == [("look_for_signature", left.due_at)] * 2

    assert left.due_at is not None
    for note_id in (left.id, signed.id):
        await actions.look_for_signature(note_id=note_id, version=1, now=left.due_at)

    overdue = await rows("SELECT subject_id FROM journal WHERE topic = 'NoteOverdue'")
    assert [each["subject_id"] for each in overdue] == [left.id]


@pytest.mark.rule("BG-04")
async def test_a_draft_that_was_changed_often_is_overdue_once(cast: Cast) -> None:
    note = await write(cast.doctor, a_draft(cast.elder_id))
    for version, text in ((1, "血压平稳。"), (2, "血压平稳，继续观察。")):
        await write(
            cast.doctor, a_draft(cast.elder_id, text=text), note_id=note.id, version=str(version)
        )

    for owed in await rows("SELECT args, due_at FROM jobs ORDER BY id"):
        said = msgspec.json.decode(owed["args"])
        await actions.look_for_signature(
            note_id=UUID(said["note_id"]), version=said["version"], now=owed["due_at"]
        )

    assert await value("SELECT count(*) FROM journal WHERE topic = 'NoteOverdue'") == 1
