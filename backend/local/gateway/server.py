"""The provider as a server: the wires, a payer's page, faults on request, and its callbacks."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, Protocol

import aiohttp
import msgspec
from aiohttp import web

from backend.local.gateway.alipay import AlipayWire
from backend.local.gateway.insurance import InsuranceWire
from backend.local.gateway.memory import Callback, Claim, Fault, Order
from backend.local.gateway.provider import AGAIN_AFTER_S, CannotPay, Provider
from backend.local.gateway.wechat import WeChatWire
from backend.payments.lifecycle.statuses import ChannelName

ANSWERED_WITHIN_S = 5.0
LOOKS_EVERY_S = 0.05

ANSWERS = {"there is no such order": 404}

log = logging.getLogger(__name__)


class Send(Protocol):
    async def __call__(
        self, url: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, bytes]: ...


class Gateway:
    """`pace` scales how long it waits before it calls back again."""

    def __init__(self, provider: Provider, *, pace: float = 1.0, send: Send | None = None) -> None:
        self.provider = provider
        self.memory = provider.memory
        self.wechat = WeChatWire(provider)
        self.alipay = AlipayWire(provider)
        self.insurance = InsuranceWire(provider)
        self._pace = pace
        self._send = send or self._over_http
        self._session: aiohttp.ClientSession | None = None

    def application(self) -> web.Application:
        application = web.Application(client_max_size=2**24)
        application.add_routes(
            [
                *self.wechat.routes(),
                *self.alipay.routes(),
                *self.insurance.routes(),
                web.get("/", self.welcome),
                web.get("/pay/{number}", self.show),
                web.post("/pay/{number}", self.pay),
                web.post("/pay", self.open_and_pay),
                web.post("/faults", self.ask_fault),
                web.put("/claims/{digest}", self.open_claim),
                web.delete("/claims/{digest}", self.close_claim),
            ]
        )
        return application

    # -- for the person at the phone

    async def welcome(self, _request: web.Request) -> web.Response:
        waiting = [each.out_trade_no for each in self.memory.every(Order) if each.state == "NOTPAY"]
        return web.json_response({"to pay": waiting, "how": "POST /pay/{out_trade_no}"})

    async def show(self, request: web.Request) -> web.Response:
        order = self.memory.get(Order, request.match_info["number"])
        if order is None:
            return web.json_response({"error": "there is no such order"}, status=404)
        return web.json_response({"fen": order.total, "state": order.state})

    async def pay(self, request: web.Request) -> web.Response:
        """Pay an order as the payer's app would: `{"by": "who"}`."""
        said = await _read(request)
        try:
            self.provider.pay(request.match_info["number"], by=str(said.get("by", "")))
        except CannotPay as reason:
            return _cannot(reason)
        return web.json_response({"paid": True})

    async def open_and_pay(self, request: web.Request) -> web.Response:
        """Open what the app was handed (`orderString`) at 支付宝, and pay it."""
        said = await _read(request)
        try:
            number = self.alipay.open(str(said.get("order_string", "")))
            if not said.get("only_open"):
                self.provider.pay(number, by=str(said.get("by", "")))
        except CannotPay as reason:
            return _cannot(reason)
        return web.json_response({"out_trade_no": number})

    async def ask_fault(self, request: web.Request) -> web.Response:
        """`{"kind": "drop", "times": 1, "out_trade_no": "", "seconds": 0, "leg": "insurance"}`.

        delay, drop, repeat: the next callbacks; half: one leg of the next mixed order; away: the
        next requests are answered 503; insurance_away; refuse: the next standing payment;
        refund_fails; forge: a callback about an order nobody paid, now.
        """
        try:
            fault = msgspec.convert(await _read(request), Fault)
        except msgspec.ValidationError as error:
            return web.json_response({"error": str(error)}, status=400)
        if fault.kind != "forge":
            self.provider.ask_fault(fault)
            return web.json_response({"asked": fault.kind})
        order = self.memory.get(Order, fault.out_trade_no)
        if order is None:
            return web.json_response({"error": "there is no such order"}, status=404)
        self.provider.forge(order.channel, order.notify_url, order.out_trade_no)
        return web.json_response({"asked": fault.kind})

    async def open_claim(self, request: web.Request) -> web.Response:
        """Somebody lies in a hospital: `{"hospital": "…"}`, under the digest of the id number."""
        said, digest = await _read(request), request.match_info["digest"]
        self.memory.put(digest, Claim(id_digest=digest, hospital=str(said["hospital"])))
        return web.json_response({"open": True})

    async def close_claim(self, request: web.Request) -> web.Response:
        self.memory.drop(Claim, request.match_info["digest"])
        return web.json_response({"open": False})

    # -- callbacks

    async def deliver(self) -> int:
        """Send what is due now; answer how many were sent."""
        now = self.provider.now().timestamp()
        due = [each for each in self.memory.every(Callback) if each.due_at <= now]
        for owed in due:
            answers = [await self._try(owed) for _ in range(owed.copies)]
            owed.tries, owed.copies = owed.tries + 1, 1
            if any(answers) or owed.forged or owed.tries > len(AGAIN_AFTER_S):
                self.memory.drop(Callback, owed.id)
                continue
            owed.due_at = now + AGAIN_AFTER_S[owed.tries - 1] * self._pace
            self.memory.put(owed.id, owed)
        return len(due)

    async def run(self) -> None:
        """Call back for ever."""
        while True:
            await self.deliver()
            await asyncio.sleep(LOOKS_EVERY_S)

    async def _try(self, owed: Callback) -> bool:
        wire = self.alipay if owed.channel is ChannelName.ALIPAY else self.wechat
        headers, body = wire.callback(owed)
        try:
            status, said = await self._send(owed.url, headers, body)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            log.warning("callback %s: %s", owed.id, type(error).__name__)
            return False
        log.info("callback %s: %s", owed.id, status)
        return wire.is_taken(status, said)

    async def _over_http(
        self, url: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, bytes]:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=ANSWERED_WITHIN_S)
            )
        async with self._session.post(
            url, data=body, headers=headers, allow_redirects=False
        ) as answer:
            return answer.status, await answer.read()

    @asynccontextmanager
    async def listening(self, port: int = 0) -> AsyncIterator[str]:
        """On the loopback; gives its address."""
        runner = web.AppRunner(self.application(), access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        host, taken = runner.addresses[0][:2]
        try:
            yield f"http://{host}:{taken}"
        finally:
            await runner.cleanup()
            if self._session is not None:
                await self._session.close()


async def serve(gateway: Gateway, port: int, stopping: asyncio.Event) -> None:
    """Listen and call back until told to stop."""
    async with gateway.listening(port):
        running = asyncio.create_task(gateway.run())
        await stopping.wait()
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


def _cannot(reason: CannotPay) -> web.Response:
    return web.json_response({"error": str(reason)}, status=ANSWERS.get(str(reason), 409))


async def _read(request: web.Request) -> dict[str, Any]:
    content = await request.read()
    said = msgspec.json.decode(content or b"{}")
    return said if isinstance(said, dict) else {}
