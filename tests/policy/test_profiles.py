"""What a profile file may say, and that what was released stays."""

from datetime import date, time

import pytest

from backend import policy
from backend.policy import Profile, release, rules

ALL = [policy.load(file.stem) for file in sorted(policy.PROFILES.glob("*.toml"))]
NAMES = sorted({profile.name for profile in ALL})
NUMBERS = {
    f"{profile.version}: {key}": number for profile in ALL for key, number in profile.own.items()
}
SOURCES = {"S1", "S2", "V", "V-oc", "MH", "MM", "ML", "P"}


def test_every_number_says_its_unit_and_its_source() -> None:
    silent = {at for at, each in NUMBERS.items() if not each.unit or each.source not in SOURCES}
    assert silent == set()


def test_every_number_names_rules_that_are_rules() -> None:
    known = set(rules.index())
    assert {at for at, each in NUMBERS.items() if not set(each.rules) <= known} == set()


def test_money_is_whole_fen() -> None:
    money = {at: each.value for at, each in NUMBERS.items() if each.unit == "fen"}
    assert {at for at, value in money.items() if type(value) is not int} == set()


def test_a_file_is_named_after_its_version() -> None:
    files = sorted(file.stem for file in policy.PROFILES.glob("*.toml"))
    assert [profile.version for profile in ALL] == files


@pytest.mark.parametrize("name", NAMES)
def test_no_two_versions_of_a_profile_begin_on_the_same_day(name: str) -> None:
    begins = [profile.effective_from for profile in policy.versions(name)]
    assert len(set(begins)) == len(begins)


@pytest.mark.parametrize("name", NAMES)
def test_later_versions_begin_later(name: str) -> None:
    counted = [_count(profile) for profile in policy.versions(name)]
    assert counted == sorted(counted)


@pytest.mark.parametrize("profile", ALL, ids=lambda profile: profile.version)
def test_a_version_stands_upon_what_is_in_force_by_then(profile: Profile) -> None:
    below = [policy.load(version) for version in profile.upon]
    assert all(each.effective_from <= profile.effective_from for each in below)


def test_what_was_released_never_changes() -> None:
    """A new number? `python -m backend.policy.release <today>`. Another one? A new version."""
    assert set(release.said()) == set(release.released())


def test_no_version_but_the_first_begins_before_it_was_released() -> None:
    released_on: dict[str, date] = {}
    for (version, _, _), on in release.released().items():
        released_on[version] = min(on, released_on.get(version, on))
    later = [profile for name in NAMES for profile in policy.versions(name)[1:]]
    assert [each.version for each in later if each.effective_from < released_on[each.version]] == []


def test_shanghai_says_its_own_numbers_and_those_it_stands_upon() -> None:
    shanghai = policy.profile(date(2026, 11, 21), policy.BASE)
    assert shanghai.parameters["bg.quiet_hours"].value == (time(22), time(7))
    assert shanghai.parameters["fu.htn_older_target_sbp"].value == 150


def test_a_profile_says_only_what_differs() -> None:
    in_shanghai = policy.profile(date(2026, 11, 21), "shanghai").parameters
    elsewhere = policy.profile(date(2026, 11, 21), "generic_city").parameters
    assert not in_shanghai["hb.year_caps_apply"].value
    assert elsewhere["hb.year_caps_apply"].value
    assert elsewhere["hb.year_days_cap"] == in_shanghai["hb.year_days_cap"]


def test_the_newer_guideline_wins_over_what_shanghai_stands_upon() -> None:
    newer = policy.profile(date(2026, 11, 21), "shanghai_2025_targets").parameters
    assert newer["fu.htn_target_sbp"].value == 130
    assert newer["ev.geofence_home_m"].value == 200


def _count(profile: Profile) -> tuple[int, ...]:
    """`shanghai-2026.10` is (2026, 10)."""
    return tuple(int(part) for part in profile.version.rpartition("-")[2].split("."))
