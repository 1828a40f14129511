"""A bill as it is read, by who pays it, is cared for, or keeps the books."""

from typing import Annotated, Any, Self
from uuid import UUID

from msgspec import Meta

from backend.core import crypto, masks
from backend.core.wire import Moment, Response
from backend.payments.lifecycle.statuses import Kind, PayableMove, PayableStatus, ServiceClass
from backend.payments.lifecycle.tariffs import FEE_NAMES
from backend.payments.queries.payables import Seen
from backend.policy import terminology

Health = Meta(extra_json_schema={"x-data-level": 4})
Fen = Annotated[int, Meta(description="whole fen (分)")]


class PaymentInProgress(Response):
    """Somebody is paying; nobody else may until then."""

    by: Annotated[str | None, Meta(description="such as 周*")]
    until: Moment


class PayableCard(Response):
    """A bill as it stands in a list: whose, how much, of what class, when."""

    id: UUID
    kind: Kind
    person_id: UUID | None
    person_name: Annotated[str | None, Health]
    organization_id: UUID
    organization_name: str
    institution_id: UUID | None
    institution_name: str | None
    classes: list[ServiceClass]
    is_outpatient: bool
    total_fen: Fen
    happened_at: Moment
    recorded_at: Moment
    status: PayableStatus
    in_progress: PaymentInProgress | None
    is_sample: Annotated[bool, Meta(description="示例价格: the amounts are for demonstrations")]

    @classmethod
    def of(cls, found: Any) -> Self:
        return cls(**_card(found))


class PayableLineDetail(Response):
    """One charge, with the rule that it follows. What you may not be told is null (PY-10)."""

    service_class: ServiceClass
    item: Annotated[str | None, Health]
    name: Annotated[str | None, Health]
    quantity: int
    price_fen: Fen
    amount_fen: Fen
    is_insured: bool
    visit_id: UUID | None
    happened_at: Moment
    rule: str

    @classmethod
    def of(cls, line: Any, *, is_named: bool) -> Self:
        return cls(
            service_class=ServiceClass(line["service_class"]),
            item=line["item"] if is_named else None,
            name=name_of(line["item"]) if is_named else None,
            quantity=line["quantity"],
            price_fen=line["price_fen"],
            amount_fen=line["amount_fen"],
            is_insured=line["is_insured"],
            visit_id=line["visit_id"] if is_named else None,
            happened_at=line["happened_at"],
            rule=line["rule"],
        )


class PayableDetail(PayableCard):
    """A bill with its lines."""

    lines: list[PayableLineDetail]

    @classmethod
    def of(cls, seen: Seen) -> Self:
        def is_named(line: Any) -> bool:
            is_drug = line["service_class"] == ServiceClass.DRUG
            return seen.names_drugs if is_drug else seen.names_care

        lines = [PayableLineDetail.of(each, is_named=is_named(each)) for each in seen.lines]
        return cls(**_card(seen.payable), lines=lines)


class PayableMoveDetail(Response):
    """A move of a bill as stored: repeat it and get the same again."""

    payable_id: UUID
    move: PayableMove
    made_by: UUID
    status: Annotated[PayableStatus, Meta(description="of the bill, right after the move")]
    recorded_at: Moment

    @classmethod
    def of(cls, found: Any) -> Self:
        return cls(
            payable_id=found["payable"],
            move=PayableMove(found["move"]),
            made_by=found["made_by"],
            status=PayableStatus(found["to_status"]),
            recorded_at=found["recorded_at"],
        )


def name_of(item: str) -> str | None:
    """What an item is called; None when it is in no list of ours."""
    known = terminology.service_items().get(item)
    return FEE_NAMES.get(item) or (known.name if known else None)


def _card(found: Any) -> dict[str, Any]:
    until = found["locked_until"]
    return {
        "id": found["id"],
        "kind": Kind(found["kind"]),
        "person_id": found["person"],
        "person_name": _masked(found["person_name"]),
        "organization_id": found["organization"],
        "organization_name": found["organization_name"],
        "institution_id": found["institution"],
        "institution_name": found["institution_name"],
        "classes": [ServiceClass(each) for each in found["classes"]],
        "is_outpatient": found["is_outpatient"],
        "total_fen": found["total_fen"],
        "happened_at": found["happened_at"],
        "recorded_at": found["recorded_at"],
        "status": PayableStatus(found["status"]),
        "in_progress": (
            PaymentInProgress(by=_masked(found["locked_by"]), until=until) if until else None
        ),
        "is_sample": found["is_sample"],
    }


def _masked(name: bytes | None) -> str | None:
    return masks.name(crypto.unseal(name, "persons.name")) if name else None
