"""The bill of a day as each provider writes it: what was paid, and what was given back."""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime

from backend.core import calendar
from backend.core.money import yuan
from backend.local.gateway import keys as identities
from backend.local.gateway.memory import Back, Memory, Order
from backend.payments.channels.alipay.app import shown
from backend.payments.lifecycle.statuses import ChannelName

GB = "gb18030"
WECHAT_HEAD = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,"
    "付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,"
    "退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注"
)
WECHAT_SUMMARY = (
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
)
ALIPAY_HEAD = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,"
    "对方账户,订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,"
    "券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,"
    "分润（元）,备注"
)

Line = dict[str, str]


def of_wechat(memory: Memory, day: str) -> bytes | None:
    """A table with a grave accent before each value; None when nothing happened that day."""
    lines = list(_wechat_lines(memory, day))
    if not lines:
        return None
    marked = [{name: f"`{line.get(name, '')}" for name in WECHAT_HEAD.split(",")} for line in lines]
    summary = f"{WECHAT_SUMMARY}\r\n`{len(lines)},`0.00,`0.00,`0.00,`0.00000,`0.00,`0.00\r\n"
    return (_table(WECHAT_HEAD, marked) + summary).encode()


def of_alipay(memory: Memory, day: str) -> bytes | None:
    """Two tables in a zip; None when nothing happened that day."""
    lines = list(_alipay_lines(memory, day))
    if not lines:
        return None
    head = "#支付宝业务明细查询\r\n#业务明细列表开始\r\n"
    end = f"#{'-' * 41}业务明细列表结束{'-' * 36}\r\n"
    detail = f"{head}{_table(ALIPAY_HEAD, lines)}{end}"
    name = f"{identities.ALIPAY_SELLER}_{day.replace('-', '')}_业务明细"
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for ending, content in (("(汇总).csv", "#"), (".csv", detail)):
            packed.writestr(f"{name}{ending}", content.encode(GB))
    return file.getvalue()


def _table(head: str, lines: Sequence[Line]) -> str:
    text = io.StringIO()
    text.write(f"{head}\r\n")
    table = csv.writer(text, lineterminator="\r\n")
    table.writerows([line.get(name, "") for name in head.split(",")] for line in lines)
    return text.getvalue()


def _paid(memory: Memory, channel: ChannelName, day: str) -> Iterator[tuple[Order, datetime]]:
    for order in memory.every(Order):
        at = order.paid_at
        if order.channel is channel and at and calendar.on(at).isoformat() == day:
            yield order, at


def _given_back(
    memory: Memory, channel: ChannelName, day: str
) -> Iterator[tuple[Order, Back, datetime]]:
    for back in memory.every(Back):
        at, order = back.done_at, memory.get(Order, back.out_trade_no)
        is_done = back.channel is channel and back.state == "SUCCESS"
        if order and is_done and at and calendar.on(at).isoformat() == day:
            yield order, back, at


def _wechat_lines(memory: Memory, day: str) -> Iterator[Line]:
    for order, at in _paid(memory, ChannelName.WECHAT, day):
        yield _wechat_line(order, at) | {
            "交易状态": "SUCCESS",
            "订单金额": yuan(order.total),
            "申请退款金额": "0.00",
        }
    for order, back, at in _given_back(memory, ChannelName.WECHAT, day):
        yield _wechat_line(order, at) | {
            "交易状态": "REFUND",
            "微信退款单号": back.refund_id,
            "商户退款单号": back.out_refund_no,
            "订单金额": "0.00",
            "申请退款金额": yuan(back.fen),
            "退款状态": "SUCCESS",
        }


def _wechat_line(order: Order, at: datetime) -> Line:
    return {
        "交易时间": shown(at),
        "公众账号ID": identities.APPID,
        "商户号": identities.MCHID,
        "微信订单号": order.transaction_id,
        "商户订单号": order.out_trade_no,
        "交易类型": "APP",
        "货币种类": "CNY",
    }


def _alipay_lines(memory: Memory, day: str) -> Iterator[Line]:
    for order, at in _paid(memory, ChannelName.ALIPAY, day):
        yield _alipay_line(order, "交易", order.total, at)
    for order, back, at in _given_back(memory, ChannelName.ALIPAY, day):
        line = _alipay_line(order, "退款", -back.fen, at)
        yield line | {"退款批次号/请求号": f"{back.out_refund_no}\t"}


def _alipay_line(order: Order, kind: str, fen: int, at: datetime) -> Line:
    return {
        "支付宝交易号": f"{order.transaction_id}\t",
        "商户订单号": f"{order.out_trade_no}\t",
        "业务类型": kind,
        "创建时间": shown(order.made_at),
        "完成时间": shown(at),
        "订单金额（元）": yuan(fen),
        "商家实收（元）": yuan(fen),
    }
