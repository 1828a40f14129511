"""Dr. 沈 at a bedside where 120 is called: he stays, and his other visits are made by others."""

from datetime import datetime, timedelta
from functools import partial
from random import randint
from typing import Any

from backend.core.calendar import SHANGHAI
from seeds.places import HOSPITAL, places
from tests.day import bedside
from tests.day.bedside import Patient
from tests.day.phone import Phone, wait_for
from tests.day.saying import Day, clock_time, gps
from tests.day.story import Story, moment, new_id


def was_opened_last_week(story: Story, doctor: Phone) -> Patient:
    """I, at home in a home-sickbed; told in one line, as it is not of this day."""
    story.step("19", "16:10 秦阿公家（家庭病床早已建床）：突发卒中")
    i = bedside.is_registered(
        story,
        "秦阿公",
        born_in=1939,
        line="示例新村9号",
        east_m=170,
        icd10="I10",
        ails="高血压",
    )
    bedside.applies(story, i, doctor, quietly=True)
    bedside.is_assessed(story, i, doctor, quietly=True)
    bedside.agrees(story, i, i.phone)
    bedside.is_planned(story, i, doctor, "HOMEBED_ROUND", "S104", starts=60, quietly=True)
    opening = {"client_time": moment(), "bed_no": f"家{randint(1000, 9999)}"}
    story.put(doctor, f"{i.bed}/opening", opening, shows=_stands)
    return i


def calls_for_help(story: Story, doctor: Phone, day: Day, g: Patient) -> None:
    i = was_opened_last_week(story, doctor)
    others = {
        "顾阿公": _of(story, g, doctor),
        "何阿婆": _is_planned_for_f(story, doctor, day),
    }
    story.note("秦阿公忽然左侧无力、说话含糊：应用拨打120，一格信号也够（HB-14、EM-03）")
    visit_id = bedside.is_visited(story, i, doctor, "NURSING", "S105", starts=2)
    emergency = new_id()
    said = {
        "person_id": i.id,
        "client_time": moment(),
        "kind": "STROKE",
        "onset_at": moment(-10),
        "visit_id": visit_id,
        "point": gps(*i.door)["point"],
    }
    called = story.put(
        doctor,
        f"/v1/emergencies/{emergency}",
        said,
        shows=lambda said: f"{said['kind']}，抢救记录 {clock_time(said['rescue_note_due_at'])} 前",
    )
    story.put(doctor, f"/v1/emergencies/{emergency}", said, expects=200, quietly=True)
    story.check("抢救记录六小时内（EM-04）", _after(called, "rescue_note_due_at") <= 6)
    wait_for(
        "the visit ended by the emergency",
        lambda: doctor.ask("GET", f"/v1/visits/{visit_id}").json()["status"] == "ABORTED_EMERGENCY",
    )
    story.check("这次上门因急救中止", True)
    _is_taken_to_hospital(story, doctor, i, emergency)
    _others_are_given_away(story, doctor, others, g)


def _is_taken_to_hospital(story: Story, doctor: Phone, i: Patient, emergency: str) -> None:
    story.note("16:31 交给120，医生一直在旁")
    moved = f"/v1/transfers/{emergency}"
    opened = story.put(
        doctor,
        f"/v1/emergencies/{emergency}/transfer",
        {"to_organization_id": str(places()[HOSPITAL].id)},
        shows=lambda said: f"{said['from_bed']} → {said['to_bed']}，{said['status']}",
    )
    story.check(
        "急救通道不等评估，从家庭病床到医院",
        (opened["status"], opened["from_bed"], opened["to_bed"])
        == ("EMERGENCY_OPENED", "HOME_SICK", "HOSPITAL"),
    )
    story.check("病历资料两小时内送到", _after(opened, "due_at") <= 2)
    story.told(story.phone("xu"), "transfer_emergency", about=emergency)
    story.put(doctor, f"{moved}/departure", {"client_time": moment()}, shows=_stands)
    arrived = story.put(
        story.phone("xu"),
        f"{moved}/arrival",
        {"client_time": moment(), "bed_no": f"急{randint(1000, 9999)}"},
        shows=lambda said: "、".join(f"{e['what']} {e['outcome']}" for e in said["outcomes"]),
    )
    became = {each["what"]: each["outcome"] for each in arrived["outcomes"]}
    story.check("家庭病床暂停，排好的查床取消", became.get("home_sickbed") == "suspend")
    story.check("每一次排好的上门都有交代", became.get("visit") == "cancel")
    seen = doctor.ask("GET", moved).json()
    story.check("资料包由记录自动生成，已封存", len(seen["packages"]) == 1)
    bed = story.get(doctor, i.bed, shows=_stands)
    story.check("自住院起暂停", bed["status"] == "SUSPENDED")
    ledger = story.get(doctor, f"/v1/persons/{i.id}/beds", shows=_where)
    story.check("一处住所、一张医疗病床", len(_now_in(ledger)) >= 2)


