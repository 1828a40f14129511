"""The bag before, nobody opening, a refusal, a confirmation after, and who may cancel when."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from backend.core import crypto
from backend.core.access import Actor, Role
from backend.core.db import rows, value
from backend.core.ids import uuid7
from backend.core.problems import AlreadyDifferent, CannotMove, Forbidden, Missing
from backend.people import queries as people
from backend.people.lifecycle import Scope
from backend.people.problems import DelegationEnded, ScopeMissing, TieEnded
from backend.visits import actions, queries
from backend.visits.lifecycle import PlaceKind
from backend.visits.lifecycle.codes import attestation_code
from backend.visits.lifecycle.doorstep import (
    Attestation,
    BagCheck,
    Cancellation,
    NoAccess,
    Refusal,
)
from backend.visits.lifecycle.plans import Place
from backend.visits.problems import (
    NeedsReason,
    OneAttemptIsNotEnough,
    TooLateToCancel,
    WrongCode,
)
from tests.builders import TUESDAY_NINE, a_delegation, a_person, acting, an_organization, staff_of
from tests.visits.world import World, a_proof, a_visit, a_world

pytestmark = pytest.mark.anyio

TWO_HOURS = timedelta(hours=2)
A_MOMENT = timedelta(seconds=1)
MINIMUM = [
    "stethoscope",
    "sphygmomanometer",
    "thermometer",
    "torch",
    "tongue_depressor",
    "injection_and_dressing_kit",
    "means_of_communication",
]


async def status_of(visit_id: UUID) -> Any:
    return await value("SELECT status FROM visits WHERE id = $1", visit_id)


async def the_daughter(world: World, *scopes: str) -> Actor:
    daughter = await acting(await a_person(name="周琳"), Role.RELATIVE)
    if scopes:
        await a_delegation(world.elder, daughter.person_id, *scopes)
    return daughter


async def the_guardian(world: World) -> Actor:
    guardian = await acting(await a_person(name="周强"), Role.GUARDIAN)
    await rows(
        "INSERT INTO guardianships (id, person, guardian, basis, proof_id, valid_from, recorded_by,"
        " recorded_at, version, fingerprint) VALUES ($1, $2, $3, 'court', $1, '2026-01-01', $3,"
        " $4, 1, '')",
        uuid7(),
        world.elder,
        guardian.person_id,
        TUESDAY_NINE,
    )
    return guardian


@pytest.mark.rule("HC-08")
async def test_what_the_bag_lacks_is_told_and_the_visit_goes_on(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    said = BagCheck(
        client_time=TUESDAY_NINE,
        present=[*MINIMUM[:-1], "glucometer_strips"],
        unusable=["torch", "glucometer_strips"],
    )

    kept = await actions.check_bag(
        visit_id=visit_id, actor=world.doctor, said=said, now=TUESDAY_NINE
    )

    assert kept.thing.said["missing"] == ["torch", "means_of_communication"]
    assert kept.thing.said["unusable"] == ["torch", "glucometer_strips"]
    assert await status_of(visit_id) == "PLANNED"
    await actions.check_in(visit_id=visit_id, actor=world.doctor, proof=a_proof(), now=TUESDAY_NINE)
    assert await status_of(visit_id) == "CHECKED_IN"


@pytest.mark.rule("HC-08")
async def test_a_whole_bag_lacks_nothing(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    said = BagCheck(client_time=TUESDAY_NINE, present=MINIMUM)
    kept = await actions.check_bag(
        visit_id=visit_id, actor=world.doctor, said=said, now=TUESDAY_NINE
    )
    assert kept.thing.said["missing"] == []


async def test_a_refusal_is_kept_sealed_with_its_witness(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    said = Refusal(
        client_time=TUESDAY_NINE, reason="今天不想打针", witness_id=world.nurse.person_id
    )

    kept = await actions.refuse(visit_id=visit_id, actor=world.doctor, said=said, now=TUESDAY_NINE)
    again = await actions.refuse(visit_id=visit_id, actor=world.doctor, said=said, now=TUESDAY_NINE)

    assert (kept.first, again.first, kept.thing) == (True, False, again.thing)
    assert await status_of(visit_id) == "REFUSED"
    (move,) = await rows("SELECT reason, said FROM visit_moves")
    assert crypto.unseal(move["reason"], "visit_moves.reason") == "今天不想打针"
    assert "不想" not in move["said"]
    assert str(world.nurse.person_id) in move["said"]
    with pytest.raises(AlreadyDifferent):
        await actions.refuse(
            visit_id=visit_id,
            actor=world.doctor,
            said=Refusal(client_time=TUESDAY_NINE, reason="别的"),
            now=TUESDAY_NINE,
        )


async def test_nobody_opening_is_said_after_a_second_try(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)

    with pytest.raises(OneAttemptIsNotEnough):
        await actions.find_nobody(
            visit_id=visit_id,
            actor=world.doctor,
            said=NoAccess(client_time=TUESDAY_NINE, attempts=1),
            now=TUESDAY_NINE,
        )
    kept = await actions.find_nobody(
        visit_id=visit_id,
        actor=world.doctor,
        said=NoAccess(client_time=TUESDAY_NINE, attempts=2, photo_id=uuid7()),
        now=TUESDAY_NINE,
    )

    assert kept.first
    assert await status_of(visit_id) == "NO_ACCESS"
    assert await value("SELECT count(*) FROM journal WHERE topic = 'NobodyOpened'") == 1


@pytest.mark.rule("EV-03")
async def test_a_door_that_opens_after_all_is_a_visit(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    await actions.find_nobody(
        visit_id=visit_id,
        actor=world.doctor,
        said=NoAccess(client_time=TUESDAY_NINE, attempts=2),
        now=TUESDAY_NINE,
    )
    await actions.check_in(visit_id=visit_id, actor=world.doctor, proof=a_proof(), now=TUESDAY_NINE)
    assert await status_of(visit_id) == "CHECKED_IN"


async def test_strangers_say_nothing_about_the_door(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    stranger = await staff_of(await an_organization(name="别处"), Role.NURSE)
    with pytest.raises(Missing):
        await actions.find_nobody(
            visit_id=visit_id,
            actor=stranger,
            said=NoAccess(client_time=TUESDAY_NINE, attempts=1),
            now=TUESDAY_NINE,
        )
    with pytest.raises(Missing):
        await actions.check_bag(
            visit_id=uuid7(),
            actor=world.doctor,
            said=BagCheck(client_time=TUESDAY_NINE, present=[]),
            now=TUESDAY_NINE,
        )


async def attest(visit_id: UUID, actor: Actor, **said: Any):
    return await actions.attest(
        visit_id=visit_id,
        actor=actor,
        said=Attestation(**{"client_time": TUESDAY_NINE, "method": "tap", **said}),
        now=TUESDAY_NINE,
    )


async def is_attested(visit_id: UUID, world: World) -> bool:
    found = await queries.one(visit_id=visit_id, actor=world.doctor, now=TUESDAY_NINE)
    return bool(found["is_attested"])


@pytest.mark.rule("EV-08")
@pytest.mark.parametrize(
    ("said", "counts"),
    [
        ({"method": "tap"}, True),
        ({"method": "voice", "file_id": uuid7()}, True),
        ({"method": "signature", "file_id": uuid7()}, True),
        ({"method": "unable", "reason": "右手偏瘫"}, False),
        ({"method": "refused", "reason": "说医生没来"}, False),
    ],
)
async def test_the_elder_confirms_or_says_why_not(db, said, counts) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    elder = await acting(world.elder, Role.ELDER)

    kept = await attest(visit_id, elder, **said)

    assert kept.first
    assert await is_attested(visit_id, world) is counts
    assert await status_of(visit_id) == "PLANNED"


@pytest.mark.rule("EV-08")
async def test_the_code_of_another_visit_confirms_nothing(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    elder = await acting(world.elder, Role.ELDER)
    right = attestation_code(visit_id, TUESDAY_NINE)
    wrong = f"{(int(right) + 1) % 10_000:04}"

    with pytest.raises(WrongCode):
        await attest(visit_id, elder, method="code", code=wrong)
    with pytest.raises(WrongCode):
        await attest(visit_id, elder, method="code")
    await attest(visit_id, elder, method="code", code=right)

    assert await is_attested(visit_id, world)


@pytest.mark.rule("EV-08")
@pytest.mark.parametrize("method", ["unable", "refused"])
async def test_not_confirming_has_a_reason(db, method) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    with pytest.raises(NeedsReason):
        await attest(visit_id, await acting(world.elder, Role.ELDER), method=method)


@pytest.mark.rule("EV-08", "RC-04")
async def test_relative_guardian_and_the_nurse_of_the_house_confirm_too(db) -> None:
    world = await a_world()
    await rows("UPDATE persons SET residence = $2 WHERE id = $1", world.elder, world.house)
    visit_id = await a_visit(world, place=Place(kind=PlaceKind.INSTITUTION))
    for actor in (
        await the_daughter(world, Scope.VIEW_SUMMARY),
        await the_guardian(world),
        world.house_nurse,
    ):
        assert (await attest(visit_id, actor)).first
        assert not (await attest(visit_id, actor)).first
    assert await value("SELECT count(*) FROM visit_moves WHERE move = 'attestation'") == 3


@pytest.mark.rule("EV-08")
async def test_nobody_confirms_for_who_did_not_let_them(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    with pytest.raises(Missing):
        await attest(visit_id, await the_daughter(world))
    with pytest.raises(ScopeMissing):
        await attest(visit_id, await the_daughter(world, Scope.PAY))
    with pytest.raises(Missing):
        await attest(visit_id, world.house_nurse)  # the visit is at home
    with pytest.raises(Missing):
        await attest(visit_id, await acting(await a_person(name="别人"), Role.ELDER))
    assert not await is_attested(visit_id, world)


async def cancel(visit_id: UUID, actor: Actor, *, before: timedelta = timedelta(days=1)):
    at = TUESDAY_NINE - before
    return await actions.cancel(
        visit_id=visit_id,
        actor=actor,
        said=Cancellation(client_time=at, reason_code="IN_HOSPITAL"),
        now=at,
    )


async def test_staff_cancel_more_than_two_hours_before(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)

    with pytest.raises(TooLateToCancel):
        await cancel(visit_id, world.doctor, before=TWO_HOURS)
    assert await status_of(visit_id) == "PLANNED"
    kept = await cancel(visit_id, world.doctor, before=TWO_HOURS + A_MOMENT)

    assert kept.first
    assert await status_of(visit_id) == "CANCELLED"


async def test_a_repeated_cancellation_is_never_too_late(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    early = TUESDAY_NINE - timedelta(days=1)
    said = Cancellation(client_time=early, reason_code="IN_HOSPITAL")
    first = await actions.cancel(visit_id=visit_id, actor=world.doctor, said=said, now=early)
    again = await actions.cancel(visit_id=visit_id, actor=world.doctor, said=said, now=TUESDAY_NINE)
    assert (again.first, again.thing) == (False, first.thing)


async def test_a_backdated_phone_does_not_cancel_earlier(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    said = Cancellation(client_time=TUESDAY_NINE - timedelta(days=1), reason_code="IN_HOSPITAL")
    with pytest.raises(TooLateToCancel):
        await actions.cancel(visit_id=visit_id, actor=world.doctor, said=said, now=TUESDAY_NINE)


@pytest.mark.parametrize("role", [Role.DISPATCHER, Role.CHC_ADMIN])
async def test_the_office_cancels_until_it_begins(db, role) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    office = await staff_of(world.center, role)
    assert (await cancel(visit_id, office, before=-timedelta(minutes=20))).first


async def test_only_who_goes_or_plans_cancels(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    with pytest.raises(Forbidden):
        await cancel(visit_id, world.nurse)
    with pytest.raises(Missing):
        await cancel(visit_id, await staff_of(await an_organization(name="别处"), Role.DISPATCHER))
    assert (await cancel(visit_id, await staff_of(world.center, Role.GP, name="王强"))).first


@pytest.mark.parametrize(
    ("before", "is_free"), [(TWO_HOURS, True), (TWO_HOURS - A_MOMENT, False), (-A_MOMENT, False)]
)
async def test_the_elder_cancels_free_of_charge_until_two_hours_before(db, before, is_free) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    kept = await cancel(visit_id, await acting(world.elder, Role.ELDER), before=before)
    assert kept.thing.said["is_free"] is is_free
    assert await status_of(visit_id) == "CANCELLED"


async def test_a_relative_cancels_only_with_the_right_to_ask_for_services(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    with pytest.raises(Missing):
        await cancel(visit_id, await the_daughter(world))
    with pytest.raises(ScopeMissing):
        await cancel(visit_id, await the_daughter(world, Scope.VIEW_FULL, Scope.PAY))
    former = await the_daughter(world, Scope.REQUEST_SERVICE)
    await rows(
        "UPDATE delegations SET revoked_at = $2 WHERE delegate = $1", former.person_id, TUESDAY_NINE
    )
    with pytest.raises(DelegationEnded):
        await cancel(visit_id, former)
    assert (await cancel(visit_id, await the_daughter(world, Scope.REQUEST_SERVICE))).first


@pytest.mark.rule("RC-04")
async def test_a_guardian_cancels_as_the_elder_does(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    assert (await cancel(visit_id, await the_guardian(world))).thing.said["is_free"]


async def test_what_has_begun_is_not_cancelled(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    await actions.check_in(visit_id=visit_id, actor=world.doctor, proof=a_proof(), now=TUESDAY_NINE)
    with pytest.raises(CannotMove):
        await cancel(visit_id, world.dispatcher)
    assert await status_of(visit_id) == "CHECKED_IN"
    assert await value("SELECT count(*) FROM visit_moves") == 1


async def test_a_cancelled_visit_ends_the_tie_it_made(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    await cancel(visit_id, world.dispatcher)
    await rows("UPDATE care_team SET until_at = from_at WHERE member_kind = 'organization'")
    with pytest.raises(TieEnded):
        await people.tie(actor=world.doctor, person_id=world.elder, now=TUESDAY_NINE)


@pytest.mark.rule("EV-03")
async def test_a_carer_who_had_not_heard_of_the_cancellation_still_lands_the_visit(db) -> None:
    world = await a_world()
    visit_id = await a_visit(world)
    await cancel(visit_id, world.dispatcher)
    kept = await actions.check_in(
        visit_id=visit_id, actor=world.doctor, proof=a_proof(), now=TUESDAY_NINE
    )
    assert [each.code for each in kept.thing.findings] == ["ENDED"]
    assert await status_of(visit_id) == "CHECKED_IN"
