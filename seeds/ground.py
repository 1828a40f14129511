"""What the town is planted on: the database and the keys of this deployment."""

import os
from pathlib import Path

from backend import app
from backend.core import clock, db
from backend.core.problems import Busy
from backend.settings import Mode, UnsafeSettingError, settings
from seeds.district.copying import plant_district
from seeds.planting import AT_ONCE
from seeds.town import plant_town

MADE_UP = Path(__file__).parents[1] / ".local" / "environment"


class CannotPlant(Exception):
    """Why nothing was planted, in one sentence."""


def told_by_make_up() -> dict[str, str]:
    """The environment of what `make up` started here, if it ever did."""
    if not MADE_UP.exists():
        return {}
    lines = MADE_UP.read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


async def on_the_ground(size: str) -> None:
    """Plant a town of that size into the database that `DATABASE_URL` names.

    :raises CannotPlant: a setting is missing, or the database is away
    """
    if "DATABASE_URL" not in os.environ:
        os.environ.update(told_by_make_up())
    try:
        said = settings().check()
    except UnsafeSettingError as error:
        raise CannotPlant(str(error)) from None
    if said.mode is Mode.PRODUCTION:
        raise CannotPlant("Made-up people have no place in production.")
    app.hold_keys(said)
    now = clock.now()
    try:
        await db.start_pool(connections=AT_ONCE + 2)
    except db.AWAY:
        raise CannotPlant("DATABASE_URL does not answer.") from None
    try:
        await plant_town(now=now, whole=size != "family")
    except* (Busy, *db.AWAY):
        raise CannotPlant("The database went away: plant again, and the rest is added.") from None
    finally:
        await db.close_pool()
    if size == "district":
        await plant_district(url=said.database_url, now=now)
