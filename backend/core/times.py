"""Three times on every clinical fact (EV-05).

`client_time` as the phone said it; `happened_at` corrected by the skew that the phone's last
handshake showed, it decides care and tariffs; `recorded_at` ours, it decides order, audit and law.
"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
from piccolo.columns import BigSerial
from piccolo.table import Table

from backend.core import columns
from backend.core.db import rows

# A phone that lost its clock says where all clocks begin: nobody was cared for by phone before.
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)


class DeviceHandshake(Table, tablename="device_handshakes"):
    """A moment at which a phone told us its clock: `skew_s` = its clock minus ours."""

    id = BigSerial(primary_key=True)
    device_id = columns.plain_id()
    at = columns.moment()
    skew_s = columns.whole()


class Times(msgspec.Struct, frozen=True):
    client_time: datetime
    happened_at: datetime
    recorded_at: datetime
    skew: timedelta = timedelta()


class Handshake(msgspec.Struct, frozen=True):
    """A moment at which a phone and we compared clocks: `skew` = its clock minus ours."""

    at: datetime
    skew: timedelta


def corrected(*, client_time: datetime, handshake: Handshake | None, now: datetime) -> Times:
    """The three times: never after `now`, never before the handshake that corrects them."""
    known = handshake or Handshake(EARLIEST, timedelta())
    # Compared before it is corrected: beside the last moment of the calendar there is no sum.
    is_ahead = client_time > now + known.skew
    happened_at = now if is_ahead else max(client_time - known.skew, known.at)
    return Times(client_time, happened_at, now, known.skew)


def handshake_of(at: datetime | None, skew_s: int | None) -> Handshake | None:
    """The handshake that a query joined, if there was one."""
    return None if at is None else Handshake(at, timedelta(seconds=skew_s or 0))


# The phone's clock said `at + skew` at each handshake: the last one before the fact corrects it.
HANDSHAKE = """
SELECT at, skew_s FROM device_handshakes
 WHERE device_id = $1 AND at + make_interval(secs => skew_s) <= $2
 ORDER BY at DESC LIMIT 1
"""


async def of(*, device_id: UUID | None, client_time: datetime, now: datetime) -> Times:
    """The three times of a fact that this phone says happened at `client_time`."""
    found = await rows(HANDSHAKE, device_id, client_time) if device_id else []
    handshake = handshake_of(found[0]["at"], found[0]["skew_s"]) if found else None
    return corrected(client_time=client_time, handshake=handshake, now=now)
