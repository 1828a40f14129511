"""Who pays without being asked each time, who is asked, and what institutions prepaid."""

from piccolo.constraints import Check, Unique
from piccolo.table import Table

from backend.core import columns
from backend.core.db import one_of
from backend.payments.lifecycle.statuses import ChannelName, StandingMove, StandingStatus
from backend.payments.tables.bills import Payable
from backend.people.tables import Organization, Person


class StandingPayer(Table, tablename="standing_payers"):
    """白名单代付 (PY-12): who pays an elder's small bills without being asked each time."""

    id = columns.key()
    person = columns.reference(Person)
    payer = columns.reference(Person, optional=True)
    institution = columns.reference(Organization, optional=True)
    channel = columns.word(10)
    agreement = columns.sealed(optional=True)
    scopes = columns.words(10)
    single_cap_fen = columns.big()
    month_cap_fen = columns.big()
    valid_from = columns.day()
    until_on = columns.day()
    status = columns.word(10)
    proposed_by = columns.plain_id()
    approve_by = columns.moment()
    approved_by = columns.plain_id(optional=True)
    approved_at = columns.moment(optional=True)
    policy_version = columns.word(40)
    version = columns.version()
    recorded_at = columns.moment()
    fingerprint = columns.digest()

    standing_payer_is_one = Check("num_nonnulls(payer, institution) = 1")
    standing_payer_status_is_known = one_of("status", StandingStatus)
    standing_payer_channel_is_known = one_of("channel", ChannelName)
    standing_payer_has_caps = Check("single_cap_fen > 0 AND month_cap_fen >= single_cap_fen")
    standing_payer_ends_after_it_starts = Check("until_on > valid_from")


class StandingPayerMove(Table, tablename="standing_payer_moves"):
    id = columns.key()
    standing_payer = columns.reference(StandingPayer)
    move = columns.word(10)
    made_by = columns.plain_id()
    role = columns.word()
    from_status = columns.word(10, optional=True)
    to_status = columns.word(10)
    reason = columns.sealed(optional=True)
    recorded_at = columns.moment()
    fingerprint = columns.digest()

    standing_payer_move_is_known = one_of("move", StandingMove)


class PaymentRequest(Table, tablename="payment_requests"):
    """PY-11: a bill put before relatives; whoever locks it first pays it."""

    id = columns.key()
    payable = columns.reference(Payable)
    recipients = columns.ids()
    asked_by = columns.plain_id()
    role = columns.word()
    expires_at = columns.moment()
    recorded_at = columns.moment()
    fingerprint = columns.digest()


class PrepaidAccount(Table, tablename="prepaid_accounts"):
    """PY-13: what an institution has left with a center. Held before anything is taken from it."""

    id = columns.key()
    institution = columns.reference(Organization, index=False)
    organization = columns.reference(Organization, index=False)
    balance_fen = columns.big()

    prepaid_account_once = Unique([institution, organization])
    prepaid_account_is_never_overdrawn = Check("balance_fen >= 0")
