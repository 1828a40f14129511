"""Ms. 周's father goes to hospital by the green channel; his bed is kept, and he comes back."""

from datetime import timedelta
from random import randint
from typing import Any

from backend.core import calendar, clock
from seeds.places import HOSPITAL, HOUSE, places
from tests.day.phone import Phone
from tests.day.saying import FATHER, Day
from tests.day.story import Story, moment, new_id

HELD_DAYS = 14


def goes_to_hospital(story: Story, father: Phone, daughter: Phone, day: Day) -> None:
    story.step("11", "10:40 绿色通道：养老院 → 医院。父亲清醒，自己同意；女儿只是知情")
    father_id, doctor, ward = day.residents[FATHER], story.phone("shen"), story.phone("xu")
    moved = f"/v1/transfers/{new_id()}"
    nurse = story.phone("li")
    _is_agreed(
        story, moved, father, father_id, to="HOSPITAL", why="WORSE", urgency="URGENT", by=nurse
    )
    hospital = str(places()[HOSPITAL].id)
    story.put(
        doctor,
        f"{moved}/request",
        {"client_time": moment(), "receivers": [hospital]},
        shows=_stands,
    )
    story.told(ward, "transfer_asked", about=moved[-36:])
    story.put(
        ward,
        f"{moved}/answers/{hospital}",
        {"client_time": moment(), "decision": "accept", "bed_no": f"内{randint(1000, 9999)}"},
        shows=lambda said: f"接收，{said['bed_no']}",
    )
    story.told(daughter, "transfer_accepted", about=moved[-36:])
    held_until = calendar.on(clock.now()) + timedelta(days=HELD_DAYS)
    story.put(
        nurse,
        f"{moved}/departure",
        {"client_time": moment(), "transport": "WHEELCHAIR", "held_until": str(held_until)},
        shows=_stands,
    )
    story.told(daughter, "transfer_departed", about=moved[-36:])

    story.step("13", "她不同意这家医院：留言，双方都看得到，不耽误转运")
    story.put(
        daughter,
        f"{moved}/comments/{new_id()}",
        {"client_time": moment(), "text": "希望去离家近的医院", "disagrees": True},
        shows=lambda said: said["text"],
    )
    story.told(ward, "transfer_comment", about=moved[-36:])
    arrived = story.put(ward, f"{moved}/arrival", {"client_time": moment()}, shows=_became)
    story.check("每件未了的事都有交代", all(each["outcome"] for each in arrived["outcomes"]))
    story.told(daughter, "transfer_arrived", about=moved[-36:])
    live = story.get(daughter, moved, shows=_stands)
    story.check("女儿看得到进展，看不到病情", not live["reason_code"] and not live["assessment"])

    story.step("12", f"养老床位保留到 {held_until:%m-%d}")
    ledger = story.get(
        daughter,
        f"/v1/persons/{father_id}/beds",
        shows=lambda said: f"{said['place']['kind']} 保留到 {said['place']['held_until'][:10]}",
    )
    story.check("人在医院，床还是他的", (ledger["inpatient"], ledger["place"]["held_until"]))
    story.put(ward, f"{moved}/feedback", {"client_time": moment(), "result": "收治"}, shows=_stands)


def comes_back(story: Story, father: Phone, daughter: Phone, day: Day) -> None:
    story.step("19", "两周后好转：医院 → 养老院，反馈，七天内家庭医生上门（FB-06）")
    father_id, ward = day.residents[FATHER], story.phone("xu")
    desk, nurse, house = story.phone("wang"), story.phone("li"), str(places()[HOUSE].id)
    moved = f"/v1/transfers/{new_id()}"
    kept = story.get(daughter, f"/v1/persons/{father_id}/beds", shows=_where)["place"]["bed_no"]
    _is_agreed(story, moved, father, father_id, to="INSTITUTION", why="BETTER", by=ward)
    story.put(
        story.phone("shen"),
        f"{moved}/request",
        {"client_time": moment(), "receivers": [house]},
        shows=_stands,
    )
    accepted = {"client_time": moment(), "decision": "accept"}
    story.put(
        desk,
        f"{moved}/answers/{house}",
        {**accepted, "bed_no": kept} if kept else accepted,
        shows=lambda said: f"接收，{said['bed_no']}",
    )
    story.put(ward, f"{moved}/departure", {"client_time": moment()}, shows=_stands)
    story.put(nurse, f"{moved}/arrival", {"client_time": moment()}, shows=_became)
    story.told(daughter, "transfer_arrived", about=moved[-36:])
    ledger = story.get(daughter, f"/v1/persons/{father_id}/beds", shows=_where)
    story.check(
        "回到原来的床",
        (ledger["inpatient"], ledger["place"]["kind"], ledger["place"]["bed_no"])
        == (None, "INSTITUTION", kept),
    )
    story.put(
        nurse,
        f"{moved}/feedback",
        {"client_time": moment(), "result": "安顿好了，能自己吃饭"},
        shows=_stands,
    )
    back = story.get(daughter, moved, shows=lambda said: f"首访到 {said['first_visit_due_at']}")
    story.check("七天内首访有期限", back["first_visit_due_at"])


def _is_agreed(
    story: Story,
    moved: str,
    father: Phone,
    father_id: str,
    *,
    to: str,
    why: str,
    urgency: str = "ROUTINE",
    by: Phone,
) -> None:
    """Drafted, assessed at the bedside, and consented to by himself."""
    doctor = story.phone("shen")
    story.put(
        by,
        moved,
        {"person_id": father_id, "to_bed": to, "reason_code": why, "urgency": urgency},
        shows=lambda said: f"{said['from_bed']} → {said['to_bed']}，{said['status']}",
    )
    consent_id = new_id()
    story.put(
        father,
        f"/v1/consents/{consent_id}",
        {
            "person_id": father_id,
            "purpose": "transfer",
            "text_version": "2026-1",
            "given_by": father_id,
            "method": "app",
            "client_time": moment(),
        },
        shows=lambda said: f"同意 {said['purpose']}",
    )
    story.put(
        doctor,
        f"{moved}/assessment",
        {
            "client_time": moment(),
            "vitals": {
                "resp": 22,
                "spo2": 93,
                "o2_flow": 0,
                "sbp": 128,
                "dbp": 76,
                "pulse": 92,
                "temp": 38.4,
            },
            "consciousness": "A",
            "barthel": 65,
            "tubes_and_wounds": [],
            "infection": "无",
            "diagnoses": [{"icd10": "J18", "name": "肺炎", "is_primary": True}],
            "medicines": [],
            "allergies": [],
            "carer": "女儿",
            "transport": "WHEELCHAIR",
            "recommendation": "建议转介",
            "consent_id": consent_id,
        },
        shows=lambda said: f"NEWS2 {said['news2']['total']}，Barthel {said['form']['barthel']}",
    )


def _stands(said: Any) -> str:
    return str(said["status"])


def _became(said: Any) -> str:
    lines = (f"{each['what']} {each['outcome']}" for each in said["outcomes"])
    return "、".join(dict.fromkeys(lines)) or "没有未了的事"


def _where(ledger: Any) -> str:
    stays = (ledger[layer] for layer in ("place", "overlay", "inpatient"))
    return "、".join(each["kind"] for each in stays if each)
