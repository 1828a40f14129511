"""A bucket that speaks S3 and checks each signature against what came over the wire."""

import hashlib
import hmac
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from aiohttp import web

AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/s3/aws4_request,"
    r" SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})"
)
MUST_BE_SIGNED = {"host", "x-amz-content-sha256", "x-amz-date"}
AGE_MAX = timedelta(minutes=15)


class PretendBucket:
    """`statuses` are given out first, before anything is looked at."""

    def __init__(self, *, access_key: str, secret_key: str, region: str) -> None:
        self.access_key, self.secret_key, self.region = access_key, secret_key, region
        self.kept: dict[str, bytes] = {}
        self.statuses: list[int] = []
        self.asked: list[str] = []

    async def answer(self, request: web.Request) -> web.Response:
        content = await request.read()
        self.asked.append(f"{request.method} {request.path}")
        if self.statuses:
            return web.Response(status=self.statuses.pop(0))
        if not self._is_signed(request, content):
            return web.Response(status=403, text="<Code>SignatureDoesNotMatch</Code>")
        match request.method:
            case "PUT":
                self.kept[request.path] = content
                return web.Response(status=200)
            case "GET" if request.path in self.kept:
                return web.Response(body=self.kept[request.path])
            case "DELETE":
                self.kept.pop(request.path, None)
                return web.Response(status=204)
        return web.Response(status=404, text="<Code>NoSuchKey</Code>")

    def _is_signed(self, request: web.Request, content: bytes) -> bool:
        found = AUTHORIZATION.fullmatch(request.headers.get("Authorization", ""))
        if found is None:
            return False
        access_key, day, region, names, signature = found.groups()
        moment = request.headers["x-amz-date"]
        age = datetime.now(UTC) - datetime.strptime(moment, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        digest = hashlib.sha256(content).hexdigest()
        lines = [request.method, request.rel_url.raw_path, request.query_string]
        lines += [f"{name}:{request.headers[name]}" for name in names.split(";")]
        lines += ["", names, digest]
        hashed = hashlib.sha256("\n".join(lines).encode()).hexdigest()
        to_sign = "\n".join(["AWS4-HMAC-SHA256", moment, f"{day}/{region}/s3/aws4_request", hashed])
        key = b"AWS4" + self.secret_key.encode()
        for word in (day, region, "s3", "aws4_request"):
            key = hmac.new(key, word.encode(), hashlib.sha256).digest()
        expected = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
        return (
            (access_key, region, day) == (self.access_key, self.region, moment[:8])
            and set(names.split(";")) >= MUST_BE_SIGNED
            and request.headers["x-amz-content-sha256"] == digest
            and abs(age) < AGE_MAX
            and hmac.compare_digest(signature, expected)
        )

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[str]:
        """On the loopback; gives its address."""
        application = web.Application(client_max_size=64 * 2**20)
        application.router.add_route("*", "/{path:.*}", self.answer)
        runner = web.AppRunner(application)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        try:
            yield f"http://{host}:{port}"
        finally:
            await runner.cleanup()
