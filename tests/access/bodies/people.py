"""Persons, staff, organizations, and every tie between them."""

import random
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from backend.core import calendar
from backend.core.access import FAMILY, Role
from backend.core.db import rows
from backend.core.ids import uuid7
from tests.access.scene import Asked, Scene
from tests.access.world import CANARY_PHONE, CENTER, KINDS, Standing
from tests.builders import DANING, a_person

INSTITUTION = "ELDER_CARE_INSTITUTION"
CHECKS = "10X98765432"
SECOND = {"if-match": '"1"'}


def _person(scene: Scene) -> dict[str, str]:
    return {"person_id": str(scene.world.elder)}


def _her_own(scene: Scene) -> Role:
    """Who speaks for her: the caller, if it is a guardian or herself; herself, if not."""
    is_theirs = scene.standing is scene.standing.OWN and scene.role in FAMILY - {Role.RELATIVE}
    return scene.role if is_theirs else Role.ELDER


async def register_person(_scene: Scene) -> Asked:
    """Somebody new, with a number of the county of tests that nobody else has."""
    born_on = date(1930, 1, 1) + timedelta(days=random.randrange(9_000))
    number = f"310999{born_on:%Y%m%d}{random.randrange(0, 1_000, 2):03}"
    body = {
        "name": "新来者",
        "sex": "F",
        "born_on": born_on.isoformat(),
        "identity_number": number + CHECKS[_remainder(number)],
    }
    return Asked({"person_id": uuid7()}, body)


def _remainder(number: str) -> int:
    """GB 11643."""
    weights = (pow(2, 17 - place, 11) for place in range(17))
    return sum(int(digit) * weight for digit, weight in zip(number, weights, strict=True)) % 11


async def hers(scene: Scene) -> Asked:
    return Asked({"person_id": scene.world.elder})


async def of_her(scene: Scene) -> Asked:
    return Asked(query=_person(scene))


async def nothing(_scene: Scene) -> Asked:
    return Asked()


async def list_persons(scene: Scene) -> Asked:
    return Asked(query={"residence_id": str(scene.world.here[INSTITUTION])})


async def list_consents(scene: Scene) -> Asked:
    await give_consent_as_herself(scene)
    return await of_her(scene)


async def list_kinships(scene: Scene) -> Asked:
    await scene.done("record_kinship")
    return await of_her(scene)


async def list_copies(scene: Scene) -> Asked:
    await scene.done("ask_copy", by=scene.author_of("ask_copy", Role.ELDER))
    return Asked()


async def list_corrections(scene: Scene) -> Asked:
    await scene.done("ask_correction", by=Role.NURSE)
    return Asked()


async def search_persons(_scene: Scene) -> Asked:
    return Asked(body={"phone": CANARY_PHONE})


async def break_glass(scene: Scene) -> Asked:
    ids = {"person_id": scene.world.stranger, "access_id": uuid7()}
    return Asked(ids, {"reason": "急诊抢救，需要既往史"})


async def review_break_glass(scene: Scene) -> Asked:
    """Of an access to her, which her center watches."""
    ids = {"person_id": scene.world.elder, "access_id": uuid7()}
    answer = await scene.as_own(Role.GP).send("break_glass", Asked(ids, {"reason": "急诊抢救"}))
    assert answer.is_success, answer.text
    return Asked(ids, {"is_justified": True})


async def ask_copy(scene: Scene) -> Asked:
    return Asked({"copy_id": uuid7()}, {**_person(scene), "chapters": ["visits"]})


async def get_copy(scene: Scene) -> Asked:
    return Asked((await scene.done("ask_copy", by=scene.author_of("ask_copy", Role.ELDER))).ids)


async def hand_over_copy(scene: Scene) -> Asked:
    asked = await scene.done("ask_copy", by=Role.ELDER)
    return Asked(asked.ids, {"file_id": str(uuid7())})


async def get_organization(scene: Scene) -> Asked:
    return Asked({"organization_id": scene.world.here[KINDS.get(scene.role, CENTER)]})


async def keep_organization(scene: Scene) -> Asked:
    kind = KINDS.get(scene.role, CENTER)
    body = {
        "name": "大宁示例机构",
        "kinds": [kind],
        "street_code": DANING,
        "address": "示例路9号",
        "licence_no": "PDY31010600001",
    }
    return Asked({"organization_id": scene.world.here[kind]}, body, headers=SECOND)


