"""Sealed columns, keyed hashes and signatures."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from backend.core import crypto
from backend.core.crypto import Keys, UnreadableError

FIRST, SECOND, LOOKUP = b"1" * 32, b"2" * 32, b"L" * 32


@pytest.fixture(autouse=True, scope="module")
def keys() -> Iterator[None]:
    held = crypto._keys
    crypto.use(Keys(data={1: FIRST}, lookup=LOOKUP))
    yield
    crypto._keys = held


@given(some.text(), some.text(some.characters(codec="utf-8"), max_size=20))
def test_what_is_sealed_opens_again(text: str, label: str) -> None:
    assert crypto.unseal(crypto.seal(text, label), label) == text


def test_sealing_twice_gives_two_values_that_show_nothing() -> None:
    one, other = crypto.seal("周丽华", "persons.name"), crypto.seal("周丽华", "persons.name")

    assert one != other
    assert "周丽华".encode() not in one


def test_a_value_moved_to_another_column_does_not_open() -> None:
    sealed = crypto.seal("周丽华", "persons.name")

    with pytest.raises(UnreadableError, match=r"persons\.phone"):
        crypto.unseal(sealed, "persons.phone")


@given(some.integers(0, 10_000), some.integers(1, 255))
def test_a_changed_byte_does_not_open(at: int, flip: int) -> None:
    sealed = bytearray(crypto.seal("周丽华", "persons.name"))
    sealed[at % len(sealed)] ^= flip

    with pytest.raises(UnreadableError):
        crypto.unseal(bytes(sealed), "persons.name")


@pytest.mark.parametrize("length", range(30))
def test_a_cut_value_does_not_open(length: int) -> None:
    with pytest.raises(UnreadableError):
        crypto.unseal(crypto.seal("周丽华", "persons.name")[:length], "persons.name")


def test_a_newer_key_seals_and_the_older_still_opens() -> None:
    before = Keys(data={1: FIRST}, lookup=LOOKUP)
    after = Keys(data={1: FIRST, 2: SECOND}, lookup=LOOKUP)
    old, new = before.seal(b"a", "x"), after.seal(b"a", "x")

    assert after.unseal(old, "x") == after.unseal(new, "x") == b"a"
    with pytest.raises(UnreadableError):
        before.unseal(new, "x")


def test_bytes_are_sealed_as_text_is() -> None:
    assert (
        crypto.unseal_bytes(crypto.seal_bytes(b"\xff\x00", "files.key"), "files.key") == b"\xff\x00"
    )


def test_a_lookup_finds_the_same_text_under_the_same_label_only() -> None:
    found = crypto.lookup("13800001234", "persons.phone")

    assert found == crypto.lookup("13800001234", "persons.phone")
    assert len(found) == 32
    assert found != crypto.lookup("13800001235", "persons.phone")
    assert found != crypto.lookup("13800001234", "staff.phone")
    assert found != crypto.sign(b"13800001234", "persons.phone")
    assert crypto.lookup("b c", "a") != crypto.lookup("c", "a b")


def test_a_lookup_differs_between_deployments() -> None:
    other = Keys(data={1: FIRST}, lookup=b"M" * 32)

    assert other.hash("lookup", b"13800001234", "x") != crypto.lookup("13800001234", "x")


def test_only_our_signature_counts() -> None:
    signature = crypto.sign(b"content", "pages")

    assert crypto.is_signed(b"content", signature, "pages")
    assert crypto.is_signed(b"content", signature[:16], "pages")
    assert not crypto.is_signed(b"content", signature[:15], "pages")
    assert not crypto.is_signed(b"content", b"", "pages")
    assert not crypto.is_signed(b"content", signature, "files")
    assert not crypto.is_signed(b"other", signature, "pages")


@pytest.mark.parametrize(
    ("data", "lookup"),
    [
        ({}, LOOKUP),
        ({0: FIRST}, LOOKUP),
        ({256: FIRST}, LOOKUP),
        ({1: b"s"}, LOOKUP),
        ({1: FIRST}, b""),
    ],
    ids=["none", "id 0", "id 256", "short data key", "no lookup key"],
)
def test_unfit_keys_are_refused(data: dict[int, bytes], lookup: bytes) -> None:
    with pytest.raises(ValueError, match="key"):
        Keys(data=data, lookup=lookup)


def test_keys_are_read_from_a_folder(tmp_path: Path) -> None:
    for name, key in {"data-1": FIRST, "data-2": SECOND, "lookup": LOOKUP}.items():
        (tmp_path / f"{name}.key").write_bytes(key)

    keys = crypto.read_keys(tmp_path)

    assert keys.unseal(Keys(data={1: FIRST}, lookup=LOOKUP).seal(b"a", "x"), "x") == b"a"
    assert keys.seal(b"a", "x")[0] == 2


def test_a_folder_without_keys_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"lookup\.key"):
        crypto.read_keys(tmp_path)


def test_keys_have_no_readable_form() -> None:
    keys = Keys(data={1: FIRST}, lookup=LOOKUP)

    assert "LLLL" not in repr(keys)
    assert "1111" not in repr(keys)
