"""The pretend providers of `make up` in this process: they call back to the application itself."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import msgspec

from backend.local.gateway import keys
from backend.local.gateway.memory import Fault
from backend.local.gateway.provider import Provider, opened
from backend.local.gateway.server import Gateway
from backend.payments import channels
from backend.payments.channels import Channel, InsurancePort
from backend.payments.channels.opened import of
from backend.payments.lifecycle.statuses import ChannelName
from backend.settings import settings

PUBLIC_URL = "http://bedside"


class Money:
    """`answered` keeps what the application said to each callback."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.gateway = Gateway(provider, send=self._send)
        self.channels: Mapping[ChannelName, Channel] = {}
        self.insurance: InsurancePort | None = None
        self.application: httpx.AsyncClient | None = None
        self.answered: list[int] = []
        self.sent: list[tuple[str, dict[str, str], bytes]] = []

    def pay(self, out_trade_no: str, *, by: str = "payer") -> None:
        """Pay as the payer's app would. Nobody is told before `deliver`."""
        self.provider.pay(out_trade_no, by=by)

    def open(self, order_string: str) -> str:
        """Open at 支付宝 what the payer's app was handed; answers the number of the order."""
        return self.gateway.alipay.open(order_string)

    def pay_opened(self, order_string: str, *, by: str = "payer") -> None:
        """Open it, and pay."""
        self.pay(self.open(order_string), by=by)

    def fault(
        self, kind: str, *, times: int = 1, out_trade_no: str = "", leg: str = "insurance"
    ) -> None:
        """Let something go wrong, see `Gateway.ask_fault`."""
        self.provider.ask_fault(Fault(kind=kind, times=times, out_trade_no=out_trade_no, leg=leg))

    async def deliver(self, to: httpx.AsyncClient | None = None) -> int:
        """Send the callbacks that are due to the application; nobody else sends them."""
        self.application = to
        return await self.gateway.deliver()

    def use(self) -> None:
        """Let this process have its channels here, whatever it had."""
        channels.use(self.channels, insurance=self.insurance)

    def forget(self) -> None:
        """Nothing was ever ordered; and this process speaks to these, whatever a test used."""
        self.use()
        self.provider.memory.forget()
        self.answered.clear()
        self.sent.clear()

    async def _send(self, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        self.sent.append((url, dict(headers), body))
        if self.application is None:
            return 200, b"success"
        answer = await self.application.post(urlsplit(url).path, content=body, headers=headers)
        self.answered.append(answer.status_code)
        return answer.status_code, answer.content


@asynccontextmanager
async def money() -> AsyncIterator[Money]:
    """Listens on the loopback, and this process has its channels open to it."""
    ours = Path(settings().keys_folder)
    provider = opened(":memory:", keys.make(ours, ours.parent / "gateway"))
    opened_money = Money(provider)
    async with opened_money.gateway.listening() as address:
        told = {"PUBLIC_URL": PUBLIC_URL, **keys.settings(address)}
        said = {name.lower(): value for name, value in told.items()}
        said_all = msgspec.structs.replace(settings(), **said).check()
        opened_money.channels, opened_money.insurance = of(said_all)
        try:
            yield opened_money
        finally:
            opened_money.use()
            await channels.close()
            channels.use({}, insurance=None)
            provider.memory.close()
