"""New keys for a new deployment: for development, tests, and a first installation."""

import os
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

KEY_BYTES = 32


def make(folder: Path, *, now: datetime) -> None:
    """Write what is missing of `token-<kid>.pem`, `data-1.key` and `lookup.key`, for us alone."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not list(folder.glob("token-*.pem")):
        pem = Ed25519PrivateKey.generate().private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
        _write(folder / f"token-{now.astimezone(UTC):%Y%m%d}.pem", pem)
    for name in ("data-1.key", "lookup.key"):
        if not (folder / name).exists():
            _write(folder / name, os.urandom(KEY_BYTES))


def _write(file: Path, content: bytes) -> None:
    descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(content)
