"""Reading a callback of WeChat Pay: believed only when every one of its seals holds."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar

import msgspec

from backend.payments.channels import Forged, Notice, RefundState, State, signing
from backend.payments.channels.wechat.merchant import Merchant
from backend.payments.channels.wechat.shapes import Envelope, MixedOrder, RefundSaid, Trade
from backend.payments.lifecycle.statuses import LegStatus

NOTICE_BYTES_MAX = 2**16  # not policy: none of theirs comes near
TAKEN = (204, "application/json", b"")  # not policy: HTTP
NOT_TAKEN = (
    400,  # not policy: HTTP
    "application/json",
    '{"code":"FAIL","message":"失败"}'.encode(),
)

S = TypeVar("S")


def read(merchant: Merchant, *, headers: Mapping[str, str], body: bytes, now: datetime) -> Notice:
    """:raises Forged: whatever is wrong with it"""
    if len(body) > NOTICE_BYTES_MAX:
        raise Forged("length")
    named = {name.lower(): value for name, value in headers.items()}
    nonce = merchant.check(named, body, now=now)
    envelope = _read(body, Envelope)
    sealed = envelope.resource
    try:
        content = signing.open_sealed(
            merchant.secret,
            nonce=sealed.nonce,
            ciphertext=sealed.ciphertext,
            associated=sealed.associated_data,
        )
    except signing.NotReadable:
        raise Forged("sealed") from None
    try:
        state = _state(merchant, envelope.event_type, content)
    except ValueError:
        raise Forged("content") from None
    return Notice(notice_id=envelope.id, nonce=nonce, state=state)


def _state(merchant: Merchant, event: str, content: bytes) -> State | RefundState:
    match event.partition("."):
        case ("TRANSACTION", _, _):
            trade = _read(content, Trade)
            _is_for(merchant, mchid=trade.mchid, appid=trade.appid)
            if trade.amount is None or trade.transaction_id is None:
                raise Forged("content")
            state = trade.half() if trade.is_half else trade.state()
            return _fits(state, event, is_success=state.cash is LegStatus.SUCCESS)
        case ("MEDICAL_INSURANCE", _, _):
            mixed = _read(content, MixedOrder)
            _is_for(merchant, mchid=mixed.mchid or merchant.mchid, appid=mixed.appid)
            whole = _fits(mixed.state(), event, is_success=mixed.is_paid)
            return whole if whole.insurance_fen is not None else mixed.waiting()
        case ("REFUND", _, _):
            refund = _read(content, RefundSaid)
            _is_for(merchant, mchid=refund.mchid, appid=merchant.appid)
            back = refund.state()
            return _fits(back, event, is_success=back.status is LegStatus.REFUND)
    raise Forged("event")


def _fits(state: S, event: str, *, is_success: bool) -> S:
    """What it is called and what it says agree."""
    if event.endswith(".SUCCESS") is not is_success:
        raise Forged("event")
    return state


def _is_for(merchant: Merchant, *, mchid: str, appid: str) -> None:
    if (mchid, appid) != (merchant.mchid, merchant.appid):
        raise Forged("recipient")


def _read(content: bytes, shape: type[S]) -> S:
    try:
        return msgspec.json.decode(content, type=shape)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise Forged("content") from None
