"""Dr. 沈, a day of 23.1: a round with thirteen residents, a wrong pin, an inbox, an absence."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import randint
from typing import Any

from backend.core import calendar, clock, geo
from backend.core.calendar import SHANGHAI
from seeds.elders import elders
from seeds.places import DANING, FLAGSHIP, HOUSE, beside, places
from tests.day.phone import Differs, Phone, wait_for
from tests.day.story import Story, moment, new_id

BAG = [
    "stethoscope",
    "sphygmomanometer",
    "thermometer",
    "torch",
    "tongue_depressor",
    "injection_and_dressing_kit",
    "means_of_communication",
]
FATHER, REFUSING, WATCHED, FEVERISH = "周德明", "吴阿妹", "郭永福", "郑素珍"
FROM_HOUSE_M, WRONG_BY_M = 100, 460


@dataclass
class Day:
    """What later steps need of earlier ones."""

    round_id: str
    visit_id: str
    residents: dict[str, str]  # name -> id
    f_id: str
    f_number: str
    door: tuple[float, float]
    note_id: str = ""


def play(story: Story) -> Day:
    story.chapter("23.1  沈医生的一天（大宁路街道社区卫生服务中心）")
    doctor = signs_in(story)
    day = is_planned(story, doctor)
    sees_the_board(story, doctor, day)
    packs_and_leaves(story, doctor, day)
    nurse = arrives(story, doctor, day)
    makes_the_round(story, doctor, nurse, day)
    leaves_the_house(story, doctor, day)
    visits_a_wrong_pin(story, doctor, day)
    answers_for_what_was_odd(story, doctor, day)
    signs_notes(story, doctor, day)
    falls_ill(story, doctor, day)
    return day


def signs_in(story: Story) -> Phone:
    story.step("准备", "管理员、调度、养老院的手机")
    story.phone("qian")
    story.phone("wang")
    story.phone("zheng", trusted_by="qian")
    story.step("1", "07:30 沈医生换了新手机，登录")
    doctor = story.phone("shen", trusted_by="qian", on_a_new_phone=True)
    me = story.get(doctor, "/v1/me", shows=lambda said: f"{said['name']} {said['phone']}")
    story.check("工作用手机已被确认", me["is_trusted"])
    if "确认" in doctor.how:
        story.told(story.phone("qian"), "device_waiting", about=doctor.device_id)
        story.told(doctor, "device_trusted", about=doctor.device_id)
    return doctor


def is_planned(story: Story, doctor: Phone) -> Day:
    """The dispatcher plans relative to now; the desk registers F, with a pin that is wrong."""
    desk, dispatcher = story.phone("qian"), story.phone("zheng")
    nurse = story.phone("tang", trusted_by="qian")
    house, center = places()[HOUSE], places()[FLAGSHIP]
    door = beside(house.lat, house.lon, north_m=0, east_m=FROM_HOUSE_M)
    pin = beside(*door, north_m=WRONG_BY_M, east_m=0)
    day = Day(
        round_id=new_id(),
        visit_id=new_id(),
        residents={},
        f_id=new_id(),
        f_number=f"1409{randint(0, 9_999_999):07}",
        door=door,
    )
    story.step("", "前一天：服务台登记何阿婆（老洋房，图钉偏了460米），调度排班")
    story.put(
        desk,
        f"/v1/persons/{day.f_id}",
        {
            "name": "何阿婆",
            "sex": "F",
            "born_on": "1943-08-17",
            "phone": day.f_number,
            "center_id": str(center.id),
            "home": {
                "line": "示例里弄2号",
                "street_code": DANING,
                "room": "202",
                "point": {"lat": pin[0], "lon": pin[1], "datum": "wgs84"},
            },
        },
        shows=lambda said: f"{said['name']} {said['home']['line']}",
    )
    planned = story.put(
        dispatcher,
        f"/v1/rounds/{day.round_id}",
        {
            "institution_id": str(house.id),
            "planned_start": moment(5),
            "planned_end": moment(125),
            "staff": [{"person_id": doctor.person_id}],
        },
        shows=lambda said: f"{said['institution_name']} {len(said['residents'])}位住养老人",
    )
    day.residents = {each["person_name"]: each["person_id"] for each in planned["residents"]}
    story.put(
        dispatcher,
        f"/v1/visits/{day.visit_id}",
        {
            "kind": "HOMEBED_ROUND",
            "person_id": day.f_id,
            "place": {"kind": "home"},
            "planned_start": moment(10),
            "planned_end": moment(50),
            "staff": [
                {"person_id": doctor.person_id},
                {"person_id": nurse.person_id, "is_lead": False},
            ],
            "items": [{"code": "S115"}, {"code": "S105"}],
        },
        shows=lambda said: f"{said['person_name']} " + "、".join(i["name"] for i in said["items"]),
    )
    return day


def sees_the_board(story: Story, doctor: Phone, day: Day) -> None:
    story.step("2", "看板：今天的巡诊与上门")
    today = calendar.on(clock.now())
    board = story.get(
        doctor,
        f"/v1/visits?on={today}&assigned_to=me",
        shows=lambda said: "、".join(
            each["institution_name"] or each["person_name"] for each in said["items"]
        ),
    )
    listed = {each["id"] for each in board["items"]}
    ours = {day.round_id, day.visit_id} if _is_still(today) else set()
    story.check("刚排的巡诊和上门都在看板上", ours <= listed)


def _is_still(today: date) -> bool:
    """Just before midnight what starts in ten minutes belongs to tomorrow's board."""
    return bool(calendar.on(clock.now() + timedelta(minutes=11)) == today)


