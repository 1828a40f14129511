"""What becomes of orders, whoever asked for them: payment, closing, refunds, and who is told."""

import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Protocol

from backend.core import clock
from backend.local.gateway.keys import Keys
from backend.local.gateway.memory import (
    Back,
    Callback,
    Fault,
    Memory,
    Mixed,
    Order,
    Settlement,
)
from backend.payments.lifecycle.statuses import ChannelName

# 15 s, 15 s, 30 s, 3 min, 10 min, 20 min, 30 min three times, 1 h, 3 h three times, 6 h twice.
AGAIN_AFTER_S = (
    *(15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600),
    *(10800, 10800, 10800, 21600, 21600),
)


class CannotPay(Exception):
    """Why a payer cannot pay this, as the app would say it."""


class Wire(Protocol):
    """How one provider speaks."""

    def event(self, about: str, subject: str) -> tuple[str, bytes]:
        """The name and the content of what happened just now to an order or a refund."""


class Provider:
    """The truth of the other side."""

    def __init__(
        self, memory: Memory, keys: Keys, *, now: Callable[[], datetime] = clock.now
    ) -> None:
        self.memory = memory
        self.keys = keys
        self.now = now
        self.wires: dict[ChannelName, Wire] = {}

    # -- what a payer does

    def pay(self, out_trade_no: str, *, by: str) -> None:
        """Pay an order, all of its legs.

        :raises CannotPay: nobody can
        """
        with self.memory.together():
            order = self.memory.get(Order, out_trade_no)
            mixed = self.memory.get(Mixed, out_trade_no)
            if order is None and mixed is None:
                raise CannotPay("there is no such order")
            if order is not None:
                self._must_be_payable(order)
            if mixed is not None and mixed.mix != "CREATED":
                raise CannotPay(f"it is {mixed.mix}")
            failing = self.fault("half", out_trade_no) if mixed is not None else None
            if order is not None and not (failing and failing.leg == "cash"):
                self._take(order, by)
            if mixed is not None:
                self._settle(mixed, order, failing)

    def _must_be_payable(self, order: Order) -> None:
        if order.state != "NOTPAY":
            raise CannotPay(f"it is {order.state}")
        if order.expires_at is not None and self.now() > order.expires_at:
            raise CannotPay("it has expired")

    def _take(self, order: Order, by: str) -> None:
        order.state, order.paid_by, order.paid_at = "SUCCESS", by, self.now()
        self.memory.put(order.out_trade_no, order)
        self.tell(order.channel, order.notify_url, "PAYMENT", order.out_trade_no)

    def _settle(self, mixed: Mixed, order: Order | None, failing: Fault | None) -> None:
        settlement = self.memory.get(Settlement, mixed.pay_order_id)
        is_used = settlement is not None and settlement.state != "CREATED"
        mixed.own = "NO" if order is None else "SUCCESS"
        mixed.insured = "SUCCESS"
        if failing is not None and failing.leg == "cash":
            mixed.own = "FAIL"
        elif failing is not None or is_used:
            mixed.insured = "FAIL"
        mixed.mix = "FAIL" if failing is not None or is_used else "SUCCESS"
        mixed.paid_at = self.now()
        self.memory.put(mixed.out_trade_no, mixed)
        if settlement is not None and not is_used:
            settlement.state, settlement.settled_as = mixed.insured, mixed.out_trade_no
            self.memory.put(settlement.pay_order_id, settlement)
        if mixed.mix == "SUCCESS":  # of anything else WeChat tells nobody
            self.tell(ChannelName.WECHAT, mixed.callback_url, "MIXED", mixed.out_trade_no)

    # -- what a merchant asks for

    def close(self, order: Order) -> None:
        """Let nobody pay it any more."""
        with self.memory.together():
            order.state = "CLOSED"
            self.memory.put(order.out_trade_no, order)
            mixed = self.memory.get(Mixed, order.out_trade_no)
            if mixed is not None and mixed.mix == "CREATED":
                mixed.mix = mixed.own = mixed.insured = "FAIL"
                self.memory.put(mixed.out_trade_no, mixed)

    def give_back(self, order: Order, back: Back) -> Back:
        """Give some of the cash back; the caller has looked whether there is so much."""
        with self.memory.together():
            fails = self.fault("refund_fails", order.out_trade_no)
            back.state = "ABNORMAL" if fails else "SUCCESS"
            back.done_at = self.now()
            if not fails:
                order.refunded += back.fen
                if order.channel is ChannelName.WECHAT or order.refunded == order.total:
                    order.state = "REFUND"
                self.memory.put(order.out_trade_no, order)
                mixed = self.memory.get(Mixed, order.out_trade_no)
                if mixed is not None and order.refunded == order.total:
                    mixed.own = "REFUND"
                    self.is_back(mixed)
            self.memory.put(back.out_refund_no, back)
            if back.notify_url:
                self.tell(order.channel, back.notify_url, "REFUND", back.out_refund_no)
        return back

    def is_back(self, mixed: Mixed) -> None:
        """自费和医保均已退款."""
        if mixed.own in ("REFUND", "NO") and mixed.insured in ("REFUND", "NO"):
            mixed.mix = "REFUND"
        self.memory.put(mixed.out_trade_no, mixed)

    # -- who is told, and what goes wrong

    def tell(self, channel: ChannelName, url: str, about: str, subject: str) -> None:
        """Owe a callback. Faults of callbacks are decided here."""
        number = subject
        if about == "REFUND" and (back := self.memory.get(Back, subject)) is not None:
            number = back.out_trade_no
        if self.fault("drop", number):
            return
        delayed, repeated = self.fault("delay", number), self.fault("repeat", number)
        id_ = new_number("EV")
        event, content = self.wires[channel].event(about, subject)
        callback = Callback(
            id=id_,
            channel=channel,
            url=url,
            event=event,
            content=content,
            due_at=self.now().timestamp() + (delayed.seconds if delayed else 0),
            copies=int(repeated.seconds) or 10 if repeated else 1,
        )
        self.memory.put(id_, callback)

    def forge(self, channel: ChannelName, url: str, out_trade_no: str) -> None:
        """Say that an order was paid that was not, signed by nobody we know."""
        id_ = new_number("EV")
        event, content = self.wires[channel].event("FORGED", out_trade_no)
        callback = Callback(
            id=id_,
            channel=channel,
            url=url,
            event=event,
            content=content,
            due_at=self.now().timestamp(),
            forged=True,
        )
        self.memory.put(id_, callback)

    def fault(self, kind: str, out_trade_no: str = "") -> Fault | None:
        """The next fault of a kind for this order, used up once."""
        for fault in self.memory.every(Fault):
            if fault.kind != kind or fault.out_trade_no not in ("", out_trade_no):
                continue
            fault.times -= 1
            if fault.times > 0:
                self.memory.put(fault.id, fault)
            else:
                self.memory.drop(Fault, fault.id)
            return fault
        return None

    def ask_fault(self, fault: Fault) -> None:
        fault.id = new_number("F")
        self.memory.put(fault.id, fault)


def new_number(head: str) -> str:
    return head + secrets.token_hex(13).upper()


def opened(file: Path | str, keys: Keys) -> Provider:
    """A provider that remembers in that file."""
    return Provider(Memory(file), keys)
