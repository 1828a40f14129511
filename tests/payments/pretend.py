"""A pretend channel and a pretend insurance that keep a truth of their own, and can be away.

What was taken and given back stands in `taken` and `back`, in fen by number: a test compares it
with the books. `away` answers nobody; `loses` does what it is told and never says so.
"""

# ruff: noqa: ARG002 - it speaks the whole protocol

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import msgspec

from backend.payments import channels
from backend.payments.channels import (
    BillLine,
    Fee,
    Forged,
    Notice,
    Person,
    Placed,
    Placing,
    PreSettled,
    RefundState,
    Refused,
    State,
    Transient,
)
from backend.payments.lifecycle.legs import MixType
from backend.payments.lifecycle.statuses import ChannelName, LegStatus

KEY = b"pretend"


@dataclass
class Trade:
    """One order, as the channel has it."""

    placing: Placing
    cash: LegStatus
    insurance: LegStatus
    is_closed: bool = False
    cash_fen: int = 0


@dataclass
class PretendInsurance:
    """Pays what it was told to of whatever it is asked."""

    gov_fen: int = 0
    self_fen: int = 0
    aid_fen: int = 0
    away: bool = False
    loses: bool = False
    settled: dict[str, int] = field(default_factory=dict)
    taken: dict[str, int] = field(default_factory=dict)
    back: dict[str, int] = field(default_factory=dict)
    asked: list[tuple[Person, Person | None, Sequence[Fee]]] = field(default_factory=list)
    fails: bool = False

    def _here(self) -> None:
        if self.away:
            raise Transient

    async def pre_settle(
        self,
        *,
        out_trade_no: str,
        insured: Person,
        fees: Sequence[Fee],
        is_outpatient: bool,
        aid_from: Person | None = None,
    ) -> PreSettled:
        self._here()
        self.asked.append((insured, aid_from, fees))
        total = sum(fee.amount_fen for fee in fees)
        gov = min(self.gov_fen, total)
        own = min(self.self_fen, total - gov)
        aid = min(self.aid_fen, total - gov - own) if aid_from else 0
        self.settled[f"P{out_trade_no}"] = gov + own + aid
        return PreSettled(
            gov_fen=gov,
            self_fen=own + aid,
            aid_fen=aid,
            other_fen=0,
            cash_fen=total - gov - own - aid,
            pay_order_id=f"P{out_trade_no}",
            pay_auth_no=f"A{out_trade_no}",
        )

    async def settle(self, *, pay_order_id: str, out_trade_no: str) -> LegStatus:
        self._here()
        if self.fails:
            return LegStatus.FAIL
        if pay_order_id not in self.taken:
            self.take(pay_order_id)
        if self.loses:
            raise Transient
        return LegStatus.SUCCESS

    async def ask(self, *, pay_order_id: str) -> LegStatus:
        self._here()
        if self.fails:
            return LegStatus.FAIL
        return LegStatus.SUCCESS if pay_order_id in self.taken else LegStatus.CREATED

    async def reverse(self, *, pay_order_id: str, out_refund_no: str, fen: int) -> None:
        self._here()
        assert pay_order_id in self.taken
        self.back[out_refund_no] = fen
        if self.loses:
            raise Transient

    async def has_open_inpatient_claim(self, insured: Person) -> str | None:
        return None

    async def close_session(self) -> None: ...

    def take(self, pay_order_id: str) -> None:
        """What was settled in advance is taken once."""
        assert pay_order_id not in self.taken
        self.taken[pay_order_id] = self.settled[pay_order_id]


