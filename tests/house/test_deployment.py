"""What runs in production is told only what the settings know, and all that they need."""

import re

import yaml

from backend.settings import Settings
from tests.house.code import ROOT

KNOWN = {name.upper() for name in Settings.__struct_fields__}
# Those of the programs beside ours, and of Python itself.
OTHERS = {"PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "PORT"}
NEEDED = {"MODE", "DATABASE_URL", "REDIS_URL", "KEYS_FOLDER", "FILES_FOLDER", "ISSUER", "SMS"}
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
OURS = {
    name: service
    for name, service in COMPOSE["services"].items()
    if service.get("image") == COMPOSE["x-bedside"]["image"]
}


def test_each_service_of_ours_is_told_what_the_settings_know_and_need() -> None:
    assert {"api-1", "api-2", "worker", "migrations"} <= OURS.keys()
    for name, service in OURS.items():
        told = set(service["environment"])
        assert told - KNOWN == set(), name
        assert NEEDED - told == set(), name


def test_the_image_sets_nothing_that_the_settings_do_not_know() -> None:
    said = (ROOT / "Dockerfile").read_text("utf-8")
    told = set(re.findall(r"^ENV (\w+)=", said, re.MULTILINE))
    told |= set(re.findall(r"^ENV .*?\s(\w+)=", said, re.MULTILINE))
    assert told - KNOWN - OTHERS == set()


def test_a_proxy_is_trusted_by_its_address() -> None:
    """A name would be compared with an address, and never match."""
    for name in ("api-1", "api-2"):
        trusted = OURS[name]["environment"]["TRUSTED_PROXIES"]
        assert re.fullmatch(r"[\d.:a-f/,]+", trusted), trusted
