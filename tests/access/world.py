"""An elder, everything around her, and a caller of every role in every standing towards her."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from backend.core import clock
from backend.core.access import EVERYONE, FAMILY, FIELD, REGULATORS, Actor, Role
from backend.core.db import rows
from backend.core.ids import uuid7
from backend.people.lifecycle import Scope
from tests.builders import (
    TUESDAY_NINE,
    a_delegation,
    a_person,
    a_tie,
    acting,
    an_organization,
    staff_of,
)

# Words that must stand in no refusal, log, event, job or URL (S5).
CANARY_NAME = "金丝雀"
CANARY_PHONE = "13612345678"


class Standing(StrEnum):
    """How a caller stands towards the elder."""

    OWN = "own"  # her carer, her relative with every scope, herself
    SAME = "same"  # works in an organization that has a tie to her; kin without a delegation
    FEWER = "fewer"  # her relative, allowed to be notified only
    FOREIGN = "foreign"  # the same role elsewhere, for somebody else
    REVOKED = "revoked"  # was a carer or a relative, and the tie or the delegation was ended
    EXPIRED = "expired"  # the same, but it ran out by itself
    ENDED = "ended"  # signed out, or has left the organization
    NOBODY = "nobody"  # has no token


SIGNED_IN: list[Standing] = [
    each for each in Standing if each not in (Standing.ENDED, Standing.NOBODY)
]
CENTER = "COMMUNITY_HEALTH_CENTER"
KINDS: Mapping[Role, str] = {
    Role.INST_NURSE: "ELDER_CARE_INSTITUTION",
    Role.INST_STAFF: "ELDER_CARE_INSTITUTION",
    Role.INST_ADMIN: "ELDER_CARE_INSTITUTION",
    Role.HOSPITAL_STAFF: "HOSPITAL",
    Role.EXAM_STAFF: "HOSPITAL",
    Role.PHARMACIST_DISP: "PHARMACY",
    Role.COURIER: "DELIVERY_COMPANY",
    Role.MEDIATOR: "MEDIATION_BODY",
    Role.STREET: "STREET_OFFICE",
    **dict.fromkeys(REGULATORS, "REGULATOR"),
}
# An organization of these kinds has a tie of its own to the elder.
TIED = {
    CENTER: "registration",
    "ELDER_CARE_INSTITUTION": "residence",
    "HOSPITAL": "transfer",
    "PHARMACY": "delivery",
}
# Has these ties alone, from those that are given to one person: never a contract.
WITHOUT_PERSONAL_TIE = REGULATORS | {Role.MEDIATOR, Role.STREET}


@dataclass(frozen=True)
class World:
    """One elder of one center; `here` are her organizations by kind, `there` others like them."""

    elder: UUID
    address: UUID
    stranger: UUID  # an elder whom nobody here knows
    here: Mapping[str, UUID]
    there: Mapping[str, UUID]
    callers: Mapping[tuple[Role, Standing], Actor]

    def caller(self, role: Role, standing: Standing = Standing.OWN) -> Actor:
        return self.callers[role, standing]


async def a_world() -> World:
    """Everything, committed. Callers that make no difference in a role are as in `foreign`."""
    here = {kind: await an_organization(kinds=(kind,)) for kind in {CENTER, *KINDS.values()}}
    there = {kind: await an_organization(kinds=(kind,)) for kind in here}
    elder = await a_person(
        name=CANARY_NAME,
        phone=CANARY_PHONE,
        residence_id=here["ELDER_CARE_INSTITUTION"],
        center_id=here[CENTER],
    )
    stranger = await a_person(name="陌生人", center_id=there[CENTER])
    address = (await rows("SELECT address FROM persons WHERE id = $1", elder))[0]["address"]
    for kind, why in TIED.items():
        await a_tie(elder, here[kind], why=why, kind="organization")
        await a_tie(stranger, there[kind], why=why, kind="organization")
    making = _Making(elder, stranger, here, there)
    callers: dict[tuple[Role, Standing], Actor] = {
        (role, standing): await making.caller(role, standing)
        for role in sorted(EVERYONE)
        for standing in Standing
        if standing is not Standing.NOBODY
    }
    return World(elder, address, stranger, here, there, callers)


@dataclass(frozen=True)
class _Making:
    elder: UUID
    stranger: UUID
    here: Mapping[str, UUID]
    there: Mapping[str, UUID]

    async def caller(self, role: Role, standing: Standing) -> Actor:
        if role is Role.ELDER:
            actor = await self._elder(standing)
        elif role is Role.RELATIVE:
            actor = await self._relative(standing)
        elif role is Role.GUARDIAN:
            actor = await self._guardian(standing)
        else:
            actor = await self._staff(role, standing)
        if standing is Standing.ENDED:
            await rows(
                "UPDATE sessions SET ended_at = $2, end_reason = 'signed_out' WHERE id = $1",
                actor.session_id,
                clock.now(),
            )
        return actor

    async def _elder(self, standing: Standing) -> Actor:
        if standing in (Standing.OWN, Standing.ENDED):
            return await acting(self.elder, Role.ELDER)
        return await acting(await a_person(name="别人"), Role.ELDER)

    async def _relative(self, standing: Standing) -> Actor:
        relative = await a_person(name="亲属")
        match standing:
            case Standing.OWN | Standing.ENDED:
                await a_delegation(self.elder, relative, *Scope)
            case Standing.FEWER:
                await a_delegation(self.elder, relative, Scope.NOTIFY)
            case Standing.FOREIGN:
                await a_delegation(self.stranger, relative, *Scope)
            case Standing.REVOKED:
                delegation = await a_delegation(self.elder, relative, *Scope)
                await rows(
                    "UPDATE delegations SET revoked_at = $2, revoked_by = person WHERE id = $1",
                    delegation,
                    clock.now(),
                )
            case Standing.EXPIRED:
                delegation = await a_delegation(self.elder, relative, *Scope)
                await rows(
                    "UPDATE delegations SET valid_to = '2026-04-01' WHERE id = $1", delegation
                )
        return await acting(relative, Role.RELATIVE)

    async def _guardian(self, standing: Standing) -> Actor:
        guardian = await a_person(name="监护人")
        person = self.stranger if standing is Standing.FOREIGN else self.elder
        over = standing in (Standing.REVOKED, Standing.EXPIRED)
        if standing in (Standing.OWN, Standing.ENDED, Standing.FOREIGN) or over:
            await rows(
                "INSERT INTO guardianships (id, person, guardian, basis, proof_id, valid_from,"
                " valid_to, recorded_by, recorded_at, version, fingerprint) VALUES"
                " ($1, $2, $3, 'court', $1, '2026-01-01', $4, $3, $5, 1, '')",
                uuid7(),
                person,
                guardian,
                (TUESDAY_NINE - timedelta(days=60)).date() if over else None,
                TUESDAY_NINE - timedelta(days=90),
            )
        return await acting(guardian, Role.GUARDIAN)

    async def _staff(self, role: Role, standing: Standing) -> Actor:
        kind = KINDS.get(role, CENTER)
        away = standing in (Standing.FOREIGN, Standing.REVOKED, Standing.EXPIRED, Standing.FEWER)
        actor = await staff_of(self.there[kind] if away else self.here[kind], role)
        if role in WITHOUT_PERSONAL_TIE:
            return actor
        if standing in (Standing.OWN, Standing.ENDED):
            await a_tie(self.elder, actor.person_id, why=_personal(role))
        if standing in (Standing.REVOKED, Standing.EXPIRED):
            why = "break_glass" if standing is Standing.EXPIRED else _personal(role)
            await a_tie(self.elder, actor.person_id, why=why)
            await rows(
                "UPDATE care_team SET until_at = $2 WHERE member_id = $1",
                actor.person_id,
                TUESDAY_NINE - timedelta(days=20),
            )
        return actor


def _personal(role: Role) -> str:
    if role is Role.COURIER:
        return "delivery"
    return "contract" if role in FIELD else "visit"


def stands(role: Role) -> list[Standing]:
    """The standings in which a signed-in caller of this role differs from another."""
    if role is Role.RELATIVE:
        return SIGNED_IN
    ties = [each for each in SIGNED_IN if each is not Standing.FEWER]
    if role in WITHOUT_PERSONAL_TIE:
        return [Standing.SAME, Standing.FOREIGN]
    if role is Role.ELDER:
        return [Standing.OWN, Standing.FOREIGN]
    return [each for each in ties if role not in FAMILY or each is not Standing.SAME]
