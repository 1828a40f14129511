"""Dr. 沈 between two beds: a home-sickbed is opened, a door stays shut, and 120 is called."""

from datetime import date, datetime, timedelta
from random import randint
from typing import Any

from backend.core import calendar
from backend.payments.queries.payers import digest
from backend.records.lifecycle.scores import Instrument, items
from seeds.numbers import identity_number
from seeds.places import DANING, FLAGSHIP, HOSPITAL, HOUSE, beside, places
from tests.day.phone import Phone
from tests.day.saying import Day, a_reading, gps
from tests.day.story import Story, moment, new_id

PURPOSES = ("notice", "fees", "emergency", "data")
EAST_M = 150  # within the fence: who plays a day in seconds does not run about
DOWN_WITH = {Instrument.BARTHEL: 35, Instrument.BRADEN: 13}


def opens_a_home_sickbed(story: Story, doctor: Phone, day: Day) -> None:
    story.step("16", "14:40 建床评估：顾阿公申请的家庭病床，Barthel 35、Braden 13，家人在旁")
    g = _is_registered(story, day)
    desk, dispatcher = story.phone("qian"), story.phone("zheng")
    bed = f"/v1/home-sickbeds/{new_id()}"
    day.home_sickbed = bed
    applied = story.put(
        g,
        bed,
        {
            "person_id": g.person_id,
            "client_time": moment(),
            "reason": "中风后长期卧床，需要上门治疗护理",
            "contact": {"name": "顾芳", "phone": "14080000001"},
            "diagnoses": [{"icd10": "I69", "name": "脑血管病后遗症", "is_primary": True}],
            "center_id": str(places()[FLAGSHIP].id),
        },
        shows=_owes,
    )
    story.check("三个工作日内评估（HB-04）", _owed(applied) == {"ASSESSMENT"})
    for part, staff in (("ASSESSOR", doctor), ("DOCTOR", doctor), ("NURSE", story.phone("tang"))):
        story.put(
            desk,
            f"{bed}/assignments/{new_id()}",
            {"part": part, "staff_id": staff.person_id},
            shows=lambda said: said["part"],
        )
    visit_id = _is_visited(story, dispatcher, doctor, day, "ASSESSMENT", "S102")
    _measures(story, doctor, day, visit_id)
    form = story.put(
        doctor,
        f"{bed}/assessment",
        {
            "visit_id": visit_id,
            "client_time": moment(),
            "diagnoses": [{"icd10": "I69", "name": "脑血管病后遗症", "is_primary": True}],
            "cognition": "清楚",
            "pain": 2,
            "skin_and_tubes": ["骶尾部皮肤完整"],
            "medicines": [],
            "allergies": [],
            "home": ["有电，有人照看"],
            "carer": "女儿",
            "risks": ["压疮", "跌倒"],
            "criteria": ["CLEAR_DIAGNOSIS", "STABLE", "FIT_FOR_HOME"],
            "exclusions": [],
            "conclusion": "符合建床条件",
        },
        shows=lambda _: "评估表",
    )
    story.check("评估表存了，第一版", form["version"] == 1)
    story.put(
        doctor,
        f"{bed}/decision",
        {"client_time": moment(), "is_passed": True},
        shows=lambda said: said["status"],
    )
    story.put(
        doctor,
        f"/v1/visits/{visit_id}/check-out",
        {**gps(*day.g_door), "items": ["S102"]},
        shows=lambda said: said["status"],
    )
    opening = {"client_time": moment(), "bed_no": f"家{randint(1000, 9999)}"}
    story.put(doctor, f"{bed}/opening", opening, expects=422, code="consents_missing")
    for purpose in PURPOSES:
        story.put(
            g,
            f"/v1/consents/{new_id()}",
            {
                "person_id": g.person_id,
                "purpose": f"home_sickbed_{purpose}",
                "text_version": "2026-1",
                "given_by": g.person_id,
                "method": "recording",
                "client_time": moment(),
            },
            quietly=True,
        )
    story.note("四份告知与同意：建床、费用、应急、信息使用（右手不便，录音为证）")
    _plans(story, dispatcher, doctor, day, "HOMEBED_ROUND", "S104", starts=60)
    _lies_elsewhere(story, doctor, day, opening)
    story.put(doctor, f"{bed}/opening", opening, shows=lambda said: f"建床，{said['status']}")
    opened = story.get(doctor, bed, shows=_owes)
    story.check(
        "四个时限都在：建床病历24小时、上级三天、查床七天、周期九十天",
        {"OPENING_RECORD", "SUPERIOR_ROUND", "ROUND", "CYCLE_END"} <= _owed(opened),
    )


