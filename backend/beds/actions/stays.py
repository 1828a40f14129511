"""A stay as a house, a hospital or a center says it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from backend.beds import policies, queries
from backend.beds.actions import ledger, moving
from backend.beds.lifecycle import BedKind, Layer
from backend.beds.lifecycle.said import StayEnd, StaySaid
from backend.beds.schemas import StayDetail
from backend.core.access import Actor, Role
from backend.core.db import action
from backend.core.problems import AlreadyDifferent, CannotMove, Forbidden, Missing
from backend.core.wire import Kept, check_same, fingerprint
from backend.people import queries as people

RUNS: dict[Role, frozenset[BedKind]] = {
    Role.INST_ADMIN: frozenset({BedKind.HOME_CARE, BedKind.INSTITUTION}),
    Role.HOSPITAL_STAFF: frozenset({BedKind.HOSPITAL, BedKind.HOSPICE}),
    Role.CHC_ADMIN: frozenset(
        {BedKind.OWN_HOME, BedKind.HOSPITAL, BedKind.HOSPICE, BedKind.HOME_HOSPICE}
    ),
}


@action
async def keep_stay(*, stay_id: UUID, actor: Actor, said: StaySaid, now: datetime) -> Kept[Any]:
    """Somebody is in one of your beds from then on, or at home. The same again is the same stay.

    :raises Missing: :raises TieEnded: :raises Forbidden: :raises AlreadyDifferent:
    and what `ledger.admit` refuses
    """
    await queries.hold_person(said.person_id)
    stored = await queries.stay(stay_id)
    if stored is not None and stored["recorded_by"] == actor.person_id:
        return _same(stored, fingerprint(said))
    await people.tie(actor=actor, person_id=said.person_id, now=now)
    if stored is not None:
        if stored["person"] != said.person_id:
            raise AlreadyDifferent
        return _same(stored, fingerprint(said))
    if said.kind not in RUNS.get(actor.role, ()):
        raise Forbidden(kind=said.kind)
    when = await moving.times_of(said, actor=actor, now=now)
    await ledger.admit(
        person_id=said.person_id,
        kind=said.kind,
        organization_id=None if said.kind is BedKind.OWN_HOME else actor.organization_id,
        address_id=said.address_id,
        bed_no=said.bed_no,
        at=when.happened_at,
        because_id=None,
        actor=actor,
        now=now,
        stay_id=stay_id,
        digest=fingerprint(said),
        terminal=said.terminal,
    )
    return Kept(await queries.stay(stay_id), first=True)


@action
async def end_stay(*, stay_id: UUID, actor: Actor, said: StayEnd, now: datetime) -> Kept[Any]:
    """Discharged, or moved out: back to the bed that was held, or home.

    :raises Missing: :raises AlreadyDifferent: and what `ledger.leave` refuses
    """
    stored = await _mine(stay_id, actor)
    digest = fingerprint(said)
    if stored["end_fingerprint"] is not None:
        check_same(digest, stored["end_fingerprint"], lambda: StayDetail.of(stored))
        return Kept(stored, first=False)
    layer = Layer(stored["layer"])
    if stored["until_at"] is not None or stored["kind"] == BedKind.HOME_SICK:
        raise CannotMove(layer=layer, until_at=stored["until_at"])
    when = await moving.times_of(said, actor=actor, now=now)
    await ledger.leave(
        person_id=stored["person"],
        layer=layer,
        at=when.happened_at,
        actor=actor,
        now=now,
        digest=digest,
    )
    return Kept(await queries.stay(stay_id), first=True)


async def _mine(stay_id: UUID, actor: Actor) -> Any:
    """The stay, its person held: of one's own house, or at home for the center of the person.

    :raises Missing:
    """
    found = await queries.stay(stay_id)
    if found is None:
        raise Missing
    person = await queries.hold_person(found["person"])
    is_at_home = found["organization"] is None and person["center"] == actor.organization_id
    if not policies.may_keep_stay(actor, found["organization"]):
        raise Missing
    if found["organization"] is None and not is_at_home:
        raise Missing
    held = await queries.stay(stay_id)
    assert held is not None
    return held


def _same(stored: Any, digest: bytes) -> Kept[Any]:
    check_same(digest, stored["fingerprint"] or b"", lambda: StayDetail.of(stored))
    return Kept(stored, first=False)
