"""Ms. 周 pays (23.2, 5 to 9): sources, the lock, half a success, no callback, and two who pay."""

from typing import Any

import httpx

from backend.core.money import yuan
from tests.day.phone import Phone, wait_for
from tests.day.saying import Day, clock_time
from tests.day.story import Story, new_id


def pays_the_bill(story: Story, daughter: Phone, brother: Phone, day: Day) -> None:
    gateway = story.system.environment.get("GATEWAY")
    if gateway is None:
        story.note("此环境没有模拟支付渠道，跳过支付")
        return
    story.step("5", "报价：家庭共济先用父亲自己的结余，再用她的；她还是选现金")
    with_aid = _quote(story, daughter, day, use_mutual_aid=True)
    quote = _quote(story, daughter, day)
    legs = quote["legs"]
    story.check("金额来自医保接口，不是估算（PY-14）", not quote["is_estimated"])
    story.check("共济之后她少付", with_aid["legs"]["pay_cash_fen"] < legs["pay_cash_fen"])
    story.check(
        "三个等式成立（PY-04）",
        legs["total_fen"]
        == legs["gov_fen"] + legs["self_fen"] + legs["other_fen"] + legs["pay_cash_fen"],
    )
    story.step("6", "下单：账单锁给她三十分钟")
    order = _order(story, daughter, day, quote)

    story.step("7", "弟弟打开同一张账单：正在由周*支付（PY-09）")
    said = _said(day, quote)
    refused = story.put(
        brother, f"/v1/orders/{new_id()}", said, expects=409, code="payment_in_progress"
    )
    story.check("只看到姓氏", refused["facts"]["by"] == "周*")

    story.step("8", "现金失败、医保已扣：医保撤销，账单重新可付（PY-07）")
    _channel(gateway, "/faults", {"kind": "half", "leg": "cash", "out_trade_no": _number(order)})
    _channel(gateway, f"/pay/{_number(order)}", {"by": daughter.name})
    wait_for("the reversal", lambda: _order_now(daughter, order)["status"] == "FAILED")
    told = story.told(daughter, "payment_reversed", about=day.bill_id)
    story.check("告诉她未扣款", told["body"].startswith("未扣款成功，医保已撤销"))

    _both_pay(story, daughter, brother, day, gateway)
    story.get(
        daughter,
        f"/v1/payables/{day.bill_id}",
        shows=lambda said: f"已付 {yuan(said['total_fen'])} 元",
    )
    story.put(
        brother,
        f"/v1/quotes/{new_id()}",
        {"payable_id": day.bill_id},
        expects=409,
        code="not_owed",
    )


def _both_pay(story: Story, daughter: Phone, brother: Phone, day: Day, gateway: str) -> None:
    """Nobody calls back: what the channel took is found by asking, his before hers."""
    story.step("9", "弟弟付了，回调丢失，渠道又正忙：他以为没成就放弃；她再付，也成功（PY-09）")
    his = _order(story, brother, day, _quote(story, brother, day))
    _is_paid_in_silence(gateway, his, by=brother)
    _channel(gateway, "/faults", {"kind": "away", "times": 2})  # it is asked to close, and asked
    story.put(
        brother,
        f"/v1/orders/{his['id']}/cancellation",
        shows=lambda said: f"放弃，{said['status']}",
    )
    hers = _order(story, daughter, day, _quote(story, daughter, day))
    _is_paid_in_silence(gateway, hers, by=daughter)
    paid = wait_for(
        "his payment", lambda: (now := _order_now(brother, his))["status"] == "PAID" and now
    )
    story.check("轮询查到他医保与自费都成功（PY-06）", paid["mix_status"] == "SUCCESS")
    back = wait_for("hers to go back", lambda: _order_now(daughter, hers)["status"] == "RETURNED")
    story.told(daughter, "payment_undue", about=day.bill_id)
    story.told(brother, "payment_twice", about=day.bill_id)
    story.told(daughter, "refund_made")
    story.check("后到的一笔自动退回，账上净一笔", back)


def _is_paid_in_silence(gateway: str, order: Any, *, by: Phone) -> None:
    _channel(gateway, "/faults", {"kind": "drop", "times": 2, "out_trade_no": _number(order)})
    _channel(gateway, f"/pay/{_number(order)}", {"by": by.name})


def _quote(story: Story, payer: Phone, day: Day, **more: bool) -> Any:
    return story.put(
        payer, f"/v1/quotes/{new_id()}", {"payable_id": day.bill_id, **more}, shows=_sources
    )


def _said(day: Day, quote: Any) -> dict[str, Any]:
    return {"payable_id": day.bill_id, "quote_number": quote["number"], "channel": "wechat"}


def _order(story: Story, payer: Phone, day: Day, quote: Any) -> Any:
    order = story.put(
        payer,
        f"/v1/orders/{new_id()}",
        _said(day, quote),
        shows=lambda said: f"锁到 {clock_time(said['expires_at'])}",
    )
    story.check("手机拿到渠道要的参数", order["pay"])
    return order


def _order_now(payer: Phone, order: Any) -> Any:
    return payer.ask("GET", f"/v1/orders/{order['id']}").json()


def _number(order: Any) -> str:
    return str(order["out_trade_no"])


def _channel(gateway: str, path: str, said: dict[str, Any]) -> None:
    """What happens at 微信支付, on the payer's phone or on a bad day."""
    httpx.post(gateway + path, json=said, timeout=5).raise_for_status()


def _sources(quote: Any) -> str:
    legs = quote["legs"]
    return (
        f"统筹 {yuan(legs['gov_fen'])}，个账 {yuan(legs['self_fen'])}"
        f"（其中共济 {yuan(legs['aid_fen'])}），自付 {yuan(legs['pay_cash_fen'])}"
    )
