"""Which number answers: by the day in Shanghai, by its type, and when it is missing."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from backend import policy
from backend.settings import settings

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)
LINE = '{{ value = {}, unit = "{}", source = "P", rules = [] }}'


@pytest.fixture
def a_town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Shanghai as it is, and a town that knows two numbers, one of which changes in December."""
    for file in policy.PROFILES.glob("*.toml"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    _write(tmp_path, "a_town-2026.1", date(2026, 1, 1), [], home=150)
    _write(tmp_path, "a_town-2026.2", date(2026, 12, 1), ["a_town-2026.1"], home=180)
    monkeypatch.setattr(policy, "PROFILES", tmp_path)
    monkeypatch.setenv("POLICY_PROFILE", "a_town")
    _forget()
    yield
    monkeypatch.undo()
    _forget()


def test_a_number_has_its_type() -> None:
    assert policy.whole(NOON, "ev.geofence_home_m") == 200
    assert policy.number(NOON, "fu.dm_target_fpg") == 7.0
    assert policy.number(NOON, "ev.geofence_home_m") == 200.0
    assert policy.flag(NOON, "ih.first_visit_allowed") is False
    assert policy.text(NOON, "im.iv_infusion_place") == "infusion_room"
    assert "torch" in policy.texts(NOON, "hc.bag_items")
    assert policy.times(NOON, "bg.quiet_hours") == (time(22), time(7))


def test_a_span_is_as_long_as_its_unit_says() -> None:
    assert policy.span(NOON, "ev.checkin_token_s") == timedelta(seconds=60)
    assert policy.span(NOON, "ev.checkin_early_min") == timedelta(minutes=60)
    assert policy.span(NOON, "ev.offline_max_hours") == timedelta(hours=72)
    assert policy.spans(NOON, "fu.reminder_days_before") == (
        timedelta(days=14),
        timedelta(days=7),
        timedelta(days=1),
    )


def test_a_number_of_another_type_is_refused() -> None:
    with pytest.raises(TypeError, match=r"ev\.geofence_home_m is 200, not str"):
        policy.text(NOON, "ev.geofence_home_m")


def test_a_number_nobody_wrote_is_an_error_of_the_program() -> None:
    with pytest.raises(KeyError):
        policy.of(NOON, "ev.geofence_moon_m")


def test_a_profile_nobody_wrote_is_named() -> None:
    with pytest.raises(LookupError, match="atlantis"):
        policy.profile(NOON, "atlantis")


@pytest.mark.usefixtures("a_town")
def test_a_version_begins_at_midnight_in_shanghai() -> None:
    midnight = datetime(2026, 11, 30, 16, tzinfo=UTC)
    assert policy.whole(midnight - timedelta(seconds=1), "ev.geofence_home_m") == 150
    assert policy.whole(midnight, "ev.geofence_home_m") == 180
    assert policy.version(midnight) == "a_town-2026.2"


@pytest.mark.usefixtures("a_town")
def test_the_first_version_decides_what_was_before_it() -> None:
    assert policy.version(date(2019, 5, 1)) == "a_town-2026.1"


@pytest.mark.usefixtures("a_town")
def test_a_missing_number_of_care_is_shanghais() -> None:
    assert policy.whole(NOON, "ev.geofence_institution_m") == 300


@pytest.mark.usefixtures("a_town")
@pytest.mark.parametrize("key", ["py.order_expiry_min", "hb.fund_share_employee_pct"])
def test_a_missing_number_of_money_charges_nobody(key: str) -> None:
    with pytest.raises(policy.MissingNumberError, match=key):
        policy.of(NOON, key)


def _write(folder: Path, version: str, begins: date, upon: list[str], *, home: int) -> None:
    lines = [
        f'version = "{version}"',
        f"effective_from = {begins}",
        f"upon = {upon}",
        f"ev.geofence_home_m = {LINE.format(home, 'metre')}",
    ]
    (folder / f"{version}.toml").write_text("\n".join(lines))


def _forget() -> None:
    policy.load.cache_clear()
    policy.versions.cache_clear()
    settings.cache_clear()
