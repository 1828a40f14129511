"""1+1+1: to a hospital outside the signed group only by the family doctor or the level-2 one."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from backend.core import calendar, crypto
from backend.core.access import Actor, Role
from backend.core.db import rows, value
from backend.core.ids import uuid7
from backend.transfers.problems import NeedsReferral
from tests.builders import a_tie, an_organization, staff_of
from tests.transfers import world as of
from tests.transfers.world import NINE, World, a_world

pytestmark = pytest.mark.anyio

TODAY = calendar.on(NINE)
INSERT = """
INSERT INTO doctor_contracts (id, person, center, doctor, team_id, district_hospital,
  municipal_hospital, lines, is_chronic, valid_from, until_on, status, signed_at, drafted_by,
  policy_version, version, fingerprint, recorded_at)
VALUES ($1, $2, $3, $4, $4, $5, $6, '', false, $7, $8, 'SIGNED', $9, $4, '', 1, '', $9)
"""


class Signed(msgspec.Struct):
    """The world of transfers; the elder signed with its center, its hospital and a district's."""

    world: World
    district: UUID
    colleague: Actor


@pytest.fixture
async def signed(db: None) -> Signed:
    world = await a_world()
    district = await an_organization(kinds=("DISTRICT_MEDICAL_CENTER",), name="区中心医院")
    await rows(
        INSERT,
        uuid7(),
        world.elder,
        world.beds.center,
        world.doctor.person_id,
        district,
        world.hospital,
        TODAY,
        TODAY + timedelta(days=365),
        NINE,
    )
    return Signed(world, district, await staff_of(world.beds.center, Role.GP, name="秦岚"))


async def assessed_by(signed: Signed, author: Actor, **changed: Any) -> UUID:
    """A transfer whose assessment this person signed."""
    transfer_id = await of.assessed(signed.world, **changed)
    await rows(
        "UPDATE transfer_assessments SET author = $2, role = $3 WHERE transfer = $1",
        transfer_id,
        author.person_id,
        author.role,
    )
    return transfer_id


async def referred_by(transfer_id: UUID) -> str | None:
    said = await value(
        "SELECT said FROM transfer_moves WHERE transfer = $1 AND move = 'request'", transfer_id
    )
    found: str | None = msgspec.json.decode(crypto.unseal(said, "transfer_moves.said"))[
        "referred_by"
    ]
    return found


@pytest.mark.rule("FD-01")
async def test_within_the_group_anybody_who_cares_may_ask(signed: Signed) -> None:
    for hospital in (signed.world.hospital, signed.district):
        transfer_id = await assessed_by(signed, signed.colleague)
        await of.request(signed.world, transfer_id, hospital, by=signed.colleague)
        assert await referred_by(transfer_id) is None
        await rows("DELETE FROM consents")


@pytest.mark.rule("FD-01")
async def test_outside_the_group_a_colleague_or_an_admin_needs_a_referral(signed: Signed) -> None:
    transfer_id = await assessed_by(signed, signed.colleague)
    outside = signed.world.other_hospital
    for asker in (signed.colleague, signed.world.beds.house_admin):
        with pytest.raises(NeedsReferral) as refused:
            await of.request(signed.world, transfer_id, signed.world.hospital, outside, by=asker)
        assert refused.value.facts["outside"] == [outside]
    assert await of.status_of(transfer_id) == "ASSESSED"


@pytest.mark.rule("FD-01")
async def test_the_family_doctor_refers_by_asking(signed: Signed) -> None:
    transfer_id = await assessed_by(signed, signed.colleague)
    await of.request(signed.world, transfer_id, signed.world.other_hospital)
    assert await referred_by(transfer_id) == str(signed.world.doctor.person_id)


@pytest.mark.rule("FD-01")
async def test_an_admin_asks_with_an_assessment_that_the_family_doctor_signed(
    signed: Signed,
) -> None:
    transfer_id = await of.assessed(signed.world)
    admin = signed.world.beds.house_admin
    await of.request(signed.world, transfer_id, signed.world.other_hospital, by=admin)
    assert await referred_by(transfer_id) == str(signed.world.doctor.person_id)


@pytest.mark.rule("FD-01")
async def test_the_signed_level_two_hospital_refers_and_the_municipal_one_does_not(
    signed: Signed,
) -> None:
    admin, outside = signed.world.beds.house_admin, signed.world.other_hospital
    transfer_id = await assessed_by(signed, signed.world.ward)
    with pytest.raises(NeedsReferral):
        await of.request(signed.world, transfer_id, outside, by=admin)
    ward = await staff_of(signed.district, Role.HOSPITAL_STAFF)
    await a_tie(signed.world.elder, signed.district, kind="organization")
    for changed in ({"by": ward}, {}):
        await rows("DELETE FROM consents")
        author = signed.colleague if changed else await staff_of(signed.district, Role.GP)
        transfer_id = await assessed_by(signed, author, **changed)
        await of.request(signed.world, transfer_id, outside, by=admin)
        referrer = ward if changed else author
        assert await referred_by(transfer_id) == str(referrer.person_id)


@pytest.mark.rule("FD-01")
async def test_who_has_no_contract_today_goes_where_they_like(signed: Signed) -> None:
    await rows("UPDATE doctor_contracts SET valid_from = $1", TODAY + timedelta(days=1))
    transfer_id = await assessed_by(signed, signed.colleague)
    await of.request(signed.world, transfer_id, signed.world.other_hospital, by=signed.colleague)
    assert await of.status_of(transfer_id) == "REQUESTED"


@pytest.mark.rule("FD-01")
async def test_an_emergency_goes_to_any_hospital(signed: Signed) -> None:
    transfer_id = await of.a_green_channel(
        signed.world, by=signed.colleague, to=signed.world.other_hospital
    )
    assert await of.status_of(transfer_id) == "EMERGENCY_OPENED"
