"""The ledger of what was paid, the days that are shut, and the channels' bills beside it."""

from piccolo.columns import BigSerial
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from backend.core import columns
from backend.core.db import one_of
from backend.payments.lifecycle.ledger import Account, Why
from backend.payments.lifecycle.reconciling import DifferenceKind, Resolution
from backend.payments.lifecycle.statuses import ChannelName
from backend.payments.tables.bills import Payable
from backend.payments.tables.orders import PaymentOrder
from backend.people.tables import Organization


class LedgerPosting(Table, tablename="ledger_postings"):
    """账簿. Rows are added, never changed; each sums to zero in itself (lifecycle/ledger.py)."""

    id = BigSerial(primary_key=True)
    entry_id = columns.plain_id()
    why = columns.word(10)
    debit = columns.word(10)
    credit = columns.word(10)
    amount_fen = columns.big()
    organization = columns.reference(Organization, index=False)
    person_id = columns.plain_id(optional=True)
    institution_id = columns.plain_id(optional=True)
    payer_id = columns.plain_id(optional=True)
    channel = columns.word(10, optional=True)
    payable = columns.reference(Payable)
    order_id = columns.plain_id(optional=True)
    refund_id = columns.plain_id(optional=True)
    booked_on = columns.day()
    recorded_at = columns.moment()

    posting_is_money = Check("amount_fen > 0")
    posting_moves_it = Check("debit <> credit")
    posting_debit_is_known = one_of("debit", Account)
    posting_credit_is_known = one_of("credit", Account)
    posting_why_is_known = one_of("why", Why)


class DayClose(Table, tablename="day_closes"):
    """日结: a center's day, summed and shut; what is booked later belongs to the next open day."""

    id = columns.key()
    organization = columns.reference(Organization, index=False)
    closed_on = columns.day()
    sums = columns.snapshot()
    last_posting = columns.big()
    closed_by = columns.plain_id()
    recorded_at = columns.moment()
    reversed_by = columns.plain_id(optional=True)
    reversed_at = columns.moment(optional=True)
    reversal_reason = columns.sealed(optional=True)
    fingerprint = columns.digest()
    reversal_fingerprint = columns.digest(optional=True)

    day_close_is_reversed_by_another = Check("reversed_by IS NULL OR reversed_by <> closed_by")


class Reconciliation(Table, tablename="reconciliations"):
    """对账 (PY-15): what a channel's bill of a day has for one center, beside what we have.

    Lines of the bill that we know nothing of belong to none.
    """

    id = columns.key()
    channel = columns.word(10)
    organization = columns.reference(Organization, optional=True)
    of_day = columns.day()
    theirs_count = columns.whole()
    theirs_fen = columns.big()
    ours_count = columns.whole()
    ours_fen = columns.big()
    bill_digest = columns.digest()
    recorded_at = columns.moment()

    reconciliation_once_a_day = Unique([channel, of_day, organization], nulls_distinct=False)
    reconciliation_channel_is_known = one_of("channel", ChannelName)


class Difference(Table, tablename="reconciliation_differences"):
    """LONG: the channel has it and we do not; SHORT: we have it and it does not; AMOUNT: both."""

    id = columns.key()
    reconciliation = columns.reference(Reconciliation)
    organization = columns.reference(Organization, optional=True, index=False)
    kind = columns.word(8)
    about = columns.word(8)
    trade_no = columns.word(64)
    theirs_fen = columns.big(optional=True)
    ours_fen = columns.big(optional=True)
    payment_order = columns.reference(PaymentOrder, optional=True, index=False)
    escalated_at = columns.moment(optional=True)
    resolved_at = columns.moment(optional=True)
    resolved_by = columns.plain_id(optional=True)
    resolution_code = columns.word(24, optional=True)
    resolution = columns.sealed(optional=True)
    fingerprint = columns.digest(optional=True)

    difference_once = Unique([reconciliation, about, trade_no])
    difference_kind_is_known = one_of("kind", DifferenceKind)
    difference_resolution_is_known = one_of("resolution_code", Resolution)
    difference_is_resolved_whole = Check(
        "num_nonnulls(resolved_at, resolved_by, resolution_code) IN (0, 3)"
    )
