"""Dr. 沈 in the afternoon: a wrong pin, an inbox, signatures, and a fever."""

from datetime import date, datetime, timedelta
from typing import Any

from backend.core import calendar, clock
from backend.core.calendar import SHANGHAI
from tests.day.phone import Differs, Phone, wait_for
from tests.day.saying import FATHER, WRONG_BY_M, Day, clock_time, found_odd, gps
from tests.day.story import Story, moment, new_id


def visits_a_wrong_pin(story: Story, doctor: Phone, day: Day) -> None:
    story.step("14", "13:30 何阿婆家：图钉错了，定位偏离460米，服务照做（EV-03）")
    f = story.bring("f", name="何阿婆", number=day.f_number, role="ELDER")
    daughter_id = new_id()
    daughter_number = f"1408{day.f_number[4:]}"
    story.put(
        story.phone("qian"),
        f"/v1/persons/{daughter_id}",
        {"name": "何静", "sex": "F", "born_on": "1970-03-09", "phone": daughter_number},
        shows=lambda said: f"登记女儿 {said['name']}",
    )
    today = calendar.on(clock.now())
    story.put(
        f,
        f"/v1/delegations/{new_id()}",
        {
            "person_id": day.f_id,
            "delegate_id": daughter_id,
            "scopes": ["VIEW_SUMMARY", "NOTIFY"],
            "valid_from": str(today),
            "valid_to": str(today + timedelta(days=30)),
        },
        shows=lambda said: f"授权{said['delegate_name']}：{'、'.join(said['scopes'])}",
    )
    daughter = story.bring("f-daughter", name="何静", number=daughter_number, role="RELATIVE")
    path = f"/v1/visits/{day.visit_id}"
    arrived = story.put(
        doctor,
        f"{path}/check-in",
        {
            **gps(*day.door),
            "reason_code": "ADDRESS_WRONG",
            "reason": "在12号，不在2号",
        },
        shows=found_odd,
    )
    far = next((each for each in arrived["findings"] if each["code"] == "FAR"), None)
    story.check("FAR，460米上下", far and abs(far["evidence"]["distance_m"] - WRONG_BY_M) < 10)
    story.put(
        doctor,
        f"{path}/check-out",
        {**gps(*day.door), "items": ["S115", "S105"]},
        shows=found_odd,
    )
    story.told(daughter, "visit_begun", about=day.visit_id)
    story.told(daughter, "visit_ended", about=day.visit_id)
    timeline = story.get(
        daughter,
        f"/v1/persons/{day.f_id}/timeline",
        shows=lambda said: "、".join(each["said"] for each in said["items"][:3]),
    )
    story.check(
        "女儿在时间线上看到这次上门",
        day.visit_id in [each["subject_id"] for each in timeline["items"]],
    )

    home = story.get(doctor, f"/v1/persons/{day.f_id}", shows=lambda said: said["home"]["line"])
    address = f"/v1/addresses/{home['home']['id']}/corrections/{new_id()}"
    story.put(
        doctor,
        address,
        {
            "reason": "图钉在2号，老人住12号",
            "line": "示例里弄12号",
            "point": {"lat": day.door[0], "lon": day.door[1], "datum": "wgs84", "accuracy_m": 12},
        },
        shows=lambda said: f"更正为 {said['line']}，{said['status']}",
    )
    story.told(story.phone("qian"), "correction_asked", once=False)
    story.put(
        story.phone("qian"),
        f"{address}/decision",
        {"is_approved": True},
        shows=lambda said: said["status"],
    )
    story.told(doctor, "correction_decided", once=False)

    def cleared() -> Any:
        found = doctor.ask("GET", "/v1/visit-exceptions?status=cleared&limit=200").json()
        ours = [each for each in found["items"] if each["visit_id"] == day.visit_id]
        return ours if len(ours) > 1 else None

    weighed = wait_for("both FAR weighed again", cleared)
    story.check(
        "按新地址重新核验，签到签退的 FAR 都已消除", {e["code"] for e in weighed} == {"FAR"}
    )
    for each in weighed:
        story.told(doctor, "exception_decided", about=each["id"])


def answers_for_what_was_odd(story: Story, doctor: Phone, day: Day) -> None:
    story.step("20", "17:40 例外收件箱：FAR 已改正，剩下时长过短；不能自己批")
    mine = story.get(
        doctor,
        "/v1/visit-exceptions?status=open&limit=200",
        shows=lambda said: "、".join(sorted({each["code"] for each in said["items"]})),
    )
    todays = [each for each in mine["items"] if each["visit_id"] in (day.round_id, day.visit_id)]
    story.check("两条 TOO_SHORT", [each["code"] for each in todays] == ["TOO_SHORT"] * 2)
    approval = {"decision": "approve", "reason_code": "ELDER_ASLEEP", "reason": "演示：仅测体征"}
    one = todays[0]["id"]
    story.put(
        doctor,
        f"/v1/visit-exceptions/{one}/decisions/{new_id()}",
        approval,
        expects=403,
        code="forbidden",
    )
    judge = story.phone("liang", trusted_by="qian")
    for each in todays:
        story.put(
            judge,
            f"/v1/visit-exceptions/{each['id']}/decisions/{new_id()}",
            approval,
            shows=lambda said: said["decision"],
        )
        story.told(doctor, "exception_decided", about=each["id"])


