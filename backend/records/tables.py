"""Observations, notes, assessments, incidents and emergencies."""

from piccolo.columns import BigSerial
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from backend.core import columns
from backend.core.db import one_of
from backend.people.tables import Person
from backend.records.lifecycle.alerts import AlertCode, Severity
from backend.records.lifecycle.incidents import EmergencyKind, IncidentKind
from backend.records.lifecycle.notes import Lateness, NoteKind
from backend.records.lifecycle.scores import Instrument
from backend.records.lifecycle.vitals import Source, VitalSign


class Observation(Table, tablename="observations"):
    """体征: one reading. Never changed and never deleted; a wrong one is voided with a reason."""

    id = columns.key()
    person = columns.reference(Person, index=False)
    code = columns.word(20)
    value = columns.real(optional=True)
    value_code = columns.word(10, optional=True)
    unit = columns.word(20)
    body_site = columns.word(40, optional=True)
    posture = columns.word(20, optional=True)
    source = columns.word(12)
    device = columns.word(60, optional=True)
    symptoms = columns.words()
    visit_id = columns.plain_id(optional=True, index=True)
    author = columns.reference(Person, index=False)
    organization_id = columns.plain_id(optional=True)
    client_time = columns.moment()
    happened_at = columns.moment()
    recorded_at = columns.moment()
    flags = columns.words()
    news2 = columns.snapshot(optional=True)
    policy_version = columns.word(40)
    voided_at = columns.moment(optional=True)
    voided_by = columns.plain_id(optional=True)
    void_reason = columns.sealed(optional=True)
    void_fingerprint = columns.digest(optional=True)
    fingerprint = columns.digest()

    observation_has_a_value = Check("(value IS NULL) <> (value_code IS NULL)")
    observation_code_is_known = one_of("code", VitalSign)
    observation_source_is_known = one_of("source", Source)


class Alert(Table, tablename="alerts"):
    """预警: what a reading or an incident made us say at once; `subject_id` is either."""

    id = BigSerial(primary_key=True)
    subject_id = columns.plain_id()
    person = columns.reference(Person)
    code = columns.word(40)
    rule = columns.word(12)
    severity = columns.word(12)
    recorded_at = columns.moment()

    alert_once_per_subject = Unique([subject_id, code])
    alert_code_is_known = one_of("code", AlertCode)
    alert_severity_is_known = one_of("severity", Severity)


class Note(Table, tablename="notes"):
    """病程记录. A draft is edited by its author; a signed one is amended by a new note (RC-06)."""

    id = columns.key()
    person = columns.reference(Person)
    kind = columns.word(20)
    visit_id = columns.plain_id(optional=True, index=True)
    author = columns.reference(Person, index=False)
    organization_id = columns.plain_id(optional=True)
    text = columns.sealed()
    content = columns.sealed(optional=True)
    amends = columns.plain_id(optional=True, index=True)
    amend_reason = columns.sealed(optional=True)
    due_at = columns.moment(optional=True)
    client_time = columns.moment()
    happened_at = columns.moment()
    recorded_at = columns.moment()
    signed_at = columns.moment(optional=True)
    version = columns.version()
    fingerprint = columns.digest()

    note_kind_is_known = one_of("kind", NoteKind)


class NoteSignature(Table, tablename="note_signatures"):
    """签名: over the text as it stood; immutable from now."""

    note = columns.reference(Note, index=False)
    signed_by = columns.reference(Person, index=False)
    device_id = columns.plain_id(optional=True)
    text_digest = columns.digest()
    signature = columns.word(200, optional=True)
    client_time = columns.moment()
    happened_at = columns.moment()
    recorded_at = columns.moment()
    lateness = columns.word(16)
    policy_version = columns.word(40)
    fingerprint = columns.digest()

    one_signature_per_note = Unique([note])
    note_lateness_is_known = one_of("lateness", Lateness)


class Assessment(Table, tablename="assessments"):
    """量表评估, scored from the instrument's own table."""

    id = columns.key()
    person = columns.reference(Person)
    instrument = columns.word(20)
    answers = columns.sealed()
    score = columns.small(optional=True)
    band = columns.word(40, optional=True)
    result = columns.snapshot()
    visit_id = columns.plain_id(optional=True)
    author = columns.reference(Person, index=False)
    organization_id = columns.plain_id(optional=True)
    client_time = columns.moment()
    happened_at = columns.moment()
    recorded_at = columns.moment()
    version = columns.version()
    fingerprint = columns.digest()

    assessment_instrument_is_known = one_of("instrument", Instrument)


class Incident(Table, tablename="incidents"):
    """不良事件: a fall, a change of condition."""

    id = columns.key()
    person = columns.reference(Person)
    kind = columns.word(20)
    symptoms = columns.words()
    on_anticoagulant = columns.yes_no()
    text = columns.sealed(optional=True)
    visit_id = columns.plain_id(optional=True)
    author = columns.reference(Person, index=False)
    organization_id = columns.plain_id(optional=True)
    client_time = columns.moment()
    happened_at = columns.moment()
    recorded_at = columns.moment()
    fingerprint = columns.digest()

    incident_kind_is_known = one_of("kind", IncidentKind)


class Emergency(Table, tablename="emergencies"):
    """急救 (EM-03): a person and a point are enough; everything else later."""

    id = columns.key()
    person = columns.reference(Person)
    kind = columns.word(20)
    onset_at = columns.moment(optional=True)
    lat = columns.real(optional=True)
    lon = columns.real(optional=True)
    datum = columns.word(5, optional=True)
    accuracy_m = columns.real(optional=True)
    text = columns.sealed(optional=True)
    visit_id = columns.plain_id(optional=True)
    raised_by = columns.reference(Person, index=False)
    organization_id = columns.plain_id(optional=True, index=True)
    client_time = columns.moment()
    happened_at = columns.moment()
    recorded_at = columns.moment()
    rescue_note_due_at = columns.moment()
    policy_version = columns.word(40)
    fingerprint = columns.digest()

    emergency_kind_is_known = one_of("kind", EmergencyKind)
