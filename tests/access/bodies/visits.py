"""Visits, rounds, exceptions, absences and alarms."""

from datetime import UTC, datetime, time, timedelta
from itertools import count
from uuid import UUID

from backend.core import calendar
from backend.core.access import FIELD, Role
from backend.core.db import rows
from backend.core.ids import uuid7
from tests.access.scene import Asked, Json, Scene

HERE = {"lat": 31.2235, "lon": 121.4452, "datum": "wgs84", "accuracy_m": 15}
AWAY = {**HERE, "lat": 31.30}
# Two planned visits of one elder may not overlap, so each takes a slot of its own, by daylight.
SLOT = timedelta(minutes=40)
MORNING = time(1, 0, tzinfo=UTC)  # 09:00 in Shanghai
SLOTS_A_DAY, DAYS = 12, 600
_numbers = count()


def _goes(scene: Scene) -> UUID:
    """Who goes: the caller, where it is theirs to go; the doctor otherwise."""
    is_theirs = scene.role in FIELD and scene.standing is scene.standing.OWN
    role = scene.role if is_theirs else Role.GP
    return scene.world.caller(role).person_id


def _slot(scene: Scene) -> Json:
    day, slot = divmod(next(_numbers) % (DAYS * SLOTS_A_DAY), SLOTS_A_DAY)
    start = datetime.combine(scene.now.date() + timedelta(days=3 + day), MORNING) + SLOT * slot
    return {"planned_start": start.isoformat(), "planned_end": (start + SLOT).isoformat()}


def _proof(scene: Scene, point: Json) -> Json:
    return {"client_time": scene.now.isoformat(), "method": "GPS", "point": point}


async def plan_visit(scene: Scene) -> Asked:
    body = {
        "kind": "FOLLOW_UP",
        "person_id": str(scene.world.elder),
        "place": {"kind": "home"},
        "staff": [{"person_id": str(_goes(scene))}],
        **_slot(scene),
    }
    return Asked({"visit_id": uuid7()}, body)


async def _planned(scene: Scene, **changes: object) -> Asked:
    """A visit on which the caller goes, planned by the dispatcher."""
    asked = await plan_visit(scene)
    return await scene.done("plan_visit", by=Role.DISPATCHER, **{**(asked.body or {}), **changes})


async def _at_the_institution(scene: Scene) -> Asked:
    place = {"kind": "institution"}
    if scene.role is not Role.INST_NURSE:
        place = {"kind": "home"}
    return await _planned(scene, place=place)


async def get_visit(scene: Scene) -> Asked:
    return Asked((await _planned(scene)).ids)


async def list_visits(scene: Scene) -> Asked:
    planned = (await _at_the_institution(scene)).body
    assert planned
    day = calendar.on(datetime.fromisoformat(planned["planned_start"]))
    return Asked(query={"on": day.isoformat()})


async def assign_visit(scene: Scene) -> Asked:
    planned = await _planned(scene)
    body = {"staff_id": str(scene.world.caller(Role.NURSE).person_id), "is_lead": False}
    return Asked({**planned.ids, "assignment_id": uuid7()}, body)


async def check_bag(scene: Scene) -> Asked:
    planned = await _planned(scene)
    body = {"client_time": scene.now.isoformat(), "present": ["thermometer"], "unusable": []}
    return Asked(planned.ids, body)


async def record_departure(scene: Scene) -> Asked:
    return Asked((await _planned(scene)).ids, {"client_time": scene.now.isoformat()})


async def record_check_in(scene: Scene) -> Asked:
    return Asked((await _planned(scene)).ids, _proof(scene, HERE))


async def record_check_out(scene: Scene) -> Asked:
    planned = await _planned(scene)
    await scene.as_own(_author(scene)).send(
        "record_check_in", Asked(planned.ids, _proof(scene, HERE))
    )
    return Asked(planned.ids, {**_proof(scene, HERE), "items": []})


async def attest_visit(scene: Scene) -> Asked:
    planned = await _at_the_institution(scene)
    await scene.as_own(Role.GP).send("record_check_in", Asked(planned.ids, _proof(scene, HERE)))
    return Asked(planned.ids, {"client_time": scene.now.isoformat(), "method": "tap"})


async def refuse_visit(scene: Scene) -> Asked:
    body = {
        "client_time": scene.now.isoformat(),
        "reason": "老人今天不愿意",
        "witness_id": str(scene.world.caller(Role.RELATIVE).person_id),
    }
    return Asked((await _planned(scene)).ids, body)


async def report_no_access(scene: Scene) -> Asked:
    body = {"client_time": scene.now.isoformat(), "attempts": 3, "photo_id": str(uuid7())}
    return Asked((await _planned(scene)).ids, body)


async def cancel_visit(scene: Scene) -> Asked:
    body = {"client_time": scene.now.isoformat(), "reason_code": "IN_HOSPITAL"}
    return Asked((await _planned(scene)).ids, body)


async def record_track(scene: Scene) -> Asked:
    planned = await _planned(scene)
    left = {"client_time": (scene.now - timedelta(minutes=5)).isoformat()}
    await scene.as_own(_author(scene)).send("record_departure", Asked(planned.ids, left))
    point = {"at": scene.now.isoformat(), "lat": 31.2235, "lon": 121.4452}
    return Asked({**planned.ids, "track_id": uuid7()}, {"datum": "wgs84", "points": [point]})