def packs_and_leaves(story: Story, doctor: Phone, day: Day) -> None:
    story.step("3", "出诊包清单：血糖试纸过期，标记后仍可出发")
    story.put(
        doctor,
        f"/v1/visits/{day.round_id}/bag-check",
        {
            "client_time": moment(),
            "present": [*BAG, "glucose_strips"],
            "unusable": ["glucose_strips"],
        },
        shows=lambda said: f"缺 {len(said['missing'])} 项，停用 {'、'.join(said['unusable'])}",
    )
    story.step("4", "08:40 出发")
    story.put(
        doctor,
        f"/v1/rounds/{day.round_id}/departure",
        {"client_time": moment()},
        shows=lambda said: said["status"],
    )


def arrives(story: Story, doctor: Phone, day: Day) -> Phone:
    story.step("5", "09:02 扫养老院的动态二维码签到（手机给的是GCJ-02坐标）")
    nurse = story.phone("li", trusted_by="wang")
    house = places()[HOUSE]
    token = story.get(
        nurse,
        f"/v1/organizations/{house.id}/check-in-token",
        shows=lambda said: f"{said['token'][:4]}… 到 {_clock(said['turns_at'])} 翻新",
    )
    here = geo.to_gcj02(*beside(house.lat, house.lon, north_m=30, east_m=28))
    said = {
        "client_time": moment(),
        "method": "QR",
        "token": token["token"],
        "point": {"lat": here.lat, "lon": here.lon, "datum": "gcj02", "accuracy_m": 18},
    }
    path = f"/v1/rounds/{day.round_id}/check-in"

    def shows(move: Any) -> str:
        return f"{move['verification']}，距 {move['distance_m']} 米，{move['status']}"

    first = story.put(doctor, path, said, shows=shows)
    story.check("自动核验，41米以内", first["verification"] == "AUTO" and first["distance_m"] <= 42)
    again = story.put(doctor, path, said, expects=200, shows=lambda _: "重发：同一条记录")
    story.check("重发得到同一条记录", again == first)
    photographed = {**said, "token": "PHOTOGRAPHED", "client_time": moment(1)}
    story.put(doctor, path, photographed, expects=409, code="already_different")
    return nurse


