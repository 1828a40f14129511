"""What the day costs: no bill before what was odd is decided, then one for each; who sees what."""

from datetime import datetime
from functools import partial
from typing import Any

from backend.core.money import yuan
from tests.day.phone import Phone, wait_for
from tests.day.saying import FATHER, Day
from tests.day.story import Story


def is_not_billed_yet(story: Story, day: Day) -> None:
    """HB-15: nothing is charged for a visit while somebody has to look at it."""
    books = story.phone("song", trusted_by="qian")
    newest = _bills(story, books, day.residents[FATHER])
    story.check("签到例外未处理，先不计费（HB-15）", not newest)


def is_billed(story: Story, day: Day) -> None:
    """What was approved is billed: each resident for the round, 何阿婆 for hers."""
    books = story.phone("song")
    story.note("例外批准后，账单随即生成（HB-15、IM-06、HB-17 示例价格）")
    bills = {}
    for name, person_id in ((FATHER, day.residents[FATHER]), ("何阿婆", day.f_id)):
        (bill,) = wait_for(f"a bill of {name}", partial(_bills, story, books, person_id))
        bills[name] = story.get(books, f"/v1/payables/{bill['id']}", shows=_lines)
    of_the_father = bills[FATHER]
    day.bill_id = of_the_father["id"]
    story.check(
        "每一行都说明所属服务、项目与规则",
        all(each["visit_id"] and each["item"] and each["rule"] for each in of_the_father["lines"]),
    )
    door = [each for each in of_the_father["lines"] if each["item"] == "DOOR_FEE_INSTITUTION"]
    story.check("机构巡诊的上门费为 0.00", [each["amount_fen"] for each in door] == [0])
    rounds = [each for each in bills["何阿婆"]["lines"] if each["item"] == "S115"]
    story.check("家庭病床巡诊费每医生每日一次", [each["rule"] for each in rounds] == ["HB-15"])
    story.check("都标明是示例价格", all(each["is_sample"] for each in bills.values()))


def sees_the_bill(story: Story, daughter: Phone, day: Day) -> None:
    story.step("4", "待付款：本次巡诊的账单，上门费 0.00；锁屏上没有项目名称")
    told = story.told(daughter, "payable_opened", about=day.bill_id)
    story.check("只说有待付款", "元" not in told["body"] and "巡诊" not in told["body"])
    owed = story.get(
        daughter,
        "/v1/payables?status=OPEN",
        shows=lambda said: f"{len(said['items'])} 笔待付款",
    )
    story.check("父亲的账单在里面", day.bill_id in [each["id"] for each in owed["items"]])
    bill = story.get(daughter, f"/v1/payables/{day.bill_id}", shows=_lines)
    story.check("金额、机构、类别、日期都在", bill["total_fen"] > 0 and bill["organization_name"])
    story.get(
        story.phone("wang"),
        f"/v1/payables/{day.bill_id}",
        shows=lambda said: f"养老院只看到类别 {'、'.join(said['classes'])}（PY-13）",
    )


def _bills(story: Story, books: Phone, person_id: str) -> list[Any]:
    """What was billed to somebody since the day began."""
    answer = books.ask("GET", f"/v1/payables?person_id={person_id}&limit=20")
    return [
        each
        for each in answer.json()["items"]
        if datetime.fromisoformat(each["recorded_at"]) >= story.begun
    ]


def _lines(bill: Any) -> str:
    lines = "，".join(
        f"{each['name'] or each['service_class']} {yuan(each['amount_fen'])}（{each['rule']}）"
        for each in bill["lines"]
    )
    return f"{bill['person_name']} 合计 {yuan(bill['total_fen'])} 元：{lines}"
