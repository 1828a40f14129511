"""Keys for local development: made once, kept in a folder of ours, worth nothing elsewhere."""

import secrets
from pathlib import Path

from backend.local.places import write_secret


def keep(folder: Path) -> None:
    """Make the keys that are missing: they sign tokens, seal columns and hash for look-ups."""
    folder.mkdir(mode=0o700, exist_ok=True)
    for name in ("data-1.key", "lookup.key"):
        if not (folder / name).exists():
            write_secret(folder / name, secrets.token_bytes(32))
    if not (folder / "token-1.pem").exists():
        write_secret(folder / "token-1.pem", _signing_key())


def _signing_key() -> bytes:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - 50 ms, needed once
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
        Ed25519PrivateKey,
    )

    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
