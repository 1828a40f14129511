"""What is billed for what was done (HB-15, IM-06, LT-02): facts and prices in, lines out. Pure."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec

from backend.core import calendar
from backend.core.wire import Request, Text200
from backend.payments.lifecycle.statuses import ServiceClass
from backend.payments.lifecycle.tariffs import DOORS, ROUNDS, Fee, Price, Prices
from backend.payments.problems import NoTariff


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was done, and is verified.

    `until_at` says that the minutes are its own (LT-02). `is_optional`: without a price it is part
    of what was agreed, and is not asked for.
    """

    item: str
    from_at: datetime
    until_at: datetime | None = None
    quantity: int = 1
    done_by: UUID | None = None
    visit_id: UUID | None = None
    is_optional: bool = False

    @property
    def on(self) -> date:
        return calendar.on(self.from_at)


class Voiding(Request):
    """Why a bill is taken back."""

    reason: Text200


class Round(msgspec.Struct, frozen=True):
    """A round that was billed: which, by whom, on which day."""

    item: str
    done_by: UUID | None
    on: date


class Minutes(msgspec.Struct, frozen=True):
    """A stretch of an item that is billed already, to the medical insurance or to 长护险."""

    item: str
    from_at: datetime
    until_at: datetime


class Line(msgspec.Struct, frozen=True, kw_only=True):
    charge_key: str
    item: str
    service_class: ServiceClass
    quantity: int
    price_fen: int
    is_insured: bool
    tariff_id: UUID | None
    visit_id: UUID | None
    done_by: UUID | None
    from_at: datetime
    until_at: datetime | None
    rule: str

    @property
    def amount_fen(self) -> int:
        """PY-03: whole fen."""
        return self.quantity * self.price_fen


class Bill(msgspec.Struct, frozen=True, kw_only=True):
    """Whose bill it is, for what, and what was billed around it."""

    subject_id: UUID
    person_id: UUID
    is_outpatient: bool
    rounds_max: int
    rounds: Sequence[Round] = ()
    taken: Collection[Minutes] = ()


def lines(bill: Bill, done: Sequence[Done], prices: Prices) -> list[Line]:
    """The lines of a bill, each charge once; what may not be charged is left out.

    :raises NoTariff: nothing is billed on a guess, so no part of it is
    """
    found: dict[str, Line] = {}
    missing: dict[str, date] = {}
    for each, charge_key in _once(done, bill):
        if _is_taken(each, bill.taken):
            continue
        if (price := prices.get((each.item, each.on))) is not None:
            found.setdefault(charge_key, _line(bill, each, price, charge_key))
        elif not each.is_optional:
            missing.setdefault(each.item, each.on)
    if missing:
        raise NoTariff(items=missing)
    return list(found.values())


def _once(done: Sequence[Done], bill: Bill) -> Iterator[tuple[Done, str]]:
    """What is charged, each with the key under which it is charged once for ever.

    HB-15: so many rounds a doctor a day, and of superior rounds one a day, whoever makes it.
    """
    billed = list(bill.rounds)
    for each in done:
        if each.item not in ROUNDS:
            yield each, _charge_key(bill, each)
            continue
        that_day = [other for other in billed if other.on == each.on]
        by_them = [other for other in that_day if other.done_by == each.done_by]
        superior = [other for other in that_day if other.item == each.item == Fee.SUPERIOR_ROUND]
        if superior or len(by_them) >= bill.rounds_max:
            continue
        billed.append(Round(each.item, each.done_by, each.on))
        whose = "" if each.item == Fee.SUPERIOR_ROUND else f":{each.done_by}:{len(by_them)}"
        yield each, f"{each.item}:{bill.person_id}:{each.on}{whose}"


def _charge_key(bill: Bill, done: Done) -> str:
    """The opening of an episode; an item of a visit to a person."""
    if done.item == Fee.OPENING:
        return f"{done.item}:{bill.subject_id}"
    return f"{done.item}:{done.visit_id or bill.subject_id}:{bill.person_id}"


def _is_taken(done: Done, taken: Collection[Minutes]) -> bool:
    """LT-02: the same minutes of the same item are billed once, to whomever."""
    until = done.until_at
    return until is not None and any(
        other.item == done.item and other.from_at < until and done.from_at < other.until_at
        for other in taken
    )


def _line(bill: Bill, done: Done, price: Price, charge_key: str) -> Line:
    # IM-06: an in-house unit settles as outpatient, without a door fee; the line says so.
    is_waived = bill.is_outpatient and done.item in DOORS
    return Line(
        charge_key=charge_key,
        item=done.item,
        service_class=price.service_class,
        quantity=done.quantity,
        price_fen=0 if is_waived else price.price_fen,
        is_insured=price.is_insured,
        tariff_id=price.tariff_id,
        visit_id=done.visit_id,
        done_by=done.done_by,
        from_at=done.from_at,
        until_at=done.until_at,
        rule=_rule(done, is_waived=is_waived),
    )


def _rule(done: Done, *, is_waived: bool) -> str:
    if is_waived:
        return "IM-06"
    return "HB-15" if done.item in ROUNDS or done.item == Fee.OPENING else "HB-17"
