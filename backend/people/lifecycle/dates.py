"""What follows from dates."""

from calendar import monthrange
from datetime import MAXYEAR, date


def whole_years(since: date, on: date) -> int:
    """How many anniversaries have passed; none before the first day."""
    had_its_day = (on.month, on.day) >= (since.month, since.day)
    return max(on.year - since.year - (not had_its_day), 0)


def months_later(on: date, months: int) -> date:
    """The same day so many months later, or the last day of a shorter month, or of all days."""
    years, month = divmod(on.month - 1 + months, 12)  # not policy: the months of a year
    if on.year + years > MAXYEAR:
        return date.max
    _, last = monthrange(on.year + years, month + 1)
    return date(on.year + years, month + 1, min(on.day, last))