async def keep_staff(scene: Scene) -> Asked:
    role = Role.INST_NURSE if scene.role is Role.INST_ADMIN else Role.NURSE
    body = {
        "person_id": str(await a_person(name="新护士")),
        "roles": [role.value],
        "employed_from": "2026-01-01",
    }
    return Asked({"staff_id": uuid7()}, body)


async def get_staff(scene: Scene) -> Asked:
    organization_id = scene.world.here[KINDS.get(scene.role, CENTER)]
    sql = "SELECT id FROM staff WHERE organization = $1 ORDER BY id LIMIT 1"
    found = await rows(sql, organization_id)
    return Asked({"staff_id": found[0]["id"]})


async def ask_correction(scene: Scene) -> Asked:
    ids = {"address_id": scene.world.address, "correction_id": uuid7()}
    return Asked(ids, {"room": "502", "reason": "门牌写错了"})


async def get_correction(scene: Scene) -> Asked:
    asked = await scene.done("ask_correction")
    return Asked({"correction_id": asked.ids["correction_id"]})


async def decide_correction(scene: Scene) -> Asked:
    asked = await scene.done("ask_correction", by=Role.NURSE)
    return Asked(asked.ids, {"is_approved": True})


async def keep_delegation(scene: Scene) -> Asked:
    today = calendar.on(scene.now)
    body = {
        **_person(scene),
        "delegate_id": str(await a_person(name="女儿")),
        "scopes": ["VIEW_SUMMARY"],
        "valid_from": today.isoformat(),
        "valid_to": (today + timedelta(days=90)).isoformat(),
    }
    return Asked({"delegation_id": uuid7()}, body)


async def get_delegation(scene: Scene) -> Asked:
    if scene.role is Role.RELATIVE:
        return Asked({"delegation_id": await _delegation(scene)})
    return Asked((await scene.done("keep_delegation", by=_her_own(scene))).ids)


async def revoke_delegation(scene: Scene) -> Asked:
    return Asked((await scene.done("keep_delegation", by=_her_own(scene))).ids)


async def ask_scopes(scene: Scene) -> Asked:
    ids = {"delegation_id": await _delegation(scene), "request_id": uuid7()}
    return Asked(ids, {"scopes": ["VIEW_FULL"]})


async def _delegation(scene: Scene) -> UUID:
    """The caller's own, live or ended; that of her relative, if they have none from her."""
    sql = "SELECT id FROM delegations WHERE person = $1 AND delegate = $2"
    for actor in (scene.caller, scene.world.caller(Role.RELATIVE)):
        if actor and (found := await rows(sql, scene.world.elder, actor.person_id)):
            break
    delegation_id: UUID = found[0]["id"]
    return delegation_id


async def record_guardian(scene: Scene) -> Asked:
    body = {
        **_person(scene),
        "guardian_id": str(await a_person(name="监护人")),
        "basis": "court",
        "proof_id": str(uuid7()),
        "valid_from": "2026-01-01",
    }
    return Asked({"guardianship_id": uuid7()}, body)


async def get_guardianship(scene: Scene) -> Asked:
    return Asked((await scene.done("record_guardian", by=Role.CHC_ADMIN)).ids)


async def record_kinship(scene: Scene) -> Asked:
    body = {**_person(scene), "relative_id": str(await a_person(name="儿子")), "relation": "2"}
    return Asked({"kinship_id": uuid7()}, body)


async def get_kinship(scene: Scene) -> Asked:
    return Asked((await scene.done("record_kinship")).ids)


async def give_consent(scene: Scene) -> Asked:
    """The elder or a guardian in the app; staff take it on paper, as witnesses."""
    is_hers = scene.role in FAMILY
    own = scene.standing is scene.standing.OWN
    by = scene.caller.person_id if is_hers and own and scene.caller else scene.world.elder
    body = {
        **_person(scene),
        "purpose": "family_doctor_service",
        "text_version": "2026.1",
        "given_by": str(by),
        "method": "app" if is_hers else "paper",
        "client_time": scene.now.isoformat(),
    }
    if not is_hers:
        body["evidence_id"] = str(uuid7())
    return Asked({"consent_id": uuid7()}, body)


async def give_consent_as_herself(scene: Scene) -> Asked:
    return await scene.done("give_consent", by=scene.author_of("give_consent", Role.ELDER))


