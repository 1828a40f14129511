"""A planned transfer: drafted, assessed, asked in order, accepted, left, or called off."""

import hashlib
from datetime import timedelta

import msgspec
import pytest

from backend.beds.lifecycle import BedKind
from backend.beds.problems import NoWay
from backend.core import crypto
from backend.core.access import Role
from backend.core.db import rows, value
from backend.core.ids import uuid7
from backend.core.problems import (
    AlreadyDifferent,
    CannotMove,
    Forbidden,
    Missing,
    NeedsVersion,
    Stale,
)
from backend.people import actions as people
from backend.people import queries as ties
from backend.people.problems import TieEnded
from backend.transfers import actions, queries
from backend.transfers.lifecycle import Decision, Reason, Urgency
from backend.transfers.lifecycle.said import (
    TransferAnswer,
    TransferCancellation,
    TransferComment,
    TransferDeparture,
    TransferDraft,
    Vitals,
)
from backend.transfers.problems import NeedsConsent, NeedsTerminal, WrongReceiver, WrongTarget
from tests.beds import world as of_beds
from tests.builders import a_delegation, a_person, acting, an_organization, staff_of
from tests.transfers import world as of
from tests.transfers.world import DAY, HOUR, NINE, Terminal, World, a_world

pytestmark = pytest.mark.anyio


@pytest.fixture
async def world(db: None) -> World:
    return await a_world()


async def test_a_draft_is_kept_once_and_changed_with_its_version(world: World) -> None:
    transfer_id = uuid7()
    said = TransferDraft(
        person_id=world.elder, to_bed=BedKind.HOSPITAL, reason_code=Reason.WORSE, reason="气促加重"
    )

    async def draft(what: TransferDraft, version: str | None = None) -> bool:
        kept = await actions.draft(
            transfer_id=transfer_id, actor=world.doctor, said=what, if_match=version, now=NINE
        )
        return kept.first

    assert await draft(said)
    assert not await draft(said)
    hurried = msgspec.structs.replace(said, urgency=Urgency.URGENT)
    with pytest.raises(NeedsVersion):
        await draft(hurried)
    with pytest.raises(Stale):
        await draft(hurried, '"7"')
    assert not await draft(hurried, '"1"')
    found = (await rows("SELECT * FROM transfers WHERE id = $1", transfer_id))[0]
    assert (found["urgency"], found["version"], found["from_bed"]) == ("URGENT", 2, "OWN_HOME")
    assert crypto.unseal(found["reason"], "transfers.reason") == "气促加重"


@pytest.mark.rule("FB-04", "FB-05", "FB-06", "FB-07")
async def test_a_reason_that_does_not_lead_there_is_refused_by_its_rule(world: World) -> None:
    with pytest.raises(WrongTarget) as refused:
        await of.drafted(world, reason_code=Reason.ENVIRONMENT)
    assert refused.value.facts["rule"] == "FB-04"


async def test_there_is_no_way_from_a_bed_that_the_graph_does_not_know(world: World) -> None:
    await of_beds.admit(world.beds, BedKind.HOSPITAL, at=NINE - DAY, by=world.ward)
    await of_beds.admit(world.beds, BedKind.HOSPICE, at=NINE - HOUR, by=world.ward)
    with pytest.raises(NoWay):
        await of.drafted(world, to_bed=BedKind.HOME_SICK)


async def test_who_has_no_tie_drafts_nothing(world: World) -> None:
    with pytest.raises(Missing):
        await of.drafted(world, by=world.other_ward)


@pytest.mark.rule("FB-08")
async def test_nobody_is_asked_without_an_assessment(world: World) -> None:
    transfer_id = await of.drafted(world)
    with pytest.raises(CannotMove):
        await of.request(world, transfer_id)
    await of.assess(world, transfer_id, consent_id=await of.consent(world))
    await of.request(world, transfer_id)
    assert await of.status_of(transfer_id) == "REQUESTED"


