"""The inbox, where to push, and what each person wants to be told."""

from piccolo.constraints import Unique
from piccolo.table import Table

from backend.core import columns
from backend.core.db import one_of
from backend.notifications.lifecycle import SendStatus, Transport, Urgency
from backend.people.tables import Device, Person


class Notification(Table, tablename="notifications"):
    """Recorded once for a recipient, a kind and an event, whatever is retried."""

    id = columns.key()
    recipient = columns.reference(Person, index=False)
    kind = columns.word(40)
    event_key = columns.word(80)
    person_id = columns.plain_id(optional=True)
    subject_id = columns.plain_id(optional=True)
    urgency = columns.word(12)
    details = columns.snapshot()
    recorded_at = columns.moment()
    seen_at = columns.moment(optional=True)

    notification_once_per_event = Unique([recipient, kind, event_key])
    notification_urgency_is_known = one_of("urgency", Urgency)


class Send(Table, tablename="notification_sends"):
    """How handing over to one transport ended."""

    id = columns.key()
    notification = columns.reference(Notification)
    transport = columns.word(20)
    status = columns.word(10)
    ended_at = columns.moment()

    send_once_per_transport = Unique([notification, transport])
    send_transport_is_known = one_of("transport", Transport)
    send_status_is_known = one_of("status", SendStatus)


class PushRegistration(Table, tablename="push_registrations"):
    """Where to push: one row a device. `transport` is the phone maker's channel."""

    device = columns.reference(Device, index=False)
    person = columns.reference(Person)
    transport = columns.word(20)
    token = columns.sealed()
    registered_at = columns.moment()
    fingerprint = columns.digest()

    one_registration_per_device = Unique([device])


class Preference(Table, tablename="notification_preferences"):
    """Kinds switched off, quiet hours, and the hour of the daily digest, in Shanghai time."""

    person = columns.reference(Person, index=False)
    muted = columns.words()
    quiet_start = columns.hour(optional=True)
    quiet_end = columns.hour(optional=True)
    digest_at = columns.hour(optional=True)
    version = columns.version()
    fingerprint = columns.digest()

    one_preference_per_person = Unique([person])