def _others_are_given_away(story: Story, doctor: Phone, others: dict[str, str], g: Patient) -> None:
    story.note("其余上门由调度改派给两位同事，老人另约时间")
    dispatcher = story.phone("zheng")
    colleagues = [story.phone(key, trusted_by="qian") for key in ("yan", "qin")]
    for colleague, (name, visit_id) in zip(colleagues, others.items(), strict=True):
        path = f"/v1/visits/{visit_id}"
        story.put(
            dispatcher,
            f"{path}/assignments/{new_id()}",
            {
                "staff_id": colleague.person_id,
                "replaces_id": doctor.person_id,
                "reason": "EMERGENCY",
            },
            shows=lambda _, name=name, to=colleague: f"{name} → {to.name}",
        )
        story.told(colleague, "visit_given", about=visit_id)
        story.told(doctor, "visit_taken", about=visit_id)
        planned = dispatcher.ask("GET", path).json()
        start = datetime.fromisoformat(planned["planned_start"]) + timedelta(hours=1)
        moved = story.put(
            dispatcher,
            path,
            {
                "kind": planned["kind"],
                "person_id": planned["person_id"],
                "place": {"kind": "home"},
                "planned_start": start.isoformat(),
                "planned_end": (start + timedelta(minutes=30)).isoformat(),
                "staff": [{"person_id": colleague.person_id}],
                "items": [{"code": each["code"]} for each in planned["items"]],
            },
            expects=200,
            if_match=planned["version"],
            shows=lambda said: f"改到 {clock_time(said['planned_start'])}",
        )
        going = [each["staff_id"] for each in moved["staff"] if each["until_at"] is None]
        story.check(f"{name}由{colleague.name}上门", going == [colleague.person_id])
        if name == g.name:
            wait_for("the elder told of another hour", partial(_is_told, g, visit_id, start))
            story.told(g.phone, "visit_planned", about=visit_id, once=False)


def _is_told(elder: Patient, visit_id: str, start: datetime) -> bool:
    listed = elder.phone.ask("GET", "/v1/notifications?limit=50").json()["items"]
    hour = f"{start.astimezone(SHANGHAI):%H:%M}"
    return any(each["subject_id"] == visit_id and hour in each["body"] for each in listed)


def _of(story: Story, patient: Patient, doctor: Phone) -> str:
    return bedside.is_planned(story, patient, doctor, "HOMEBED_ROUND", "S104", starts=100)


def _is_planned_for_f(story: Story, doctor: Phone, day: Day) -> str:
    visit_id = new_id()
    story.put(
        story.phone("zheng"),
        f"/v1/visits/{visit_id}",
        bedside.a_visit(day.f_id, doctor, "NURSING", "S105", starts=135),
        shows=lambda said: f"{said['kind']} {said['person_name']}",
    )
    return visit_id


def _after(said: Any, due: str) -> float:
    """In hours."""
    since = datetime.fromisoformat(said["recorded_at"])
    return (datetime.fromisoformat(said[due]) - since) / timedelta(hours=1)


def _stands(said: Any) -> str:
    return str(said["status"])


def _now_in(ledger: Any) -> list[Any]:
    return [each for each in ledger["stays"] if each["until_at"] is None]


def _where(ledger: Any) -> str:
    return "、".join(each["kind"] for each in _now_in(ledger))