async def plan_round(scene: Scene) -> Asked:
    body = {
        "institution_id": str(scene.world.here["ELDER_CARE_INSTITUTION"]),
        "staff": [{"person_id": str(_goes(scene))}],
        "person_ids": [str(scene.world.elder)],
        **_slot(scene),
    }
    return Asked({"round_id": uuid7()}, body)


async def _planned_round(scene: Scene) -> Asked:
    asked = await plan_round(scene)
    return await scene.done("plan_round", by=Role.DISPATCHER, **(asked.body or {}))


async def get_round(scene: Scene) -> Asked:
    return Asked((await _planned_round(scene)).ids)


async def record_round_departure(scene: Scene) -> Asked:
    return Asked((await _planned_round(scene)).ids, {"client_time": scene.now.isoformat()})


async def record_round_check_in(scene: Scene) -> Asked:
    return Asked((await _planned_round(scene)).ids, _proof(scene, HERE))


async def record_round_check_out(scene: Scene) -> Asked:
    planned = await _planned_round(scene)
    await scene.as_own(_author(scene)).send(
        "record_round_check_in", Asked(planned.ids, _proof(scene, HERE))
    )
    return Asked(planned.ids, {**_proof(scene, HERE), "items": []})


async def record_round_entry(scene: Scene) -> Asked:
    planned = await _planned_round(scene)
    body = {"client_time": scene.now.isoformat(), "status": "seen", "minutes": 6}
    return Asked({**planned.ids, "person_id": scene.world.elder}, body)


async def get_check_in_token(scene: Scene) -> Asked:
    return Asked({"organization_id": scene.world.here["ELDER_CARE_INSTITUTION"]})


async def _exception(scene: Scene) -> UUID:
    """What a check-in far from the door left behind."""
    planned = await _planned(scene)
    answer = await scene.as_own(_author(scene)).send(
        "record_check_in", Asked(planned.ids, _proof(scene, AWAY))
    )
    assert answer.is_success, answer.text
    found = await rows(
        "SELECT id FROM visit_exceptions WHERE visit = $1 ORDER BY id LIMIT 1",
        planned.ids["visit_id"],
    )
    exception_id: UUID = found[0]["id"]
    return exception_id


async def list_visit_exceptions(scene: Scene) -> Asked:
    await _exception(scene)
    return Asked()


async def decide_visit_exception(scene: Scene) -> Asked:
    ids = {"exception_id": await _exception(scene), "decision_id": uuid7()}
    return Asked(ids, {"decision": "approve", "reason_code": "EVIDENCE_SUFFICIENT"})


async def appeal_visit_exception(scene: Scene) -> Asked:
    exception_id = await _exception(scene)
    decision = {"decision": "reject", "reason_code": "NO_EVIDENCE", "reason": "照片看不清"}
    answer = await scene.as_own(Role.QC).send(
        "decide_visit_exception",
        Asked({"exception_id": exception_id, "decision_id": uuid7()}, decision),
    )
    assert answer.is_success, answer.text
    return Asked({"exception_id": exception_id}, {"reason": "门牌号有误，老人可以作证"})


async def record_absence(scene: Scene) -> Asked:
    start = scene.now + timedelta(days=1)
    body = {
        "absent_from": start.isoformat(),
        "absent_until": (start + timedelta(days=1)).isoformat(),
        "reason": "ill",
    }
    if scene.role not in FIELD:
        body["staff_id"] = str(scene.world.caller(Role.GP).person_id)
    return Asked({"absence_id": uuid7()}, body)


async def get_absence(scene: Scene) -> Asked:
    return Asked((await scene.done("record_absence")).ids)


async def list_absences(scene: Scene) -> Asked:
    await scene.done("record_absence")
    return Asked()


async def get_staff_alarm(scene: Scene) -> Asked:
    return Asked((await scene.done("raise_staff_alarm")).ids)


async def list_staff_alarms(scene: Scene) -> Asked:
    await scene.done("raise_staff_alarm")
    return Asked()


async def get_visit_exception(scene: Scene) -> Asked:
    return Asked({"exception_id": await _exception(scene)})


async def raise_staff_alarm(scene: Scene) -> Asked:
    body = {"client_time": scene.now.isoformat(), "point": HERE}
    return Asked({"alarm_id": uuid7()}, body)


def _author(scene: Scene) -> Role:
    return scene.author_of("record_check_in")


BODIES = {
    builder.__name__: builder
    for builder in (
        plan_visit,
        get_visit,
        list_visits,
        assign_visit,
        check_bag,
        record_departure,
        record_check_in,
        record_check_out,
        attest_visit,
        refuse_visit,
        report_no_access,
        cancel_visit,
        record_track,
        plan_round,
        get_round,
        record_round_departure,
        record_round_check_in,
        record_round_check_out,
        record_round_entry,
        get_check_in_token,
        list_visit_exceptions,
        decide_visit_exception,
        appeal_visit_exception,
        record_absence,
        raise_staff_alarm,
        get_absence,
        list_absences,
        get_staff_alarm,
        list_staff_alarms,
        get_visit_exception,
    )
}
