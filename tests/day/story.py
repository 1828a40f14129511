"""Telling the day: a heading a step, a line a request, and who was told."""

import re
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx

from backend.core import clock
from backend.core.ids import uuid7
from seeds.__main__ import padded
from seeds.cast import played_by
from tests.day.phone import Differs, Phone, wait_for
from tests.day.system import System

ID = re.compile(r"([0-9a-f]{4})[0-9a-f]{4}-[0-9a-f-]{22,24}([0-9a-f]{4})")
GREEN, YELLOW, GREY, BOLD, PLAIN = "\033[32m", "\033[33m", "\033[90m", "\033[1m", "\033[0m"


class Story:
    """What happens to whom. A phone is taken out when its owner first acts."""

    def __init__(self, system: System, network: httpx.Client) -> None:
        self.system, self.network = system, network
        self.begun = clock.now()
        self.asked = self.told_count = 0
        self._phones: dict[str, Phone] = {}
        self._colored = sys.stdout.isatty()

    def chapter(self, title: str) -> None:
        print(f"\n{self._in(BOLD, title)}")

    def step(self, number: str, title: str) -> None:
        print(f"\n {self._in(BOLD, f'{number:<8}')} {title}")

    def note(self, words: str) -> None:
        print(f"   {self._in(GREY, words)}")

    def phone(self, key: str, *, trusted_by: str | None = None, **how: bool) -> Phone:
        """The phone of somebody of the cast, signed in."""
        if key not in self._phones:
            worker = played_by(key)
            self.bring(
                key,
                name=worker.name,
                number=worker.phone,
                role=worker.roles[0],
                trusted_by=trusted_by,
                **how,
            )
        return self._phones[key]

    def bring(
        self,
        key: str,
        *,
        name: str,
        number: str,
        role: str,
        trusted_by: str | None = None,
        on_a_new_phone: bool = False,
    ) -> Phone:
        """Somebody takes out a phone and signs in."""
        phone = Phone(
            system=self.system,
            network=self.network,
            name=name,
            number=number,
            role=role,
            trusted_by=self._phones[trusted_by] if trusted_by else None,
        )
        phone.sign_in(on_a_new_phone=on_a_new_phone)
        self._phones[key] = phone
        self._line(phone, "POST", "/v1/sessions", 201, phone.how)
        return phone

    def ask(
        self,
        phone: Phone,
        method: str,
        path: str,
        body: Any = None,
        *,
        expects: int | tuple[int, ...],
        code: str | None = None,
        shows: Callable[[Any], str] = lambda _: "",
        if_match: int | None = None,
        quietly: bool = False,
    ) -> Any:
        """Ask, compare with what is expected, print, and answer the body.

        :raises Differs: another status, or another problem than `code`
        """
        answer = phone.ask(method, path, body, if_match=if_match)
        self.asked += 1
        said: Any = answer.json() if answer.content else None
        wanted = expects if isinstance(expects, tuple) else (expects,)
        if answer.status_code not in wanted or (code and said["code"] != code):
            self._line(phone, method, path, answer.status_code, "")
            raise Differs(
                f"{method} {path} should answer {code or expects}, not {answer.status_code} {said}"
            )
        if not quietly:
            words = f"{said['code']}：{said['title']}" if code else shows(said)
            self._line(phone, method, path, answer.status_code, words)
        return said

    def put(self, phone: Phone, path: str, body: Any = None, **more: Any) -> Any:
        return self.ask(phone, "PUT", path, body, **{"expects": 201, **more})

    def get(self, phone: Phone, path: str, **more: Any) -> Any:
        return self.ask(phone, "GET", path, **{"expects": 200, **more})

    def send(self, phone: Phone, address: str, content: bytes) -> None:
        """Send the bytes of a file to the address that was given for it; it needs no token.

        :raises Differs: they were not kept
        """
        answer = self.network.put(address, content=content)
        self.asked += 1
        if answer.status_code != httpx.codes.CREATED:
            raise Differs(f"{phone.name} sent a file: {answer.status_code} {answer.text}")

    def told(self, phone: Phone, kind: str, *, about: str | None = None, once: bool = True) -> Any:
        """Wait until this person was told of it, today; `about` is the subject or the person.

        :raises Differs: they were not, or more than once
        """

        def look() -> list[Any]:
            answer = phone.ask("GET", "/v1/notifications?limit=50")
            if answer.status_code != httpx.codes.OK:
                raise Differs(f"{phone.name}: GET /v1/notifications {answer.status_code}")
            return [
                each
                for each in answer.json()["items"]
                if each["kind"] == kind
                and datetime.fromisoformat(each["recorded_at"]) >= self.begun
                and about in (None, each["subject_id"], each["person_id"])
            ]

        found = wait_for(f"{phone.name} told of {kind}", look)
        if once and len(found) > 1:
            raise Differs(f"{phone.name} was told of {kind} {len(found)} times")
        self.told_count += 1
        print(
            f"   {self._in(YELLOW, '→ 告知')} {padded(phone.name, 8)}"
            f" 「{found[0]['title']}」{found[0]['body']}"
        )
        return found[0]

    def check(self, sentence: str, is_so: object) -> None:
        """:raises Differs: it is not so"""
        if not is_so:
            raise Differs(f"It should be so, and is not: {sentence}")
        print(f"   {self._in(GREEN, '✓')} {sentence}")

    def _line(self, phone: Phone, method: str, path: str, status: int, words: str) -> None:
        place = ID.sub(r"\1…\2", path)
        print(
            f"   {padded(phone.name, 8)} {phone.role:<14} {method:<4} {place:<58} "
            f"{self._in(GREEN if status < 400 else YELLOW, str(status))}  {words}".rstrip()
        )

    def _in(self, color: str, words: str) -> str:
        return f"{color}{words}{PLAIN}" if self._colored else words


def new_id() -> str:
    return str(uuid7())


def moment(minutes: float = 0) -> str:
    """So many minutes from now, as a phone says it."""
    return (clock.now() + timedelta(minutes=minutes)).isoformat()
