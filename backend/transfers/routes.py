"""Transfers over HTTP."""

from datetime import datetime
from uuid import UUID

from litestar import Response, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from backend.core.access import DOCTORS, FAMILY, STAFF, Actor, Role
from backend.core.pages import LIMIT_DEFAULT, After, Limit
from backend.core.wire import IfMatch, Page, answer, kept_as
from backend.transfers import actions, queries
from backend.transfers.lifecycle import Status
from backend.transfers.lifecycle.said import (
    EmergencyTransfer,
    TransferAnswer,
    TransferArrival,
    TransferCancellation,
    TransferComment,
    TransferDeparture,
    TransferDraft,
    TransferFeedback,
    TransferForm,
    TransferRequest,
)
from backend.transfers.queries import Direction
from backend.transfers.schemas import (
    AnswerDetail,
    CommentDetail,
    FormDetail,
    MoveDetail,
    PackageDetail,
    TransferCard,
    TransferDetail,
)

DRAFTERS = DOCTORS | {Role.INST_NURSE, Role.INST_ADMIN, Role.HOSPITAL_STAFF}
ASSESSORS = DOCTORS | {Role.NURSE}
SENDERS = DOCTORS | {Role.INST_ADMIN}
RECEIVERS = frozenset({Role.CHC_ADMIN, Role.INST_ADMIN, Role.HOSPITAL_STAFF})
READERS = STAFF | {Role.STREET} | FAMILY


@get("/transfers", allow=STAFF | {Role.STREET}, tags=["transfers"])
async def list_transfers(
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    direction: FromQuery[Direction | None] = None,
    status: FromQuery[Status | None] = None,
    limit: FromQuery[Limit] = LIMIT_DEFAULT,
    after: FromQuery[After | None] = None,
) -> Page[TransferCard]:
    """What comes in (`direction=in`) and goes out of your organization, the most pressing first.

    Only what is open, unless you name a `status`.
    """
    page = await queries.listed(
        direction=direction, status=status, actor=actor, limit=limit, after=after, now=now
    )
    return Page(items=[TransferCard.of(each) for each in page.items], next=page.next)


