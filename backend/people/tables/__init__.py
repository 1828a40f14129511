"""Persons, staff, organizations, and every tie between them."""

from backend.people.tables.organizations import InHouseUnit, Organization, UnitFormulary
from backend.people.tables.permissions import (
    BreakGlass,
    CareTeamMember,
    Consent,
    Delegation,
    Guardianship,
    RecordCopy,
    ScopeRequest,
)
from backend.people.tables.persons import Address, AddressCorrection, Kinship, Person, Staff
from backend.people.tables.signing_in import Device, LoginCode, Session

__all__ = [
    "Address",
    "AddressCorrection",
    "BreakGlass",
    "CareTeamMember",
    "Consent",
    "Delegation",
    "Device",
    "Guardianship",
    "InHouseUnit",
    "Kinship",
    "LoginCode",
    "Organization",
    "Person",
    "RecordCopy",
    "ScopeRequest",
    "Session",
    "Staff",
    "UnitFormulary",
]
