"""A person, and the people around them."""

from typing import NamedTuple
from uuid import UUID

import pytest

from backend.core.access import Actor, Role
from tests.builders import a_delegation, a_person, a_tie, acting, an_organization, staff_of


class Cast(NamedTuple):
    """Zhou Xiuying of Daning, her doctor and nurse, her daughter, and people she does not know."""

    elder_id: UUID
    center_id: UUID
    doctor: Actor
    nurse: Actor
    daughter: Actor
    stranger: Actor


@pytest.fixture
async def cast(db: None) -> Cast:
    center_id, elsewhere = await an_organization(), await an_organization(name="别处卫生服务中心")
    elder_id = await a_person(center_id=center_id)
    await a_tie(elder_id, center_id, kind="organization")
    daughter = await acting(await a_person(name="周琳"), Role.RELATIVE)
    await a_delegation(elder_id, daughter.person_id, "VIEW_FULL", "UPLOAD_READINGS", "NOTIFY")
    return Cast(
        elder_id=elder_id,
        center_id=center_id,
        doctor=await staff_of(center_id, Role.GP),
        nurse=await staff_of(center_id, Role.NURSE, name="李静", sex="F"),
        daughter=daughter,
        stranger=await staff_of(elsewhere, Role.GP, name="陈远"),
    )
