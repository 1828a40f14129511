"""What 微信支付 says of an order, of a mixed one, of a refund."""

from datetime import datetime
from typing import Any

from backend.core import calendar
from backend.local.gateway import keys as identities
from backend.local.gateway.memory import Back, Mixed, Order


def trade(order: Order) -> dict[str, Any]:
    is_paid = order.paid_at is not None
    return {
        "appid": identities.APPID,
        "mchid": identities.MCHID,
        "out_trade_no": order.out_trade_no,
        "trade_state": order.state,
        "trade_state_desc": order.state,
        "trade_type": "APP",
        "attach": order.attach,
        "amount": {"total": order.total, "currency": "CNY"},
        **({"transaction_id": order.transaction_id} if is_paid else {}),
        **({"success_time": moment(order.paid_at)} if order.paid_at else {}),
    }


def mixed(mixed: Mixed) -> dict[str, Any]:
    return {
        "mix_trade_no": mixed.mix_trade_no,
        "mix_pay_status": f"MIX_PAY_{mixed.mix}",
        "self_pay_status": _said(mixed.own, "SELF_PAY"),
        "med_ins_pay_status": _said(mixed.insured, "MED_INS_PAY"),
        "mix_pay_type": mixed.mix_pay_type,
        "appid": identities.APPID,
        "out_trade_no": mixed.out_trade_no,
        "total_fee": mixed.total,
        "med_ins_gov_fee": mixed.gov,
        "med_ins_self_fee": mixed.account,
        "med_ins_other_fee": mixed.other,
        "wechat_pay_cash_fee": mixed.cash,
        "city_id": "310000",
        "med_inst_name": identities.INSTITUTION_NAME,
        "med_inst_no": identities.INSTITUTION_CODE,
        **({"paid_time": moment(mixed.paid_at)} if mixed.paid_at else {}),
    }


def back(back: Back) -> dict[str, Any]:
    return {
        "refund_id": back.refund_id,
        "out_refund_no": back.out_refund_no,
        "out_trade_no": back.out_trade_no,
        "create_time": moment(back.made_at),
        "status": back.state,
        "amount": {"refund": back.fen, "total": back.total, "currency": "CNY"},
        **({"success_time": moment(back.done_at)} if back.done_at else {}),
    }


def _said(state: str, head: str) -> str:
    return f"NO_{head}" if state == "NO" else f"{head}_{state}"


def moment(at: datetime) -> str:
    return at.astimezone(calendar.SHANGHAI).isoformat(timespec="seconds")
