"""A new deployment begins with one organization and its admin."""

import msgspec
import pytest

from backend.core.db import value
from backend.found import First, found
from backend.people.problems import AlreadyFounded
from tests.builders import DANING, an_organization

pytestmark = pytest.mark.anyio

FIRST = msgspec.convert(
    {
        "organization": {
            "name": "大宁社区卫生服务中心",
            "kinds": ["COMMUNITY_HEALTH_CENTER"],
            "street_code": DANING,
            "address": "示例路1号",
        },
        "admin": {"name": "钱敏华", "sex": "F", "phone": "14000009001"},
    },
    First,
)


async def test_the_first_organization_comes_with_an_admin_who_can_sign_in(db) -> None:
    said = await found(said=FIRST)

    assert "CHC_ADMIN" in said
    assert await value("SELECT roles FROM staff") == ["CHC_ADMIN"]
    assert await value("SELECT count(*) FROM persons WHERE phone_key IS NOT NULL") == 1


async def test_a_deployment_is_founded_once(db) -> None:
    await an_organization()
    with pytest.raises(AlreadyFounded):
        await found(said=FIRST)
    assert await value("SELECT count(*) FROM persons") == 0
