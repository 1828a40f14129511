"""The ledger (床位台账): somebody begins to be in a bed, leaves it, has it held.

Upper slices call these inside their own transaction, after they asked who is asking. The person is
held first, so that two who move one elder, or two elders who want one bed, meet there or at the
constraint: one of them wins.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from backend import policy
from backend.beds import queries
from backend.beds.actions import entries, following, hospice
from backend.beds.lifecycle import LAYERS, BedKind, Changes, Layer, Stay
from backend.beds.lifecycle.beds import OF_HOSPICE
from backend.beds.lifecycle.ledger import admission, check_bed, leaving, of_layer
from backend.beds.lifecycle.said import Terminal
from backend.beds.problems import Deceased, InpatientOpen, NoSuchStay, NotYet, WrongBed
from backend.core import audit
from backend.core.access import Actor
from backend.core.db import action
from backend.core.ids import uuid7
from backend.visits import actions as visits


@action
async def admit(
    *,
    person_id: UUID,
    kind: BedKind,
    organization_id: UUID | None,
    address_id: UUID | None,
    bed_no: str | None,
    at: datetime,
    because_id: UUID | None,
    actor: Actor,
    now: datetime,
    stay_id: UUID | None = None,
    digest: bytes | None = None,
    terminal: Terminal | None = None,
) -> Changes:
    """Begin a stay, with all that follows from it for the other layers (FB-02).

    Not said twice by itself: the caller knows whether it was said. Holds the person. Who is not in
    the ledger yet is entered first in the place where `people` knows them.

    :raises Missing: :raises Deceased: :raises NotYet: :raises WrongBed: :raises NoWay:
    :raises InpatientOpen: :raises OverlayOpen: :raises OutOfOrder: :raises BedTaken:
    :raises NotTerminal:
    """
    person = await queries.hold_person(person_id)
    if person["died_on"] is not None:
        raise Deceased
    if at > now:
        raise NotYet(field="at")
    check_bed(kind, organization_id=organization_id, bed_no=bed_no)
    _check_door(person, address_id)
    if kind in OF_HOSPICE:
        await hospice.check(person_id, terminal, now=now)
    stays = await queries.ledger(person_id)
    if not stays and LAYERS[kind] is not Layer.PLACE:
        stays = [await entries.enter_in_ledger(person, at=at, actor=actor, now=now)]
    try:
        plan = admission(stays, kind, at=at)
    except InpatientOpen:
        ward = next(each for each in stays if each.is_open and each.layer is Layer.INPATIENT)
        masked = await queries.masked_name(ward.organization_id)
        raise InpatientOpen(organization=masked) from None
    ended = [await entries.end(each, at=at, now=now) for each in plan.ends]
    opened = Stay(
        id=stay_id or uuid7(),
        person_id=person_id,
        kind=kind,
        layer=LAYERS[kind],
        organization_id=organization_id,
        address_id=address_id or (person["address"] if kind is not BedKind.INSTITUTION else None),
        bed_no=bed_no,
        from_at=at,
        until_at=None,
        held_until=None,
        because_id=because_id,
    )
    await entries.begin(opened, actor=actor, now=now, digest=digest)
    held = [
        await entries.hold(each, until=at + policy.span(at, "fb.bed_held_days"))
        for each in plan.holds
    ]
    await entries.let_go(plan.ends, but=opened)
    if opened.layer is Layer.PLACE:
        await entries.settle(opened, now=now)
    await entries.keep_rounds(opened, is_inpatient=opened.layer is Layer.INPATIENT, now=now)
    if plan.suspends:
        await following.yield_to(person_id, because=opened, actor=actor, now=now)
    for ward in plan.ends:
        if plan.resumes and ward.layer is Layer.INPATIENT:
            await following.come_back(person_id, ward=ward, at=at, actor=actor, now=now)
    _note(actor, "beds.admit", opened)
    return Changes(
        opened=(opened,),
        ended=tuple(ended),
        held=tuple(held),
        suspended=plan.suspends,
        resumed=plan.resumes,
    )


@action
async def leave(
    *,
    person_id: UUID,
    layer: Layer,
    at: datetime,
    actor: Actor,
    now: datetime,
    digest: bytes | None = None,
) -> Changes:
    """End the stay of a layer: out of hospital into the bed that was held; out of a house home.

    Coming back within the limit opens a suspended home-sickbed again; later it begins to close.

    :raises Missing: :raises NoSuchStay: :raises OutOfOrder: :raises NotYet:
    """
    person = await queries.hold_person(person_id)
    if at > now:
        raise NotYet(field="at")
    stays = await queries.ledger(person_id)
    plan = leaving(stays, layer, at=at)
    (left,) = [await entries.end(each, at=at, now=now, digest=digest) for each in plan.ends]
    opened: tuple[Stay, ...] = ()
    if layer is Layer.PLACE:
        home = entries.home(person, at=at, because_id=left.id)
        await entries.begin(home, actor=actor, now=now)
        await entries.settle(home, now=now)
        opened = (home,)
    is_inpatient = layer is Layer.PLACE and of_layer(stays, Layer.INPATIENT) is not None
    await entries.keep_rounds(left, is_inpatient=is_inpatient, now=now)
    if layer is Layer.INPATIENT:
        await entries.let_go(plan.ends, but=None)
        await following.come_back(person_id, ward=left, at=at, actor=actor, now=now)
    _note(actor, "beds.leave", left)
    return Changes(ended=(left,), opened=opened, resumed=plan.resumes)


@action
async def hold_place(*, person_id: UUID, until: datetime, actor: Actor, now: datetime) -> Changes:
    """Keep the place bed until then while its person is an inpatient. The last word stands.

    :raises Missing: :raises NoSuchStay: nobody is an inpatient, or there is no bed to keep
    """
    await queries.hold_person(person_id)
    open_ones = await queries.current(person_id)
    place = open_ones.get(Layer.PLACE)
    if place is None or Layer.INPATIENT not in open_ones:
        raise NoSuchStay(layer=Layer.PLACE)
    if place.held_until == until:
        return Changes()
    held = await entries.hold(place, until=until)
    audit.wrote(actor, "beds.hold_place", person_id=person_id, subject_id=place.id)
    del now
    return Changes(held=(held,))


@action
async def end_all(*, person_id: UUID, at: datetime, actor: Actor, now: datetime) -> Changes:
    """Somebody has died: every stay ends, and what stood over them begins to close. Twice is once.

    What began after that moment, as it was said, ends as soon as it began.
    """
    await queries.hold_person(person_id)
    open_ones = list((await queries.current(person_id)).values())
    ended = [
        await entries.end(each, at=max(at, each.from_at + each.from_at.resolution), now=now)
        for each in open_ones
    ]
    for each in ended:
        _note(actor, "beds.end", each)
    await visits.follow_resident(person_id=person_id, is_inpatient=False, now=now)
    await following.end(person_id, at=at, actor=actor, now=now)
    return Changes(ended=tuple(ended))


def _check_door(person: Any, address_id: UUID | None) -> None:
    """:raises WrongBed: nobody is put behind somebody else's door"""
    if address_id not in (None, person["address"]):
        raise WrongBed(why="address")


def _note(actor: Actor, what: str, stay: Stay) -> None:
    audit.wrote(actor, what, person_id=stay.person_id, subject_id=stay.id)
