"""What the channels write, read strictly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core.money import yuan
from backend.payments.channels import signing
from backend.payments.channels.money import fen_of
from backend.payments.queries.payers import digest


@given(st.integers(0, 10**11))
def test_an_amount_is_read_as_it_is_written(fen):
    assert fen_of(yuan(fen)) == fen


@pytest.mark.parametrize(
    "word", ["", "-1.00", "+1", "1e2", "NaN", "1.", ".5", "1.234", "１", "1_0", " 1", "1\n", "0x1"]
)
def test_an_amount_in_any_other_form_is_none(word):
    with pytest.raises(ValueError, match="amount"):
        fen_of(word)


@pytest.mark.rule("PY-10")
def test_the_digest_of_an_id_number_is_md5_of_its_upper_case() -> None:
    expected = "ae05564031c21338aa8a2e7266e7855c"
    assert digest("11010519491231002x") == digest("11010519491231002X") == expected


def test_what_is_sealed_opens_by_its_secret_nonce_and_purpose_alone() -> None:
    secret, said = b"k" * 32, {"nonce": "n" * 12, "associated": "transaction"}
    sealed = signing.seal(secret, "已支付".encode(), **said)
    assert signing.open_sealed(secret, ciphertext=sealed, **said).decode() == "已支付"
    for other in ({"nonce": "m" * 12}, {"associated": "refund"}, {"ciphertext": "AAAA"}):
        with pytest.raises(signing.NotReadable):
            signing.open_sealed(secret, **{"ciphertext": sealed, **said, **other})