@pytest.mark.rule("FB-08", "EM-01")
async def test_the_assessment_has_its_news2_computed_and_is_corrected_with_its_version(
    world: World,
) -> None:
    transfer_id = await of.drafted(world)
    kept = await of.assess(world, transfer_id)
    # 22 breaths (2), 93 % (2), air, 118, 96 beats (1), alert, 38.4 degrees (1).
    assert (kept.first, kept.thing.news2["total"], kept.thing.news2["band"]) == (True, 6, "MEDIUM")
    assert not (await of.assess(world, transfer_id)).first
    with pytest.raises(NeedsVersion):
        await of.assess(world, transfer_id, barthel=40)
    again = await of.assess(world, transfer_id, barthel=40, version='"1"')
    assert (again.thing.version, again.thing.form["barthel"]) == (2, 40)


async def test_news2_is_never_guessed(world: World) -> None:
    transfer_id = await of.drafted(world)
    kept = await of.assess(world, transfer_id, vitals=Vitals(pulse=96))
    assert kept.thing.news2 is None


async def test_once_somebody_was_asked_the_assessment_stands(world: World) -> None:
    transfer_id = await of.requested(world)
    with pytest.raises(CannotMove):
        await of.assess(world, transfer_id, barthel=90, version='"1"')


@pytest.mark.rule("FB-09")
async def test_hospice_needs_a_doctors_word_and_the_consent(world: World) -> None:
    transfer_id = await of.drafted(world, to_bed=BedKind.HOSPICE, reason_code=Reason.TERMINAL)
    word = Terminal(confirmed_by=world.doctor.person_id, expected_months=3)
    for wrong in (
        None,
        msgspec.structs.replace(word, expected_months=7),
        msgspec.structs.replace(word, confirmed_by=world.beds.nurse.person_id),
    ):
        with pytest.raises(NeedsTerminal):
            await of.assess(world, transfer_id, terminal=wrong)
    with pytest.raises(NeedsConsent):  # a consent to be moved is none to hospice
        consent_id = await of.consent(world)
        await of.assess(world, transfer_id, terminal=word, consent_id=consent_id)
    consent_id = await of.consent(world, purpose="hospice")
    await of.assess(world, transfer_id, terminal=word, consent_id=consent_id)
    await of.request(world, transfer_id)
    assert await of.status_of(transfer_id) == "REQUESTED"


@pytest.mark.rule("FB-09", "RC-02")
async def test_a_consent_that_was_withdrawn_is_none(world: World) -> None:
    transfer_id = await of.drafted(world)
    consent_id = await of.consent(world)
    await of.assess(world, transfer_id, consent_id=consent_id)
    await people.withdraw_consent(consent_id=consent_id, actor=world.beds.herself, now=NINE)
    with pytest.raises(NeedsConsent):
        await of.request(world, transfer_id, at=NINE + HOUR)


async def test_only_who_runs_such_beds_is_asked(world: World) -> None:
    transfer_id = await of.assessed(world)
    with pytest.raises(WrongReceiver):
        await of.request(world, transfer_id, world.beds.house)


@pytest.mark.rule("FB-08")
async def test_receivers_are_asked_in_order_and_a_refusal_asks_the_next(world: World) -> None:
    transfer_id = await of.requested(world, world.hospital, world.other_hospital)
    with pytest.raises(Missing):  # not asked yet, so not theirs to know
        await of.answer(transfer_id, world.other_ward)
    refusal = await of.answer(transfer_id, world.ward, accept=False)
    assert (refusal.first, refusal.thing.alternative) == (True, "二院")
    assert await of.status_of(transfer_id) == "REQUESTED"
    assert not (await of.answer(transfer_id, world.ward, accept=False)).first
    with pytest.raises(AlreadyDifferent):
        await of.answer(transfer_id, world.ward)
    await of.answer(transfer_id, world.other_ward)
    assert await of.status_of(transfer_id) == "ACCEPTED"
    asked = [each["organization_id"] for each in await of.told("TransferAsked")]
    assert asked == [str(world.hospital), str(world.other_hospital)]


