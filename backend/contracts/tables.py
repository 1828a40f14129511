"""Contracts, what they went through, the visits they agreed on, and who joined an alliance."""

from piccolo.constraints import Check, Unique
from piccolo.table import Table

from backend.contracts.lifecycle.statuses import Move, Side, Status
from backend.contracts.lifecycle.weeks import Reason
from backend.core import columns
from backend.core.db import Exclude, one_of
from backend.people.tables import Organization, Person


class DoctorContract(Table, tablename="doctor_contracts"):
    """家庭医生签约 (FD-01). `until_on` is the first day on which it no longer is."""

    id = columns.key()
    person = columns.reference(Person)
    center = columns.reference(Organization)
    doctor = columns.reference(Person, index=False)
    team_id = columns.plain_id()
    district_hospital = columns.reference(Organization, index=False)
    municipal_hospital = columns.reference(Organization, index=False)
    contract_no = columns.word(40, optional=True)
    lines = columns.sealed()
    is_chronic = columns.yes_no()
    valid_from = columns.day()
    until_on = columns.day()
    status = columns.word(12)
    signed_at = columns.moment(optional=True)
    renews = columns.plain_id(optional=True)
    drafted_by = columns.plain_id()
    policy_version = columns.word(40)
    version = columns.version()
    fingerprint = columns.digest()
    recorded_at = columns.moment()

    doctor_contract_status_is_known = one_of("status", Status)
    doctor_contract_ends_after_it_starts = Check("until_on >= valid_from")
    doctor_contract_has_two_hospitals = Check("district_hospital <> municipal_hospital")
    doctor_contracts_of_a_person_never_overlap = Exclude(
        ["person WITH =", "daterange(valid_from, until_on) WITH &&"],
        "status IN ('SIGNED', 'TERMINATED')",
    )


class DoctorTerm(Table, tablename="doctor_terms"):
    """Who is the doctor, in which team, from when until when (FD-09)."""

    id = columns.key()
    contract = columns.reference(DoctorContract)
    doctor = columns.reference(Person)
    team_id = columns.plain_id(index=True)
    from_on = columns.day()
    until_on = columns.day()

    doctor_term_ends_after_it_starts = Check("until_on >= from_on")
    doctor_terms_of_a_contract_never_overlap = Exclude(
        ["contract WITH =", "daterange(from_on, until_on) WITH &&"], "until_on > from_on"
    )


class InstitutionContract(Table, tablename="institution_contracts"):
    """机构签约 (IC-01): an institution with a medical institution, the provider."""

    id = columns.key()
    institution = columns.reference(Organization)
    provider = columns.reference(Organization)
    content = columns.snapshot()
    visits = columns.snapshot()
    visits_min = columns.small()
    valid_from = columns.day()
    until_on = columns.day()
    status = columns.word(12)
    signed_at = columns.moment(optional=True)
    drafted_by = columns.plain_id()
    policy_version = columns.word(40)
    version = columns.version()
    fingerprint = columns.digest()
    recorded_at = columns.moment()

    institution_contract_status_is_known = one_of("status", Status)
    institution_contract_ends_after_it_starts = Check("until_on >= valid_from")
    institution_contract_has_two_sides = Check("institution <> provider")
    institution_contracts_of_a_pair_never_overlap = Exclude(
        ["institution WITH =", "provider WITH =", "daterange(valid_from, until_on) WITH &&"],
        "status IN ('SIGNED', 'TERMINATED')",
    )