def signs_notes(story: Story, doctor: Phone, day: Day) -> None:
    story.step("22", "19:00 写巡诊记录并用手机密钥签名")
    day.note_id = new_id()
    father = day.residents[FATHER]
    note = story.put(
        doctor,
        f"/v1/notes/{day.note_id}",
        {
            "person_id": father,
            "client_time": moment(),
            "kind": "ROUND",
            "visit_id": day.round_id,
            "text": "巡诊：血压偏高，已处理并联系家属，明日复测。",
            "content": {
                "complaint": "头痛半日",
                "examination": "186/112 mmHg，神志清，四肢活动好",
                "assessment": "血压危急值，处理后缓解",
                "education": "按时测量，随时呼叫",
                "next_round_on": str(calendar.on(clock.now()) + timedelta(days=7)),
            },
        },
        shows=lambda said: said["status"],
    )
    story.put(
        doctor,
        f"/v1/notes/{day.note_id}/signature",
        {
            "client_time": moment(),
            "version": note["version"],
            "signature": doctor.sign(note["digest"]),
        },
        shows=lambda said: said["lateness"],
    )
    signed = story.get(doctor, f"/v1/notes/{day.note_id}", shows=lambda said: said["status"])
    story.check("已签名，未迟", (signed["status"], signed["lateness"]) == ("SIGNED", "IN_TIME"))


def falls_ill(story: Story, doctor: Phone, day: Day) -> None:
    story.step("23", "22:30 发热，明天请病假：明天的上门改派给资质相同的同事（BG-23）")
    tomorrow = calendar.on(clock.now()) + timedelta(days=1)
    colleagues = [story.phone(key, trusted_by="qian") for key in ("yan", "qin", "gu")]
    taken = [_busy(each, tomorrow) for each in (doctor, *colleagues)]
    start = next(
        slot
        for slot in (_at(tomorrow, 7 * 60 + 5 * step) for step in range(12 * 12))
        if all(slot + timedelta(minutes=5) <= b or slot >= e for busy in taken for b, e in busy)
    )
    visit_id = new_id()
    dispatcher = story.phone("zheng")
    story.put(
        dispatcher,
        f"/v1/visits/{visit_id}",
        {
            "kind": "FOLLOW_UP",
            "person_id": day.f_id,
            "place": {"kind": "home"},
            "planned_start": start.isoformat(),
            "planned_end": (start + timedelta(minutes=5)).isoformat(),
            "staff": [{"person_id": doctor.person_id}],
            "items": [{"code": "S105"}],
        },
        shows=lambda said: f"明天 {clock_time(said['planned_start'])} {said['person_name']}",
    )
    begins, ends = calendar.day(tomorrow)
    story.put(
        doctor,
        f"/v1/absences/{new_id()}",
        {"absent_from": begins.isoformat(), "absent_until": ends.isoformat(), "reason": "ill"},
        shows=lambda said: said["reason"],
    )

    def given() -> Any:
        staff = dispatcher.ask("GET", f"/v1/visits/{visit_id}").json()["staff"]
        return [
            each["staff_id"]
            for each in staff
            if each["until_at"] is None and each["staff_id"] != doctor.person_id
        ]

    (stand_in,) = wait_for("the visit of tomorrow given to a colleague", given)
    colleague = next((each for each in colleagues if each.person_id == stand_in), None)
    if colleague is None:
        raise Differs(f"the visit went to somebody without the same qualification: {stand_in}")
    story.check(f"由{colleague.name}接手", colleague)
    story.told(colleague, "visit_given", about=visit_id)
    story.told(doctor, "visit_taken", about=visit_id)


def _busy(phone: Phone, on: date) -> list[tuple[datetime, datetime]]:
    listed = phone.ask("GET", f"/v1/visits?on={on}&assigned_to=me&limit=200").json()["items"]
    return [
        (datetime.fromisoformat(each["planned_start"]), datetime.fromisoformat(each["planned_end"]))
        for each in listed
    ]


def _at(on: date, minute: int) -> datetime:
    return datetime.combine(on, datetime.min.time(), SHANGHAI) + timedelta(minutes=minute)
