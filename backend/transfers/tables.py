"""Transfers, what they went through, who was asked, what went along, what became of open work."""

from piccolo.constraints import Check, Unique
from piccolo.table import Table

from backend.beds.lifecycle import BedKind
from backend.core import columns
from backend.core.db import one_of
from backend.people.tables import Organization, Person
from backend.transfers.lifecycle.journeys import Outcome, Reason, Urgency
from backend.transfers.lifecycle.statuses import Decision, Move, Status


class Transfer(Table, tablename="transfers"):
    """转介. `due_at` is by when its next step is owed."""

    id = columns.key()
    person = columns.reference(Person)
    from_organization = columns.reference(Organization, optional=True, index=False)
    from_bed = columns.word(12, optional=True)
    from_stay_id = columns.plain_id(optional=True)
    to_bed = columns.word(12)
    to_organization = columns.reference(Organization, optional=True, index=False)
    bed_no = columns.word(20, optional=True)
    emergency_id = columns.plain_id(optional=True)
    reason_code = columns.word(12)
    urgency = columns.word(10)
    reason = columns.sealed(optional=True)
    transport = columns.word(10, optional=True)
    held_until = columns.day(optional=True)
    status = columns.word(20)
    consent_id = columns.plain_id(optional=True)
    due_at = columns.moment()
    drafted_by = columns.plain_id()
    departed_at = columns.moment(optional=True)
    arrived_at = columns.moment(optional=True)
    first_visit_due_at = columns.moment(optional=True)
    closed_at = columns.moment(optional=True)
    policy_version = columns.word(40)
    version = columns.version()
    fingerprint = columns.digest()
    recorded_at = columns.moment()

    transfer_status_is_known = one_of("status", Status)
    transfer_reason_is_known = one_of("reason_code", Reason)
    transfer_urgency_is_known = one_of("urgency", Urgency)
    transfer_target_is_known = one_of("to_bed", BedKind)
    transfer_emergency_is_one = Check("(urgency = 'EMERGENCY') = (emergency_id IS NOT NULL)")
    transfer_arrives_after_it_left = Check("arrived_at >= departed_at")


class TransferMove(Table, tablename="transfer_moves"):
    """What a transfer went through. Rows are added, never changed."""

    id = columns.key()
    transfer = columns.reference(Transfer, index=False)
    move = columns.word(20)
    move_id = columns.plain_id()
    made_by = columns.plain_id()
    role = columns.word()
    from_status = columns.word(20)
    to_status = columns.word(20)
    client_time = columns.moment()
    happened_at = columns.moment()
    recorded_at = columns.moment()
    said = columns.sealed()
    fingerprint = columns.digest()

    transfer_move_once = Unique([transfer, move, move_id])
    transfer_move_is_known = one_of("move", Move)


class TransferAssessment(Table, tablename="transfer_assessments"):
    """转介评估表 (FB-08), with NEWS2 as it was computed."""

    transfer = columns.reference(Transfer, index=False)
    form = columns.sealed()
    news2 = columns.sealed(optional=True)
    author = columns.reference(Person, index=False)
    role = columns.word()
    client_time = columns.moment()
    happened_at = columns.moment()
    recorded_at = columns.moment()
    version = columns.version()
    fingerprint = columns.digest()

    one_assessment_per_transfer = Unique([transfer])


class TransferReceiver(Table, tablename="transfer_receivers"):
    """Who is asked, in which order, and what they answered."""

    id = columns.key()
    transfer = columns.reference(Transfer, index=False)
    organization = columns.reference(Organization)
    place = columns.small()
    asked_at = columns.moment(optional=True)
    answer_due_at = columns.moment(optional=True)
    escalated_at = columns.moment(optional=True)
    answered_at = columns.moment(optional=True)
    answered_by = columns.plain_id(optional=True)
    decision = columns.word(8, optional=True)
    bed_no = columns.word(20, optional=True)
    reason = columns.sealed(optional=True)
    alternative = columns.sealed(optional=True)
    fingerprint = columns.digest(optional=True)

    transfer_receiver_once = Unique([transfer, organization])
    transfer_receiver_in_order = Unique([transfer, place])
    transfer_decision_is_known = one_of("decision", Decision)
    transfer_receiver_answers_when_asked = Check("answered_at IS NULL OR asked_at IS NOT NULL")


class TransferPackage(Table, tablename="transfer_packages"):
    """病历资料包 (FB-05): the record as it stood. Rows are added, never changed."""

    id = columns.key()
    transfer = columns.reference(Transfer, index=False)
    number = columns.small()
    content = columns.sealed()
    hash = columns.digest()
    sealed_by = columns.plain_id()
    sealed_at = columns.moment()

    transfer_package_once = Unique([transfer, number])


class TransferRemark(Table, tablename="transfer_comments"):
    """What the family or a carer says to it."""

    id = columns.key()
    transfer = columns.reference(Transfer)
    author = columns.reference(Person, index=False)
    role = columns.word()
    disagrees = columns.yes_no()
    text = columns.sealed()
    client_time = columns.moment()
    happened_at = columns.moment()
    recorded_at = columns.moment()
    fingerprint = columns.digest()


class TransferOutcome(Table, tablename="transfer_outcomes"):
    """What became of one open thing on arrival."""

    id = columns.key()
    transfer = columns.reference(Transfer, index=False)
    slice = columns.word(20)
    what = columns.word(20)
    thing_id = columns.plain_id()
    outcome = columns.word(10)
    recorded_at = columns.moment()

    transfer_outcome_once = Unique([transfer, what, thing_id])
    transfer_outcome_is_known = one_of("outcome", Outcome)
