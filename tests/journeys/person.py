"""Somebody of the town, with a phone in their hand, and what they do with it."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from backend.core.access import Role
from backend.core.ids import uuid7
from seeds.elders import Elder
from seeds.places import Place
from tests.journeys.hour import Hour
from tests.people.phones import Phone

Json = dict[str, Any]
UNITS = {"sbp": "mm[Hg]", "dbp": "mm[Hg]", "temp": "Cel", "spo2": "%", "resp": "/min"}
CONTENT = {"complaint": "头痛半日", "examination": "神志清", "assessment": "血压偏高"}


def point(place: Place | Elder, *, north_m: float = 0, accuracy_m: int = 12) -> Json:
    """A fix at the door of a place or an elder, or so many metres north of it."""
    lat = place.lat + north_m / 111_195
    return {"lat": lat, "lon": place.lon, "datum": "wgs84", "accuracy_m": accuracy_m}


class Person:
    """Every verb answers what the API answered, and fails when it answered otherwise."""

    def __init__(self, id_: UUID, name: str, phone: Phone, role: Role, hour: Hour) -> None:
        self.id, self.name, self.phone, self.role, self._hour = str(id_), name, phone, role, hour
        self._kept: list[tuple[str, Json, Any]] = []

    async def asks(
        self, method: str, path: str, said: Json | None, answers: str, if_match: int | None = None
    ) -> Any:
        """`answers` is a status, and of a refusal its code: "403 scope_missing"."""
        headers = {
            "authorization": f"Bearer {self.phone.pair['access_token']}",
            "content-type": "application/json",
        }
        if if_match is not None:
            headers["if-match"] = f'"{if_match}"'
        answer = await self.phone.network.request(method, f"/v1{path}", json=said, headers=headers)
        body = answer.json()
        found = f"{answer.status_code} {body['code']}" if answer.is_error else answer.status_code
        assert str(found) == answers, f"{self.name} {method} {path}: {found} {body}"
        return body

    async def puts(
        self, path: str, *, answers: str = "201", if_match: int | None = None, **said: Any
    ) -> Any:
        answer = await self.asks("PUT", path, said or None, answers, if_match)
        if answers == "201":
            self._kept.append((path, said, answer))
        return answer

    async def sends_everything_again(self) -> None:
        """As after a lost answer: each fact is there already, and answers what it answered."""
        for path, said, answer in self._kept:
            assert await self.asks("PUT", path, said or None, "200") == answer, path

    async def reads(self, path: str, *, answers: str = "200") -> Any:
        return await self.asks("GET", path, None, answers)

    async def lists(self, path: str) -> list[Json]:
        found = (await self.reads(path))["items"]
        assert isinstance(found, list)
        return found

    def says_it_is(self) -> str:
        """What this phone's clock shows."""
        return self.phone.client_time()

    async def was_told(self, *, about: str | None = None) -> list[str]:
        """The kinds in the inbox, oldest first; `about` is a visit, a reading, or a person."""
        found = await self.lists("/notifications?limit=100")
        told = [each for each in found if about in (None, each["subject_id"], each["person_id"])]
        return [each["kind"] for each in reversed(told)]

    async def plans_a_visit(
        self, to: Elder, *, by: "Person", at: str, days: int = 0, minutes: int = 40, **said: Any
    ) -> str:
        visit_id, start = str(uuid7()), self._hour.at(at, days=days)
        await self.puts(
            f"/visits/{visit_id}",
            **{
                "kind": "HOMEBED_ROUND",
                "person_id": str(to.id),
                "place": {"kind": "home"},
                "planned_start": start.isoformat(),
                "planned_end": (start + timedelta(minutes=minutes)).isoformat(),
                "staff": [{"person_id": by.id}],
                **said,
            },
        )
        return visit_id

    async def plans_a_round(
        self, at_house: Place, *, by: "Person", at: str, residents: list[Elder], days: int = 0
    ) -> str:
        round_id, start = str(uuid7()), self._hour.at(at, days=days)
        await self.puts(
            f"/rounds/{round_id}",
            institution_id=str(at_house.id),
            planned_start=start.isoformat(),
            planned_end=(start + timedelta(hours=2)).isoformat(),
            staff=[{"person_id": by.id}],
            person_ids=[str(each.id) for each in residents],
        )
        return round_id

    async def leaves_for(self, visit_id: str, *, kind: str = "visits") -> Json:
        return await self._moves(visit_id, "departure", kind)

    async def checks_in(
        self, visit_id: str, at: Json, *, kind: str = "visits", answers: str = "201", **said: Any
    ) -> Json:
        return await self._proves(visit_id, "check-in", at, kind, answers, said)

    async def checks_out(
        self, visit_id: str, at: Json, *, kind: str = "visits", answers: str = "201", **said: Any
    ) -> Json:
        return await self._proves(visit_id, "check-out", at, kind, answers, said)

    async def measures(
        self, code: str, value: float, of: Elder, *, answers: str = "201", **said: Any
    ) -> Json:
        reading: Json = await self.puts(
            f"/observations/{uuid7()}",
            answers=answers,
            **{
                "person_id": str(of.id),
                "client_time": self.says_it_is(),
                "code": code,
                "value": value,
                "unit": UNITS[code],
                **said,
            },
        )
        return reading

    async def writes_a_note(self, about: Elder, text: str, *, at: str = "", **said: Any) -> Json:
        """About what happened then; now, when nothing is said."""
        note: Json = await self.puts(
            f"/notes/{said.pop('note_id', None) or uuid7()}",
            **{
                "person_id": str(about.id),
                "client_time": at or self.says_it_is(),
                "kind": "ROUND",
                "text": text,
                "content": CONTENT,
                **said,
            },
        )
        return note

    async def signs(self, note: Json) -> Json:
        """With the key of the phone."""
        signature: Json = await self.puts(
            f"/notes/{note['id']}/signature",
            client_time=self.says_it_is(),
            version=note["version"],
            signature=self.phone.sign(note["digest"]),
        )
        return signature

    async def _moves(self, visit_id: str, move: str, kind: str, **said: Any) -> Json:
        made: Json = await self.puts(
            f"/{kind}/{visit_id}/{move}", client_time=self.says_it_is(), **said
        )
        return made

    async def _proves(
        self, visit_id: str, move: str, at: Json, kind: str, answers: str, said: Json
    ) -> Json:
        said = {"client_time": self.says_it_is(), "method": "GPS", "point": at, **said}
        made: Json = await self.puts(f"/{kind}/{visit_id}/{move}", answers=answers, **said)
        return made


def odd(move: Json) -> list[str]:
    """What was odd about a move."""
    return [each["code"] for each in move["findings"]]
