"""The house's week, of 23.3: the agreed round is missing, and somebody else comes instead."""

from datetime import timedelta
from typing import Any

from backend.core import calendar, clock
from seeds.places import HOUSE, places
from tests.day.saying import gps
from tests.day.story import Story, moment, new_id

STAYED_MIN = 40


def play(story: Story) -> None:
    story.chapter("23.3  静安的一家养老院（机构签约的这一周）")
    story.step(
        "19", "16:00 本周的约定巡诊缺了（沈医生病了），中心另派秦医生，按实到时间算履约（IC-03）"
    )
    admin, stand_in = story.phone("qian"), story.phone("qin", trusted_by="qian")
    house = places()[HOUSE]
    listed = story.get(
        admin,
        "/v1/institution-contracts",
        shows=lambda said: f"{len(said['items'])} 份机构合同",
    )
    contract = next(each for each in listed["items"] if each["institution_id"] == str(house.id))
    weeks = f"/v1/institution-contracts/{contract['id']}/fulfilment"
    story.get(admin, weeks, shows=lambda said: _said(_week(said)))
    round_id = new_id()
    story.put(
        story.phone("zheng"),
        f"/v1/rounds/{round_id}",
        {
            "institution_id": str(house.id),
            "planned_start": moment(-STAYED_MIN),
            "planned_end": moment(5),
            "staff": [{"person_id": stand_in.person_id}],
        },
        shows=lambda said: f"{len(said['residents'])}位住养老人",
    )
    came = {**gps(house.lat, house.lon), "client_time": moment(-STAYED_MIN)}
    story.put(
        stand_in,
        f"/v1/rounds/{round_id}/check-in",
        came,
        shows=lambda said: f"地下室没有信号，{STAYED_MIN}分钟后才传上来，{said['verification']}",
    )
    left = story.put(
        stand_in,
        f"/v1/rounds/{round_id}/check-out",
        gps(house.lat, house.lon),
        shows=lambda said: said["verification"],
    )
    story.check("来去都自动核验", left["verification"] == "AUTO")
    after = _week(story.get(admin, weeks, shows=lambda said: _said(_week(said))))
    story.check("这一周履约了", after["standing"] in ("fulfilled", "made_up"))
    story.check("靠的是秦医生这一次", round_id in after["round_ids"])


def _week(said: Any) -> Any:
    """The week in which the stand-in came: at midnight after a Sunday that is the one before."""
    came = calendar.iso_week(calendar.on(clock.now() - timedelta(minutes=STAYED_MIN)))
    return next(each for each in said["items"] if each["week"] == came)


def _said(week: Any) -> str:
    return f"{week['week']} 约定{week['due']}次，实到{week['made']}次，{week['standing']}"