def makes_the_round(story: Story, doctor: Phone, nurse: Phone, day: Day) -> None:
    story.step("6", "李护士预先录入的生命体征，三位被标记")
    for name, code, value, unit in (
        (FATHER, "sbp", 168, "mm[Hg]"),
        (WATCHED, "sbp", 158, "mm[Hg]"),
        (FEVERISH, "temp", 38.2, "Cel"),
    ):
        story.put(
            nurse,
            f"/v1/observations/{new_id()}",
            _reading(day.residents[name], code, value, unit),
            shows=lambda said, name=name: (
                f"{name} {said['value']:g} {said['unit']} {said['flags']}"
            ),
        )
    listed = story.get(
        doctor,
        f"/v1/rounds/{day.round_id}",
        shows=lambda said: f"{len(said['residents'])} 位",
    )
    flagged = [
        each["person_name"]
        for each in listed["residents"]
        if any(vital["flags"] for vital in each["vitals"].values())
    ]
    story.check(f"被标记的：{'、'.join(flagged)}", {FATHER, WATCHED, FEVERISH} <= set(flagged))

    story.step("7", f"{FATHER} 186/112：危急值，家属与护士即刻知道")
    father = day.residents[FATHER]
    _voids_what_an_earlier_play_said(story, doctor, father)
    reading_id = new_id()
    high = story.put(
        doctor,
        f"/v1/observations/{reading_id}",
        _reading(father, "sbp", 186, "mm[Hg]", visit_id=day.round_id),
        shows=lambda said: "、".join(f"{a['code']}（{a['rule']}）" for a in said["alerts"]),
    )
    story.check(
        "HTN_EMERGENCY，依据 FU-03",
        ("HTN_EMERGENCY", "FU-03") in [(each["code"], each["rule"]) for each in high["alerts"]],
    )
    story.put(
        doctor,
        f"/v1/observations/{new_id()}",
        _reading(father, "dbp", 112, "mm[Hg]", visit_id=day.round_id),
        shows=lambda said: f"{said['value']:g} {said['unit']} {said['flags']}",
    )
    for kin in elders()[0].kin:
        relative = story.bring(kin.key, name=kin.name, number=kin.phone, role="RELATIVE")
        story.told(relative, "alarm_family", about=reading_id)
    story.told(nurse, "alarm", about=reading_id)

    story.step("9", f"{REFUSING}谢绝，李护士见证：算已提供，不算已完成")
    entries = f"/v1/rounds/{day.round_id}/entries"
    story.put(
        doctor,
        f"{entries}/{day.residents[REFUSING]}",
        {
            "client_time": moment(),
            "status": "refused",
            "reason": "今天不想看",
            "witness_id": nurse.person_id,
        },
        shows=lambda said: said["status"],
    )
    others = [each for name, each in day.residents.items() if name != REFUSING]
    for person_id in others:
        story.put(
            doctor,
            f"{entries}/{person_id}",
            {"client_time": moment(), "status": "seen", "minutes": 5},
            quietly=True,
        )
    story.note(f"其余 {len(others)} 位逐一看过，每位一条记录")


def _voids_what_an_earlier_play_said(story: Story, doctor: Phone, person_id: str) -> None:
    """An alarm of the last half hour is not said again; what was voided counts no more."""
    lately = clock.now() - timedelta(hours=1)
    listed = doctor.ask("GET", f"/v1/observations?person_id={person_id}&limit=50").json()
    for each in listed["items"]:
        is_of_a_play = each["author_id"] == doctor.person_id and each["voided_at"] is None
        if is_of_a_play and each["alerts"] and datetime.fromisoformat(each["happened_at"]) > lately:
            story.put(
                doctor,
                f"/v1/observations/{each['id']}/void",
                {"reason": "上一场演示的读数"},
                shows=lambda said: said["void_reason"],
            )


def leaves_the_house(story: Story, doctor: Phone, day: Day) -> None:
    story.step("12", "11:05 签退（这一天只演几秒钟，所以时长例外 TOO_SHORT 正是该有的）")
    here = places()[HOUSE]
    left = story.put(
        doctor,
        f"/v1/rounds/{day.round_id}/check-out",
        _gps(here.lat, here.lon),
        shows=_found,
    )
    story.check("只有 TOO_SHORT，依据 EV-06", _codes(left) == [("TOO_SHORT", "EV-06")])
    story.told(story.phone("zheng"), "exception_to_decide", once=False)


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
            **_gps(*day.door),
            "reason_code": "ADDRESS_WRONG",
            "reason": "在12号，不在2号",
        },
        shows=_found,
    )
    far = next((each for each in arrived["findings"] if each["code"] == "FAR"), None)
    story.check("FAR，460米上下", far and abs(far["evidence"]["distance_m"] - WRONG_BY_M) < 10)
    story.put(
        doctor,
        f"{path}/check-out",
        {**_gps(*day.door), "items": ["S115", "S105"]},
        shows=_found,
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
    colleagues = [story.phone(key, trusted_by="qian") for key in ("yan", "qin")]
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
        shows=lambda said: f"明天 {_clock(said['planned_start'])} {said['person_name']}",
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


def _reading(
    person_id: str, code: str, value: float, unit: str, *, visit_id: str | None = None
) -> dict[str, Any]:
    said = {
        "person_id": person_id,
        "client_time": moment(),
        "code": code,
        "value": value,
        "unit": unit,
    }
    return said | ({"visit_id": visit_id} if visit_id else {})


def _gps(lat: float, lon: float) -> dict[str, Any]:
    return {
        "client_time": moment(),
        "method": "GPS",
        "point": {"lat": lat, "lon": lon, "datum": "wgs84", "accuracy_m": 12},
        "provider": "fused",
    }


def _found(move: Any) -> str:
    odd = "、".join(f"{each['code']}（{each['rule']}）" for each in move["findings"])
    return f"{move['status']}，{move['verification']} {odd}".strip()


def _codes(move: Any) -> list[tuple[str, str]]:
    return [(each["code"], each["rule"]) for each in move["findings"]]


def _clock(said: str) -> str:
    return f"{datetime.fromisoformat(said).astimezone(SHANGHAI):%H:%M:%S}"
