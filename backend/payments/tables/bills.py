"""What care costs, what is owed for it, and whose minutes are billed to which insurance."""

from piccolo.constraints import Check, Unique
from piccolo.table import Table

from backend.core import columns
from backend.core.db import Exclude, one_of
from backend.payments.lifecycle.statuses import Kind, PayableMove, PayableStatus, ServiceClass
from backend.people.tables import Organization, Person


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
