"""The words that came with the product are whole."""

import pytest

from backend.core.access import Role
from backend.policy import terminology


@pytest.mark.rule("HC-01")
def test_home_services_come_in_the_six_national_categories() -> None:
    categories = {item.category_name for item in terminology.service_items().values()}
    national = {"诊疗服务", "医疗护理", "康复治疗", "药学服务", "安宁疗护", "中医服务"}
    assert categories == national


def test_every_item_names_roles_that_exist_and_takes_time() -> None:
    for item in terminology.service_items().values():
        assert item.roles <= set(Role)
        assert item.usual_minutes > 0


def test_an_injection_needs_consent_and_a_blood_pressure_does_not() -> None:
    items = terminology.service_items()
    assert items["S108"].needs_consent
    assert not items["S105"].needs_consent


def test_jing_an_has_fourteen_streets() -> None:
    jing_an = [each for each in terminology.streets().values() if each.district_name == "静安区"]
    assert len(jing_an) == 14


@pytest.mark.parametrize(
    ("code", "name"),
    [("I10", "原发性高血压"), ("A00", "霍乱"), ("A00.9", "霍乱"), ("X99.9", None)],
)
def test_a_diagnosis_has_a_name_down_to_three_characters(code: str, name: str | None) -> None:
    assert terminology.diagnosis(code) == name
