"""Family-doctor contracts, institution contracts with their weeks, alliances."""

from datetime import date, timedelta
from uuid import UUID

from backend.core import calendar
from backend.core.access import FAMILY, Role
from backend.core.db import rows
from backend.core.ids import uuid7
from tests.access.scene import Asked, Json, Scene

# Two signed contracts of one elder or of one pair may not overlap: those of before had no day.
NO_OTHERS = "UPDATE {} SET until_on = valid_from WHERE status IN ('SIGNED', 'TERMINATED')"
ELDERLY_CARE, CENTER = "ELDER_CARE_INSTITUTION", "COMMUNITY_HEALTH_CENTER"


def _today(scene: Scene) -> date:
    return calendar.on(scene.now)


def _said_at(scene: Scene) -> Json:
    return {"client_time": scene.now.isoformat()}


async def draft_doctor_contract(scene: Scene) -> Asked:
    body = {
        "person_id": str(scene.world.elder),
        "doctor_id": str(scene.world.caller(Role.GP).person_id),
        "district_hospital_id": str(scene.world.here["HOSPITAL"]),
        "municipal_hospital_id": str(scene.world.there["HOSPITAL"]),
        "lines": [{"item": "上门随访", "times": 4, "period": "year", "payer": "insurance"}],
        "valid_from": _today(scene).isoformat(),
    }
    return Asked({"contract_id": uuid7()}, body)


async def _drafted(scene: Scene) -> Asked:
    return await scene.done("draft_doctor_contract", by=Role.CHC_ADMIN)


async def _sign(scene: Scene, contract: Asked, role: Role) -> None:
    signer = scene.as_own(role)
    asked = Asked({**contract.ids, "signature_id": uuid7()}, _signature(signer))
    answer = await signer.send("sign_doctor_contract", asked)
    assert answer.is_success, answer.text


def _signature(scene: Scene) -> Json:
    side = "resident" if scene.role in FAMILY else "center"
    return {**_said_at(scene), "side": side, "version": 1, "signature": "c2lnbmVk"}


async def _signed(scene: Scene) -> Asked:
    await rows(NO_OTHERS.format("doctor_contracts"))
    drafted = await _drafted(scene)
    for role in (Role.ELDER, Role.GP):
        await _sign(scene, drafted, role)
    return drafted


async def get_doctor_contract(scene: Scene) -> Asked:
    return Asked((await _drafted(scene)).ids)


async def list_doctor_contracts(scene: Scene) -> Asked:
    await _drafted(scene)
    return Asked()


async def sign_doctor_contract(scene: Scene) -> Asked:
    ids = {**(await _drafted(scene)).ids, "signature_id": uuid7()}
    return Asked(ids, _signature(scene))


async def renew_doctor_contract(scene: Scene) -> Asked:
    return Asked({**(await _signed(scene)).ids, "renewal_id": uuid7()}, _said_at(scene))


async def change_family_doctor(scene: Scene) -> Asked:
    ids = {**(await _signed(scene)).ids, "change_id": uuid7()}
    another = scene.world.caller(Role.SENIOR_GP).person_id
    return Asked(ids, {**_said_at(scene), "doctor_id": str(another)})


async def terminate_doctor_contract(scene: Scene) -> Asked:
    return Asked((await _signed(scene)).ids, {**_said_at(scene), "reason_code": "moved"})


def _provider(scene: Scene) -> tuple[str, Role]:
    """Of which kind the other side is, and who speaks for it."""
    if scene.role is Role.HOSPITAL_STAFF:
        return "HOSPITAL", Role.HOSPITAL_STAFF
    return CENTER, Role.CHC_ADMIN


async def draft_institution_contract(scene: Scene) -> Asked:
    monday, _ = calendar.week_of(_today(scene))
    body = {
        "institution_id": str(scene.world.here[ELDERLY_CARE]),
        "provider_id": str(scene.world.here[_provider(scene)[0]]),
        "valid_from": monday.isoformat(),
        "valid_to": (monday + timedelta(days=364)).isoformat(),
        "services": ["巡诊"],
        "cost_sharing": "巡诊由医疗机构承担",
        "responsibilities": "医疗机构负责诊疗，机构负责照护",
    }
    return Asked({"contract_id": uuid7()}, body)


async def _agreement(scene: Scene) -> Asked:
    """Drafted by the other side of whoever calls."""
    asked = await draft_institution_contract(scene)
    by = Role.INST_ADMIN if scene.role is not Role.INST_ADMIN else Role.CHC_ADMIN
    answer = await scene.as_own(by).send("draft_institution_contract", asked)
    assert answer.is_success, answer.text
    return asked


async def _agreed(scene: Scene) -> Asked:
    await rows(NO_OTHERS.format("institution_contracts"))
    drafted = await _agreement(scene)
    for role in (Role.INST_ADMIN, _provider(scene)[1]):
        asked = Asked({**drafted.ids, "signature_id": uuid7()}, {**_said_at(scene), "version": 1})
        answer = await scene.as_own(role).send("sign_institution_contract", asked)
        assert answer.is_success, answer.text
    return drafted


async def get_institution_contract(scene: Scene) -> Asked:
    return Asked((await _agreement(scene)).ids)


async def list_institution_contracts(scene: Scene) -> Asked:
    await _agreement(scene)
    return Asked()


