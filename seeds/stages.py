"""Who of the town asked for a home-sickbed, and how far each has come."""

from datetime import date, datetime, time, timedelta
from enum import IntEnum
from uuid import UUID

import msgspec

from backend.core.calendar import SHANGHAI
from seeds.elders import Elder
from seeds.ids import seed_id
from seeds.places import FLAGSHIP, HOUSE


class Stage(IntEnum):
    """How far somebody has come."""

    APPLIED = 1
    ASSESSING = 2
    REJECTED = 3
    APPROVED = 4
    OPEN = 5
    SUSPENDED = 6


# At home and in the house, in the order of the town; whoever has two rounds a day comes first.
AT_HOME = (Stage.OPEN, Stage.OPEN, Stage.SUSPENDED)
IN_THE_HOUSE = (Stage.APPROVED, Stage.REJECTED, Stage.ASSESSING, Stage.APPLIED)
SPARED = 6  # of the house: who have other things to do, of which others tell
ASKS_HERSELF = "E0025"  # 王美华: the guide for phone developers opens a home-sickbed for her


class Bed(msgspec.Struct, frozen=True):
    """A home-sickbed: whose, how far it came, and the hours of that day."""

    elder: Elder
    on: date
    number: int
    stage: Stage

    def at(self, hour: int, minute: int = 0) -> datetime:
        """No two of them at once, as one doctor goes to all."""
        begins = datetime.combine(self.on, time(hour, minute), SHANGHAI)
        return begins + timedelta(hours=self.number)

    @property
    def id(self) -> UUID:
        return seed_id("home-sickbed", self.elder.key)


def wanted(town: list[Elder], *, yesterday: date) -> list[Bed]:
    """Of Dr. 沈's center, who speak for themselves."""
    theirs = [each for each in town if each.center == FLAGSHIP and not each.lacks_capacity]
    at_home = [each for each in theirs if each.house is None and each.key != ASKS_HERSELF]
    in_the_house = [each for each in theirs if each.house == HOUSE][SPARED:]
    staged = [
        *zip(at_home, AT_HOME, strict=False),
        *zip(in_the_house, IN_THE_HOUSE, strict=False),
    ]
    staged.sort(key=lambda each: -each[1])
    return [Bed(who, yesterday, number, stage) for number, (who, stage) in enumerate(staged)]
