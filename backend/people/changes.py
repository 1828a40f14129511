"""What of people a timeline may keep: permissions given and ended, consents, accesses in need."""

from collections.abc import Sequence
from uuid import UUID

from backend.core.access import FAMILY, Actor, Role
from backend.core.changes import Change, Reader, Shown, Things, everybody
from backend.core.db import rows
from backend.people.events import (
    BreakGlassOpened,
    ConsentGiven,
    ConsentWithdrawn,
    CopyAsked,
    CopyReady,
    DelegationChanged,
    DelegationGiven,
    DelegationRevoked,
    GuardianRecorded,
)
from backend.people.queries.delegations import COLUMNS as DELEGATION_COLUMNS
from backend.people.schemas.accesses import BreakGlassDetail, CopyDetail
from backend.people.schemas.consents import ConsentDetail
from backend.people.schemas.delegations import DelegationDetail, GuardianshipDetail

DELEGATIONS = f"""
SELECT {DELEGATION_COLUMNS} FROM delegations d
  JOIN persons p ON p.id = d.person JOIN persons r ON r.id = d.delegate
 WHERE d.id = ANY ($1::uuid[])
"""  # noqa: S608 - text of our own

GUARDIANSHIPS = """
SELECT g.*, p.name AS person_name, r.name AS guardian_name FROM guardianships g
  JOIN persons p ON p.id = g.person JOIN persons r ON r.id = g.guardian
 WHERE g.id = ANY ($1::uuid[])
"""


def _family_or_admin(actor: Actor) -> bool:
    return actor.role in FAMILY or actor.role is Role.CHC_ADMIN


async def _delegations(ids: Sequence[UUID], _reader: Reader) -> Things:
    return {
        each["id"]: Shown(each["granted_at"], DelegationDetail.of(each))
        for each in await rows(DELEGATIONS, ids)
    }


async def _guardianships(ids: Sequence[UUID], _reader: Reader) -> Things:
    return {
        each["id"]: Shown(each["recorded_at"], GuardianshipDetail.of(each))
        for each in await rows(GUARDIANSHIPS, ids)
    }


async def _consents(ids: Sequence[UUID], _reader: Reader) -> Things:
    found = await rows("SELECT * FROM consents WHERE id = ANY ($1::uuid[])", ids)
    return {each["id"]: Shown(each["happened_at"], ConsentDetail.of(each)) for each in found}


async def _accesses(ids: Sequence[UUID], _reader: Reader) -> Things:
    found = await rows("SELECT * FROM break_glass WHERE id = ANY ($1::uuid[])", ids)
    return {each["id"]: Shown(each["from_at"], BreakGlassDetail.of(each)) for each in found}


async def _copies(ids: Sequence[UUID], reader: Reader) -> Things:
    found = await rows("SELECT * FROM record_copies WHERE id = ANY ($1::uuid[])", ids)
    return {
        each["id"]: Shown(each["asked_at"], CopyDetail.of(each))
        for each in found
        # Whoever asks for a copy is not told of by another relative's timeline.
        if reader.actor.role is not Role.RELATIVE or each["asked_by"] == reader.actor.person_id
    }


TOPICS = {
    DelegationGiven.__name__: Change("delegation", "授权给亲属", _family_or_admin, _delegations),
    DelegationChanged.__name__: Change("delegation", "修改授权", _family_or_admin, _delegations),
    DelegationRevoked.__name__: Change("delegation", "结束授权", _family_or_admin, _delegations),
    GuardianRecorded.__name__: Change("guardianship", "登记监护人", everybody, _guardianships),
    ConsentGiven.__name__: Change("consent", "签署知情同意", everybody, _consents),
    ConsentWithdrawn.__name__: Change("consent", "撤回知情同意", everybody, _consents),
    BreakGlassOpened.__name__: Change("break_glass", "紧急查看档案", _family_or_admin, _accesses),
    CopyAsked.__name__: Change("copy", "申请病历复印", _family_or_admin, _copies),
    CopyReady.__name__: Change("copy", "病历复印件已备好", _family_or_admin, _copies),
}
