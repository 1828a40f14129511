"""What the town is planted on: the database and the keys of this deployment."""

from backend import app
from backend.core import clock, db
from backend.settings import Mode, settings
from seeds.district.copying import plant_district
from seeds.planting import AT_ONCE
from seeds.town import plant_town


async def on_the_ground(size: str) -> None:
    """Plant a town of that size into the database that `DATABASE_URL` names."""
    said = settings().check()
    if said.mode is Mode.PRODUCTION:
        raise SystemExit("Made-up people have no place in production: MODE should be development.")
    app.hold_keys(said)
    now = clock.now()
    await db.start_pool(connections=AT_ONCE + 2)
    try:
        await plant_town(now=now, whole=size != "family")
    finally:
        await db.close_pool()
    if size == "district":
        await plant_district(url=said.database_url, now=now)
