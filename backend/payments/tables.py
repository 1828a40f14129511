"""What care costs, what is owed, who tries to pay it, and the ledger of what was paid."""

from piccolo.columns import BigSerial
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from backend.core import columns
from backend.core.db import Exclude, one_of
from backend.payments.lifecycle.ledger import Account, Why
from backend.payments.lifecycle.legs import MixType
from backend.payments.lifecycle.reconciling import DifferenceKind, Resolution
from backend.payments.lifecycle.statuses import (
    ChannelName,
    Kind,
    LegStatus,
    OrderMove,
    OrderStatus,
    PayableMove,
    PayableStatus,
    Payer,
    RefundMove,
    RefundStatus,
    ServiceClass,
    StandingMove,
    StandingStatus,
)
from backend.people.tables import Organization, Person

LEGS_HOLD = (
    "total_fen = gov_fen + self_fen + other_fen + pay_cash_fen + reduce_fen"
    " AND total_fen = gov_fen + self_fen + other_fen + ins_cash_fen + add_fen"
    " AND pay_cash_fen = ins_cash_fen + add_fen - reduce_fen"
)
LEGS_ARE_MONEY = (
    "least(gov_fen, self_fen, other_fen, ins_cash_fen, add_fen, reduce_fen, pay_cash_fen) >= 0"
)


class Tariff(Table, tablename="tariffs"):
    """价格表 (HB-17): what an organization asks for an item, from a day until a day."""

    id = columns.key()
    organization = columns.reference(Organization)
    item = columns.word(40)
    service_class = columns.word(10)
    price_fen = columns.big()
    is_insured = columns.yes_no()
    is_sample = columns.yes_no()
    from_on = columns.day()
    until_on = columns.day(optional=True)
    kept_by = columns.plain_id()
    recorded_at = columns.moment()
    fingerprint = columns.digest()

    tariff_price_is_money = Check("price_fen >= 0")
    tariff_class_is_known = one_of("service_class", ServiceClass)
    tariff_ends_after_it_starts = Check("until_on > from_on")
    tariffs_of_an_item_never_overlap = Exclude(
        ["organization WITH =", "item WITH =", "daterange(from_on, until_on) WITH &&"],
        "organization IS NOT NULL",
    )


class Payable(Table, tablename="payables"):
    """应付单: one bill, of one elder or of an institution that tops up."""

    id = columns.key()
    kind = columns.word(12)
    subject_id = columns.plain_id()
    person = columns.reference(Person, optional=True, index=False)
    institution = columns.reference(Organization, optional=True, index=False)
    organization = columns.reference(Organization, index=False)
    classes = columns.words(10)
    is_outpatient = columns.yes_no()
    total_fen = columns.big()
    happened_at = columns.moment()
    status = columns.word(16)
    order_id = columns.plain_id(optional=True)
    stock_until = columns.moment(optional=True)
    policy_version = columns.word(40)
    version = columns.version()
    recorded_at = columns.moment()

    payable_once_per_subject = Unique([kind, subject_id, person])
    payable_kind_is_known = one_of("kind", Kind)
    payable_status_is_known = one_of("status", PayableStatus)
    payable_is_money = Check("total_fen >= 0")
    payable_has_who_owes = Check("num_nonnulls(person, institution) >= 1")
    payable_tops_up_an_institution = Check("(kind = 'PREPAYMENT') = (person IS NULL)")
    payable_is_locked_by_an_order = Check("(status = 'LOCKED') <= (order_id IS NOT NULL)")


class PayableLine(Table, tablename="payable_lines"):
    """One line names its visit, its item and its rule; `charge_key` is charged once for ever."""

    id = columns.key()
    payable = columns.reference(Payable)
    charge_key = columns.word(140)
    item = columns.word(40)
    service_class = columns.word(10)
    quantity = columns.whole()
    price_fen = columns.big()
    amount_fen = columns.big()
    is_insured = columns.yes_no()
    tariff = columns.reference(Tariff, optional=True, index=False)
    visit_id = columns.plain_id(optional=True)
    done_by = columns.plain_id(optional=True)
    happened_at = columns.moment()
    rule = columns.word(20)

    line_is_charged_once = Unique([charge_key])
    line_class_is_known = one_of("service_class", ServiceClass)
    line_amount_follows = Check("amount_fen = quantity * price_fen AND quantity > 0")


class PayableMoveRow(Table, tablename="payable_moves"):
    id = columns.key()
    payable = columns.reference(Payable)
    move = columns.word(12)
    made_by = columns.plain_id()
    role = columns.word()
    from_status = columns.word(16, optional=True)
    to_status = columns.word(16)
    because_id = columns.plain_id(optional=True)
    reason = columns.sealed(optional=True)
    recorded_at = columns.moment()
    fingerprint = columns.digest(optional=True)

    payable_move_is_known = one_of("move", PayableMove)