class ContractMove(Table, tablename="contract_moves"):
    """What a contract has been through. Rows are added, never changed.

    A signature is under one version: an edit leaves it behind.
    """

    id = columns.key()
    doctor_contract = columns.reference(DoctorContract, optional=True)
    institution_contract = columns.reference(InstitutionContract, optional=True)
    move = columns.word(20)
    side = columns.word(12, optional=True)
    of_version = columns.whole()
    made_by = columns.plain_id()
    role = columns.word()
    from_status = columns.word(12)
    to_status = columns.word(12)
    said = columns.snapshot()
    reason = columns.sealed(optional=True)
    client_time = columns.moment()
    happened_at = columns.moment()
    recorded_at = columns.moment()
    fingerprint = columns.digest()

    # Where there is no side, and in a contract of the other kind, there is nothing to compare.
    doctor_contract_signed_once = Unique([doctor_contract, side, of_version])
    institution_contract_signed_once = Unique([institution_contract, side, of_version])
    contract_move_is_of_one_contract = Check(
        "num_nonnulls(doctor_contract, institution_contract) = 1"
    )
    contract_move_is_known = one_of("move", Move)
    contract_move_side_is_known = one_of("side", Side)


class Suspension(Table, tablename="contract_suspensions"):
    """From when until when nobody is expected to come."""

    id = columns.key()
    contract = columns.reference(InstitutionContract, index=False)
    from_on = columns.day()
    until_on = columns.day(optional=True)

    suspension_ends_after_it_starts = Check("until_on IS NULL OR until_on >= from_on")
    suspensions_of_a_contract_never_overlap = Exclude(
        ["contract WITH =", "daterange(from_on, until_on) WITH &&"], "true"
    )


class AgreedRound(Table, tablename="agreed_rounds"):
    """约定巡诊: which round an agreed slot became in a week, or why none was planned."""

    id = columns.key()
    contract = columns.reference(InstitutionContract, index=False)
    iso_week = columns.word(8)
    slot = columns.small()
    on_day = columns.day()
    round_id = columns.plain_id(optional=True)
    why_not = columns.word(40, optional=True)

    agreed_round_once = Unique([contract, iso_week, slot])
    agreed_round_is_planned_or_says_why_not = Check("num_nonnulls(round_id, why_not) = 1")


class MissedWeek(Table, tablename="missed_weeks"):
    """Why a week was missed (IC-04): said once."""

    contract = columns.reference(InstitutionContract, index=False)
    iso_week = columns.word(8)
    reason = columns.word(20)
    note = columns.sealed(optional=True)
    organization_id = columns.plain_id()
    stated_by = columns.plain_id()
    recorded_at = columns.moment()
    fingerprint = columns.digest()

    missed_week_once = Unique([contract, iso_week])
    missed_week_reason_is_known = one_of("reason", Reason)


class Training(Table, tablename="contract_trainings"):
    """带教培训 (IC-09): what the provider taught the institution's staff."""

    id = columns.key()
    contract = columns.reference(InstitutionContract)
    held_on = columns.day()
    topic = columns.word(200)
    minutes = columns.small()
    trainer_ids = columns.ids()
    trainee_ids = columns.ids()
    recorded_by = columns.plain_id()
    recorded_at = columns.moment()
    fingerprint = columns.digest()


class Alliance(Table, tablename="alliances"):
    """五床联动协议 (FB-03, FB-11): several organizations, one joint team."""

    id = columns.key()
    name = columns.word(200)
    member_ids = columns.ids()
    members = columns.snapshot()
    team = columns.snapshot()
    valid_from = columns.day()
    until_on = columns.day()
    version = columns.version()
    fingerprint = columns.digest()
    recorded_at = columns.moment()

    alliance_ends_after_it_starts = Check("until_on > valid_from")


class AllianceElder(Table, tablename="alliance_elders"):
    """An elder who signed the five-bed agreement with an institution of the alliance."""

    id = columns.key()
    alliance = columns.reference(Alliance, index=False)
    person = columns.reference(Person)
    institution = columns.reference(Organization, index=False)
    bed = columns.word(12)
    said = columns.snapshot()
    signed_by = columns.plain_id()
    client_time = columns.moment()
    happened_at = columns.moment()
    recorded_at = columns.moment()
    fingerprint = columns.digest()
    left_at = columns.moment(optional=True)
    left_by = columns.plain_id(optional=True)
    left_fingerprint = columns.digest(optional=True)

    alliance_elder_once = Unique([alliance, person])
