"""Phones, the codes sent to them, and the sessions on them."""

from piccolo.constraints import Unique
from piccolo.table import Table

from backend.core import columns
from backend.core.db import one_of
from backend.people.lifecycle import (
    SessionEnd,
)
from backend.people.tables.persons import Person


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
