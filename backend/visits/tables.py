"""Visits and rounds, what they went through, how it was proven, and what was odd about it."""

from piccolo.constraints import Check, Unique
from piccolo.table import Table

from backend.core import columns
from backend.core.db import Exclude, one_of
from backend.people.tables import Address, Organization, Person
from backend.visits.lifecycle.statuses import (
    EntryStatus,
    ExceptionStatus,
    Kind,
    Move,
    PlaceKind,
    Status,
)


class Visit(Table, tablename="visits"):
    """A round is a visit without a person; its elders are its entries."""

    id = columns.key()
    kind = columns.word(20)
    person = columns.reference(Person, optional=True)
    organization = columns.reference(Organization, index=False)
    place_kind = columns.word(12)
    institution = columns.reference(Organization, optional=True)
    address = columns.reference(Address, optional=True)
    planned_start = columns.moment()
    planned_end = columns.moment()
    items = columns.snapshot()
    reason = columns.sealed(optional=True)
    needs_two = columns.yes_no()
    status = columns.word(20)
    because_id = columns.plain_id(optional=True)
    planned_by = columns.plain_id()
    policy_version = columns.word(40)
    version = columns.version()
    fingerprint = columns.digest()
    recorded_at = columns.moment()

    visit_ends_after_it_starts = Check("planned_end > planned_start")
    visit_kind_is_known = one_of("kind", Kind)
    visit_status_is_known = one_of("status", Status)
    visit_place_kind_is_known = one_of("place_kind", PlaceKind)
    visit_is_a_round_or_has_a_person = Check("(kind = 'WARD_ROUND') = (person IS NULL)")
    planned_home_visits_of_a_person_never_overlap = Exclude(
        ["person WITH =", "tstzrange(planned_start, planned_end) WITH &&"],
        "place_kind = 'home' AND status IN ('PLANNED', 'ON_THE_WAY')",
    )


class VisitAssignment(Table, tablename="visit_assignments"):
    """Who goes. An ended one still lets its doctor land what they did offline."""

    id = columns.key()
    visit = columns.reference(Visit)
    staff = columns.reference(Person, index=False)
    role = columns.word()
    is_lead = columns.yes_no()
    planned_start = columns.moment()
    from_at = columns.moment()
    until_at = columns.moment(optional=True)
    assigned_by = columns.plain_id()
    reason = columns.word(40, optional=True)
    fingerprint = columns.digest()


class VisitMove(Table, tablename="visit_moves"):
    """What a visit has been through. Rows are added, never changed.

    Two carers may each make the same move of one visit: both were there.
    """

    id = columns.key()
    visit = columns.reference(Visit, index=False)
    move = columns.word(20)
    made_by = columns.plain_id()
    role = columns.word()
    from_status = columns.word(20)
    to_status = columns.word(20)
    client_time = columns.moment()
    happened_at = columns.moment()
    recorded_at = columns.moment()
    findings = columns.words()
    said = columns.snapshot()
    reason = columns.sealed(optional=True)
    fingerprint = columns.digest()

    visit_move_once_per_person = Unique([visit, move, made_by])
    visit_move_is_known = one_of("move", Move)


class VisitProof(Table, tablename="visit_proofs"):
    """上门签到凭证 (EV-01): where the phone was, by which sensor, in which datum."""

    move = columns.reference(VisitMove, index=False)
    staff = columns.reference(Person, index=False)
    visit = columns.reference(Visit)
    device_id = columns.plain_id(optional=True)
    method = columns.word(12)
    happened_at = columns.moment()
    lat = columns.real(optional=True)
    lon = columns.real(optional=True)
    datum = columns.word(5, optional=True)
    accuracy_m = columns.real(optional=True)
    provider = columns.word(12, optional=True)
    is_mock = columns.yes_no()
    battery_pct = columns.small(optional=True)
    monotonic_ms = columns.big(optional=True)
    distance_m = columns.whole(optional=True)
    skew_s = columns.whole()
    photo_id = columns.plain_id(optional=True)
    app_version = columns.word(40, optional=True)
    signature = columns.word(200, optional=True)

    visit_proof_once_per_move = Unique([move])


class VisitException(Table, tablename="visit_exceptions"):
    """例外 (EV-02, EV-09): care went on; somebody else says whether it counts."""

    id = columns.key()
    visit = columns.reference(Visit)
    move = columns.reference(VisitMove, index=False)
    code = columns.word(20)
    evidence = columns.snapshot()
    author = columns.reference(Person)
    organization = columns.reference(Organization, index=False)
    status = columns.word(10)
    due_at = columns.moment()
    decided_at = columns.moment(optional=True)
    appeal_until = columns.moment(optional=True)
    recorded_at = columns.moment()

    visit_exception_once_per_code = Unique([move, code])
    visit_exception_status_is_known = one_of("status", ExceptionStatus)


class ExceptionDecision(Table, tablename="visit_exception_decisions"):
    id = columns.key()
    exception = columns.reference(VisitException)
    decision = columns.word(10)
    reason_code = columns.word(40)
    reason = columns.sealed(optional=True)
    decided_by = columns.reference(Person, index=False)
    recorded_at = columns.moment()
    fingerprint = columns.digest()


class ExceptionAppeal(Table, tablename="visit_exception_appeals"):
    exception = columns.reference(VisitException, index=False)
    reason = columns.sealed()
    appealed_by = columns.reference(Person, index=False)
    recorded_at = columns.moment()
    fingerprint = columns.digest()

    one_appeal_per_exception = Unique([exception])


class RoundEntry(Table, tablename="round_entries"):
    """One resident of a round: seen, refused, or away."""

    id = columns.key()
    visit = columns.reference(Visit)
    person = columns.reference(Person)
    status = columns.word(10)
    made_by = columns.plain_id(optional=True)
    minutes = columns.small(optional=True)
    witness_id = columns.plain_id(optional=True)
    reason = columns.sealed(optional=True)
    client_time = columns.moment(optional=True)
    happened_at = columns.moment(optional=True)
    recorded_at = columns.moment(optional=True)
    fingerprint = columns.digest(optional=True)

    round_entry_once_per_person = Unique([visit, person])
    round_entry_status_is_known = one_of("status", EntryStatus)


class VisitTrack(Table, tablename="visit_tracks"):
    """行踪轨迹 (EV-10): only from departure to check-out, sealed, gone after 180 days."""

    id = columns.key()
    visit = columns.reference(Visit)
    staff = columns.reference(Person, index=False)
    points = columns.sealed()
    points_from = columns.moment()
    points_to = columns.moment()
    recorded_at = columns.moment(index=True)
    fingerprint = columns.digest()


class Absence(Table, tablename="absences"):
    """Staff who cannot come: their visits are reassigned (BG-23)."""

    id = columns.key()
    staff = columns.reference(Person)
    organization = columns.reference(Organization, index=False)
    absent_from = columns.moment()
    absent_until = columns.moment()
    reason = columns.word(20)
    recorded_at = columns.moment()
    fingerprint = columns.digest()

    absence_ends_after_it_starts = Check("absent_until > absent_from")


class StaffAlarm(Table, tablename="staff_alarms"):
    """静默报警 (EM-05)."""

    id = columns.key()
    staff = columns.reference(Person)
    organization_id = columns.plain_id(optional=True, index=True)
    visit_id = columns.plain_id(optional=True)
    lat = columns.real(optional=True)
    lon = columns.real(optional=True)
    datum = columns.word(5, optional=True)
    client_time = columns.moment()
    happened_at = columns.moment()
    recorded_at = columns.moment()
    fingerprint = columns.digest()
