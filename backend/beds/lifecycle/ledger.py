"""What a stay that begins or ends does to the others. Pure."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from backend.beds.lifecycle.beds import LAYERS, BedKind, Layer, check_way
from backend.beds.problems import InpatientOpen, NoSuchStay, OutOfOrder, OverlayOpen, WrongBed


class Stay(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the ledger. `held_until`: a place bed that is kept during an inpatient stay."""

    id: UUID
    person_id: UUID
    kind: BedKind
    layer: Layer
    organization_id: UUID | None
    address_id: UUID | None
    bed_no: str | None
    from_at: datetime
    until_at: datetime | None
    held_until: datetime | None
    because_id: UUID | None

    @property
    def is_open(self) -> bool:
        return self.until_at is None


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the ledger: ids of stays, each as it is stored now."""

    opened: tuple[Stay, ...] = ()
    ended: tuple[Stay, ...] = ()
    held: tuple[Stay, ...] = ()
    suspended: tuple[Stay, ...] = ()
    resumed: tuple[Stay, ...] = ()


class Plan(msgspec.Struct, frozen=True):
    """What to end, hold, suspend and take up again when something begins or ends."""

    ends: tuple[Stay, ...] = ()
    holds: tuple[Stay, ...] = ()
    suspends: tuple[Stay, ...] = ()
    resumes: tuple[Stay, ...] = ()


def of_layer(stays: Sequence[Stay], layer: Layer) -> Stay | None:
    """The open stay of this layer, of which there is one at most."""
    return next((each for each in stays if each.is_open and each.layer is layer), None)


def check_bed(kind: BedKind, *, organization_id: UUID | None, bed_no: str | None) -> None:
    """One's own home has no organization and no number; every other bed is somebody's.

    :raises WrongBed:
    """
    if (organization_id is None) != (kind is BedKind.OWN_HOME):
        raise WrongBed(why="organization")
    if kind is BedKind.OWN_HOME and bed_no is not None:
        raise WrongBed(why="bed_no")


def admission(stays: Sequence[Stay], kind: BedKind, *, at: datetime) -> Plan:
    """What begins there changes: one place takes over from another without a gap (FB-02).

    Coming to a place ends an inpatient stay; an inpatient stay holds the place bed and suspends
    the overlay; an overlay waits until nobody is an inpatient.

    :raises NoWay: :raises InpatientOpen: :raises OverlayOpen: :raises OutOfOrder:
    """
    place, overlay, inpatient = (of_layer(stays, layer) for layer in Layer)
    layer = LAYERS[kind]
    if layer is Layer.OVERLAY:
        if inpatient is not None:
            raise InpatientOpen
        if overlay is not None:
            raise OverlayOpen
    check_way([each.kind for each in stays if each.is_open], kind)
    known = _known(overlay)
    match layer:
        case Layer.PLACE:
            plan = Plan(ends=_known(place, inpatient), resumes=known if inpatient else ())
        case Layer.INPATIENT:
            plan = Plan(
                ends=_known(inpatient), holds=_known(place), suspends=() if inpatient else known
            )
        case Layer.OVERLAY:
            plan = Plan()
    _check_order(stays, plan, layer, at)
    return plan


def leaving(stays: Sequence[Stay], layer: Layer, *, at: datetime) -> Plan:
    """What ends there changes: whoever leaves a hospital is back in the bed that was held.

    Who leaves a place bed goes home: the caller opens that stay at the same moment.

    :raises NoSuchStay: :raises OutOfOrder:
    """
    found = of_layer(stays, layer)
    if found is None or found.kind is BedKind.OWN_HOME:
        raise NoSuchStay(layer=layer)
    resumes = _known(of_layer(stays, Layer.OVERLAY)) if layer is Layer.INPATIENT else ()
    plan = Plan(ends=(found,), resumes=resumes)
    _check_order(stays, plan, layer, at)
    return plan


def _known(*stays: Stay | None) -> tuple[Stay, ...]:
    return tuple(each for each in stays if each is not None)


def _check_order(stays: Sequence[Stay], plan: Plan, layer: Layer, at: datetime) -> None:
    """A stay ends after it began, and nothing begins inside one that is over."""
    if any(at <= each.from_at for each in plan.ends):
        raise OutOfOrder
    over = [each.until_at for each in stays if each.layer is layer and each.until_at is not None]
    if any(at < until for until in over):
        raise OutOfOrder
