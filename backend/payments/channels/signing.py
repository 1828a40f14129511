"""RSA and AES as the providers use them. Keys are read once; none has a readable form."""

import base64
import binascii
from pathlib import Path

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.x509 import load_pem_x509_certificate

RSA_BITS_MIN = 2048  # not policy: what the providers ask for
GCM_NONCE_BYTES = 12  # not policy: RFC 5116

# What WeChat Pay asks for; here SHA-1 is a mask, not a digest that anybody has to trust.
_OAEP = OAEP(mgf=MGF1(hashes.SHA1()), algorithm=hashes.SHA1(), label=None)  # noqa: S303


class NotReadable(Exception):
    """Sealed by another key, for something else, or altered since."""


def read_private(file: Path) -> RSAPrivateKey:
    """Read our own key.

    :raises ValueError: it is none, or too short
    :raises OSError: it is not there
    """
    key = serialization.load_pem_private_key(file.read_bytes(), password=None)
    if not isinstance(key, RSAPrivateKey) or key.key_size < RSA_BITS_MIN:
        raise ValueError(f"{file.name} should be an RSA key of at least {RSA_BITS_MIN} bits.")
    return key


def read_public(file: Path) -> RSAPublicKey:
    """Read a provider's key, or the certificate that holds it.

    :raises ValueError: it is none, or too short
    :raises OSError: it is not there
    """
    content = file.read_bytes()
    key = (
        load_pem_x509_certificate(content).public_key()
        if b"BEGIN CERTIFICATE" in content
        else serialization.load_pem_public_key(content)
    )
    if not isinstance(key, RSAPublicKey) or key.key_size < RSA_BITS_MIN:
        raise ValueError(f"{file.name} should be an RSA key of at least {RSA_BITS_MIN} bits.")
    return key


def sign(key: RSAPrivateKey, content: bytes) -> str:
    """RSA with SHA-256 (PKCS #1 v1.5), in base64."""
    return base64.b64encode(key.sign(content, PKCS1v15(), hashes.SHA256())).decode()


def is_signed(key: RSAPublicKey, content: bytes, signature: str) -> bool:
    """Whether the owner of the key signed just this."""
    try:
        key.verify(base64.b64decode(signature, validate=True), content, PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, ValueError):  # binascii.Error is a ValueError
        return False
    return True


def open_sealed(key: bytes, *, nonce: str, ciphertext: str, associated: str) -> bytes:
    """Open what was sealed with AES-256-GCM.

    :raises NotReadable:
    """
    try:
        return AESGCM(key).decrypt(
            nonce.encode(), base64.b64decode(ciphertext, validate=True), associated.encode()
        )
    except (InvalidTag, ValueError, binascii.Error):
        raise NotReadable from None


def seal(key: bytes, content: bytes, *, nonce: str, associated: str) -> str:
    """The other way round; in base64."""
    return base64.b64encode(
        AESGCM(key).encrypt(nonce.encode(), content, associated.encode())
    ).decode()


def for_eyes_of(key: RSAPublicKey, text: str) -> str:
    """Encrypt a name so that the owner of the key alone reads it; in base64."""
    return base64.b64encode(key.encrypt(text.encode(), _OAEP)).decode()


def read_by(key: RSAPrivateKey, text: str) -> str:
    """Read what was encrypted for us.

    :raises NotReadable:
    """
    try:
        return key.decrypt(base64.b64decode(text, validate=True), _OAEP).decode()
    except ValueError:
        raise NotReadable from None
