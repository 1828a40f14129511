"""Persons behind their doors, whom they work for, and their kin."""

from piccolo.constraints import Unique
from piccolo.table import Table

from backend.core import columns
from backend.core.db import one_of
from backend.people.lifecycle import (
    CorrectionStatus,
    Datum,
    Relation,
    Sex,
)
from backend.people.tables.organizations import Organization


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
    # Once the ledger of beds says where they live, nobody else does.
    is_in_ledger = columns.yes_no(optional=True)
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
