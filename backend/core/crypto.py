"""Sealed columns, keyed hashes to find them by, and signatures of our own.

A sealed value is `key id (1 byte) | nonce (12) | AES-256-GCM ciphertext and tag`. The label, such
as `persons.name`, is bound to it: a value moved to another column does not open. Older data keys
keep opening what they sealed, so a key is rotated by adding a newer one.
"""

import hmac
import os
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_KEY_BYTES = 32
_NONCE_BYTES = 12
_HEAD_BYTES = 1 + _NONCE_BYTES
_NEWEST_KEY_ID = 255


class UnreadableError(Exception):
    """Sealed under another label, altered since, or by a key that we do not hold."""


class Keys:
    """The secrets of one deployment. They never leave this object: it has no readable form."""

    __slots__ = ("_ciphers", "_lookup", "_newest")

    def __init__(self, *, data: Mapping[int, bytes], lookup: bytes) -> None:
        """Take the data keys by their ids, of which the highest seals, and the key of all hashes.

        The lookup key cannot be rotated without rewriting every hash that was stored.

        :raises ValueError: a key is missing, of the wrong length, or its id does not fit a byte.
        """
        if not data or not all(1 <= key_id <= _NEWEST_KEY_ID for key_id in data):
            raise ValueError("There must be a data key, with an id from 1 to 255.")
        if any(len(key) != _KEY_BYTES for key in (*data.values(), lookup)):
            raise ValueError("Every key must be 32 bytes long.")
        self._ciphers = {key_id: AESGCM(key) for key_id, key in data.items()}
        self._newest = max(data)
        self._lookup = lookup

    def seal(self, content: bytes, label: str) -> bytes:
        # A random nonce is safe for 2**32 seals a key, by NIST SP 800-38D: rotate before.
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._ciphers[self._newest].encrypt(nonce, content, label.encode())
        return bytes((self._newest,)) + nonce + sealed

    def unseal(self, sealed: bytes, label: str) -> bytes:
        try:
            cipher = self._ciphers[sealed[0]]
            nonce, rest = sealed[1:_HEAD_BYTES], sealed[_HEAD_BYTES:]
            return cipher.decrypt(nonce, rest, label.encode())
        except (IndexError, KeyError, ValueError, InvalidTag):
            raise UnreadableError(f"This value cannot be opened as {label}.") from None

    def hash(self, purpose: str, content: bytes, label: str) -> bytes:
        """HMAC-SHA256; the head keeps purposes and labels apart whatever they contain."""
        head = f"{purpose} {len(label)} {label} ".encode()
        return hmac.digest(self._lookup, head + content, "sha256")


_keys: Keys | None = None


def use(keys: Keys) -> None:
    """Say at the start of a process which keys it holds."""
    global _keys  # noqa: PLW0603 - a process belongs to one deployment
    _keys = keys


def read_keys(folder: Path) -> Keys:
    """Read `data-<id>.key` and `lookup.key`, each of 32 raw bytes.

    :raises ValueError: a key is missing, of the wrong length, or its id is not a number.
    """
    lookup = folder / "lookup.key"
    if not lookup.is_file():
        raise ValueError(f"There is no lookup.key in {folder}.")
    data = {
        int(path.stem.removeprefix("data-")): path.read_bytes()
        for path in folder.glob("data-*.key")
    }
    return Keys(data=data, lookup=lookup.read_bytes())


def seal(text: str, label: str) -> bytes:
    """Encrypt a personal text for the column that the label names."""
    return _held().seal(text.encode(), label)


def unseal(sealed: bytes, label: str) -> str:
    """Read what `seal` wrote under the same label.

    :raises UnreadableError: the label differs, it was altered, or its key is not held.
    """
    return _held().unseal(sealed, label).decode()


def seal_bytes(content: bytes, label: str) -> bytes:
    """Like `seal`, for what is not text."""
    return _held().seal(content, label)


def unseal_bytes(sealed: bytes, label: str) -> bytes:
    """Like `unseal`, for what is not text.

    :raises UnreadableError: the label differs, it was altered, or its key is not held.
    """
    return _held().unseal(sealed, label)


def lookup(text: str, label: str) -> bytes:
    """Hash a text to 32 bytes, by which a sealed column is found. Give it in its normal form."""
    return _held().hash("lookup", text.encode(), label)


def sign(content: bytes, label: str) -> bytes:
    """Make the 32 bytes that prove we issued this content for the purpose the label names."""
    return _held().hash("signature", content, label)


def is_signed(content: bytes, signature: bytes, label: str) -> bool:
    """Whether we signed it, compared in constant time; a signature may be cut to 16 bytes."""
    expected = sign(content, label)[: max(len(signature), 16)]
    return hmac.compare_digest(expected, signature)


def _held() -> Keys:
    assert _keys is not None, "crypto.use(keys) comes first"
    return _keys
