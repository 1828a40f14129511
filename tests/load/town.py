"""What every side of the bench reads and writes: one house, its doctors, and many visits."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from backend.core import crypto, tokens
from backend.core.calendar import day, on
from backend.core.ids import uuid7
from tests.builders import DANING

DOCTORS = 200  # read their day
ARRIVING = 200  # check in: their days grow, so nobody reads those
ELDERS = 5_000
A_DAY = 12
OTHER_DAYS = 2_000


class Town:
    """Ids and tokens of what was planted."""

    def __init__(self) -> None:
        self.center, self.house = uuid7(), uuid7()
        self.doctors = [uuid7() for _ in range(DOCTORS + ARRIVING)]
        self.elders = [uuid7() for _ in range(ELDERS)]
        self.sessions = [uuid7() for _ in self.doctors]
        self.devices = [uuid7() for _ in self.doctors]
        self.fresh: list[tuple[UUID, int]] = []

    def token(self, doctor: int, now: datetime) -> str:
        return tokens.sign(
            person_id=self.doctors[doctor],
            session_id=self.sessions[doctor],
            role="GP",
            organization_id=self.center,
            device_id=self.devices[doctor],
            now=now,
        )


async def plant(connection: asyncpg.Connection, now: datetime) -> Town:
    """The people, the house, twelve visits a doctor today."""
    town = Town()
    await connection.copy_records_to_table(
        "organizations",
        records=[
            (each, name, kinds, DANING, "示例路1号", 31.2235, 121.4452, 1, b"", now)
            for each, name, kinds in (
                (town.center, "示例中心", ["COMMUNITY_HEALTH_CENTER"]),
                (town.house, "示例养老院", ["ELDER_CARE_INSTITUTION"]),
            )
        ],
        columns=_words("id name kinds street_code address lat lon version fingerprint recorded_at"),
    )
    people = [(each, None) for each in town.doctors] + [(each, town.house) for each in town.elders]
    await connection.copy_records_to_table(
        "persons",
        records=[
            (
                each,
                crypto.seal("周秀英", "persons.name"),
                crypto.lookup("周秀英", "persons.name"),
                "F",
                DANING,
                residence,
                False,
                1,
                b"",
                now,
            )
            for each, residence in people
        ],
        columns=_words(
            "id name name_key sex street_code residence lacks_capacity version fingerprint"
            " recorded_at"
        ),
    )
    await connection.copy_records_to_table(
        "devices",
        records=[
            (device, doctor, device.bytes * 2, "bench", now, now, b"")
            for device, doctor in zip(town.devices, town.doctors, strict=True)
        ],
        columns=_words("id person public_key platform registered_at trusted_at fingerprint"),
    )
    await connection.copy_records_to_table(
        "sessions",
        records=[
            (
                session,
                doctor,
                device,
                "GP",
                town.center,
                session.bytes * 2,
                now,
                now,
                now + timedelta(days=1),
            )
            for session, doctor, device in zip(
                town.sessions, town.doctors, town.devices, strict=True
            )
        ],
        columns=_words(
            "id person device role organization_id refresh_digest refreshed_at started_at"
            " expires_at"
        ),
    )
    begins, _ = day(on(now))
    today = [
        (doctor, begins + timedelta(hours=8, minutes=30 * number))
        for doctor in range(DOCTORS)
        for number in range(A_DAY)
    ]
    await _plan(connection, town, today, now)
    return town


async def add_fresh(
    connection: asyncpg.Connection, town: Town, count: int, now: datetime
) -> list[tuple[UUID, int]]:
    """Planned visits that nobody has begun, all due now: for check-ins."""
    slots = [(DOCTORS + n % ARRIVING, now) for n in range(count)]
    ids = await _plan(connection, town, slots, now)
    await connection.execute("ANALYZE visits; ANALYZE visit_assignments")
    return [(each, doctor) for each, (doctor, _) in zip(ids, slots, strict=True)]


async def add_past(connection: asyncpg.Connection, town: Town, count: int, now: datetime) -> None:
    """Visits of other days, in parts: a table that has grown for years."""
    for first in range(0, count, 100_000):
        slots = [
            (n % DOCTORS, now - timedelta(days=3 + n // DOCTORS % OTHER_DAYS))
            for n in range(first, min(first + 100_000, count))
        ]
        await _plan(connection, town, slots, now)
    await connection.execute("VACUUM ANALYZE visits; ")
    await connection.execute("VACUUM ANALYZE visit_assignments")


async def _plan(
    connection: asyncpg.Connection, town: Town, slots: list[tuple[int, datetime]], now: datetime
) -> list[UUID]:
    ids = [uuid7() for _ in slots]
    await connection.copy_records_to_table(
        "visits",
        records=[
            (
                visit,
                "NURSING",
                town.elders[number % ELDERS],
                town.center,
                "institution",
                town.house,
                start,
                start + timedelta(minutes=25),
                "[]",
                False,
                "PLANNED",
                town.doctors[0],
                "bench",
                1,
                b"",
                now,
            )
            for number, (visit, (_, start)) in enumerate(zip(ids, slots, strict=True))
        ],
        columns=_words(
            "id kind person organization place_kind institution planned_start planned_end items"
            " needs_two status planned_by policy_version version fingerprint recorded_at"
        ),
    )
    await connection.copy_records_to_table(
        "visit_assignments",
        records=[
            (uuid7(), visit, town.doctors[doctor], "GP", True, start, now, town.doctors[0], b"")
            for visit, (doctor, start) in zip(ids, slots, strict=True)
        ],
        columns=_words("id visit staff role is_lead planned_start from_at assigned_by fingerprint"),
    )
    return ids


def _words(text: str) -> list[str]:
    return text.split()


def forever(requests: list[bytes]) -> Iterator[bytes]:
    while True:
        yield from requests