class MissedPrice(Table, tablename="missed_prices"):
    """What was done and has no price (HB-17): it waits for one, and is billed then."""

    id = columns.key()
    organization = columns.reference(Organization, index=False)
    item = columns.word(40)
    done_on = columns.day()
    kind = columns.word(12)
    subject_id = columns.plain_id()
    person = columns.reference(Person, index=False)
    recorded_at = columns.moment()

    missed_price_once = Unique([organization, item, kind, subject_id, person])
    missed_price_kind_is_known = one_of("kind", Kind)


class BilledMinutes(Table, tablename="billed_minutes"):
    """LT-02: minutes of an item are billed to the medical insurance or to 长护险, never to both."""

    id = columns.key()
    scheme = columns.word(8)
    person = columns.reference(Person, index=False)
    organization = columns.reference(Organization, index=False)
    item = columns.word(40)
    from_at = columns.moment()
    until_at = columns.moment()
    line = columns.reference(PayableLine, optional=True, index=False)
    recorded_by = columns.plain_id()
    recorded_at = columns.moment()
    fingerprint = columns.digest(optional=True)

    billed_minutes_end_after_they_start = Check("until_at > from_at")
    billed_minutes_have_a_scheme = Check("scheme IN ('medical', 'ltci')")
    minutes_of_an_item_are_billed_once = Exclude(
        ["person WITH =", "item WITH =", "tstzrange(from_at, until_at) WITH &&"],
        "item IS NOT NULL",
    )


class CareLevel(Table, tablename="ltci_levels"):
    """长护险评估等级 (LT-01): an elder's level from a day until a day."""

    id = columns.key()
    person = columns.reference(Person)
    level = columns.small()
    from_on = columns.day()
    until_on = columns.day(optional=True)
    recorded_by = columns.plain_id()
    recorded_at = columns.moment()
    fingerprint = columns.digest()

    care_level_ends_after_it_starts = Check("until_on > from_on")
    care_levels_never_overlap = Exclude(
        ["person WITH =", "daterange(from_on, until_on) WITH &&"], "person IS NOT NULL"
    )


class Quote(Table, tablename="quotes"):
    """报价: what each source would pay. `number` counts a payable's; the newest one holds."""

    id = columns.key()
    payable = columns.reference(Payable)
    number = columns.whole()
    asked_by = columns.plain_id()
    uses_mutual_aid = columns.yes_no()
    aid_member = columns.plain_id(optional=True)
    mix_type = columns.word(20)
    gov_fen = columns.big()
    self_fen = columns.big()
    aid_fen = columns.big()
    other_fen = columns.big()
    ins_cash_fen = columns.big()
    add_fen = columns.big()
    reduce_fen = columns.big()
    pay_cash_fen = columns.big()
    total_fen = columns.big()
    additions = columns.snapshot()
    reductions = columns.snapshot()
    is_estimated = columns.yes_no()
    settlement = columns.sealed(optional=True)
    recorded_at = columns.moment()
    fingerprint = columns.digest()

    quote_number_once = Unique([payable, number])
    quote_mix_is_known = one_of("mix_type", MixType)
    quote_legs_are_money = Check(LEGS_ARE_MONEY)
    quote_legs_hold = Check(LEGS_HOLD)
    quote_aid_is_of_the_account = Check("aid_fen BETWEEN 0 AND self_fen")


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


