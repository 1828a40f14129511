"""What a notification says may be read by anybody who sees the phone lie on a table."""

import csv
import re
from datetime import UTC, datetime
from functools import cache

import pytest

from backend.notifications.actions.tellings import BEYOND_OVERDUE, OVERDUE, TELLINGS
from backend.notifications.lifecycle.kinds import KINDS, Kind, Text
from backend.policy import PROFILES

WHEN = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
DATA = PROFILES.parent / "data"
USED_BY_CODE = {
    "visit_reminder",
    "visit_to_make",
    "delegation_expiring",
    "licence_expiring",
    "calendar_missing",
}


@cache
def forbidden() -> set[str]:
    """Every diagnosis and every medicine we know by name."""
    words: set[str] = set()
    for file in (DATA / "terminology").glob("icd10*.csv"):
        with file.open(encoding="utf-8", newline="") as lines:
            for line in csv.DictReader(lines):
                words |= {text for key, text in line.items() if key and "name" in key and text}
    with (DATA / "drugs/common_drugs.csv").open(encoding="utf-8", newline="") as lines:
        for line in csv.DictReader(lines):
            words |= {text for key, text in line.items() if key and "name" in key and text}
    return {word for word in words if len(word) > 1}


def texts(kind: Kind) -> list[Text]:
    return [
        kind.text(name="周秀英", when=WHEN),
        kind.text(name=None, when=None),
        kind.text(name="周秀英", when=WHEN, english=True),
    ]


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_no_kind_names_a_diagnosis_a_medicine_or_a_person(kind: Kind) -> None:
    assert len(forbidden()) > 1000
    for text in texts(kind):
        said = f"{text.title} {text.body}"
        assert not [word for word in forbidden() if word in said]
        assert "秀英" not in said
        assert "{" not in said


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_every_kind_is_short_and_in_both_languages(kind: Kind) -> None:
    chinese, _, english = texts(kind)
    assert len(chinese.title) <= 16
    assert len(chinese.body) <= 60
    assert not re.search(r"[\u4e00-\u9fff]", english.title + english.body.replace("周*", ""))


def test_every_kind_is_told_by_somebody() -> None:
    told = {telling.kind for tellings in TELLINGS.values() for telling in tellings}
    told |= {telling.kind for telling in (*OVERDUE.values(), BEYOND_OVERDUE)}
    assert told | USED_BY_CODE == set(KINDS)


def test_a_moment_is_told_as_shanghai_has_it() -> None:
    text = KINDS["visit_reminder"].text(name="周秀英", when=WHEN)
    assert text.body == "11月24日09:00将上门为周*服务，请留人在家。"
