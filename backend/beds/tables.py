"""The ledger of beds, and the home-sickbed with everything it went through."""

from piccolo.constraints import Check, Unique
from piccolo.table import Table

from backend.beds.lifecycle.beds import BedKind, Layer
from backend.beds.lifecycle.due import What
from backend.beds.lifecycle.episodes import (
    CloseReason,
    Move,
    Outcome,
    Part,
    Status,
    SuspensionReason,
)
from backend.core import columns
from backend.core.db import Exclude, one_of
from backend.people.tables import Address, Organization, Person

PERIOD = "tstzrange(from_at, until_at) WITH &&"


class BedStay(Table, tablename="bed_stays"):
    """床位台账 (FB-02): one place, one overlay and one ward a person, one person a bed."""

    id = columns.key()
    person = columns.reference(Person, index=False)
    kind = columns.word(12)
    layer = columns.word(9)
    organization = columns.reference(Organization, optional=True, index=False)
    address = columns.reference(Address, optional=True, index=False)
    bed_no = columns.word(20, optional=True)
    from_at = columns.moment()
    until_at = columns.moment(optional=True)
    held_until = columns.moment(optional=True)
    because_id = columns.plain_id(optional=True)
    recorded_by = columns.plain_id()
    recorded_at = columns.moment()
    fingerprint = columns.digest(optional=True)
    end_fingerprint = columns.digest(optional=True)

    bed_stay_kind_is_known = one_of("kind", BedKind)
    bed_stay_layer_is_known = one_of("layer", Layer)
    bed_stay_ends_after_it_begins = Check("until_at > from_at")
    bed_stay_is_held_in_a_place = Check("held_until IS NULL OR layer = 'place'")
    bed_stays_of_a_layer_never_overlap = Exclude(
        ["person WITH =", "layer WITH =", PERIOD],
        "layer IS NOT NULL",
    )
    a_bed_is_one_persons = Exclude(
        ["organization WITH =", "bed_no WITH =", "layer WITH =", PERIOD],
        "bed_no IS NOT NULL",
    )


class HomeSickbed(Table, tablename="home_sickbeds"):
    """家庭病床: one episode, from the application to the discharge record."""

    id = columns.key()
    person = columns.reference(Person)
    center = columns.reference(Organization, index=False)
    status = columns.word(10)
    episode_no = columns.word(20, optional=True)
    application = columns.sealed()
    place_kind = columns.word(12, optional=True)
    place_organization = columns.reference(Organization, optional=True, index=False)
    place_address = columns.reference(Address, optional=True, index=False)
    assessor = columns.reference(Person, optional=True, index=False)
    doctor = columns.reference(Person, optional=True, index=False)
    nurse = columns.reference(Person, optional=True, index=False)
    previous_episode_id = columns.plain_id(optional=True)
    consent_ids = columns.ids()
    insurance = columns.word(40, optional=True)
    applied_by = columns.plain_id()
    applied_at = columns.moment(optional=True)
    opened_at = columns.moment(optional=True)
    closing_at = columns.moment(optional=True)
    closed_at = columns.moment(optional=True)
    close_reason = columns.word(20, optional=True)
    outcome = columns.word(12, optional=True)
    stay_id = columns.plain_id(optional=True)
    policy_version = columns.word(40)
    version = columns.version()
    fingerprint = columns.digest()
    recorded_at = columns.moment()

    home_sickbed_status_is_known = one_of("status", Status)
    home_sickbed_close_reason_is_known = one_of("close_reason", CloseReason)
    home_sickbed_outcome_is_known = one_of("outcome", Outcome)
    home_sickbed_no_once_per_center = Unique([center, episode_no])
    home_sickbed_in_bed_is_opened = Check(
        "status NOT IN ('OPEN', 'SUSPENDED', 'CLOSING', 'CLOSED')"
        " OR (opened_at IS NOT NULL AND episode_no IS NOT NULL)"
    )


class HomeSickbedMove(Table, tablename="home_sickbed_moves"):
    """What an episode went through. Rows are added, never changed."""

    id = columns.key()
    home_sickbed = columns.reference(HomeSickbed, index=False)
    move = columns.word(20)
    move_id = columns.plain_id()
    detail = columns.word(20, optional=True)
    made_by = columns.plain_id()
    role = columns.word()
    from_status = columns.word(10)
    to_status = columns.word(10)
    client_time = columns.moment()
    happened_at = columns.moment()
    recorded_at = columns.moment()
    said = columns.sealed()
    fingerprint = columns.digest()

    home_sickbed_move_once = Unique([home_sickbed, move, move_id])
    home_sickbed_move_is_known = one_of("move", Move)


class HomeSickbedAssignment(Table, tablename="home_sickbed_assignments"):
    """Who has which part, since when, until when."""

    id = columns.key()
    home_sickbed = columns.reference(HomeSickbed)
    part = columns.word(10)
    staff = columns.reference(Person, index=False)
    from_at = columns.moment()
    until_at = columns.moment(optional=True)
    assigned_by = columns.plain_id()
    open_beds = columns.small(optional=True)
    fingerprint = columns.digest()

    home_sickbed_part_is_known = one_of("part", Part)


class HomeSickbedAssessment(Table, tablename="home_sickbed_assessments"):
    """建床评估表 (HB-05), with the vitals and scores of its visit as they stood."""

    home_sickbed = columns.reference(HomeSickbed, index=False)
    visit_id = columns.plain_id()
    form = columns.sealed()
    measured = columns.sealed()
    author = columns.reference(Person, index=False)
    client_time = columns.moment()
    happened_at = columns.moment()
    recorded_at = columns.moment()
    version = columns.version()
    fingerprint = columns.digest()

    one_assessment_per_home_sickbed = Unique([home_sickbed])


class HomeSickbedSuspension(Table, tablename="home_sickbed_suspensions"):
    """Away: in a hospital, travelling. `because_id` is the inpatient stay that made it."""

    id = columns.key()
    home_sickbed = columns.reference(HomeSickbed)
    reason = columns.word(10)
    from_at = columns.moment()
    expected_return_on = columns.day(optional=True)
    until_at = columns.moment(optional=True)
    because_id = columns.plain_id(optional=True)

    home_sickbed_suspension_reason_is_known = one_of("reason", SuspensionReason)
    home_sickbed_suspension_does_not_end_before = Check("until_at >= from_at")


class HomeSickbedReminder(Table, tablename="home_sickbed_reminders"):
    """What was said of something due, so that it is said once."""

    id = columns.key()
    home_sickbed = columns.reference(HomeSickbed, index=False)
    what = columns.word(20)
    due_at = columns.moment()
    stage = columns.word(4)
    said_at = columns.moment()
    before_days = columns.small()

    home_sickbed_reminder_once = Unique([home_sickbed, what, due_at, stage, before_days])
    home_sickbed_reminder_what_is_known = one_of("what", What)


class HomeSickbedNumber(Table, tablename="home_sickbed_numbers"):
    """The last number that a center gave in a year."""

    center = columns.reference(Organization, index=False)
    year = columns.small()
    last = columns.whole()

    home_sickbed_number_once_a_year = Unique([center, year])