@dataclass
class PretendChannel:
    insurance: PretendInsurance
    takes: frozenset[MixType] = frozenset(MixType)
    away: bool = False
    loses: bool = False
    refuses: bool = False
    refunds_fail: bool = False
    trades: dict[str, Trade] = field(default_factory=dict)
    taken: dict[str, int] = field(default_factory=dict)
    back: dict[str, int] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    calls: int = 0

    def _here(self) -> None:
        self.calls += 1
        if self.away:
            raise Transient

    async def place(self, placing: Placing) -> Placed:
        self._here()
        if self.refuses:
            raise Refused("ORDER_REFUSED")
        legs = placing.legs
        self.trades.setdefault(
            placing.out_trade_no,
            Trade(
                placing,
                LegStatus.CREATED if legs.pay_cash_fen else LegStatus.NONE,
                LegStatus.CREATED if legs.insured_fen else LegStatus.NONE,
            ),
        )
        if self.loses:
            raise Transient
        return Placed(
            channel_trade_no=f"C{placing.out_trade_no}"[:32], pay={"prepay": placing.out_trade_no}
        )

    async def ask(self, out_trade_no: str, *, expires_at: datetime | None = None) -> State:
        self._here()
        return self.state(out_trade_no)

    async def close(self, out_trade_no: str) -> None:
        self._here()
        trade = self.trades.get(out_trade_no)
        if trade and LegStatus.SUCCESS not in (trade.cash, trade.insurance):
            trade.is_closed = True

    async def refund(
        self, *, out_trade_no: str, out_refund_no: str, fen: int, total_fen: int
    ) -> RefundState:
        self._here()
        if self.refunds_fail:
            return RefundState(out_refund_no=out_refund_no, status=LegStatus.FAIL, fen=fen)
        given = sum(f for number, f in self.back.items() if number.startswith(out_trade_no))
        again = f"{out_trade_no}:{out_refund_no}" in self.back
        assert again or given + fen <= self.taken[out_trade_no], "more than was taken"
        self.back[f"{out_trade_no}:{out_refund_no}"] = fen
        if self.loses:
            raise Transient
        return RefundState(out_refund_no=out_refund_no, status=LegStatus.REFUND, fen=fen)

    async def ask_refund(self, *, out_trade_no: str, out_refund_no: str) -> RefundState:
        self._here()
        fen = self.back[f"{out_trade_no}:{out_refund_no}"]
        return RefundState(out_refund_no=out_refund_no, status=LegStatus.REFUND, fen=fen)

    async def tell_insurance_refund(
        self,
        *,
        out_trade_no: str,
        out_refund_no: str,
        fen: int,
        self_fen: int = 0,
        other_fen: int = 0,
    ) -> None:
        self._here()
        self.told.append(out_refund_no)

    async def bill(self, day: date) -> Sequence[BillLine]:
        return []

    def read_notice(self, *, headers: Mapping[str, str], body: bytes, now: datetime) -> Notice:
        signature = headers.get("x-signature", "")
        if not hmac.compare_digest(signature, hmac.new(KEY, body, "sha256").hexdigest()):
            raise Forged("signature")
        said = msgspec.json.decode(body, type=Callback)
        state = said.payment or said.refund
        assert state is not None
        return Notice(notice_id=said.notice_id, nonce=said.nonce, state=state)

    def answer(self, *, taken: bool) -> tuple[int, str, bytes]:
        return (200, "text/plain", b"success") if taken else (401, "text/plain", b"fail")

    async def close_session(self) -> None: ...

    # What happens on the payer's phone, and at the channel.

    def pay(self, out_trade_no: str, *, cash: bool = True, insured: bool = True) -> bool:
        """Somebody confirms it; whether the channel let them."""
        trade = self.trades.get(out_trade_no)
        if trade is None or trade.is_closed:
            return False
        if LegStatus.CREATED not in (trade.cash, trade.insurance):
            return False
        legs = trade.placing.legs
        if trade.cash is LegStatus.CREATED:
            trade.cash = LegStatus.SUCCESS if cash else LegStatus.FAIL
        if trade.insurance is LegStatus.CREATED:
            trade.insurance = LegStatus.SUCCESS if insured else LegStatus.FAIL
        if trade.cash is LegStatus.SUCCESS:
            self.taken[out_trade_no] = trade.cash_fen = legs.pay_cash_fen
        if trade.insurance is LegStatus.SUCCESS:
            assert trade.placing.settlement is not None
            self.insurance.take(trade.placing.settlement.pay_order_id)
        return True

    def state(self, out_trade_no: str) -> State:
        trade = self.trades.get(out_trade_no)
        if trade is None:
            return State(
                out_trade_no=out_trade_no,
                mix=LegStatus.FAIL,
                cash=LegStatus.NONE,
                insurance=LegStatus.NONE,
                is_over=True,
            )
        legs = [leg for leg in (trade.cash, trade.insurance) if leg is not LegStatus.NONE]
        over = trade.is_closed or LegStatus.CREATED not in legs
        mix = LegStatus.CREATED
        if over:
            mix = LegStatus.SUCCESS if set(legs) == {LegStatus.SUCCESS} else LegStatus.FAIL
        return State(
            out_trade_no=out_trade_no,
            mix=mix,
            cash=trade.cash,
            insurance=trade.insurance,
            is_over=over,
            cash_fen=trade.cash_fen or None,
            insurance_fen=trade.placing.legs.insured_fen or None,
        )

    def notice(self, out_trade_no: str, *, notice_id: str, nonce: str) -> tuple[bytes, str]:
        """A callback as the channel sends it: body and signature."""
        return signed(Callback(notice_id=notice_id, nonce=nonce, payment=self.state(out_trade_no)))


class Callback(msgspec.Struct, kw_only=True):
    notice_id: str
    nonce: str
    payment: State | None = None
    refund: RefundState | None = None


def signed(said: Callback) -> tuple[bytes, str]:
    body = msgspec.json.encode(said)
    return body, hmac.new(KEY, body, "sha256").hexdigest()


def use() -> PretendChannel:
    """This process speaks to a pretend WeChat Pay and a pretend insurance from now on."""
    made = PretendChannel(PretendInsurance())
    channels.use({ChannelName.WECHAT: made}, insurance=made.insurance)
    return made
