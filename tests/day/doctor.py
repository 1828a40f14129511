"""Dr. 沈, a day of 23.1: a round, a wrong pin, an inbox, an absence."""

from tests.day import afternoon, evening, money, morning
from tests.day.saying import Day
from tests.day.story import Story


def play(story: Story) -> Day:
    story.chapter("23.1  沈医生的一天（大宁路街道社区卫生服务中心）")
    doctor = morning.signs_in(story)
    day = morning.is_planned(story, doctor)
    morning.sees_the_board(story, doctor, day)
    morning.packs_and_leaves(story, doctor, day)
    nurse = morning.arrives(story, doctor, day)
    morning.makes_the_round(story, doctor, nurse, day)
    morning.leaves_the_house(story, doctor, day)
    money.is_not_billed_yet(story, day)
    afternoon.visits_a_wrong_pin(story, doctor, day)
    evening.opens_a_home_sickbed(story, doctor, day)
    evening.finds_a_closed_door(story, doctor, day)
    evening.calls_for_help(story, doctor, day)
    afternoon.answers_for_what_was_odd(story, doctor, day)
    money.is_billed(story, day)
    afternoon.signs_notes(story, doctor, day)
    afternoon.falls_ill(story, doctor, day)
    return day
