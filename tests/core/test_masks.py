"""How personal details look to those who need only recognize them."""

import pytest

from backend.core import masks


def test_a_phone_shows_its_ends() -> None:
    assert masks.phone("13800001234") == "138****1234"


@pytest.mark.rule("ID-02")
def test_an_id_number_shows_its_province_and_last_four() -> None:
    assert masks.id_number("310999195812230028") == "310***********0028"


@pytest.mark.parametrize("text", ["", "110", "1234567"])
def test_what_is_too_short_to_have_a_middle_is_hidden_whole(text: str) -> None:
    assert masks.phone(text) == "*" * len(text)
    assert masks.id_number(text) == "*" * len(text)


@pytest.mark.parametrize(
    ("name", "masked"), [("周", "周*"), ("周丽华", "周*"), ("欧阳明", "欧*"), ("", "*")]
)
def test_a_name_shows_its_first_character(name: str, masked: str) -> None:
    assert masks.name(name) == masked


@pytest.mark.parametrize(
    ("line", "masked"),
    [
        ("上海市静安区石门二路街道山海关路100弄5号301室", "上海市静安区石门二路街道***"),
        ("静安区彭浦镇平顺路1号", "静安区彭浦镇***"),
        ("静安区南京西路1号镇宁公寓501", "***"),
        ("静安区威海路", "***"),
        ("", "***"),
    ],
)
def test_an_address_shows_no_more_than_the_street(line: str, masked: str) -> None:
    assert masks.address(line) == masked
