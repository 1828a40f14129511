"""移动医保支付: what must hold of a mixed order before it is taken."""

import re
from typing import Any

from backend.local.gateway import keys as identities
from backend.local.gateway.keys import Keys
from backend.local.gateway.memory import Memory, Mixed, Order, Settlement
from backend.local.gateway.provider import new_number
from backend.local.gateway.wechat.signed import No
from backend.payments.channels import signing

ID_DIGEST = re.compile(r"[0-9a-f]{32}")


def order_of(memory: Memory, said: dict[str, Any]) -> Mixed:
    """:raises No: an equation does not hold, or it is not what was settled in advance"""
    gov, account, other = (said[f"med_ins_{part}_fee"] for part in ("gov", "self", "other"))
    added = sum(each["cash_add_fee"] for each in said.get("cash_add_detail", ()))
    reduced = sum(each["cash_reduce_fee"] for each in said.get("cash_reduce_detail", ()))
    total, cash, owed = (
        said["total_fee"],
        said["wechat_pay_cash_fee"],
        said["med_ins_cash_fee"],
    )
    if not (
        total == gov + account + other + cash + reduced
        and total == gov + account + other + owed + added
        and cash == owed + added - reduced
        and said["mix_pay_type"] == ("CASH_AND_INSURANCE" if cash else "INSURANCE_ONLY")
    ):
        raise No(400, "PARAM_ERROR", "amounts")
    order = memory.get(Order, said["out_trade_no"])
    prepay_id = order.prepay_id if order is not None else ""
    if cash and (prepay_id != said["prepay_id"] or order is None or order.total != cash):
        raise No(400, "PARAM_ERROR", "prepay_id")
    settlement = memory.get(Settlement, said["pay_order_id"])
    if settlement is not None and (
        settlement.pay_auth_no != said["pay_auth_no"]
        or (settlement.gov, settlement.account, settlement.other) != (gov, account, other)
    ):
        raise No(400, "MED_INS_ORDER_ERROR")
    return Mixed(
        out_trade_no=said["out_trade_no"],
        mix_trade_no=new_number("20"),
        mix_pay_type=said["mix_pay_type"],
        pay_order_id=said["pay_order_id"],
        gov=gov,
        account=account,
        other=other,
        cash=cash,
        total=total,
        callback_url=said["callback_url"],
        own="CREATED" if cash else "NO",
    )


def check_names(keys: Keys, serial: str, said: dict[str, Any]) -> None:
    """:raises No: they were encrypted for somebody else, or are none"""
    if serial != identities.PLATFORM_SERIAL:
        raise No(400, "PARAM_ERROR", "Wechatpay-Serial")
    people = [said["payer"], *([said["relative"]] if said["pay_for_relatives"] else [])]
    for person in people:
        try:
            name, digest = (
                signing.read_by(keys.wechat, person[part]) for part in ("name", "id_digest")
            )
        except signing.NotReadable:
            raise No(400, "PARAM_ERROR", "payer") from None
        if not name or not ID_DIGEST.fullmatch(digest):
            raise No(400, "PARAM_ERROR", "id_digest")