class PaymentOrder(Table, tablename="payment_orders"):
    """支付订单: one try of one payer. The three statuses of PY-07 are what the channel says."""

    id = columns.key()
    payable = columns.reference(Payable)
    quote = columns.reference(Quote, optional=True, index=False)
    payer_kind = columns.word(12)
    payer = columns.reference(Person, optional=True)
    institution = columns.reference(Organization, optional=True, index=False)
    standing_payer = columns.reference(StandingPayer, optional=True)
    pay_for_relatives = columns.yes_no()
    channel = columns.word(10)
    out_trade_no = columns.word(32)
    channel_trade_no = columns.word(64, optional=True)
    mix_type = columns.word(20)
    order_type = columns.word(20)
    gov_fen = columns.big()
    self_fen = columns.big()
    aid_fen = columns.big()
    other_fen = columns.big()
    ins_cash_fen = columns.big()
    add_fen = columns.big()
    reduce_fen = columns.big()
    pay_cash_fen = columns.big()
    total_fen = columns.big()
    status = columns.word(10)
    mix_status = columns.word(8)
    cash_status = columns.word(8)
    insurance_status = columns.word(8)
    placed = columns.sealed(optional=True)
    placed_at = columns.moment(optional=True)
    expires_at = columns.moment()
    paid_at = columns.moment(optional=True)
    captured_at = columns.moment(optional=True)
    is_undue = columns.yes_no()
    cash_back_fen = columns.big()
    gov_back_fen = columns.big()
    self_back_fen = columns.big()
    other_back_fen = columns.big()
    policy_version = columns.word(40)
    recorded_at = columns.moment()
    fingerprint = columns.digest()

    order_trade_no_once = Unique([out_trade_no])
    order_status_is_known = one_of("status", OrderStatus)
    order_payer_kind_is_known = one_of("payer_kind", Payer)
    order_channel_is_known = one_of("channel", ChannelName)
    order_mix_is_known = one_of("mix_type", MixType)
    order_mix_status_is_known = one_of("mix_status", LegStatus)
    order_cash_status_is_known = one_of("cash_status", LegStatus)
    order_insurance_status_is_known = one_of("insurance_status", LegStatus)
    order_legs_are_money = Check(LEGS_ARE_MONEY)
    order_legs_hold = Check(LEGS_HOLD)
    order_has_one_payer = Check("num_nonnulls(payer, institution) = 1")
    order_mix_fits_its_legs = Check(
        "CASE mix_type WHEN 'CASH_ONLY' THEN gov_fen + self_fen + other_fen = 0"
        " WHEN 'INSURANCE_ONLY' THEN pay_cash_fen = 0"
        " ELSE gov_fen + self_fen + other_fen > 0 AND pay_cash_fen > 0 END"
    )
    order_gives_back_what_it_took = Check(
        "cash_back_fen BETWEEN 0 AND pay_cash_fen AND gov_back_fen BETWEEN 0 AND gov_fen"
        " AND self_back_fen BETWEEN 0 AND self_fen AND other_back_fen BETWEEN 0 AND other_fen"
    )


class PaymentOrderMove(Table, tablename="payment_order_moves"):
    id = columns.key()
    payment_order = columns.reference(PaymentOrder)
    move = columns.word(10)
    made_by = columns.plain_id()
    role = columns.word()
    from_status = columns.word(10, optional=True)
    to_status = columns.word(10)
    said = columns.snapshot()
    recorded_at = columns.moment()

    order_move_is_known = one_of("move", OrderMove)


class PaymentNotice(Table, tablename="payment_notices"):
    """A channel's word, heard once: its own id, or the nonce it signed."""

    id = columns.key()
    channel = columns.word(10)
    notice_id = columns.word(80)
    nonce = columns.word(80)
    about = columns.word(8)
    out_trade_no = columns.word(64)
    recorded_at = columns.moment()

    notice_is_heard_once = Unique([channel, notice_id])
    notice_nonce_is_used_once = Unique([channel, nonce])


class Refund(Table, tablename="refunds"):
    """退款 (PY-08): back by the legs that paid, under one number for channel and insurance."""

    id = columns.key()
    payment_order = columns.reference(PaymentOrder)
    payable = columns.reference(Payable)
    organization = columns.reference(Organization, index=False)
    out_refund_no = columns.word(32)
    cash_fen = columns.big()
    gov_fen = columns.big()
    self_fen = columns.big()
    other_fen = columns.big()
    reason_code = columns.word(24)
    reason = columns.sealed(optional=True)
    is_undue = columns.yes_no()
    requested_by = columns.plain_id()
    role = columns.word()
    approved_by = columns.plain_id(optional=True)
    status = columns.word(12)
    cash_status = columns.word(8)
    insurance_status = columns.word(8)
    refunded_at = columns.moment(optional=True)
    recorded_at = columns.moment()
    fingerprint = columns.digest()

    refund_number_once = Unique([out_refund_no])
    refund_status_is_known = one_of("status", RefundStatus)
    refund_is_money = Check(
        "least(cash_fen, gov_fen, self_fen, other_fen) >= 0"
        " AND cash_fen + gov_fen + self_fen + other_fen > 0"
    )
    refund_has_two_people = Check("approved_by IS NULL OR approved_by <> requested_by")


class RefundMoveRow(Table, tablename="refund_moves"):
    id = columns.key()
    refund = columns.reference(Refund)
    move = columns.word(10)
    made_by = columns.plain_id()
    role = columns.word()
    from_status = columns.word(12, optional=True)
    to_status = columns.word(12)
    recorded_at = columns.moment()
    fingerprint = columns.digest(optional=True)

    refund_move_is_known = one_of("move", RefundMove)


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