async def test_when_the_last_one_declines_it_is_declined(world: World) -> None:
    transfer_id = await of.requested(world)
    await of.answer(transfer_id, world.ward, accept=False)
    assert await of.status_of(transfer_id) == "DECLINED"
    assert len(await of.told("TransferDeclined")) == 1


async def test_nobody_answers_for_another_house(world: World) -> None:
    transfer_id = await of.requested(world)
    said = TransferAnswer(client_time=NINE, decision=Decision.ACCEPT)
    with pytest.raises(Missing):
        await actions.answer(
            transfer_id=transfer_id,
            organization_id=world.hospital,
            actor=world.other_ward,
            said=said,
            now=NINE,
        )


@pytest.mark.rule("FB-05")
async def test_accepting_opens_the_record_to_the_receiver_and_closing_shuts_it_later(
    world: World,
) -> None:
    transfer_id = await of.requested(world)
    with pytest.raises(Missing):
        await ties.tie(actor=world.ward, person_id=world.elder, now=NINE)
    await of.answer(transfer_id, world.ward)
    await of.depart(transfer_id, world.doctor)
    assert await ties.tie(actor=world.ward, person_id=world.elder, now=NINE) == "transfer"
    await of.arrive(transfer_id, world.ward)
    await of.feedback(transfer_id, world.ward)
    assert await of.status_of(transfer_id) == "CLOSED"
    # The ward itself is left, so that the transfer alone lets them in.
    await rows("DELETE FROM care_team WHERE member_id = $1 AND why = 'residence'", world.hospital)
    last = NINE + 2 * HOUR + 30 * DAY - timedelta(seconds=1)
    assert await ties.tie(actor=world.ward, person_id=world.elder, now=last) == "transfer"
    with pytest.raises(TieEnded):
        await ties.tie(actor=world.ward, person_id=world.elder, now=last + timedelta(seconds=1))


@pytest.mark.rule("FB-05")
async def test_the_package_is_a_sealed_snapshot_that_stays_as_it_was(world: World) -> None:
    transfer_id = await of.accepted(world)
    await of.depart(transfer_id, world.doctor)
    ((content, digest),) = await of.package_of(transfer_id)
    assert hashlib.sha256(content.encode()).digest() == digest
    kept = msgspec.json.decode(content)
    assert kept["assessment"]["allergies"] == ["青霉素"]
    assert [each["purpose"] for each in kept["consents"]] == ["transfer"]
    read = await queries.package(transfer_id=transfer_id, actor=world.ward, now=NINE)
    assert read["content"] == content
    looked = await value("SELECT count(*) FROM audit WHERE what = 'transfers.read_package'")
    assert looked == 1
    sealed = await value("SELECT content FROM transfer_packages WHERE transfer = $1", transfer_id)
    assert "青霉素".encode() not in sealed


async def test_who_is_no_side_reads_no_package(world: World) -> None:
    transfer_id = await of.in_transit(world)
    with pytest.raises(Missing):
        await queries.package(transfer_id=transfer_id, actor=world.other_ward, now=NINE)


async def test_a_departure_is_the_senders_and_is_made_once(world: World) -> None:
    transfer_id = await of.accepted(world)
    with pytest.raises(Forbidden):
        await of.depart(transfer_id, world.ward)
    assert (await of.depart(transfer_id, world.doctor)).first
    assert not (await of.depart(transfer_id, world.doctor)).first
    with pytest.raises(AlreadyDifferent):
        await of.depart(transfer_id, world.doctor, at=NINE + HOUR)


async def test_it_is_called_off_before_departure_and_not_after(world: World) -> None:
    transfer_id = await of.accepted(world)
    said = TransferCancellation(client_time=NINE, reason="家属改变主意")

    async def cancel(which, by=world.doctor) -> bool:
        kept = await actions.cancel(transfer_id=which, actor=by, said=said, now=NINE)
        return kept.first

    assert await cancel(transfer_id)
    assert not await cancel(transfer_id)
    with pytest.raises(TieEnded):  # who was to receive forgets the record at once
        await ties.tie(actor=world.ward, person_id=world.elder, now=NINE)
    other = await of.in_transit(world)
    with pytest.raises(CannotMove):
        await cancel(other)