def _lies_elsewhere(story: Story, doctor: Phone, day: Day, opening: dict[str, Any]) -> None:
    """The pretend insurance is told of a stay, and of its end."""
    story.step("17", "医保说顾阿公在别院住院未结：建床被挡，状态不变；明天自动再问一次")
    stay = f"{story.system.environment['GATEWAY']}/claims/{digest(day.g_number)}"
    story.network.put(stay, json={"hospital": "静安示例区域医疗中心"}).raise_for_status()
    refused = story.put(
        doctor, f"{day.home_sickbed}/opening", opening, expects=409, code="inpatient_open"
    )
    story.check("只说到遮掩的医院名", refused["facts"]["organization"] == "静安**中心")
    waits = story.get(doctor, day.home_sickbed, shows=lambda said: said["status"])
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
        _a_visit(day.f_id, doctor, "NURSING", "S105", starts=61),
        shows=lambda said: said["person_name"],
    )
    story.put(
        doctor,
        f"/v1/visits/{visit_id}/no-access",
        {"client_time": moment(), "attempts": 2},
        shows=lambda said: said["status"],
    )
    story.told(story.phone("f-daughter"), "nobody_opened", about=visit_id)


def calls_for_help(story: Story, doctor: Phone, day: Day) -> None:
    story.step("19", "16:10 顾阿公忽然左侧无力、说话含糊：先打120，再记录（HB-14）")
    dispatcher = story.phone("zheng")
    visit_id = _is_visited(story, dispatcher, doctor, day, "NURSING", "S105", starts=2)
    emergency = new_id()
    story.put(
        doctor,
        f"/v1/emergencies/{emergency}",
        {
            "person_id": day.g_id,
            "client_time": moment(),
            "kind": "STROKE",
            "visit_id": visit_id,
            "point": gps(*day.g_door)["point"],
        },
        shows=lambda said: said["kind"],
    )
    moved = f"/v1/transfers/{emergency}"
    opened = story.put(
        doctor,
        f"/v1/emergencies/{emergency}/transfer",
        {"to_organization_id": str(places()[HOSPITAL].id)},
        shows=lambda said: f"{said['from_bed']} → {said['to_bed']}，{said['status']}",
    )
    story.check("急救通道不等评估", opened["status"] == "EMERGENCY_OPENED")
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
    bed = story.get(doctor, day.home_sickbed, shows=_stands)
    story.check("自住院起暂停", bed["status"] == "SUSPENDED")
    ledger = story.get(doctor, f"/v1/persons/{day.g_id}/beds", shows=_where)
    story.check("一处住所、一张医疗病床", len(_now_in(ledger)) >= 2)


