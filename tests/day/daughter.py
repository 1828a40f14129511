"""Ms. 周, a day of 23.2: what she may see of her father, who else looked, and what ends."""

from typing import Any

from backend.core import calendar, clock
from seeds.elders import elders
from tests.day import money, moves, payers, paying
from tests.day.phone import Phone
from tests.day.saying import FATHER, Day, clock_time
from tests.day.story import Story, moment, new_id

AT_FIRST = ["VIEW_SUMMARY", "PAY", "NOTIFY", "REQUEST_SERVICE"]
ASKED = ["VIEW_FULL", "UPLOAD_READINGS"]


def play(story: Story, day: Day) -> None:
    story.chapter("23.2  周女士的一天（在浦东，父亲82岁住静安的养老院）")
    father_id = day.residents[FATHER]
    daughter = story.phone("zhou-min")
    story.step("1", "07:50 打开收件箱")
    inbox = story.get(
        daughter,
        "/v1/notifications?unread=true",
        shows=lambda said: f"{len(said['items'])} 条未读",
    )
    texts = "".join(each["title"] + each["body"] for each in inbox["items"])
    story.check("锁屏文字里没有诊断、数值、全名", "血压" not in texts and FATHER not in texts)
    newest = inbox["items"][0]
    story.put(daughter, f"/v1/notifications/{newest['id']}/receipt", shows=lambda _: "已读")

    father_of_hers = elders()[0]
    father = story.bring(
        "father", name=father_of_hers.name, number=father_of_hers.phone, role="ELDER"
    )
    _takes_back(story, father, daughter)
    daughter = signs_in_on_a_new_phone(story)
    asks_for_more(story, father, daughter, day)
    money.sees_the_bill(story, daughter, day)
    brother = _may_pay_too(story, father)
    paying.pays_the_bill(story, daughter, brother, day)
    moves.goes_to_hospital(story, father, daughter, day)
    payers.offers_to_pay(story, father, daughter, day)
    sees_who_looked(story, daughter, father_id)
    takes_a_wrong_reading(story, daughter, father_id)
    moves.comes_back(story, father, daughter, day)
    permissions_end(story, father, daughter, day)


def signs_in_on_a_new_phone(story: Story) -> Phone:
    story.step("2", "新手机第一次登录，看父亲给的授权")
    known = elders()[0].kin[0]
    daughter = story.bring(
        "zhou-min", name=known.name, number=known.phone, role="RELATIVE", on_a_new_phone=True
    )
    received = story.get(
        daughter,
        "/v1/delegations?as=received",
        shows=lambda said: (
            f"{said['items'][0]['person_name']}：{'、'.join(said['items'][0]['scopes'])}"
            f"，到 {said['items'][0]['valid_to']}"
        ),
    )
    story.check("正是那四项", set(received["items"][0]["scopes"]) == set(AT_FIRST))
    return daughter


def asks_for_more(story: Story, father: Phone, daughter: Phone, day: Day) -> None:
    story.step("3", "看昨天巡诊的摘要；全文不行，向父亲申请，员工不能代他确认")
    timeline = f"/v1/persons/{day.residents[FATHER]}/timeline?level"
    seen = story.get(
        daughter,
        f"{timeline}=summary",
        shows=lambda said: "、".join(each["said"] for each in said["items"][:4]),
    )
    noted = [each for each in seen["items"] if each["subject_id"] == day.note_id]
    story.check("摘要里有这次巡诊的记录，没有内容", noted and not noted[0].get("thing"))
    story.get(daughter, f"{timeline}=full", expects=403, code="scope_missing")
    note = f"/v1/notes/{day.note_id}"
    story.get(daughter, note, expects=403, code="scope_missing")
    given = _given(father, daughter)
    path = f"/v1/delegations/{given['id']}"
    story.put(
        daughter,
        f"{path}/scope-requests/{new_id()}",
        {"scopes": ASKED},
        shows=lambda said: "申请 " + "、".join(said["scopes"]),
    )
    story.told(father, "scopes_asked", once=False)
    more = _with_scopes(given, [*given["scopes"], *ASKED])
    story.put(story.phone("li"), path, more, expects=403, code="forbidden")
    story.put(
        father,
        path,
        more,
        expects=200,
        if_match=given["version"],
        shows=lambda said: "父亲确认：" + "、".join(said["scopes"]),
    )
    story.told(daughter, "delegation_changed", about=given["id"], once=False)
    story.get(daughter, note, shows=lambda said: said["text"])


