"""Dr. 沈 between two beds: a home-sickbed is opened, and a door stays shut."""

from datetime import date, datetime, timedelta
from random import randint
from typing import Any

from backend.core import calendar
from backend.payments.queries.payers import digest
from tests.day import bedside
from tests.day.bedside import Patient
from tests.day.phone import Phone
from tests.day.saying import Day
from tests.day.story import Story, moment, new_id


def opens_a_home_sickbed(story: Story, doctor: Phone) -> Patient:
    story.step("16", "14:40 建床评估：顾阿公申请的家庭病床，Barthel 35、Braden 13，家人在旁")
    g = bedside.is_registered(
        story,
        "顾阿公",
        born_in=1941,
        line="示例新村7号",
        east_m=150,
        icd10="I69",
        ails="脑血管病后遗症",
    )
    applied = bedside.applies(story, g, doctor, shows=_owes)
    story.check("三个工作日内评估（HB-04）", _owed(applied) == {"ASSESSMENT"})
    bedside.is_assessed(story, g, doctor)
    opening = {"client_time": moment(), "bed_no": f"家{randint(1000, 9999)}"}
    story.put(doctor, f"{g.bed}/opening", opening, expects=422, code="consents_missing")
    _puts_his_finger(story, g, doctor)
    bedside.is_planned(story, g, doctor, "HOMEBED_ROUND", "S104", starts=60)
    _lies_elsewhere(story, doctor, g, opening)
    story.put(doctor, f"{g.bed}/opening", opening, shows=lambda said: f"建床，{said['status']}")
    opened = story.get(doctor, g.bed, shows=_owes)
    story.check(
        "四个时限都在：建床病历24小时、上级三天、查床七天、周期九十天",
        {"OPENING_RECORD", "SUPERIOR_ROUND", "ROUND", "CYCLE_END"} <= _owed(opened),
    )
    return g


def _puts_his_finger(story: Story, g: Patient, doctor: Phone) -> None:
    """His right hand is paralysed: no signature on paper, but a fingerprint before a witness."""
    page = bedside.a_photo(story, doctor, g, of="四份告知书上的指印")
    printed = {"method": "fingerprint", "evidence_id": page}
    unseen = {
        "person_id": g.id,
        "purpose": "home_sickbed_notice",
        "text_version": "2026-1",
        "given_by": g.id,
        "client_time": moment(),
        **printed,
    }
    story.put(doctor, f"/v1/consents/{new_id()}", unseen, expects=422, code="witness_missing")
    photo = bedside.a_photo(story, doctor, g, of="见证人照片")
    kept = bedside.agrees(story, g, doctor, witness_photo_id=photo, **printed)
    story.note("四份告知与同意：建床、费用、应急、信息使用（右手瘫痪，按指印，医生见证并拍照）")
    story.check(
        "老人同意，医生只是见证，指印和见证照片都在",
        {(each["given_by_id"], each["witness_id"]) for each in kept} == {(g.id, doctor.person_id)}
        and {(each["evidence_id"], each["witness_photo_id"]) for each in kept} == {(page, photo)},
    )


def _lies_elsewhere(story: Story, doctor: Phone, g: Patient, opening: dict[str, Any]) -> None:
    """The pretend insurance is told of a stay, and of its end."""
    story.step("17", "医保说顾阿公在别院住院未结：建床被挡，状态不变；明天自动再问一次")
    stay = f"{story.system.environment['GATEWAY']}/claims/{digest(g.number)}"
    story.network.put(stay, json={"hospital": "静安示例区域医疗中心"}).raise_for_status()
    refused = story.put(doctor, f"{g.bed}/opening", opening, expects=409, code="inpatient_open")
    story.check("只说到遮掩的医院名", refused["facts"]["organization"] == "静安**中心")
    waits = story.get(doctor, g.bed, shows=lambda said: said["status"])
    story.check("仍是已批准", waits["status"] == "APPROVED")
    story.network.delete(stay).raise_for_status()
    story.note("那边出院结清，医保不再有未结的住院")


def finds_a_closed_door(story: Story, doctor: Phone, day: Day) -> None:
    story.step("18", "15:30 何阿婆家再去一次：敲门、打电话都没人应")
    dispatcher = story.phone("zheng")
    visit_id = new_id()
    story.put(
        dispatcher,
        f"/v1/visits/{visit_id}",
        bedside.a_visit(day.f_id, doctor, "NURSING", "S105", starts=61),
        shows=lambda said: said["person_name"],
    )
    story.put(
        doctor,
        f"/v1/visits/{visit_id}/no-access",
        {"client_time": moment(), "attempts": 2},
        shows=lambda said: said["status"],
    )
    story.told(story.phone("f-daughter"), "nobody_opened", about=visit_id)


def _owes(bed: Any) -> str:
    return f"{bed['status']} " + "、".join(
        f"{each['what']} {_day(each['due_at'])}" for each in bed["due"][:5]
    )


def _owed(bed: Any) -> set[str]:
    return {each["what"] for each in bed["due"]}


def _day(said: str) -> date:
    return calendar.on(datetime.fromisoformat(said) - timedelta.resolution)
