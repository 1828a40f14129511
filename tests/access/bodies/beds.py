"""Beds of every kind, and the home-sickbed at each of its stages."""

from datetime import timedelta
from uuid import UUID

from backend.beds.actions.open_bed import PURPOSES
from backend.core import crypto
from backend.core.access import Role
from backend.core.db import rows
from backend.core.ids import uuid7
from tests.access.scene import Asked, Json, Scene

# What an earlier caller of the same world left is cleared: one elder has one bed of each layer.
CLEAR = (
    "DELETE FROM home_sickbed_suspensions",
    "DELETE FROM bed_stays",
    "UPDATE home_sickbeds SET status = 'WITHDRAWN'",
    "DELETE FROM home_sickbed_assignments",
)

STAND = """
UPDATE home_sickbeds SET status = $2, assessor = $3, doctor = $4, nurse = $5, opened_at = $6,
       episode_no = $7, closing_at = $6 WHERE id = $1
"""

FORM = """
INSERT INTO home_sickbed_assessments (home_sickbed, visit_id, form, measured, author, client_time,
                                      happened_at, recorded_at, version, fingerprint)
VALUES ($1, $2, $3, $4, $5, $6, $6, $6, 1, '')
"""

OPENED = """
UPDATE home_sickbeds SET stay_id = $2 WHERE id = $1
"""

STAY = """
INSERT INTO bed_stays (id, person, kind, layer, organization, address, bed_no, from_at, recorded_by,
                       recorded_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $2, $8)
"""

SCORE = """
INSERT INTO assessments (id, person, instrument, answers, score, band, result, author, client_time,
                         happened_at, recorded_at, version, fingerprint)
VALUES (uuidv7(), $1, $2, '', 60, '', '{}', $3, $4, $4, $4, 1, '')
"""

CONSENT = """
INSERT INTO consents (id, person, purpose, items, text_version, given_by, method, client_time,
                      happened_at, recorded_at, fingerprint)
VALUES (uuidv7(), $1, $2, '{}', '2026.1', $1, 'app', $3, $3, $3, '')
"""

CENTER = "COMMUNITY_HEALTH_CENTER"


def _said(scene: Scene, **more: object) -> Json:
    return {"client_time": scene.now.isoformat(), **more}


def _doctor(scene: Scene) -> UUID:
    """The caller, where it is theirs to be; one of her own doctors otherwise."""
    is_theirs = scene.standing is scene.standing.OWN and scene.role in (Role.GP, Role.SENIOR_GP)
    return scene.world.caller(scene.role if is_theirs else Role.GP).person_id


async def _clear() -> None:
    for statement in CLEAR:
        await rows(statement)


def _application(scene: Scene, **changed: object) -> Json:
    said = {
        "person_id": str(scene.world.elder),
        "client_time": (scene.now - timedelta(hours=2)).isoformat(),
        "reason": "卧床，需连续治疗",
        "contact": {"name": "周敏", "phone": "13800001234"},
        "diagnoses": [{"icd10": "I69.3", "name": "脑梗死后遗症", "is_primary": True}],
    }
    return {**said, **changed}


async def apply_home_sickbed(scene: Scene) -> Asked:
    await _clear()
    return Asked({"home_sickbed_id": uuid7()}, _application(scene))


async def _applied(scene: Scene) -> dict[str, UUID]:
    """Asked for by the caller, if they may; by the elder otherwise."""
    by = scene.author_of("apply_home_sickbed", Role.ELDER)
    asked = await scene.done("apply_home_sickbed", by=by)
    return {"home_sickbed_id": UUID(str(asked.ids["home_sickbed_id"]))}


async def _at(scene: Scene, status: str) -> dict[str, UUID]:
    """Put one at this stage, with everything that stands there."""
    ids = await _applied(scene)
    home_sickbed_id, doctor = ids["home_sickbed_id"], _doctor(scene)
    nurse = scene.world.caller(Role.NURSE).person_id
    at = scene.now - timedelta(hours=1)
    episode_no = f"X{uuid7().hex[-12:]}"
    await rows(STAND, home_sickbed_id, status, doctor, doctor, nurse, at, episode_no)
    if status in ("OPEN", "SUSPENDED", "CLOSING"):
        stay_id = uuid7()
        await _stay(scene, "OWN_HOME", "place", at - timedelta(hours=1))
        await rows(
            STAY,
            stay_id,
            scene.world.elder,
            "HOME_SICK",
            "overlay",
            scene.world.here[CENTER],
            None,
            "J-1",
            at,
        )
        await rows(OPENED, home_sickbed_id, stay_id)
    return ids


