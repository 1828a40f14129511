"""What the steps of a day have in common: who is who today, and what phones say."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backend.core.calendar import SHANGHAI
from tests.day.story import moment

FATHER, REFUSING, WATCHED, FEVERISH = "周德明", "吴阿妹", "郭永福", "郑素珍"
WRONG_BY_M = 460


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
    g_id: str = ""
    g_number: str = ""
    g_door: tuple[float, float] = (0.0, 0.0)
    home_sickbed: str = ""  # its address
    bill_id: str = ""  # of the father, for the round


def a_reading(
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


def gps(lat: float, lon: float) -> dict[str, Any]:
    return {
        "client_time": moment(),
        "method": "GPS",
        "point": {"lat": lat, "lon": lon, "datum": "wgs84", "accuracy_m": 12},
        "provider": "fused",
    }


def found_odd(move: Any) -> str:
    odd = "、".join(f"{each['code']}（{each['rule']}）" for each in move["findings"])
    return f"{move['status']}，{move['verification']} {odd}".strip()


def codes(move: Any) -> list[tuple[str, str]]:
    return [(each["code"], each["rule"]) for each in move["findings"]]


def clock_time(said: str) -> str:
    return f"{datetime.fromisoformat(said).astimezone(SHANGHAI):%H:%M:%S}"
