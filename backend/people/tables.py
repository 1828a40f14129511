"""Persons, staff, organizations, and every tie between them."""

from piccolo.constraints import Check, Unique
from piccolo.table import Table

from backend.core import columns
from backend.core.db import one_of
from backend.people.lifecycle import (
    Basis,
    CorrectionStatus,
    Datum,
    MemberKind,
    Relation,
    SessionEnd,
    Sex,
    Tie,
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
    address = columns.word(200)
    lat = columns.real(optional=True)
    lon = columns.real(optional=True)
    phone = columns.word(20, optional=True)
    beds = columns.whole(optional=True)
    version = columns.version()
    fingerprint = columns.digest()
    recorded_at = columns.moment()


class Address(Table, tablename="addresses"):
    """A door: where a visit goes. The point is stored as it was said, with its datum (EV-04)."""

    id = columns.key()
    line = columns.sealed()
    room = columns.sealed(optional=True)
    street_code = columns.word(9)
    lat = columns.real(optional=True)
    lon = columns.real(optional=True)
    datum = columns.word(5)
    version = columns.version()

    address_datum_is_known = one_of("datum", Datum)


class Person(Table, tablename="persons"):
    """A human being: elder, relative, carer, courier. Names and numbers are sealed."""

    id = columns.key()
    name = columns.sealed()
    name_key = columns.digest(index=True)
    sex = columns.word(1)
    born_on = columns.day(optional=True)
    identity_number = columns.sealed(optional=True)
    identity_key = columns.digest(optional=True, unique=True)
    phone = columns.sealed(optional=True)
    phone_key = columns.digest(optional=True, index=True)
    street_code = columns.word(9, optional=True)
    address = columns.reference(Address, optional=True)
    residence = columns.reference(Organization, optional=True)
    bed = columns.word(20, optional=True)
    center = columns.reference(Organization, optional=True)
    died_on = columns.day(optional=True)
    lacks_capacity = columns.yes_no()
    care_flags = columns.words()
    version = columns.version()
    fingerprint = columns.digest()
    recorded_at = columns.moment()

    person_sex_is_known = one_of("sex", Sex)


class AddressCorrection(Table, tablename="address_corrections"):
    """Somebody at the door says that the pin or the room is wrong; somebody else decides."""

    id = columns.key()
    address = columns.reference(Address)
    line = columns.sealed(optional=True)
    room = columns.sealed(optional=True)
    lat = columns.real(optional=True)
    lon = columns.real(optional=True)
    datum = columns.word(5, optional=True)
    reason = columns.sealed()
    asked_by = columns.reference(Person)
    organization_id = columns.plain_id(optional=True, index=True)
    asked_at = columns.moment()
    status = columns.word(10)
    decided_by = columns.plain_id(optional=True)
    decided_at = columns.moment(optional=True)
    decision_fingerprint = columns.digest(optional=True)
    fingerprint = columns.digest()

    address_correction_status_is_known = one_of("status", CorrectionStatus)


class Staff(Table, tablename="staff"):
    """One employment: a person, in one organization, in some roles."""

    id = columns.key()
    person = columns.reference(Person)
    organization = columns.reference(Organization)
    roles = columns.words()
    title = columns.word(40, optional=True)
    licence_no = columns.sealed(optional=True)
    practising_since = columns.day(optional=True)
    registered_here = columns.yes_no()
    home_service_authorised_on = columns.day(optional=True)
    certificates = columns.snapshot()
    employed_from = columns.day()
    employed_until = columns.day(optional=True)
    version = columns.version()
    fingerprint = columns.digest()
    recorded_at = columns.moment()

    staff_once_per_organization = Unique([person, organization])


class Kinship(Table, tablename="kinships"):
    """亲属: who is whose what (GB/T 4761). A fact, not a permission."""

    id = columns.key()
    person = columns.reference(Person)
    relative = columns.reference(Person)
    relation = columns.word(2)
    is_emergency_contact = columns.yes_no()
    version = columns.version()
    fingerprint = columns.digest()
    recorded_at = columns.moment()

    kinship_once = Unique([person, relative])
    kinship_relation_is_known = one_of("relation", Relation)


class CareTeamMember(Table, tablename="care_team"):
    """照护团队 (FHIR CareTeam): who may see this person, why, until when."""

    id = columns.key()
    person = columns.reference(Person, index=False)
    member_kind = columns.word(12)
    member_id = columns.plain_id()
    why = columns.word(20)
    because_id = columns.plain_id()
    from_at = columns.moment()
    until_at = columns.moment(optional=True)

    care_team_tie_once = Unique([person, member_id, why, because_id])
    care_team_member_kind_is_known = one_of("member_kind", MemberKind)
    care_team_why_is_known = one_of("why", Tie)


class Delegation(Table, tablename="delegations"):
    """亲属授权 (RC-03): what an elder lets a relative see and do."""

    id = columns.key()
    person = columns.reference(Person)
    delegate = columns.reference(Person)
    scopes = columns.words()
    sensitive_chapters = columns.words()
    valid_from = columns.day()
    valid_to = columns.day()
    granted_by = columns.reference(Person, index=False)
    granted_at = columns.moment()
    revoked_at = columns.moment(optional=True)
    revoked_by = columns.plain_id(optional=True)
    version = columns.version()
    fingerprint = columns.digest()

    delegation_ends_after_it_starts = Check("valid_to >= valid_from")
    delegation_is_to_another = Check("person <> delegate")


class ScopeRequest(Table, tablename="scope_requests"):
    """A relative asks for more; the answer is an edit of the delegation by the elder."""

    id = columns.key()
    delegation = columns.reference(Delegation)
    scopes = columns.words()
    asked_by = columns.reference(Person, index=False)
    asked_at = columns.moment()
    fingerprint = columns.digest()


class Guardianship(Table, tablename="guardianships"):
    """监护 (RC-04): who decides for a person without capacity, and by which proof."""

    id = columns.key()
    person = columns.reference(Person)
    guardian = columns.reference(Person)
    basis = columns.word(20)
    proof_id = columns.plain_id()
    valid_from = columns.day()
    valid_to = columns.day(optional=True)
    recorded_by = columns.plain_id()
    recorded_at = columns.moment()
    version = columns.version()
    fingerprint = columns.digest()

    guardianship_basis_is_known = one_of("basis", Basis)


class Consent(Table, tablename="consents"):
    """知情同意 (RC-02): one purpose, one text, one hand."""

    id = columns.key()
    person = columns.reference(Person)
    purpose = columns.word(40)
    items = columns.words()
    text_version = columns.word(40)
    given_by = columns.reference(Person, index=False)
    method = columns.word(20)
    witness_id = columns.plain_id(optional=True)
    evidence_id = columns.plain_id(optional=True)
    client_time = columns.moment()
    happened_at = columns.moment()
    recorded_at = columns.moment()
    withdrawn_at = columns.moment(optional=True)
    withdrawn_by = columns.plain_id(optional=True)
    fingerprint = columns.digest()


class BreakGlass(Table, tablename="break_glass"):
    """破窗访问 (RC-05): four hours of access for a reason, told and reviewed."""

    id = columns.key()
    person = columns.reference(Person)
    opened_by = columns.reference(Person, index=False)
    organization_id = columns.plain_id(index=True)
    reason = columns.sealed()
    from_at = columns.moment()
    until_at = columns.moment()
    review_due_at = columns.moment()
    reviewed_by = columns.plain_id(optional=True)
    reviewed_at = columns.moment(optional=True)
    is_justified = columns.yes_no(optional=True)
    fingerprint = columns.digest()


class RecordCopy(Table, tablename="record_copies"):
    """病历复印 (RC-06, RC-08): a copy of the record, for the patient or who may ask for them."""

    id = columns.key()
    person = columns.reference(Person)
    asked_by = columns.reference(Person, index=False)
    chapters = columns.words()
    proof_ids = columns.ids()
    asked_at = columns.moment()
    due_on = columns.day()
    file_id = columns.plain_id(optional=True)
    ready_at = columns.moment(optional=True)
    fingerprint = columns.digest()


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
    status = columns.word(12)
    filed_at = columns.moment()
    operating_since = columns.day(optional=True)
    confirmed_by = columns.plain_id(optional=True)
    confirmed_at = columns.moment(optional=True)
    confirmation_fingerprint = columns.digest(optional=True)
    version = columns.version()
    fingerprint = columns.digest()

    in_house_unit_kind_is_known = one_of("kind", UnitKind)
    in_house_unit_status_is_known = one_of("status", UnitStatus)


class Device(Table, tablename="devices"):
    """A phone, known by the Ed25519 key it keeps. Staff phones wait until somebody trusts them."""

    id = columns.key()
    person = columns.reference(Person)
    public_key = columns.digest()
    platform = columns.word(40)
    registered_at = columns.moment()
    trusted_at = columns.moment(optional=True)
    trusted_by = columns.plain_id(optional=True)
    wiped_at = columns.moment(optional=True)
    fingerprint = columns.digest()

    device_key_once_per_person = Unique([person, public_key])


class LoginCode(Table, tablename="login_codes"):
    """A one-time code on its way to a phone. Counted here, so it is counted without Valkey too.

    `code_sealed` is what the worker sends; it is wiped when the code was sent, used or is too old.
    """

    id = columns.key()
    phone_key = columns.digest(index=True)
    code_digest = columns.digest()
    code_sealed = columns.sealed(optional=True)
    tries = columns.whole()
    sent_at = columns.moment()
    expires_at = columns.moment()
    used_at = columns.moment(optional=True)


class Session(Table, tablename="sessions"):
    """One signed-in phone in one role. Its refresh tokens rotate; a reused one ends it."""

    id = columns.key()
    person = columns.reference(Person)
    device = columns.reference(Device, optional=True)
    role = columns.word()
    organization_id = columns.plain_id(optional=True)
    refresh_digest = columns.digest(unique=True)
    previous_digest = columns.digest(optional=True, index=True)
    next_token = columns.sealed(optional=True)
    refreshed_at = columns.moment()
    started_at = columns.moment()
    expires_at = columns.moment()
    ended_at = columns.moment(optional=True)
    end_reason = columns.word(20, optional=True)

    session_end_reason_is_known = one_of("end_reason", SessionEnd)