async def _stay(scene: Scene, kind: str, layer: str, at: object) -> UUID:
    stay_id = uuid7()
    houses = {
        "OWN_HOME": None,
        "HOSPITAL": scene.world.here["HOSPITAL"],
        "INSTITUTION": scene.world.here["ELDER_CARE_INSTITUTION"],
    }
    address = scene.world.address
    elder = scene.world.elder
    await rows(STAY, stay_id, elder, kind, layer, houses[kind], address, None, at)
    return stay_id


async def get_home_sickbed(scene: Scene) -> Asked:
    return Asked(await _at(scene, "OPEN"))


async def list_home_sickbeds(scene: Scene) -> Asked:
    await _at(scene, "OPEN")
    return Asked()


async def withdraw_home_sickbed(scene: Scene) -> Asked:
    return Asked(await _applied(scene), _said(scene, reason="改去机构"))


async def assign_home_sickbed(scene: Scene) -> Asked:
    ids = await _applied(scene)
    body = {"part": "ASSESSOR", "staff_id": str(scene.world.caller(Role.GP).person_id)}
    return Asked({**ids, "assignment_id": uuid7()}, body)


async def assign_home_sickbed_team(scene: Scene) -> Asked:
    ids = await _at(scene, "APPROVED")
    body = {"part": "DOCTOR", "staff_id": str(scene.world.caller(Role.GP).person_id)}
    return Asked({**ids, "assignment_id": uuid7()}, body)


async def assess_home_sickbed(scene: Scene) -> Asked:
    ids, doctor = await _at(scene, "ASSESSING"), _doctor(scene)
    visit_id = uuid7()
    await rows(
        "INSERT INTO visits (id, kind, person, organization, place_kind, planned_start,"
        " planned_end, items, needs_two, status, planned_by, policy_version, version, fingerprint,"
        " recorded_at) VALUES ($1, 'ASSESSMENT', $2, $3, 'home', $4, $5, '[]', false,"
        " 'CHECKED_IN', $2, 'x', 1, '', $4)",
        visit_id,
        scene.world.elder,
        scene.world.here[CENTER],
        scene.now - timedelta(hours=1),
        scene.now,
    )
    await rows(
        "INSERT INTO visit_moves (id, visit, move, made_by, role, from_status, to_status,"
        " client_time, happened_at, recorded_at, findings, said, fingerprint) VALUES (uuidv7(),"
        " $1, 'check_in', $2, 'GP', 'PLANNED', 'CHECKED_IN', $3, $3, $3, '{}', '{}', '')",
        visit_id,
        doctor,
        scene.now,
    )
    for instrument in ("BARTHEL", "MORSE", "BRADEN", "MNA_SF"):
        await rows(SCORE, scene.world.elder, instrument, doctor, scene.now)
    await rows(
        "INSERT INTO observations (id, person, code, value, unit, source, symptoms, visit_id,"
        " author, client_time, happened_at, recorded_at, flags, policy_version, fingerprint)"
        " VALUES (uuidv7(), $1, 'temp', 36.6, 'Cel', 'GP', '{}', $2, $3, $4, $4, $4, '{}',"
        " 'x', '')",
        scene.world.elder,
        visit_id,
        doctor,
        scene.now,
    )
    body = _said(
        scene,
        visit_id=str(visit_id),
        diagnoses=[{"icd10": "I69.3", "name": "脑梗死后遗症"}],
        cognition="清楚",
        pain=2,
        skin_and_tubes=[],
        medicines=[],
        allergies=[],
        home=["有人照护"],
        carer="女儿",
        risks=[],
        criteria=["CLEAR_DIAGNOSIS", "STABLE", "FIT_FOR_HOME"],
        exclusions=[],
        conclusion="符合建床条件",
    )
    return Asked(ids, body)


async def decide_home_sickbed(scene: Scene) -> Asked:
    ids, doctor = await _at(scene, "ASSESSING"), _doctor(scene)
    form = '{"criteria": ["CLEAR_DIAGNOSIS", "STABLE", "FIT_FOR_HOME"], "exclusions": []}'
    await rows(
        FORM,
        ids["home_sickbed_id"],
        uuid7(),
        crypto.seal(form, "home_sickbed_assessments.form"),
        crypto.seal("{}", "home_sickbed_assessments.measured"),
        doctor,
        scene.now,
    )
    body = _said(scene, is_passed=True, reason="符合条件", advice="按期查床")
    return Asked(ids, body)


async def open_home_sickbed(scene: Scene) -> Asked:
    ids = await _at(scene, "APPROVED")
    for purpose in PURPOSES:
        await rows(CONSENT, scene.world.elder, purpose, scene.now - timedelta(minutes=30))
    await rows(
        "INSERT INTO visits (id, kind, person, organization, place_kind, planned_start,"
        " planned_end, items, needs_two, status, planned_by, policy_version, version, fingerprint,"
        " recorded_at) VALUES (uuidv7(), 'HOMEBED_ROUND', $1, $2, 'institution', $3, $4, '[]',"
        " false, 'PLANNED', $1, 'x', 1, '', $3)",
        scene.world.elder,
        scene.world.here[CENTER],
        scene.now + timedelta(hours=1),
        scene.now + timedelta(hours=2),
    )
    return Asked(ids, _said(scene, bed_no="J-1"))


