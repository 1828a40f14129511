"""Writers: each keeps doing one thing, remembers what was acknowledged, and looks for it later.

A slice adds its own: a class here, and its name in `WRITERS`.
"""

import asyncio
from datetime import datetime, time, timedelta
from typing import ClassVar
from uuid import UUID

from backend.core import calendar, clock
from backend.core.db import rows
from backend.core.ids import uuid7
from backend.core.problems import Busy
from tests.faults.payments import Payments
from tests.faults.phone import AGAIN_AFTER_S, Phone, path_of
from tests.faults.writer import Writer, audited, happened, pushed

HERE = {"lat": 31.2235, "lon": 121.4452, "datum": "wgs84", "accuracy_m": 15}


class Readings(Writer):
    """A nurse takes readings."""

    asked: ClassVar = {
        "rows": ("SELECT id FROM observations", 1),
        "audit rows": (audited("records.observe"), 1),
        "events": (happened("ObservationTaken"), 1),
    }

    async def write(self, phone: Phone) -> None:
        id_, value = uuid7(), round(self.dice.uniform(36, 37), 1)
        body = self.said(code="temp", value=value, unit="Cel")
        await phone.put(self.people.nurse, path_of("observations", id_), body)
        self.acknowledged.append(id_)


class Drafts(Writer):
    """A doctor writes a note and changes it."""

    asked: ClassVar = {
        "rows": ("SELECT id FROM notes WHERE version = 2", 1),
        "audit rows": (audited("records.write_note"), 2),
        "events": (happened("NoteDrafted"), 2),
    }

    async def write(self, phone: Phone) -> None:
        id_ = uuid7()
        content = {
            "complaint": "无不适",
            "examination": "双肺呼吸音清",
            "assessment": "稳定",
            "education": "低盐饮食",
        }
        body = self.said(kind="VISIT", text="一般情况可。", content=content)
        path = path_of("notes", id_)
        await phone.put(self.people.doctor, path, body)
        changed = {**body, "text": "一般情况可，血压平稳。"}
        await phone.put(self.people.doctor, path, changed, **{"If-Match": '"1"'})
        self.acknowledged.append(id_)


class Emergencies(Writer):
    """Somebody calls for help: the doctor is told and pushed to, once."""

    asked: ClassVar = {
        "rows": ("SELECT id FROM emergencies", 1),
        "audit rows": (audited("records.raise_emergency"), 1),
        "events": (happened("EmergencyRaised"), 1),
        "pushes": (pushed("emergency"), 1),
    }

    async def write(self, phone: Phone) -> None:
        id_ = uuid7()
        body = self.said(point=HERE)
        await phone.put(self.people.nurse, path_of("emergencies", id_), body)
        self.acknowledged.append(id_)


class Visits(Writer):
    """A visit is planned and begun: the elder hears of both."""

    asked: ClassVar = {
        "rows": ("SELECT id FROM visits", 1),
        "check-ins": ("SELECT visit AS id FROM visit_moves WHERE move = 'check_in'", 1),
        "audit rows": (audited("visits.check_in"), 1),
        "events": (happened("VisitBegan"), 1),
        "pushes": (pushed("visit_begun"), 1),
    }
    a_day = 10
    made = 0

    async def write(self, phone: Phone) -> None:
        id_, start = uuid7(), self._slot()
        body = {
            "kind": "FOLLOW_UP",
            "person_id": self.dice.choice(self.people.elders).person_id,
            "place": {"kind": "home"},
            "planned_start": start,
            "planned_end": start + timedelta(minutes=30),
            "staff": [{"person_id": self.people.doctor.person_id}],
        }
        await phone.put(self.people.dispatcher, path_of("visits", id_), body)
        proof = {"client_time": clock.now(), "method": "GPS", "point": HERE}
        await phone.put(self.people.doctor, path_of("visits", id_, "check-in"), proof)
        self.acknowledged.append(id_)

    def _slot(self) -> datetime:
        """One after the other, by daylight: nobody is in two places at once."""
        days, slot = divmod(self.made, self.a_day)
        self.made += 1
        day = calendar.on(clock.now()) + timedelta(days=3 + days)
        nine = datetime.combine(day, time(9), calendar.SHANGHAI)
        return nine + slot * timedelta(minutes=40)


IN_WARD = "FROM bed_stays s WHERE s.layer = 'inpatient' AND s.until_at IS NULL AND s.person ="

