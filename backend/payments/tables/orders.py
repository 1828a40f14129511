"""What each source would pay, who tries to pay it, and what went back."""

from piccolo.constraints import Check, Unique
from piccolo.table import Table

from backend.core import columns
from backend.core.db import one_of
from backend.payments.lifecycle.legs import MixType
from backend.payments.lifecycle.statuses import (
    ChannelName,
    LegStatus,
    OrderMove,
    OrderStatus,
    Payer,
    RefundMove,
    RefundStatus,
)
from backend.payments.tables.bills import Payable
from backend.payments.tables.payers import StandingPayer
from backend.people.tables import Organization, Person

LEGS_HOLD = (
    "total_fen = gov_fen + self_fen + other_fen + pay_cash_fen + reduce_fen"
    " AND total_fen = gov_fen + self_fen + other_fen + ins_cash_fen + add_fen"
    " AND pay_cash_fen = ins_cash_fen + add_fen - reduce_fen"
)
LEGS_ARE_MONEY = (
    "least(gov_fen, self_fen, other_fen, ins_cash_fen, add_fen, reduce_fen, pay_cash_fen) >= 0"
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
