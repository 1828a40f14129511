"""The bill of a day (交易账单): a table with a Chinese head, a grave accent before each value."""

import csv
import hashlib
import io
from collections.abc import Iterator
from datetime import datetime

from backend.core import calendar
from backend.payments.channels import About, BillLine, Transient
from backend.payments.channels.money import fen_of

SUMMARY = "总交易单数"


def read(content: bytes, *, digest: str) -> list[BillLine]:
    """:raises Transient: it came in pieces, or in another shape than we know"""
    if hashlib.sha1(content, usedforsecurity=False).hexdigest() != digest.lower():
        raise Transient("digest")
    try:
        return list(_lines(content.decode("utf-8-sig")))
    except (KeyError, ValueError):
        raise Transient("shape of the bill") from None


def _lines(text: str) -> Iterator[BillLine]:
    for said in csv.DictReader(io.StringIO(text)):
        first = next(iter(said.values()))
        if first is not None and first.startswith(SUMMARY):
            return
        line = {name: (value or "").removeprefix("`") for name, value in said.items()}
        is_refund = line["交易状态"] == "REFUND"
        if not is_refund and line["交易状态"] != "SUCCESS":
            continue
        yield BillLine(
            about=About.REFUND if is_refund else About.PAYMENT,
            trade_no=line["商户退款单号" if is_refund else "商户订单号"],
            channel_trade_no=line["微信退款单号" if is_refund else "微信订单号"],
            fen=fen_of(line["申请退款金额" if is_refund else "订单金额"]),
            at=datetime.strptime(line["交易时间"], "%Y-%m-%d %H:%M:%S").replace(
                tzinfo=calendar.SHANGHAI
            ),
        )
    raise ValueError(SUMMARY)  # without its last lines it is not the whole bill
