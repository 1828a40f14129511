"""Organizations, and the medical units they file."""

from piccolo.constraints import Unique
from piccolo.table import Table

from backend.core import columns
from backend.core.db import one_of
from backend.people.lifecycle import (
    UnitKind,
    UnitStatus,
)


class Organization(Table, tablename="organizations"):
    """机构. One legal body may be of two kinds: a center that also runs a hospice ward."""

    id = columns.key()
    name = columns.word(120)
    kinds = columns.words()
    credit_code = columns.word(18, optional=True)
    licence_no = columns.word(60, optional=True)
    street_code = columns.word(9)
    # HB-03: streets whose homes it goes to beside its own.
    also_serves = columns.words()
    address = columns.word(200)
    lat = columns.real(optional=True)
    lon = columns.real(optional=True)
    phone = columns.word(20, optional=True)
    beds = columns.whole(optional=True)
    # IM-01: the medical institution it says it stands next to.
    next_to = columns.plain_id(optional=True)
    version = columns.version()
    fingerprint = columns.digest()
    recorded_at = columns.moment()


class InHouseUnit(Table, tablename="in_house_units"):
    """内设医疗机构 (IM-02): filed by the institution, confirmed by the health commission."""

    id = columns.key()
    organization = columns.reference(Organization)
    kind = columns.word(20)
    subjects = columns.words(60)
    main_site_doctors = columns.whole()
    nurses = columns.whole()
    area_m2 = columns.whole()
    has_infusion_room = columns.yes_no()
    # IM-04, IM-05: what a phone of before did not ask for is null.
    multi_site_doctors = columns.whole(optional=True)
    bases = columns.snapshot(optional=True)
    experienced_doctors = columns.whole(optional=True)
    chief_nurses = columns.whole(optional=True)
    rehabilitation_workers = columns.whole(optional=True)
    care_workers = columns.whole(optional=True)
    consulting_room_m2 = columns.whole(optional=True)
    treatment_room_m2 = columns.whole(optional=True)
    disposal_room_m2 = columns.whole(optional=True)
    status = columns.word(12)
    filed_at = columns.moment()
    operating_since = columns.day(optional=True)
    confirmed_by = columns.plain_id(optional=True)
    confirmed_at = columns.moment(optional=True)
    confirmation_fingerprint = columns.digest(optional=True)
    # IM-08: asked to be designated by the medical insurance.
    insurance_applied_on = columns.day(optional=True)
    insurance_applied_by = columns.plain_id(optional=True)
    insurance_applied_at = columns.moment(optional=True)
    insurance_decided_on = columns.day(optional=True)
    insurance_is_granted = columns.yes_no(optional=True)
    insurance_decided_by = columns.plain_id(optional=True)
    insurance_decided_at = columns.moment(optional=True)
    version = columns.version()
    fingerprint = columns.digest()

    in_house_unit_kind_is_known = one_of("kind", UnitKind)
    in_house_unit_status_is_known = one_of("status", UnitStatus)


class UnitFormulary(Table, tablename="unit_formularies"):
    """药品目录 (IM-09): what a unit stocks, by the ids of the drug list."""

    unit = columns.reference(InHouseUnit, index=False)
    drug_ids = columns.words()
    kept_by = columns.plain_id()
    kept_at = columns.moment()
    version = columns.version()
    fingerprint = columns.digest()

    one_formulary_per_unit = Unique([unit])
