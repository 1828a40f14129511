"""What a phone says, and when it says that it was."""

from datetime import MAXYEAR, MINYEAR, date

from backend.core.wire import Moment, Request


class Said(Request):
    """Something done, at this moment of the phone's own clock."""

    client_time: Moment

    def __post_init__(self) -> None:
        check_moments(self.client_time)


def check_moments(*moments: date) -> None:
    """:raises ValueError: for the edges of the calendar, where no sum with a moment is a moment"""
    if any(moment.year in (MINYEAR, MAXYEAR) for moment in moments):
        raise ValueError("beyond any calendar")
