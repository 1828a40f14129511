"""Who may see whom, who decides for whom, and what was consented to."""

from piccolo.constraints import Check, Unique
from piccolo.table import Table

from backend.core import columns
from backend.core.db import one_of
from backend.people.lifecycle import (
    Basis,
    MemberKind,
    Tie,
)
from backend.people.tables.persons import Person


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
    witness_photo_id = columns.plain_id(optional=True)
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
