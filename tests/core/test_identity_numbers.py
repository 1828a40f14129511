"""Numbers of people and organizations. ID-03: the county 310999 of these does not exist."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from backend.core import identity_numbers

WOMAN = "310999195812230028"
ENDS_IN_X = "31099919400101006X"
CENTER = "91350100M000100Y43"  # the example of GB 32100 itself

pytestmark = pytest.mark.rule("ID-02", "ID-03")


@pytest.mark.parametrize(
    "said", [WOMAN, f" {WOMAN} ", "310999 19581223 0028", "３１０９９９１９５８１２２３００２８"]
)
def test_a_resident_number_is_kept_in_one_form(said: str) -> None:
    assert identity_numbers.resident_number(said) == WOMAN


def test_a_small_x_is_the_check_digit_ten() -> None:
    assert identity_numbers.resident_number(ENDS_IN_X.lower()) == ENDS_IN_X


def test_an_old_number_of_15_digits_is_converted() -> None:
    assert identity_numbers.resident_number("310999581223002") == WOMAN


@pytest.mark.parametrize(
    "said",
    [
        "",
        WOMAN[:17],
        WOMAN[:17] + "7",
        WOMAN + "0",
        "310999195802300025",
        "310999580230002",
        "990999195812230027",
        "٣١٠٩٩٩١٩٥٨١٢٢٣٠٠٢٨",
        "31099919581223002Ⅹ0",
    ],
    ids=[
        "nothing",
        "17 digits",
        "wrong check digit",
        "19 digits",
        "30 February",
        "30 February of 15 digits",
        "no such province",
        "Arabic digits",
        "a Roman ten",
    ],
)
def test_another_number_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match=r"number|day"):
        identity_numbers.resident_number(said)


@given(some.integers(0, 16), some.integers(1, 9))
def test_any_single_wrong_digit_is_noticed(at: int, step: int) -> None:
    wrong = f"{WOMAN[:at]}{(int(WOMAN[at]) + step) % 10}{WOMAN[at + 1 :]}"

    with pytest.raises(ValueError):
        identity_numbers.resident_number(wrong)


def test_a_resident_number_tells_birth_date_and_sex() -> None:
    assert identity_numbers.born_on(WOMAN) == date(1958, 12, 23)
    assert identity_numbers.sex(WOMAN) == "F"
    assert identity_numbers.sex("310999194910030076") == "M"


@pytest.mark.parametrize("said", [CENTER, CENTER.lower(), "91350100-M000100Y43"])
def test_a_credit_code_is_kept_in_one_form(said: str) -> None:
    assert identity_numbers.credit_code(said) == CENTER


@pytest.mark.parametrize(
    "said", ["", CENTER[:17], CENTER[:17] + "4", "I1350100M000100Y43", "9135010XM000100Y43"]
)
def test_another_code_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match="unified social credit code"):
        identity_numbers.credit_code(said)


@pytest.mark.parametrize(
    "said",
    [
        "14000000001",
        "+86 140 0000 0001",
        "0086-14000000001",
        "8614000000001",
        "１４０００００００01",
    ],
)
def test_a_mobile_number_is_kept_in_one_form(said: str) -> None:
    assert identity_numbers.mobile_number(said) == "14000000001"


@pytest.mark.parametrize(
    "said", ["", "12000000001", "1400000000", "140000000011", "+1 400 000 0001"]
)
def test_another_phone_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match="mobile number"):
        identity_numbers.mobile_number(said)


@given(some.text())
@example("\ud800")
@example("\0")
def test_no_text_breaks_them(said: str) -> None:
    for normal_form in (
        identity_numbers.resident_number,
        identity_numbers.credit_code,
        identity_numbers.mobile_number,
    ):
        try:
            assert normal_form(said).isascii()
        except ValueError:
            continue
