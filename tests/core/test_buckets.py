"""Files in a bucket, over a real wire to one that checks every signature."""

import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from backend.core.buckets import Bucket, Credentials, signed_headers
from tests.gateways.bucket import PretendBucket

pytestmark = pytest.mark.anyio

OURS = Credentials("a-key", "a secret/+", "cn-east-1")


@pytest.fixture
async def kept() -> AsyncIterator[PretendBucket]:
    yield PretendBucket(**OURS._asdict())


@pytest.fixture
async def address(kept: PretendBucket) -> AsyncIterator[str]:
    async with kept.listening() as address:
        yield f"{address}/bedside"


@pytest.fixture
async def bucket(address: str) -> AsyncIterator[Bucket]:
    made = Bucket(address, OURS)
    yield made
    await made.close()


def test_the_published_example_is_signed_as_published() -> None:
    """ "Example: GET Object" of the AWS documentation of Signature Version 4."""
    headers = signed_headers(
        "GET",
        "https://examplebucket.s3.amazonaws.com/test.txt",
        b"",
        now=datetime(2013, 5, 24, tzinfo=UTC),
        by=Credentials(
            "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1"
        ),
        also={"range": "bytes=0-9"},
    )
    assert headers["authorization"].endswith(
        "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
        "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
    )


async def test_a_bucket_gives_back_what_it_keeps_under_its_digest(bucket, kept) -> None:
    digest = await bucket.put(b"sealed")

    assert digest == hashlib.sha256(b"sealed").digest()
    assert await bucket.put(b"sealed") == digest
    assert await bucket.get(digest) == b"sealed"
    assert list(kept.kept) == [f"/bedside/{digest.hex()}"]


async def test_what_is_removed_is_gone_and_may_be_removed_again(bucket, kept) -> None:
    digest = await bucket.put(b"sealed")
    await bucket.remove(digest)
    await bucket.remove(digest)
    assert kept.kept == {}
    with pytest.raises(OSError, match="404"):
        await bucket.get(digest)


@pytest.mark.parametrize(
    "wrong",
    [
        OURS._replace(secret_key="another"),
        OURS._replace(access_key="another"),
        OURS._replace(region="another"),
    ],
)
async def test_somebody_else_keeps_and_gets_nothing(address, kept, wrong) -> None:
    stranger = Bucket(address, wrong)
    with pytest.raises(OSError, match="403"):
        await stranger.put(b"sealed")
    await stranger.close()
    assert kept.kept == {}


@pytest.mark.parametrize("status", [301, 403, 500, 503])
async def test_what_the_bucket_does_not_confirm_is_not_kept(bucket, kept, status) -> None:
    kept.statuses = [status]
    with pytest.raises(OSError, match=str(status)):
        await bucket.put(b"sealed")
    assert await bucket.put(b"sealed")


async def test_a_bucket_that_is_away_is_told_as_such() -> None:
    nobody = Bucket("http://127.0.0.1:1/bedside", OURS)
    with pytest.raises(OSError, match="ClientConnectorError"):
        await nobody.put(b"sealed")
    await nobody.close()