async def order_stable(scene: Scene) -> Asked:
    return Asked({**await _at(scene, "OPEN"), "order_id": uuid7()}, _said(scene, reason="稳定"))


async def file_home_sickbed_record(scene: Scene) -> Asked:
    ids, note_id = await _at(scene, "OPEN"), uuid7()
    await rows(
        "INSERT INTO notes (id, person, kind, author, text, client_time, happened_at, recorded_at,"
        " signed_at, version, fingerprint) VALUES ($1, $2, 'ROUND', $3, $5, $4, $4, $4, $4, 1, '')",
        note_id,
        scene.world.elder,
        _doctor(scene),
        scene.now,
        crypto.seal("查房", "notes.text"),
    )
    body = _said(scene, kind="OPENING", note_id=str(note_id))
    return Asked({**ids, "record_id": uuid7()}, body)


async def suspend_home_sickbed(scene: Scene) -> Asked:
    body = _said(scene, reason="TRAVEL", expected_return_on="2027-01-31", text="去女儿家")
    return Asked({**await _at(scene, "OPEN"), "suspension_id": uuid7()}, body)


async def end_home_sickbed_suspension(scene: Scene) -> Asked:
    ids, suspension_id = await _at(scene, "SUSPENDED"), uuid7()
    await rows(
        "INSERT INTO home_sickbed_suspensions (id, home_sickbed, reason, from_at)"
        " VALUES ($1, $2, 'TRAVEL', $3)",
        suspension_id,
        ids["home_sickbed_id"],
        scene.now - timedelta(minutes=30),
    )
    return Asked({**ids, "suspension_id": suspension_id}, _said(scene))


async def _long_ago() -> None:
    """HB-12: so soon after an adverse event only a senior doctor closes."""
    await rows("UPDATE incidents SET happened_at = '2026-01-01'")


async def begin_home_sickbed_closing(scene: Scene) -> Asked:
    await _long_ago()
    return Asked(await _at(scene, "OPEN"), _said(scene, reason="FAMILY_ASKS"))


async def close_home_sickbed(scene: Scene) -> Asked:
    await _long_ago()
    body = _said(
        scene,
        reason="RECOVERED",
        outcome="BETTER",
        course="病情稳定",
        follow_up_plan="一周内随访",
    )
    return Asked(await _at(scene, "OPEN"), body)


KINDS = {Role.INST_ADMIN: "INSTITUTION", Role.HOSPITAL_STAFF: "HOSPITAL"}
LAYERS = {"HOSPITAL": "inpatient"}


def _kind(scene: Scene) -> str:
    """Nothing that moves her out of the house, where others of this world look for her."""
    return KINDS.get(scene.role, "HOSPITAL")


async def keep_bed_stay(scene: Scene) -> Asked:
    await _clear()
    body = _said(scene, person_id=str(scene.world.elder), kind=_kind(scene))
    return Asked({"stay_id": uuid7()}, body)


async def _kept(scene: Scene) -> dict[str, UUID]:
    await _clear()
    kind = "HOSPITAL" if scene.role is Role.HOSPITAL_STAFF else "INSTITUTION"
    at = scene.now - timedelta(hours=1)
    if kind == "HOSPITAL":
        await _stay(scene, "OWN_HOME", "place", at - timedelta(hours=1))
    return {"stay_id": await _stay(scene, kind, LAYERS.get(kind, "place"), at)}


async def get_bed_stay(scene: Scene) -> Asked:
    return Asked(await _kept(scene))


async def list_beds(scene: Scene) -> Asked:
    await _kept(scene)
    return Asked({"person_id": scene.world.elder})


async def end_bed_stay(scene: Scene) -> Asked:
    return Asked(await _kept(scene), _said(scene))


BODIES = {
    builder.__name__: builder
    for builder in (
        list_home_sickbeds,
        get_home_sickbed,
        apply_home_sickbed,
        withdraw_home_sickbed,
        assign_home_sickbed,
        assess_home_sickbed,
        decide_home_sickbed,
        open_home_sickbed,
        order_stable,
        file_home_sickbed_record,
        suspend_home_sickbed,
        end_home_sickbed_suspension,
        begin_home_sickbed_closing,
        close_home_sickbed,
        list_beds,
        get_bed_stay,
        keep_bed_stay,
        end_bed_stay,
    )
}