def _may_pay_too(story: Story, father: Phone) -> Phone:
    """Her brother, whom the father lets pay."""
    known = elders()[0].kin[1]
    brother = story.bring("zhou-qiang", name=known.name, number=known.phone, role="RELATIVE")
    given = _given(father, brother)
    if "PAY" not in given["scopes"]:
        story.put(
            father,
            f"/v1/delegations/{given['id']}",
            _with_scopes(given, [*given["scopes"], "PAY"]),
            expects=200,
            if_match=given["version"],
            shows=lambda said: "父亲让儿子也可付款：" + "、".join(said["scopes"]),
        )
    return brother


def sees_who_looked(story: Story, daughter: Phone, father_id: str) -> None:
    story.step("16", "17:20 谁看过父亲的资料：一位急诊医生破窗访问，写明原因")
    stranger = story.phone("ji")
    # Of an earlier play he may still be let in, for four hours; then his tie has ended.
    story.get(
        stranger,
        f"/v1/persons/{father_id}",
        expects=(404, 403, 200),
        shows=lambda said: said.get("code") or "上一场的破窗访问四小时内仍有效",
    )
    story.put(
        stranger,
        f"/v1/persons/{father_id}/break-glass/{new_id()}",
        {"reason": "急诊：呼吸困难，需查看既往记录"},
        shows=lambda said: f"到 {clock_time(said['until_at'])}",
    )
    story.get(stranger, f"/v1/persons/{father_id}", shows=lambda said: said["name"])
    story.told(daughter, "record_opened", about=father_id, once=False)
    log = story.get(
        daughter,
        f"/v1/persons/{father_id}/access-log?limit=100",
        shows=lambda said: f"{len(said['items'])} 条",
    )
    looks = {(each["actor_name"], each["tie"]) for each in log["items"]}
    for name, tie in sorted({(n, t) for n, t in looks if t in ("break_glass", "round")}):
        story.note(f"{name}  {tie}")
    story.check("破窗访问在册", (stranger.name, "break_glass") in looks)


def takes_a_wrong_reading(story: Story, daughter: Phone, father_id: str) -> None:
    story.step("17", "20:00 她把自己的血压误传给父亲，删不掉，只能作废并说明")
    path = f"/v1/observations/{new_id()}"
    story.put(
        daughter,
        path,
        {
            "person_id": father_id,
            "client_time": moment(),
            "code": "sbp",
            "value": 118,
            "unit": "mm[Hg]",
        },
        shows=lambda said: f"{said['value']:g} {said['unit']}，来源 {said['source']}",
    )
    story.put(
        daughter, f"{path}/void", {"reason": "测的是我自己"}, shows=lambda said: said["void_reason"]
    )
    kept = story.get(
        daughter, path, shows=lambda said: f"仍在册，作废于 {said['voided_at'][11:19]}"
    )
    story.check("读数还在，但不再算数", kept["voided_at"])


def permissions_end(story: Story, father: Phone, daughter: Phone, day: Day) -> None:
    story.step("20", "授权结束：下一次请求就被拒绝（RC-03）")
    given = _takes_back(story, father, daughter)
    story.told(daughter, "delegation_changed", about=given["id"], once=False)
    story.get(daughter, f"/v1/notes/{day.note_id}", expects=403, code="scope_missing")

    f, hers = story.phone("f"), story.phone("f-daughter")
    story.get(hers, f"/v1/persons/{day.f_id}", shows=lambda said: said["name"])
    delegation = _given(f, hers)
    story.put(
        f,
        f"/v1/delegations/{delegation['id']}/revocation",
        shows=lambda said: f"何阿婆撤回，{clock_time(said['revoked_at'])}",
    )
    story.told(hers, "delegation_revoked", about=delegation["id"])
    story.get(hers, f"/v1/persons/{day.f_id}", expects=403, code="delegation_ended")


def _takes_back(story: Story, father: Phone, daughter: Phone) -> Any:
    """The father leaves her what she had at first; when she has no more, nothing is said."""
    given = _given(father, daughter)
    if set(given["scopes"]) == set(AT_FIRST):
        return given
    return story.put(
        father,
        f"/v1/delegations/{given['id']}",
        _with_scopes(given, AT_FIRST),
        expects=200,
        if_match=given["version"],
        shows=lambda said: "父亲收回：只留 " + "、".join(said["scopes"]),
    )


def _given(elder: Phone, relative: Phone) -> Any:
    listed = elder.ask("GET", "/v1/delegations?as=given").json()["items"]
    today = str(calendar.on(clock.now()))
    return next(
        each
        for each in listed
        if each["delegate_id"] == relative.person_id
        and each["revoked_at"] is None
        and each["valid_to"] >= today
    )


def _with_scopes(given: Any, scopes: list[str]) -> dict[str, Any]:
    return {
        "person_id": given["person_id"],
        "delegate_id": given["delegate_id"],
        "scopes": scopes,
        "valid_from": given["valid_from"],
        "valid_to": given["valid_to"],
    }
