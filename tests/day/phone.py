"""A phone in somebody's hand: it keeps a key, reads its SMS, signs in and asks."""

import json
import re
import subprocess
import sys
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from backend.core import clock
from backend.core.ids import uuid7
from backend.local.places import PROJECT, write_secret
from tests.day.system import System

WAIT_S, LOOK_EVERY_S = 20.0, 0.05


class Differs(Exception):
    """The day did not go as it should: one sentence."""


def base64url(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def wait_for(what: str, look: Callable[[], Any]) -> Any:
    """Look until there is something to see.

    :raises Differs: there was nothing within twenty seconds
    """
    until = time.monotonic() + WAIT_S
    while not (found := look()):
        if time.monotonic() > until:
            raise Differs(f"{what}: nothing within {WAIT_S:.0f} s")
        time.sleep(LOOK_EVERY_S)
    return found


@dataclass
class Phone:
    """`trusted_by` is the admin who lets staff phones in; None asks the operator's command."""

    system: System
    network: httpx.Client
    name: str
    number: str
    role: str
    trusted_by: "Phone | None" = None
    device_id: str = field(default_factory=lambda: str(uuid7()))
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    refresh_token: str = ""
    access_token: str = ""
    person_id: str = ""
    organization_id: str | None = None
    how: str = ""

    def sign(self, text: str) -> str:
        return base64url(self.key.sign(text.encode()))

    def ask(
        self, method: str, path: str, body: Any = None, *, if_match: int | None = None
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.access_token}"} if self.access_token else {}
        if if_match is not None:
            headers["If-Match"] = f'"{if_match}"'
        try:
            return self.network.request(method, path, json=body, headers=headers)
        except httpx.HTTPError as error:
            raise Differs(f"{method} {path}: {type(error).__name__}") from error

    def sign_in(self, *, on_a_new_phone: bool = False) -> None:
        """With the code of an SMS; or, on a phone kept since another day, with its key."""
        if not on_a_new_phone and self._take_up():
            self.how = "用上次的手机续登"
            return
        begun = clock.now().isoformat()
        answer = self.network.post("/v1/login-codes", json={"phone": self.number})
        if answer.status_code == httpx.codes.TOO_MANY_REQUESTS and self._take_up():
            self.how = "本小时验证码已用完，用上次的手机续登"
            return
        self._must(answer, httpx.codes.ACCEPTED)
        login_code_id = answer.json()["login_code_id"]
        code = wait_for(f"SMS for {self.name}", lambda: self._code(since=begun))
        body = {
            "login_code_id": login_code_id,
            "phone": self.number,
            "code": code,
            "device": {
                "id": self.device_id,
                "public_key": base64url(self.key.public_key().public_bytes_raw()),
                "platform": "day",
            },
            "proof": self.sign(f"bedside:sign-in:{login_code_id}:{code}"),
            "client_time": clock.now().isoformat(),
            "role": self.role,
        }
        answer = self.network.post("/v1/sessions", json=body)
        self.how = "验证码登录"
        if answer.status_code == httpx.codes.FORBIDDEN and answer.json()["code"] == "device_waits":
            self._be_trusted()
            answer = self.network.post("/v1/sessions", json=body)
        self._must(answer, httpx.codes.CREATED)
        self._keep(answer.json())

    def _be_trusted(self) -> None:
        """A staff phone waits until somebody of the house knows it."""
        if self.trusted_by is not None:
            trusted = self.trusted_by.ask("PUT", f"/v1/devices/{self.device_id}/trust")
            self._must(trusted, httpx.codes.CREATED)
            self.how = f"验证码登录，{self.trusted_by.name}确认了新手机"
            return
        ended = subprocess.run(
            [sys.executable, "-m", "backend.trust", self.device_id],
            cwd=PROJECT,
            env=dict(self.system.environment),
            capture_output=True,
            text=True,
            check=False,
        )
        if ended.returncode != 0:
            raise Differs(f"python -m backend.trust: {ended.stderr.strip()}")
        self.how = "验证码登录，运维确认了首部手机"

    def _code(self, *, since: str) -> str | None:
        """The newest code sent to this number since then; the log is development's gateway."""
        if not self.system.sms_log.exists():
            return None
        for line in reversed(self.system.sms_log.read_text("utf-8").splitlines()):
            message = json.loads(line)
            if message["at"] < since.replace("+00:00", "Z"):
                return None
            found = re.search(r"验证码(\d{4,8})", message["text"])
            if message["phone"] == self.number and found:
                return found.group(1)
        return None

    def _take_up(self) -> bool:
        """Refresh the session this phone kept; False when there is none any more."""
        kept = _kept(self.system).get(f"{self.number} {self.role}")
        if kept is None:
            return False
        key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(kept["key"]))
        token = kept["refresh_token"]
        proof = base64url(key.sign(f"bedside:refresh:{token}".encode()))
        answer = self.network.post(
            "/v1/sessions/refresh",
            json={
                "refresh_token": token,
                "proof": proof,
                "client_time": clock.now().isoformat(),
            },
        )
        if answer.status_code != httpx.codes.OK:
            return False
        self.device_id, self.key = kept["device_id"], key
        self._keep(answer.json())
        return True

    def _keep(self, pair: dict[str, Any]) -> None:
        self.access_token, self.refresh_token = pair["access_token"], pair["refresh_token"]
        self.person_id, self.organization_id = pair["person_id"], pair["organization_id"]
        kept = _kept(self.system)
        kept[f"{self.number} {self.role}"] = {
            "device_id": self.device_id,
            "key": self.key.private_bytes_raw().hex(),
            "refresh_token": self.refresh_token,
        }
        write_secret(self.system.phones, json.dumps(kept).encode())

    def _must(self, answer: httpx.Response, status: int) -> None:
        if answer.status_code != status:
            raise Differs(
                f"{self.name}: {answer.request.url.path} {answer.status_code}, {answer.text}"
            )


def _kept(system: System) -> dict[str, dict[str, str]]:
    if not system.phones.exists():
        return {}
    found: dict[str, dict[str, str]] = json.loads(system.phones.read_text("utf-8"))
    return found
