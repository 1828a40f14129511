"""The ledger of beds, and a stay as a house, a hospital or a center says it."""

from datetime import datetime
from uuid import UUID

from litestar import Response, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.beds import actions, queries
from backend.beds.lifecycle.said import StayEnd, StaySaid
from backend.beds.schemas import BedLedger, StayDetail, StayLine
from backend.core.access import FAMILY, STAFF, Actor, Role
from backend.core.wire import answer

KEEPERS = frozenset({Role.INST_ADMIN, Role.CHC_ADMIN, Role.HOSPITAL_STAFF})


@get("/persons/{person_id:uuid}/beds", allow=STAFF | FAMILY, tags=["beds"])
async def list_beds(
    person_id: FromPath[UUID], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> BedLedger:
    """Where somebody is now (place, overlay, ward), and every stay before, the newest first."""
    found = await queries.beds_of(person_id=person_id, actor=actor, now=now)
    return BedLedger.of(person_id, found)


@get("/bed-stays/{stay_id:uuid}", allow=STAFF | FAMILY, tags=["beds"])
async def get_bed_stay(
    stay_id: FromPath[UUID], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> StayLine:
    """One stay: which bed, from when until when, and until when it is held."""
    return StayLine.line(await queries.see_stay(stay_id=stay_id, actor=actor, now=now))


@put("/bed-stays/{stay_id:uuid}", allow=KEEPERS, tags=["beds"])
async def keep_bed_stay(
    stay_id: FromPath[UUID],
    data: JSONBody[StaySaid],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[StayDetail]:
    """Somebody is in one of your beds from `client_time` on; the bed before ends at that moment.

    Houses keep INSTITUTION and HOME_CARE, hospitals HOSPITAL and HOSPICE, a center also OWN_HOME
    and HOME_HOSPICE. An inpatient stay suspends what lies over the place, and holds the place bed.
    HOSPICE and HOME_HOSPICE need a doctor's word (`terminal`) and the consent `hospice`.
    """
    return await answer(
        actions.keep_stay(stay_id=stay_id, actor=actor, said=data, now=now), StayDetail.of
    )


@put("/bed-stays/{stay_id:uuid}/end", allow=KEEPERS, tags=["beds"])
async def end_bed_stay(
    stay_id: FromPath[UUID],
    data: JSONBody[StayEnd],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[StayDetail]:
    """Discharged from the ward into the bed that was held, or moved out of the house and home.

    Hospice at home ends here too; a home-sickbed is closed by its discharge record.
    """
    return await answer(
        actions.end_stay(stay_id=stay_id, actor=actor, said=data, now=now), StayDetail.of
    )


ROUTES = [list_beds, get_bed_stay, keep_bed_stay, end_bed_stay]
