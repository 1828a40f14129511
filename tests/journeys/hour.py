"""The clock of a story."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta

from backend.core.calendar import SHANGHAI

MONDAY, TUESDAY = 0, 1
A_WEEK = 7


def _now() -> datetime:
    return datetime.now(UTC)


class Hour:
    """Runs with the wall clock until the story begins, then stands still until it is turned.

    The story plays on a Tuesday to come: PostgreSQL and the tokens keep the time of the wall, so
    whoever signed in before the story is still signed in on its day.
    """

    def __init__(self) -> None:
        today = _now().astimezone(SHANGHAI).date()
        self.tuesday = today + timedelta(days=(TUESDAY - today.weekday() - 2) % A_WEEK + 2)
        self.moment: datetime | None = None

    def now(self) -> datetime:
        return self.moment or _now()

    def at(self, said: str, *, days: int = 0) -> datetime:
        """`at("09:00")` is that time of the story's Tuesday in Shanghai."""
        on = self.tuesday + timedelta(days=days)
        return datetime.combine(on, time.fromisoformat(said), SHANGHAI).astimezone(UTC)

    @contextmanager
    def before_the_story(self) -> Iterator[None]:
        """What must have happened by the clock of the wall, as tokens do."""
        here, self.moment = self.moment, None
        yield
        self.moment = here
