"""At a bedside: somebody is registered, visited, measured, and a home-sickbed is opened."""

import hashlib
import io
from dataclasses import dataclass
from datetime import date
from random import randint
from typing import Any

from PIL import Image

from backend.records.lifecycle.scores import Instrument, items
from seeds.numbers import identity_number
from seeds.places import DANING, FLAGSHIP, HOUSE, beside, places
from tests.day.phone import Phone
from tests.day.saying import a_reading, gps
from tests.day.story import Story, moment, new_id

PURPOSES = ("notice", "fees", "emergency", "data")
DOWN_WITH = {Instrument.BARTHEL: 35, Instrument.BRADEN: 13}


@dataclass
class Patient:
    """`door` is within the fence of the house: who plays a day in seconds does not run about."""

    phone: Phone
    id: str
    number: str  # of identity
    name: str
    door: tuple[float, float]
    bed: str  # the address of their home-sickbed
    diagnosis: dict[str, Any]


def is_registered(
    story: Story, name: str, *, born_in: int, line: str, east_m: int, icd10: str, ails: str
) -> Patient:
    house = places()[HOUSE]
    door = beside(house.lat, house.lon, north_m=0, east_m=east_m)
    person_id, phone = new_id(), f"1407{randint(0, 9_999_999):07}"
    born_on = date(born_in, randint(1, 12), randint(1, 28))  # another man each time
    number = identity_number(born_on, "M", randint(1, 498))
    story.put(
        story.phone("qian"),
        f"/v1/persons/{person_id}",
        {
            "name": name,
            "sex": "M",
            "born_on": born_on.isoformat(),
            "identity_number": number,
            "phone": phone,
            "center_id": str(places()[FLAGSHIP].id),
            "home": {
                "line": line,
                "street_code": DANING,
                "room": "301",
                "point": {"lat": door[0], "lon": door[1], "datum": "wgs84"},
            },
        },
        shows=lambda said: said["name"],
    )
    return Patient(
        phone=story.bring(person_id, name=name, number=phone, role="ELDER"),
        id=person_id,
        number=number,
        name=name,
        door=door,
        bed=f"/v1/home-sickbeds/{new_id()}",
        diagnosis={"icd10": icd10, "name": ails, "is_primary": True},
    )


def applies(story: Story, patient: Patient, doctor: Phone, **how: Any) -> Any:
    """The elder asks for a home-sickbed, and the center says who does what."""
    applied = story.put(
        patient.phone,
        patient.bed,
        {
            "person_id": patient.id,
            "client_time": moment(),
            "reason": "长期卧床，需要上门治疗护理",
            "contact": {"name": "顾芳", "phone": "14080000001"},
            "diagnoses": [patient.diagnosis],
            "center_id": str(places()[FLAGSHIP].id),
        },
        **how,
    )
    for part, staff in (("ASSESSOR", doctor), ("DOCTOR", doctor), ("NURSE", story.phone("tang"))):
        story.put(
            story.phone("qian"),
            f"{patient.bed}/assignments/{new_id()}",
            {"part": part, "staff_id": staff.person_id},
            quietly=True,
        )
    return applied


def is_assessed(story: Story, patient: Patient, doctor: Phone, *, quietly: bool = False) -> None:
    """A visit at home: measured, the form, passed, and left."""
    visit_id = is_visited(story, patient, doctor, "ASSESSMENT", "S102", quietly=quietly)
    measures(story, doctor, patient, visit_id, quietly=quietly)
    form = story.put(
        doctor,
        f"{patient.bed}/assessment",
        {
            "visit_id": visit_id,
            "client_time": moment(),
            "diagnoses": [patient.diagnosis],
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
        shows=lambda said: f"评估表，第{said['version']}版",
        quietly=quietly,
    )
    assert form["version"] == 1
    story.put(
        doctor,
        f"{patient.bed}/decision",
        {"client_time": moment(), "is_passed": True},
        shows=lambda said: said["status"],
        quietly=quietly,
    )
    story.put(
        doctor,
        f"/v1/visits/{visit_id}/check-out",
        {**gps(*patient.door), "items": ["S102"]},
        shows=lambda said: said["status"],
        quietly=quietly,
    )


def agrees(story: Story, patient: Patient, by: Phone, **more: Any) -> list[Any]:
    """One consent a purpose (RC-02)."""
    return [
        story.put(
            by,
            f"/v1/consents/{new_id()}",
            {
                "person_id": patient.id,
                "purpose": f"home_sickbed_{purpose}",
                "text_version": "2026-1",
                "given_by": patient.id,
                "client_time": moment(),
                "method": "app",
                **more,
            },
            quietly=True,
        )
        for purpose in PURPOSES
    ]


def a_photo(story: Story, phone: Phone, patient: Patient, *, of: str) -> str:
    """Taken, announced, sent; the id of the file."""
    paper = io.BytesIO()
    Image.new("RGB", (64, 48), (randint(0, 255), 200, 180)).save(paper, format="JPEG")
    content, file_id = paper.getvalue(), new_id()
    asked = story.put(
        phone,
        f"/v1/files/{file_id}",
        {
            "purpose": "consent",
            "person_id": patient.id,
            "media_type": "image/jpeg",
            "size_bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        },
        shows=lambda said: f"{of}，{said['size_bytes']} 字节",
    )
    story.send(phone, asked["upload"]["path"], content)
    return file_id


def is_planned(
    story: Story,
    patient: Patient,
    doctor: Phone,
    kind: str,
    item: str,
    *,
    starts: float = 1,
    quietly: bool = False,
) -> str:
    visit_id = new_id()
    story.put(
        story.phone("zheng"),
        f"/v1/visits/{visit_id}",
        a_visit(patient.id, doctor, kind, item, starts=starts),
        shows=lambda said: f"{said['kind']} {said['person_name']}",
        quietly=quietly,
    )
    return visit_id


def is_visited(
    story: Story,
    patient: Patient,
    doctor: Phone,
    kind: str,
    item: str,
    *,
    starts: float = 1,
    quietly: bool = False,
) -> str:
    visit_id = is_planned(story, patient, doctor, kind, item, starts=starts, quietly=quietly)
    story.put(
        doctor,
        f"/v1/visits/{visit_id}/check-in",
        gps(*patient.door),
        shows=lambda said: said["verification"],
        quietly=quietly,
    )
    return visit_id


def a_visit(
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


def measures(
    story: Story, doctor: Phone, patient: Patient, visit_id: str, *, quietly: bool
) -> None:
    story.put(
        doctor,
        f"/v1/observations/{new_id()}",
        a_reading(patient.id, "sbp", 138, "mm[Hg]", visit_id=visit_id),
        shows=lambda said: f"{said['value']:g} {said['unit']}",
        quietly=quietly,
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
                "person_id": patient.id,
                "client_time": moment(),
                "instrument": instrument.value,
                "answers": answers_of(instrument),
                "visit_id": visit_id,
            },
            shows=lambda said: f"{said['instrument']} {said['total']}",
            quietly=quietly,
        )


def answers_of(instrument: Instrument) -> dict[str, int]:
    """The worst of each question, and better ones until the score of the story is reached."""
    asked = [each for each in items(instrument) if each.instead_of is None]
    answers = {each.id: min(each.scale) for each in asked}
    wanted = DOWN_WITH.get(instrument, sum(answers.values()))
    for each in asked:
        for better in sorted(each.scale):
            if sum(answers.values()) - answers[each.id] + better <= wanted:
                answers[each.id] = better
    return answers