# Where the ledger of beds says one thing of an elder, and what hangs on it says another.
HALF_MOVED = {
    "lives in no place, or in two": (
        "SELECT person AS id FROM bed_stays WHERE person = ANY ($1::uuid[]) GROUP BY 1"
        " HAVING count(*) FILTER (WHERE layer = 'place' AND until_at IS NULL) <> 1"
    ),
    "lies in two wards": (
        "SELECT person AS id FROM bed_stays WHERE person = ANY ($1::uuid[]) GROUP BY 1"
        " HAVING count(*) FILTER (WHERE layer = 'inpatient' AND until_at IS NULL) > 1"
    ),
    "arrived without a bed, or has the bed without having arrived": (
        "SELECT t.person AS id FROM transfers t WHERE t.person = ANY ($1::uuid[])"
        " AND (t.status = 'ARRIVED') <> EXISTS ("
        "SELECT FROM bed_stays s WHERE s.because_id = t.id AND s.layer = 'inpatient')"
    ),
    "is expected at home and lies in a ward": (
        "SELECT v.person AS id FROM visits v WHERE v.person = ANY ($1::uuid[])"
        f" AND v.status = 'PLANNED' AND EXISTS (SELECT {IN_WARD} v.person)"
    ),
    "has a home-sickbed that does not know of the ward": (
        "SELECT h.person AS id FROM home_sickbeds h WHERE h.person = ANY ($1::uuid[])"
        f" AND h.status <> CASE WHEN EXISTS (SELECT {IN_WARD} h.person)"
        " THEN 'SUSPENDED' ELSE 'OPEN' END"
    ),
}

CALLED_OFF = (
    "SELECT o.transfer AS id FROM transfer_outcomes o JOIN visits v ON v.id = o.thing_id"
    " WHERE o.outcome = 'cancel' AND v.status = 'CANCELLED' AND v.kind = 'FOLLOW_UP'"
)


class Transfers(Writer):
    """An elder goes to hospital by the green channel; before the next time they come home."""

    asked: ClassVar = {
        "departures": ("SELECT transfer AS id FROM transfer_moves WHERE move = 'departure'", 1),
        "arrivals": ("SELECT transfer AS id FROM transfer_moves WHERE move = 'arrival'", 1),
        "ward stays": ("SELECT because_id AS id FROM bed_stays WHERE layer = 'inpatient'", 1),
        "visits called off": (CALLED_OFF, 1),
        "audit rows": (audited("transfers.arrival"), 1),
        "events": (happened("TransferArrived"), 1),
    }

    async def write(self, phone: Phone) -> None:
        homes, id_ = self.people.homes, uuid7()
        number = self.dice.randrange(len(self.people.movers))
        person_id = self.people.movers[number]
        await self._comes_home(phone, person_id)
        await self._is_expected(phone, person_id, number)
        body = {"person_id": person_id, "client_time": clock.now(), "point": HERE}
        await phone.put(homes.doctor, path_of("emergencies", id_), body)
        to = {"to_organization_id": homes.hospital}
        await phone.put(homes.doctor, path_of("emergencies", id_, "transfer"), to)
        left = {"client_time": clock.now()}
        await phone.put(homes.doctor, path_of("transfers", id_, "departure"), left)
        arrived = {"client_time": clock.now(), "bed_no": f"急{number}"}
        await phone.put(homes.ward, path_of("transfers", id_, "arrival"), arrived)
        self.acknowledged.append(id_)

    async def wrong(self) -> list[str]:
        found = await super().wrong()
        for what, sql in HALF_MOVED.items():
            half = await rows(sql, self.people.movers)
            found += [f"half moved: {each['id']} {what}" for each in half]
        return found

    async def _comes_home(self, phone: Phone, person_id: UUID) -> None:
        for stay_id in await self._ward_stays(person_id):
            body = {"client_time": clock.now()}
            await phone.put(self.people.homes.ward, path_of("bed-stays", stay_id, "end"), body)

    async def _ward_stays(self, person_id: UUID) -> list[UUID]:
        """Asked of PostgreSQL itself, which may be the one that died: until it is back."""
        while True:
            try:
                found = await rows(f"SELECT s.id {IN_WARD} $1", person_id)
            except Busy:
                await asyncio.sleep(AGAIN_AFTER_S)
            else:
                return [each["id"] for each in found]

    async def _is_expected(self, phone: Phone, person_id: UUID, number: int) -> None:
        """The hour of the visit is free again each time: the arrival before called it off."""
        day = calendar.on(clock.now()) + timedelta(days=3)
        start = datetime.combine(day, time(9 + number), calendar.SHANGHAI)
        body = {
            "kind": "FOLLOW_UP",
            "person_id": person_id,
            "place": {"kind": "home"},
            "planned_start": start,
            "planned_end": start + timedelta(minutes=30),
            "staff": [{"person_id": self.people.homes.doctor.person_id}],
        }
        await phone.put(self.people.homes.dispatcher, path_of("visits", uuid7()), body)


WRITERS: list[type[Writer]] = [Readings, Drafts, Emergencies, Visits, Transfers, Payments]