async def get_consent(scene: Scene) -> Asked:
    return Asked((await give_consent_as_herself(scene)).ids)


async def withdraw_consent(scene: Scene) -> Asked:
    return Asked((await scene.done("give_consent", by=_her_own(scene))).ids)


async def file_unit(scene: Scene) -> Asked:
    body = {
        "organization_id": str(scene.world.here[INSTITUTION]),
        "kind": "INFIRMARY",
        "subjects": ["general_practice"],
        "main_site_doctors": 2,
        "nurses": 2,
        "area_m2": 120,
    }
    return Asked({"unit_id": uuid7()}, body)


async def get_unit(scene: Scene) -> Asked:
    return Asked((await scene.done("file_unit", by=Role.INST_ADMIN)).ids)


async def confirm_unit(scene: Scene) -> Asked:
    filed = await scene.done("file_unit", by=Role.INST_ADMIN)
    return Asked(filed.ids, {"operating_since": "2026-03-01"})


async def order_rectification(scene: Scene) -> Asked:
    asked = await confirm_unit(scene)
    regulator = replace(scene, role=Role.REGULATOR_WJ, standing=Standing.SAME)
    assert (await regulator.send("confirm_unit", asked)).is_success
    return Asked(asked.ids)


async def apply_for_insurance(scene: Scene) -> Asked:
    asked = await confirm_unit(scene)
    regulator = replace(scene, role=Role.REGULATOR_WJ, standing=Standing.SAME)
    assert (await regulator.send("confirm_unit", asked)).is_success
    return Asked(asked.ids, {"applied_on": "2026-06-01"})


async def decide_insurance(scene: Scene) -> Asked:
    asked = await scene.done("apply_for_insurance", by=Role.INST_ADMIN)
    return Asked(asked.ids, {"decided_on": "2026-07-01", "is_granted": True})


async def keep_formulary(scene: Scene) -> Asked:
    filed = await scene.done("file_unit", by=Role.INST_ADMIN)
    return Asked(filed.ids, {"drug_ids": ["D001", "D035"]})


async def get_formulary(scene: Scene) -> Asked:
    return Asked((await scene.done("keep_formulary", by=Role.INST_ADMIN)).ids)


async def get_subsidy_evidence(scene: Scene) -> Asked:
    filed = await scene.done("file_unit", by=Role.INST_ADMIN)
    return Asked(filed.ids, query={"first_on": "2026-01-01", "last_on": "2026-12-31"})


BODIES = {
    "register_person": register_person,
    "get_person": hers,
    "list_persons": list_persons,
    "list_care_team": hers,
    "list_looks": hers,
    "search_persons": search_persons,
    "break_glass": break_glass,
    "review_break_glass": review_break_glass,
    "list_break_glass": nothing,
    "ask_copy": ask_copy,
    "get_copy": get_copy,
    "list_copies": list_copies,
    "hand_over_copy": hand_over_copy,
    "list_organizations": nothing,
    "get_organization": get_organization,
    "keep_organization": keep_organization,
    "keep_staff": keep_staff,
    "get_staff": get_staff,
    "list_staff": nothing,
    "ask_correction": ask_correction,
    "get_correction": get_correction,
    "decide_correction": decide_correction,
    "list_corrections": list_corrections,
    "keep_delegation": keep_delegation,
    "get_delegation": get_delegation,
    "list_delegations": nothing,
    "revoke_delegation": revoke_delegation,
    "ask_scopes": ask_scopes,
    "record_guardian": record_guardian,
    "get_guardianship": get_guardianship,
    "list_guardianships": of_her,
    "record_kinship": record_kinship,
    "get_kinship": get_kinship,
    "list_kinships": list_kinships,
    "give_consent": give_consent,
    "get_consent": get_consent,
    "list_consents": list_consents,
    "withdraw_consent": withdraw_consent,
    "file_unit": file_unit,
    "get_unit": get_unit,
    "list_units": nothing,
    "confirm_unit": confirm_unit,
    "apply_for_insurance": apply_for_insurance,
    "decide_insurance": decide_insurance,
    "order_rectification": order_rectification,
    "close_unit": get_unit,
    "keep_formulary": keep_formulary,
    "get_formulary": get_formulary,
    "get_subsidy_evidence": get_subsidy_evidence,
}
