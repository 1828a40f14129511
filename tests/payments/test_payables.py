"""Who sees which bill, and what of it (PY-10, PY-13)."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from backend.core import clock
from backend.core.access import SYSTEM, Actor, Role
from backend.core.db import rows
from backend.core.ids import uuid7
from backend.payments import actions
from backend.payments.lifecycle.billing import Done
from backend.payments.lifecycle.statuses import Kind, ServiceClass
from tests.builders import a_delegation, a_person, acting, an_organization, staff_of
from tests.payments.world import World, a_tariff, a_world, balances

pytestmark = pytest.mark.anyio
Phone = Callable[[Actor], httpx.AsyncClient]
DRUG = "drug-7"


@pytest.fixture
async def world(db: None) -> World:
    made = await a_world()
    await a_tariff(made.finance, DRUG, 25640, service_class=ServiceClass.DRUG)
    return made


async def a_bill(world: World, *items: str, institution_id: UUID | None = None) -> UUID:
    opened = await actions.bill(
        kind=Kind.VISIT,
        subject_id=uuid7(),
        person_id=world.visits.elder,
        organization_id=world.center,
        institution_id=institution_id,
        is_outpatient=False,
        done=[Done(item=each, from_at=clock.now(), visit_id=uuid7()) for each in items],
        actor=SYSTEM,
        now=clock.now(),
    )
    assert opened is not None
    return opened


async def read(phone: httpx.AsyncClient, payable_id: UUID) -> Any:
    answer = await phone.get(f"/v1/payables/{payable_id}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def named(said: Any) -> dict[str, str | None]:
    """What each line is called, by its class."""
    return {each["service_class"]: each["name"] or each["item"] for each in said["lines"]}


@pytest.mark.rule("PY-10")
async def test_who_may_only_pay_is_told_how_much_to_whom_of_what_class_and_when(
    world: World, client_for: Phone
) -> None:
    payable_id = await a_bill(world, "S113", DRUG)
    said = await read(client_for(world.payer), payable_id)
    assert (said["total_fen"], said["status"]) == (28640, "OPEN")
    assert set(said["classes"]) == {"VISIT", "DRUG"}
    assert said["organization_name"]
    assert said["happened_at"]
    assert named(said) == {"VISIT": None, "DRUG": None}
    assert {each["visit_id"] for each in said["lines"]} == {None}
    assert DRUG not in str(said)
    assert said["person_name"] == "周*"


@pytest.mark.rule("PY-10")
async def test_a_medicine_is_named_to_who_may_see_everything(
    world: World, client_for: Phone
) -> None:
    payable_id = await a_bill(world, "S113", DRUG)
    daughter = await read(client_for(world.daughter), payable_id)
    assert named(daughter) == {"VISIT": "换药", "DRUG": None}
    await a_delegation(world.visits.elder, world.daughter.person_id, "VIEW_FULL")
    assert named(await read(client_for(world.daughter), payable_id))["DRUG"] == DRUG
    assert named(await read(client_for(world.elder), payable_id))["DRUG"] == DRUG


@pytest.mark.rule("PY-10")
async def test_without_the_scope_to_pay_no_bill_is_shown(world: World, client_for: Phone) -> None:
    payable_id = await a_bill(world, "S113")
    refused = await client_for(world.reader).get(f"/v1/payables/{payable_id}")
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    listed = await client_for(world.reader).get("/v1/payables")
    assert listed.json()["items"] == []
    await rows(
        "UPDATE delegations SET revoked_at = now(), revoked_by = person WHERE delegate = $1",
        world.payer.person_id,
    )
    ended = await client_for(world.payer).get(f"/v1/payables/{payable_id}")
    assert (ended.status_code, ended.json()["code"]) == (403, "delegation_ended")


@pytest.mark.rule("PY-13")
async def test_an_institution_is_told_classes_and_amounts_and_nothing_clinical(
    world: World, client_for: Phone
) -> None:
    payable_id = await a_bill(world, "S113", DRUG, institution_id=world.visits.house)
    said = await read(client_for(world.house_admin), payable_id)
    assert named(said) == {"VISIT": None, "DRUG": None}
    assert {each["amount_fen"] for each in said["lines"]} == {3000, 25640}
    listed = await client_for(world.house_admin).get("/v1/payables")
    assert [each["id"] for each in listed.json()["items"]] == [str(payable_id)]


async def test_a_bill_is_nobody_elses_to_know(world: World, client_for: Phone) -> None:
    payable_id = await a_bill(world, "S113")
    other = await an_organization()
    stranger = await acting(await a_person(name="别人"), Role.ELDER)
    for actor in (
        await staff_of(other, Role.FINANCE),
        await staff_of(other, Role.CHC_ADMIN),
        await staff_of(other, Role.INST_ADMIN),
        world.house_admin,
        stranger,
    ):
        answer = await client_for(actor).get(f"/v1/payables/{payable_id}")
        assert answer.status_code == 404, actor.role
        assert (await client_for(actor).get("/v1/payables")).json()["items"] == []


async def test_the_books_of_a_center_show_its_bills_page_by_page(
    world: World, client_for: Phone
) -> None:
    opened = [str(await a_bill(world, "S113")) for _ in range(1)]
    for minutes in (60, 120):
        later = clock.now() + timedelta(minutes=minutes)
        bill = await actions.bill(
            kind=Kind.VISIT,
            subject_id=uuid7(),
            person_id=world.visits.elder,
            organization_id=world.center,
            institution_id=None,
            is_outpatient=False,
            done=[Done(item="S105", from_at=later)],
            actor=SYSTEM,
            now=clock.now(),
        )
        opened.append(str(bill))
    await a_bill(world, "DOOR_FEE_INSTITUTION")  # comes to nothing
    phone = client_for(world.finance)
    first = (await phone.get("/v1/payables?status=OPEN&limit=2")).json()
    rest = (await phone.get(f"/v1/payables?status=OPEN&limit=2&after={first['next']}")).json()
    assert [each["id"] for each in [*first["items"], *rest["items"]]] == opened[::-1]
    assert rest["next"] is None
    mine = await phone.get(f"/v1/payables?person_id={uuid7()}")
    assert mine.json()["items"] == []
    assert {each["is_sample"] for each in first["items"]} == {True}


async def test_the_books_of_a_center_take_a_bill_back_and_say_why(
    world: World, client_for: Phone
) -> None:
    payable_id = await a_bill(world, "S113")
    path, body = f"/v1/payables/{payable_id}/void", {"reason": "项目录入有误"}
    for stranger in (await staff_of(await an_organization(), Role.FINANCE),):
        assert (await client_for(stranger).put(path, json=body)).status_code == 404
    assert (await client_for(world.elder).put(path, json=body)).status_code == 403
    phone = client_for(world.finance)
    first, again = await phone.put(path, json=body), await phone.put(path, json=body)
    assert (first.status_code, again.status_code, first.json()["status"]) == (201, 200, "VOID")
    assert first.json() == again.json()
    other = await phone.put(path, json={"reason": "别的原因"})
    assert (other.status_code, other.json()["code"]) == (409, "already_different")
    assert await balances(payable_id) == {}
    paid = await a_bill(world, "DOOR_FEE_INSTITUTION")
    late = await phone.put(f"/v1/payables/{paid}/void", json=body)
    assert (late.status_code, late.json()["code"]) == (409, "cannot_move")


@pytest.mark.rule("HB-17")
async def test_a_center_reads_what_it_did_without_a_price(world: World, client_for: Phone) -> None:
    for minutes in range(2):
        await actions.bill(
            kind=Kind.VISIT,
            subject_id=uuid7(),
            person_id=world.visits.elder,
            organization_id=world.center,
            institution_id=None,
            is_outpatient=False,
            done=[Done(item="S114", from_at=clock.now() + timedelta(minutes=minutes))],
            actor=SYSTEM,
            now=clock.now(),
        )
    listed = (await client_for(world.finance).get("/v1/missed-prices")).json()["items"]
    assert [(each["item"], each["name"], each["times"]) for each in listed] == [("S114", "拆线", 2)]
    other = await staff_of(await an_organization(), Role.FINANCE)
    assert (await client_for(other).get("/v1/missed-prices")).json()["items"] == []


async def test_everybody_reads_prices_and_only_their_own_people_keep_them(
    world: World, client_for: Phone
) -> None:
    today = date.fromisoformat("2026-01-01")
    body = {
        "item": "S104",
        "service_class": "VISIT",
        "price_fen": 1500,
        "is_insured": True,
        "from_on": str(today),
        "is_sample": True,
    }
    path = f"/v1/tariffs/{uuid7()}"
    phone = client_for(world.finance)
    first = await phone.put(path, json=body)
    assert (first.status_code, first.json()["label"], first.json()["name"]) == (
        201,
        "示例价格",
        "体格检查",
    )
    again = await phone.put(path, json=body)
    assert (again.status_code, again.json()) == (200, first.json())
    changed = await phone.put(path, json={**body, "price_fen": 1})
    assert (changed.status_code, changed.json()["code"]) == (409, "already_different")
    assert (await client_for(world.house_admin).put(path, json=body)).status_code == 404
    assert (await client_for(world.payer).get(path)).json() == first.json()
    listed = await client_for(world.elder).get(f"/v1/tariffs?organization_id={world.center}")
    assert "S104" in {each["item"] for each in listed.json()["items"]}
    assert (await phone.get(f"/v1/tariffs/{uuid7()}")).status_code == 404
