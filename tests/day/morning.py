"""Dr. 沈 in the morning: a new phone, the board, the bag, a round with thirteen residents."""

from datetime import date, datetime, timedelta
from random import randint
from typing import Any

from backend.core import calendar, clock, geo
from seeds.elders import elders
from seeds.places import DANING, FLAGSHIP, HOUSE, beside, places
from tests.day.phone import Phone
from tests.day.saying import (
    FATHER,
    FEVERISH,
    REFUSING,
    WATCHED,
    WRONG_BY_M,
    Day,
    a_reading,
    clock_time,
    codes,
    found_odd,
    gps,
)
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
FROM_HOUSE_M = 100


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
        f"/v1/visits?on={today}&assigned_to=me&limit=200",
        shows=lambda said: "、".join(
            each["institution_name"] or each["person_name"] for each in said["items"]
        ),
    )
    listed = {each["id"] for each in board["items"]}
    ours = {day.round_id, day.visit_id} if _is_still(today) else set()
    story.check("刚排的巡诊和上门都在看板上", ours <= listed)
    work = story.get(
        doctor,
        "/v1/work",
        shows=lambda said: "、".join(dict.fromkeys(each["kind"] for each in said["items"])),
    )
    first = [each["priority"] for each in work["items"]]
    story.check("工作清单按临床优先级排列", first == sorted(first) and len(first) >= len(ours))


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
        shows=lambda said: f"{said['token'][:4]}… 到 {clock_time(said['turns_at'])} 翻新",
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
            a_reading(day.residents[name], code, value, unit),
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
        a_reading(father, "sbp", 186, "mm[Hg]", visit_id=day.round_id),
        shows=lambda said: "、".join(f"{a['code']}（{a['rule']}）" for a in said["alerts"]),
    )
    story.check(
        "HTN_EMERGENCY，依据 FU-03",
        ("HTN_EMERGENCY", "FU-03") in [(each["code"], each["rule"]) for each in high["alerts"]],
    )
    story.put(
        doctor,
        f"/v1/observations/{new_id()}",
        a_reading(father, "dbp", 112, "mm[Hg]", visit_id=day.round_id),
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
        gps(here.lat, here.lon),
        shows=found_odd,
    )
    story.check("只有 TOO_SHORT，依据 EV-06", codes(left) == [("TOO_SHORT", "EV-06")])
    story.told(story.phone("zheng"), "exception_to_decide", once=False)