@get("/transfers/{transfer_id:uuid}", allow=READERS, tags=["transfers"])
async def get_transfer(
    transfer_id: FromPath[UUID], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> TransferDetail:
    """One transfer as it stands now: how far it is, who was asked, what became of open work.

    A relative needs NOTIFY, and like the elder and the street is shown no clinical word.
    """
    return TransferDetail.whole(await queries.one(transfer_id=transfer_id, actor=actor, now=now))


@put("/transfers/{transfer_id:uuid}", allow=DRAFTERS, tags=["transfers"])
async def draft_transfer(
    transfer_id: FromPath[UUID],
    data: JSONBody[TransferDraft],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    if_match: IfMatch = None,
) -> Response[TransferDetail]:
    """Draft a transfer under an id that you choose; change the draft with `If-Match`.

    The reason says to which beds it may lead (FB-04 to FB-07): 422 `wrong_target` otherwise.
    """
    kept = await actions.draft(
        transfer_id=transfer_id, actor=actor, said=data, if_match=if_match, now=now
    )
    found = await queries.one(transfer_id=transfer_id, actor=actor, now=now)
    return kept_as(TransferDetail.whole(found), first=kept.first)


@put("/transfers/{transfer_id:uuid}/assessment", allow=ASSESSORS, tags=["transfers"])
async def assess_transfer(
    transfer_id: FromPath[UUID],
    data: JSONBody[TransferForm],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    if_match: IfMatch = None,
) -> Response[FormDetail]:
    """转介评估: the assessment before the move; after an emergency, whenever there is time.

    NEWS2 is computed. Hospice needs `terminal` and a consent for `hospice` (FB-09).
    """
    return await answer(
        actions.assess(transfer_id=transfer_id, actor=actor, said=data, if_match=if_match, now=now),
        FormDetail.of,
    )


@put("/transfers/{transfer_id:uuid}/request", allow=SENDERS, tags=["transfers"])
async def request_transfer(
    transfer_id: FromPath[UUID],
    data: JSONBody[TransferRequest],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[MoveDetail]:
    """Ask up to five receivers, one after the other. Needs the assessment and a live consent.

    Who has a family doctor moves to a hospital outside the signed group (1+1+1) only when that
    doctor or the signed level-2 hospital asks, or signed the assessment: 422 `needs_referral`.
    """
    return await answer(
        actions.request(transfer_id=transfer_id, actor=actor, said=data, now=now), MoveDetail.of
    )


@put(
    "/transfers/{transfer_id:uuid}/answers/{organization_id:uuid}",
    allow=RECEIVERS,
    tags=["transfers"],
)
async def answer_transfer(
    transfer_id: FromPath[UUID],
    organization_id: FromPath[UUID],
    data: JSONBody[TransferAnswer],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[AnswerDetail]:
    """For your own organization: accept with a bed, or decline with a reason and an alternative.

    Who declines passes the request on to the next receiver.
    """
    return await answer(
        actions.answer(
            transfer_id=transfer_id,
            organization_id=organization_id,
            actor=actor,
            said=data,
            now=now,
        ),
        AnswerDetail.of,
    )


@put("/transfers/{transfer_id:uuid}/cancellation", allow=SENDERS, tags=["transfers"])
async def cancel_transfer(
    transfer_id: FromPath[UUID],
    data: JSONBody[TransferCancellation],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[MoveDetail]:
    """Call a transfer off before anybody has left: 409 `cannot_move` afterwards."""
    return await answer(
        actions.cancel(transfer_id=transfer_id, actor=actor, said=data, now=now), MoveDetail.of
    )


@put(
    "/transfers/{transfer_id:uuid}/comments/{comment_id:uuid}",
    allow=STAFF | FAMILY,
    tags=["transfers"],
)
async def comment_on_transfer(
    transfer_id: FromPath[UUID],
    comment_id: FromPath[UUID],
    data: JSONBody[TransferComment],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[CommentDetail]:
    """Say a word to it, also that you disagree. It is read by both sides, and stops nothing."""
    return await answer(
        actions.comment(
            transfer_id=transfer_id, comment_id=comment_id, actor=actor, said=data, now=now
        ),
        CommentDetail.of,
    )


@put("/transfers/{transfer_id:uuid}/departure", allow=STAFF, tags=["transfers"])
async def depart_transfer(
    transfer_id: FromPath[UUID],
    data: JSONBody[TransferDeparture],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[MoveDetail]:
    """The elder has left. The record package is sealed and goes along."""
    return await answer(
        actions.depart(transfer_id=transfer_id, actor=actor, said=data, now=now), MoveDetail.of
    )


@put("/transfers/{transfer_id:uuid}/arrival", allow=STAFF, tags=["transfers"])
async def record_transfer_arrival(
    transfer_id: FromPath[UUID],
    data: JSONBody[TransferArrival],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[MoveDetail]:
    """The elder is in your bed. `outcomes` says what became of every open visit, plan and bed.

    All of it happens, or none: 409 when the elder or the bed went elsewhere meanwhile.
    """
    return await answer(
        actions.arrive(transfer_id=transfer_id, actor=actor, said=data, now=now), MoveDetail.of
    )


@put("/transfers/{transfer_id:uuid}/feedback", allow=STAFF, tags=["transfers"])
async def give_transfer_feedback(
    transfer_id: FromPath[UUID],
    data: JSONBody[TransferFeedback],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[MoveDetail]:
    """What the receiver says back, within 48 hours. With it a complete transfer is closed."""
    return await answer(
        actions.give_feedback(transfer_id=transfer_id, actor=actor, said=data, now=now),
        MoveDetail.of,
    )


@get("/transfers/{transfer_id:uuid}/package", allow=STAFF, tags=["transfers"])
async def read_transfer_package(
    transfer_id: FromPath[UUID], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> PackageDetail:
    """病历资料包: the newest record package, as it stood when it was sealed. Who reads is noted."""
    return PackageDetail.of(await queries.package(transfer_id=transfer_id, actor=actor, now=now))


@put("/emergencies/{emergency_id:uuid}/transfer", allow=STAFF, tags=["transfers"])
async def open_emergency_transfer(
    emergency_id: FromPath[UUID],
    data: JSONBody[EmergencyTransfer],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[TransferDetail]:
    """急救绿色通道: the emergency is enough, `{}` will do. The transfer has the emergency's id.

    Assessment and consent are filled in afterwards; the package builds itself within two hours.
    """
    kept = await actions.open_emergency(emergency_id=emergency_id, actor=actor, said=data, now=now)
    found = await queries.one(transfer_id=emergency_id, actor=actor, now=now)
    return kept_as(TransferDetail.whole(found), first=kept.first)


ROUTES = [
    list_transfers,
    get_transfer,
    draft_transfer,
    assess_transfer,
    request_transfer,
    answer_transfer,
    cancel_transfer,
    comment_on_transfer,
    depart_transfer,
    record_transfer_arrival,
    give_transfer_feedback,
    read_transfer_package,
    open_emergency_transfer,
]