def _is_registered(story: Story, day: Day) -> Phone:
    house = places()[HOUSE]
    day.g_door = beside(house.lat, house.lon, north_m=0, east_m=EAST_M)
    day.g_id, number = new_id(), f"1407{randint(0, 9_999_999):07}"
    born_on = date(1941, randint(1, 12), randint(1, 28))  # another man in each day that is played
    day.g_number = identity_number(born_on, "M", randint(1, 498))
    story.put(
        story.phone("qian"),
        f"/v1/persons/{day.g_id}",
        {
            "name": "顾阿公",
            "sex": "M",
            "born_on": born_on.isoformat(),
            "identity_number": day.g_number,
            "phone": number,
            "center_id": str(places()[FLAGSHIP].id),
            "home": {
                "line": "示例新村7号",
                "street_code": DANING,
                "room": "301",
                "point": {"lat": day.g_door[0], "lon": day.g_door[1], "datum": "wgs84"},
            },
        },
        shows=lambda said: said["name"],
    )
    return story.bring("g", name="顾阿公", number=number, role="ELDER")


def _a_visit(
    person_id: str, doctor: Phone, kind: str, item: str, *, starts: float
) -> dict[str, Any]:
    return {
        "kind": kind,
        "person_id": person_id,
        "place": {"kind": "home"},
        "planned_start": moment(starts),
        "planned_end": moment(starts + 30),
        "staff": [{"person_id": doctor.person_id}],
        "items": [{"code": item}],
    }


def _plans(
    story: Story,
    dispatcher: Phone,
    doctor: Phone,
    day: Day,
    kind: str,
    item: str,
    *,
    starts: float,
) -> str:
    visit_id = new_id()
    story.put(
        dispatcher,
        f"/v1/visits/{visit_id}",
        _a_visit(day.g_id, doctor, kind, item, starts=starts),
        shows=lambda said: f"{said['kind']} {said['person_name']}",
    )
    return visit_id


def _is_visited(
    story: Story,
    dispatcher: Phone,
    doctor: Phone,
    day: Day,
    kind: str,
    item: str,
    *,
    starts: float = 1,
) -> str:
    visit_id = _plans(story, dispatcher, doctor, day, kind, item, starts=starts)
    story.put(
        doctor,
        f"/v1/visits/{visit_id}/check-in",
        gps(*day.g_door),
        shows=lambda said: said["verification"],
    )
    return visit_id


def _measures(story: Story, doctor: Phone, day: Day, visit_id: str) -> None:
    story.put(
        doctor,
        f"/v1/observations/{new_id()}",
        a_reading(day.g_id, "sbp", 138, "mm[Hg]", visit_id=visit_id),
        shows=lambda said: f"{said['value']:g} {said['unit']}",
    )
    for instrument in (
        Instrument.BARTHEL,
        Instrument.MORSE,
        Instrument.BRADEN,
        Instrument.MNA_SF,
    ):
        story.put(
            doctor,
            f"/v1/assessments/{new_id()}",
            {
                "person_id": day.g_id,
                "client_time": moment(),
                "instrument": instrument.value,
                "answers": _answers(instrument),
                "visit_id": visit_id,
            },
            shows=lambda said: f"{said['instrument']} {said['total']}",
        )


def _answers(instrument: Instrument) -> dict[str, int]:
    """The worst of each question, and better ones until the score of the story is reached."""
    asked = [each for each in items(instrument) if each.instead_of is None]
    answers = {each.id: min(each.scale) for each in asked}
    wanted = DOWN_WITH.get(instrument, sum(answers.values()))
    for each in asked:
        for better in sorted(each.scale):
            if sum(answers.values()) - answers[each.id] + better <= wanted:
                answers[each.id] = better
    return answers


def _owes(bed: Any) -> str:
    return f"{bed['status']} " + "、".join(
        f"{each['what']} {_day(each['due_at'])}" for each in bed["due"][:5]
    )


def _owed(bed: Any) -> set[str]:
    return {each["what"] for each in bed["due"]}


def _day(said: str) -> date:
    return calendar.on(datetime.fromisoformat(said) - timedelta.resolution)


def _stands(said: Any) -> str:
    return str(said["status"])


def _now_in(ledger: Any) -> list[Any]:
    return [each for each in ledger["stays"] if each["until_at"] is None]


def _where(ledger: Any) -> str:
    return "、".join(each["kind"] for each in _now_in(ledger))
