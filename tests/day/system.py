"""Which system the day is played against: the one that runs, or one of its own."""

import os
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from backend.core import clock, keys
from backend.local.gateway.running import Providers
from backend.local.places import Place, thrown_away
from backend.local.postgres import Postgres
from backend.local.programs import Program
from backend.local.valkey import Valkey
from seeds.ground import told_by_make_up

LIVE = "/health/live"


@dataclass(frozen=True)
class System:
    """Where it answers, where its development SMS land, and what its operator's commands need."""

    url: str
    environment: Mapping[str, str]
    phones: Path  # the phones of the cast are kept between two days, as people keep theirs
    is_own: bool

    @property
    def sms_log(self) -> Path:
        return Path(self.environment["FILES_FOLDER"]) / "sms.log"


@contextmanager
def the_system() -> Iterator[System]:
    """What answers at BEDSIDE_URL or PORT; when nothing does, a family of its own."""
    told = {**told_by_make_up(), **os.environ}
    url = told.get("BEDSIDE_URL") or f"http://127.0.0.1:{told.get('PORT', '8000')}"
    if _answers(url):
        if "FILES_FOLDER" not in told:
            sys.exit(f"{url} answers, but FILES_FOLDER does not say where its SMS log is.")
        yield System(url, told, Path(told["FILES_FOLDER"]).parent / "day-phones.json", is_own=False)
        return
    if os.environ.get("BEDSIDE_URL"):
        sys.exit(f"Nothing answers at {url}.")
    print(f"Nothing runs at {url}: starting servers of our own, and planting a family.")
    with _our_own() as system:
        yield system


@contextmanager
def _our_own() -> Iterator[System]:
    with ExitStack() as stack:
        place = stack.enter_context(thrown_away())
        valkey = stack.enter_context(Valkey(place))
        postgres = stack.enter_context(Postgres(place, durable=False))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        keys.make(place.folder / "keys", now=clock.now())
        providers = stack.enter_context(Providers(place, place.folder, api_port=port))
        environment = {
            **os.environ,
            **providers.told,
            "MODE": "test",  # which lets PostgreSQL do without fsync
            "DATABASE_URL": postgres.url,
            "REDIS_URL": valkey.url,
            "KEYS_FOLDER": str(place.folder / "keys"),
            "FILES_FOLDER": str(place.folder / "files"),
            "TRUST_FIRST_DEVICE": "",
            "PORT": str(port),
        }
        _run(place, "migrations", "backend.migrate", environment=environment)
        _run(place, "seeds", "seeds", "family", environment=environment)
        api = Program(place, "api", "backend.serve", environment=environment)
        stack.enter_context(api).wait_until_answers(port, LIVE)
        stack.enter_context(Program(place, "worker", "workers", environment=environment))
        yield System(
            f"http://127.0.0.1:{port}",
            environment,
            place.folder / "day-phones.json",
            is_own=True,
        )


def _run(place: Place, name: str, *words: str, environment: Mapping[str, str]) -> None:
    Program(place, name, *words, environment=environment).finish()


def _answers(url: str) -> bool:
    try:
        return httpx.get(url + LIVE, timeout=2.0).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False