async def sign_institution_contract(scene: Scene) -> Asked:
    ids = {**(await _agreement(scene)).ids, "signature_id": uuid7()}
    return Asked(ids, {**_said_at(scene), "version": 1})


async def suspend_institution_contract(scene: Scene) -> Asked:
    ids = {**(await _agreed(scene)).ids, "suspension_id": uuid7()}
    body = {"from_on": _today(scene).isoformat(), "reason": "院内感染防控"}
    return Asked(ids, {**_said_at(scene), **body})


async def lift_suspension(scene: Scene) -> Asked:
    suspending = await suspend_institution_contract(scene)
    answer = await scene.as_own(Role.REGULATOR_WJ).send("suspend_institution_contract", suspending)
    assert answer.is_success, answer.text
    until = _today(scene) + timedelta(days=1)
    body = {**_said_at(scene), "until_on": until.isoformat()}
    return Asked({**suspending.ids, "lifting_id": uuid7()}, body)


async def terminate_institution_contract(scene: Scene) -> Asked:
    return Asked((await _agreed(scene)).ids, {**_said_at(scene), "reason_code": "other"})


async def log_training(scene: Scene) -> Asked:
    trainer = scene.world.caller(_provider(scene)[1]).person_id
    body = {
        "held_on": _today(scene).isoformat(),
        "topic": "压疮预防",
        "minutes": 90,
        "trainer_ids": [str(trainer)],
        "trainee_ids": [str(scene.world.caller(Role.INST_NURSE).person_id)],
    }
    return Asked({**(await _agreed(scene)).ids, "training_id": uuid7()}, body)


async def list_trainings(scene: Scene) -> Asked:
    return Asked((await _agreed(scene)).ids)


async def list_fulfilment(scene: Scene) -> Asked:
    return Asked((await _agreed(scene)).ids)


async def state_reason(scene: Scene) -> Asked:
    ids: dict[str, UUID | str] = {**(await _agreed(scene)).ids}
    ids["week"] = calendar.iso_week(_today(scene))
    return Asked(ids, {"reason": "staff_illness"})


async def list_agreed_rounds(scene: Scene) -> Asked:
    today = _today(scene)
    query = {"since": today.isoformat(), "until": (today + timedelta(days=14)).isoformat()}
    return Asked((await _agreed(scene)).ids, query=query)


async def keep_alliance(scene: Scene) -> Asked:
    today = _today(scene)
    kinds = {ELDERLY_CARE: Role.INST_ADMIN, CENTER: Role.CHC_ADMIN, "HOSPITAL": Role.HOSPITAL_STAFF}
    body = {
        "name": "五床联动",
        "members": [
            {"organization_id": str(scene.world.here[kind]), "beds": ["HOSPITAL"]} for kind in kinds
        ],
        "team": [
            {
                "person_id": str(scene.world.caller(role).person_id),
                "organization_id": str(scene.world.here[kind]),
                "duty": "administration",
            }
            for kind, role in kinds.items()
        ],
        "valid_from": today.isoformat(),
        "valid_to": (today + timedelta(days=364)).isoformat(),
    }
    return Asked({"alliance_id": uuid7()}, body)


async def _alliance(scene: Scene) -> Asked:
    by = Role.INST_ADMIN if scene.role is not Role.INST_ADMIN else Role.CHC_ADMIN
    return await scene.done("keep_alliance", by=by)


async def get_alliance(scene: Scene) -> Asked:
    return Asked((await _alliance(scene)).ids)


async def list_alliances(scene: Scene) -> Asked:
    await _alliance(scene)
    return Asked()


async def join_alliance(scene: Scene) -> Asked:
    body: Json = {
        **_said_at(scene),
        "institution_id": str(scene.world.here[ELDERLY_CARE]),
        "bed": "INSTITUTION",
    }
    if scene.role is Role.INST_ADMIN:
        body["signer"] = {"person_id": str(scene.world.elder)}
        body["evidence_id"] = str(uuid7())
    return Asked({**(await _alliance(scene)).ids, "person_id": scene.world.elder}, body)


async def _joined(scene: Scene) -> Asked:
    joining = await join_alliance(scene.as_own(Role.ELDER))
    answer = await scene.as_own(Role.ELDER).send("join_alliance", joining)
    assert answer.is_success, answer.text
    return joining


async def leave_alliance(scene: Scene) -> Asked:
    return Asked((await _joined(scene)).ids, _said_at(scene))


async def list_alliance_elders(scene: Scene) -> Asked:
    return Asked({"alliance_id": (await _joined(scene)).ids["alliance_id"]})


BODIES = {
    builder.__name__: builder
    for builder in (
        draft_doctor_contract,
        get_doctor_contract,
        list_doctor_contracts,
        sign_doctor_contract,
        renew_doctor_contract,
        change_family_doctor,
        terminate_doctor_contract,
        draft_institution_contract,
        get_institution_contract,
        list_institution_contracts,
        sign_institution_contract,
        suspend_institution_contract,
        lift_suspension,
        terminate_institution_contract,
        log_training,
        list_trainings,
        list_fulfilment,
        state_reason,
        list_agreed_rounds,
        keep_alliance,
        get_alliance,
        list_alliances,
        join_alliance,
        leave_alliance,
        list_alliance_elders,
    )
}
