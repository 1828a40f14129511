"""Prices, bills, and 长护险."""

from datetime import timedelta
from uuid import UUID

from backend.core import calendar
from backend.core.access import SYSTEM, Role
from backend.core.db import rows, transaction
from backend.core.ids import uuid7
from backend.payments import actions
from backend.payments.lifecycle.billing import Line
from backend.payments.lifecycle.statuses import Kind, ServiceClass
from tests.access.scene import Asked, Scene
from tests.access.world import CENTER

HOUSE = "ELDER_CARE_INSTITUTION"
# A day has one price, a person one level, and a minute is billed once: those of before give way.
NO_PRICE = "DELETE FROM tariffs WHERE item = 'S113'"
NO_LEVEL = "DELETE FROM ltci_levels"
NO_MINUTES = "DELETE FROM billed_minutes"


async def keep_tariff(scene: Scene) -> Asked:
    await rows(NO_PRICE)
    body = {
        "item": "S113",
        "service_class": "NURSING",
        "price_fen": 3000,
        "is_insured": True,
        "is_sample": True,
        "from_on": calendar.on(scene.now).isoformat(),
    }
    return Asked({"tariff_id": uuid7()}, body)


async def get_tariff(scene: Scene) -> Asked:
    return Asked((await scene.done("keep_tariff", by=Role.FINANCE)).ids)


async def list_tariffs(scene: Scene) -> Asked:
    await scene.done("keep_tariff", by=Role.FINANCE)
    return Asked(query={"organization_id": str(scene.world.here[CENTER])})


async def a_payable(scene: Scene) -> UUID:
    """A bill of hers, of her center, in her house."""
    line = Line(
        charge_key=f"S113:{uuid7()}",
        item="S113",
        service_class=ServiceClass.NURSING,
        quantity=1,
        price_fen=3000,
        is_insured=True,
        tariff_id=None,
        visit_id=uuid7(),
        done_by=scene.world.caller(Role.NURSE).person_id,
        from_at=scene.now,
        until_at=None,
        rule="HB-17",
    )
    async with transaction():
        return await actions.open_payable(
            kind=Kind.VISIT,
            subject_id=uuid7(),
            person_id=scene.world.elder,
            organization_id=scene.world.here[CENTER],
            institution_id=scene.world.here[HOUSE],
            is_outpatient=False,
            lines=[line],
            actor=SYSTEM,
            now=scene.now,
        )


async def get_payable(scene: Scene) -> Asked:
    return Asked({"payable_id": await a_payable(scene)})


async def list_payables(scene: Scene) -> Asked:
    await a_payable(scene)
    return Asked()


async def void_payable(scene: Scene) -> Asked:
    return Asked({"payable_id": await a_payable(scene)}, {"reason": "项目录入有误"})


async def list_missed_prices(scene: Scene) -> Asked:
    await rows(
        "INSERT INTO missed_prices (id, organization, item, done_on, kind, subject_id, person,"
        " recorded_at) VALUES ($1, $2, 'S114', $3, 'VISIT', $1, $4, $5)",
        uuid7(),
        scene.world.here[CENTER],
        calendar.on(scene.now),
        scene.world.elder,
        scene.now,
    )
    return Asked()


async def record_ltci_level(scene: Scene) -> Asked:
    await rows(NO_LEVEL)
    body = {
        "person_id": str(scene.world.elder),
        "level": 5,
        "from_on": calendar.on(scene.now - timedelta(days=1)).isoformat(),
    }
    return Asked({"level_id": uuid7()}, body)


async def get_ltci_level(scene: Scene) -> Asked:
    return Asked((await scene.done("record_ltci_level", by=Role.GP)).ids)


async def record_ltci_minutes(scene: Scene) -> Asked:
    await rows(NO_MINUTES)
    await scene.done("record_ltci_level", by=Role.GP)
    body = {
        "person_id": str(scene.world.elder),
        "item": "S201",
        "from_at": (scene.now - timedelta(minutes=30)).isoformat(),
        "until_at": scene.now.isoformat(),
    }
    return Asked({"minutes_id": uuid7()}, body)


async def get_ltci_minutes(scene: Scene) -> Asked:
    return Asked((await scene.done("record_ltci_minutes", by=Role.NURSE)).ids)


async def get_ltci_week(scene: Scene) -> Asked:
    await scene.done("record_ltci_level", by=Role.GP)
    return Asked({"person_id": scene.world.elder})


BODIES = {
    builder.__name__: builder
    for builder in (
        keep_tariff,
        get_tariff,
        list_tariffs,
        get_payable,
        list_payables,
        void_payable,
        list_missed_prices,
        record_ltci_level,
        get_ltci_level,
        record_ltci_minutes,
        get_ltci_minutes,
        get_ltci_week,
    )
}
