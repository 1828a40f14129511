"""The bill of a day (业务明细): tables in a zip, in the encoding of another age."""

import csv
import io
import zipfile
from collections.abc import Iterator

from backend.payments.channels import About, BillLine, Transient
from backend.payments.channels.alipay.app import read_moment
from backend.payments.channels.calls import FILE_BYTES_MAX
from backend.payments.channels.money import fen_of

ENCODING = "gb18030"
DETAIL, SUMMARY = "业务明细", "汇总"
END = "#-----------------------------------------业务明细列表结束"
KINDS = {"交易": About.PAYMENT, "退款": About.REFUND}


def read(content: bytes) -> list[BillLine]:
    """:raises Transient: it came in pieces, or in another shape than we know"""
    try:
        return list(_lines(_detail(content)))
    except (zipfile.BadZipFile, EOFError, KeyError, ValueError, StopIteration):
        raise Transient("shape of the bill") from None


def _detail(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        for info in file.infolist():
            name = info.filename
            if not info.flag_bits & 0x800:  # not policy: named in GBK, read as IBM's
                name = name.encode("cp437").decode(ENCODING)
            if DETAIL in name and SUMMARY not in name:
                if info.file_size > FILE_BYTES_MAX:
                    raise ValueError("length")
                return file.read(info).decode(ENCODING)
    raise ValueError(DETAIL)


def _lines(text: str) -> Iterator[BillLine]:
    if END[-len("业务明细列表结束") :] not in text:
        raise ValueError("end")
    rows = [line for line in text.splitlines() if line and not line.startswith("#")]
    for said in csv.DictReader(rows):
        line = {name.strip(): (value or "").strip() for name, value in said.items() if name}
        about = KINDS[line["业务类型"]]
        is_refund = about is About.REFUND
        yield BillLine(
            about=about,
            trade_no=line["退款批次号/请求号" if is_refund else "商户订单号"],
            channel_trade_no=line["支付宝交易号"],
            fen=fen_of(line["订单金额（元）"].removeprefix("-" if is_refund else "")),
            at=read_moment(line["完成时间"]),
        )
