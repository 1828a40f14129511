"""Who pays without being asked (白名单代付): the house offers, and the father has not said yes."""

from datetime import datetime, timedelta

from backend.core import calendar, clock
from tests.day.phone import Phone
from tests.day.saying import FATHER, Day
from tests.day.story import Story, new_id


def offers_to_pay(story: Story, father: Phone, daughter: Phone, day: Day) -> None:
    story.step("15", "16:00 养老院申请为父亲自动代付小额费用；要等父亲本人同意，七天内有效")
    house = story.phone("wang")
    path = f"/v1/standing-payers/{new_id()}"
    today = calendar.on(clock.now())
    said = {
        "person_id": day.residents[FATHER],
        "channel": "prepaid",
        "scopes": ["VISIT", "NURSING"],
        "single_cap_fen": 20_000,
        "month_cap_fen": 80_000,
        "valid_from": today.isoformat(),
        "valid_to": (today + timedelta(days=90)).isoformat(),
    }
    proposed = story.put(
        house,
        path,
        said,
        shows=lambda kept: (
            f"{kept['institution_name']}，{kept['standing']}，"
            f"到 {kept['approve_by'][:10]} 前等父亲同意"
        ),
    )
    wait = datetime.fromisoformat(proposed["approve_by"]) - clock.now()
    story.check("等七天（PY-12）", timedelta(days=6) < wait <= timedelta(days=7))
    story.told(father, "standing_payer_proposed", about=proposed["id"])
    story.put(daughter, f"{path}/approval", expects=403, code="forbidden")
    story.put(house, f"{path}/approval", expects=403, code="forbidden")
    story.get(daughter, path, expects=404, code="missing")
    story.get(
        father,
        "/v1/standing-payers?limit=1",
        shows=lambda listed: f"父亲看到 {listed['items'][0]['standing']}，由他决定",
    )
    over = {**said, "single_cap_fen": 9_000_000, "month_cap_fen": 9_000_000}
    story.put(house, f"/v1/standing-payers/{new_id()}", over, expects=422, code="cap_too_high")