async def test_the_family_may_disagree_and_nothing_stops(world: World) -> None:
    transfer_id = await of.in_transit(world)
    daughter = await a_person(name="周敏")
    await a_delegation(world.elder, daughter, "NOTIFY")
    relative = await acting(daughter, Role.RELATIVE)
    said = TransferComment(client_time=NINE, text="希望去另一家医院", disagrees=True)
    comment_id = uuid7()
    for first in (True, False):
        kept = await actions.comment(
            transfer_id=transfer_id, comment_id=comment_id, actor=relative, said=said, now=NINE
        )
        assert kept.first is first
    assert await of.status_of(transfer_id) == "IN_TRANSIT"
    (told,) = await of.told("TransferCommented")
    assert set(told["organizations"]) == {str(world.beds.center), str(world.hospital)}
    seen = await queries.one(transfer_id=transfer_id, actor=relative, now=NINE)
    assert (seen.is_clinical, seen.assessment) == (False, None)
    assert [each.text for each in seen.comments] == ["希望去另一家医院"]


async def test_a_relative_without_notify_does_not_see_it(world: World) -> None:
    transfer_id = await of.drafted(world)
    son = await a_person(name="周强")
    with pytest.raises(Missing):
        await queries.one(transfer_id=transfer_id, actor=await acting(son, Role.RELATIVE), now=NINE)


async def test_a_list_has_the_most_pressing_first_for_each_side(world: World) -> None:
    slow = await of.requested(world)
    fast = await of.requested(world, urgency=Urgency.URGENT)
    colleague = await staff_of(world.hospital, Role.HOSPITAL_STAFF)

    async def listed(actor, direction, status=None) -> list[object]:
        page = await queries.listed(
            direction=direction, status=status, actor=actor, limit=50, after=None, now=NINE
        )
        return [each["id"] for each in page.items]

    assert await listed(colleague, queries.Direction.IN) == [fast, slow]
    assert await listed(colleague, queries.Direction.OUT) == []
    assert await listed(world.doctor, queries.Direction.OUT) == [fast, slow]
    assert await listed(world.other_ward, None) == []


async def test_the_street_follows_a_transfer_while_it_lasts(world: World) -> None:
    office = await an_organization(kinds=("STREET_OFFICE",), name="大宁路街道办事处")
    street = await staff_of(office, Role.STREET)
    transfer_id = await of.requested(world)
    seen = await queries.one(transfer_id=transfer_id, actor=street, now=NINE)
    assert (seen.is_clinical, seen.assessment) == (False, None)
    page = await queries.listed(
        direction=None, status=None, actor=street, limit=50, after=None, now=NINE
    )
    assert [each["id"] for each in page.items] == [transfer_id]
    await of.answer(transfer_id, world.ward)
    await of.depart(transfer_id, world.doctor)
    await of.arrive(transfer_id, world.ward)
    await of.feedback(transfer_id, world.ward)
    with pytest.raises(TieEnded):
        await queries.one(transfer_id=transfer_id, actor=street, now=NINE + 3 * HOUR)


async def test_a_transfer_that_everybody_declined_lets_go_of_the_elder(world: World) -> None:
    office = await an_organization(kinds=("STREET_OFFICE",), name="大宁路街道办事处")
    street = await staff_of(office, Role.STREET)
    transfer_id = await of.requested(world)
    await of.answer(transfer_id, world.ward, accept=False)
    for gone in (street, world.ward):
        with pytest.raises((TieEnded, Missing)):
            await queries.one(transfer_id=transfer_id, actor=gone, now=NINE + HOUR)
    seen = await queries.one(transfer_id=transfer_id, actor=world.doctor, now=NINE + HOUR)
    assert seen.transfer["closed_at"] == NINE


@pytest.mark.parametrize("held_until", ["0001-01-01", "9999-12-31"])
def test_a_bed_is_held_until_a_day_that_an_arrival_can_count_with(held_until: str) -> None:
    said = {"client_time": "2026-11-24T09:00:00+08:00", "held_until": held_until}
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(said, TransferDeparture)
