"""What 移动医保支付 is told of an order with an insurance leg (PY-04, PY-05, PY-10)."""

from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from backend.core import calendar, clock
from backend.payments.channels import Person, Placing, Refused, signing
from backend.payments.channels.insurance import Institution
from backend.payments.lifecycle.legs import Legs

CITY_ID = "310000"


def said(
    placing: Placing,
    *,
    appid: str,
    institution: Institution,
    notices_url: str,
    key: RSAPublicKey,
    prepay_id: str | None,
) -> dict[str, Any]:
    """:raises Refused: nobody is named, or nothing was settled in advance"""
    settlement = placing.settlement
    if settlement is None or placing.payer is None:
        raise Refused("PARAM_ERROR")
    told: dict[str, Any] = {
        "mix_pay_type": placing.legs.mix_type,
        "order_type": placing.order_type,
        "appid": appid,
        "payer": _named(placing.payer, key),
        "pay_for_relatives": placing.relative is not None,
        "out_trade_no": placing.out_trade_no,
        "serial_no": placing.out_trade_no,
        "pay_order_id": settlement.pay_order_id,
        "pay_auth_no": settlement.pay_auth_no,
        "city_id": CITY_ID,
        "med_inst_name": institution.name,
        "med_inst_no": institution.code,
        "med_ins_order_create_time": moment(clock.now()),
        "callback_url": notices_url,
        **_amounts(placing.legs),
    }
    if placing.relative is not None:
        told["relative"] = _named(placing.relative, key)
    if prepay_id is not None:
        told["prepay_id"] = prepay_id
    return told


def moment(at: datetime) -> str:
    """As they write it."""
    return at.astimezone(calendar.SHANGHAI).isoformat(timespec="seconds")


def _amounts(legs: Legs) -> dict[str, Any]:
    found: dict[str, Any] = {
        "total_fee": legs.total_fen,
        "med_ins_gov_fee": legs.gov_fen,
        "med_ins_self_fee": legs.self_fen,
        "med_ins_other_fee": legs.other_fen,
        "med_ins_cash_fee": legs.ins_cash_fen,
        "wechat_pay_cash_fee": legs.pay_cash_fen,
    }
    if legs.add:
        found["cash_add_detail"] = [
            {"cash_add_fee": each.fen, "cash_add_type": each.type} for each in legs.add
        ]
    if legs.reduce:
        found["cash_reduce_detail"] = [
            {"cash_reduce_fee": each.fen, "cash_reduce_type": each.type} for each in legs.reduce
        ]
    return found


def _named(person: Person, key: RSAPublicKey) -> dict[str, str]:
    """PY-10: both are read by the platform alone."""
    return {
        "name": signing.for_eyes_of(key, person.name),
        "id_digest": signing.for_eyes_of(key, person.id_digest),
        "card_type": "ID_CARD",
    }
