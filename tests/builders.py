"""Things to test with. Each builder makes one valid thing and lets the test change it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx

from backend.core import clock, crypto, tokens
from backend.core.access import Actor, Role
from backend.core.db import rows
from backend.core.ids import uuid7

TUESDAY_NINE = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai
DANING = "310106020"


async def an_organization(
    *,
    kinds: tuple[str, ...] = ("COMMUNITY_HEALTH_CENTER",),
    name: str = "大宁路街道社区卫生服务中心",
) -> UUID:
    """An organization at the first golden vector of Shanghai."""
    organization_id = uuid7()
    await rows(
        "INSERT INTO organizations (id, name, kinds, licence_no, street_code, address, lat, lon,"
        " version, fingerprint, recorded_at)"
        " VALUES ($1, $2, $3, '示例执业0001', $4, '示例路1号', 31.2235, 121.4452, 1, '', $5)",
        organization_id,
        name,
        list(kinds),
        DANING,
        TUESDAY_NINE,
    )
    return organization_id


async def a_person(
    *,
    name: str = "周秀英",
    sex: str = "F",
    residence_id: UUID | None = None,
    center_id: UUID | None = None,
    phone: str | None = None,
) -> UUID:
    """A person at an address whose point is the first golden vector of Shanghai."""
    address_id, person_id = uuid7(), uuid7()
    await rows(
        "INSERT INTO addresses (id, line, room, street_code, lat, lon, datum, version)"
        " VALUES ($1, $2, $3, $4, 31.2235, 121.4452, 'wgs84', 1)",
        address_id,
        crypto.seal("示例弄12号", "addresses.line"),
        crypto.seal("501", "addresses.room"),
        DANING,
    )
    await rows(
        "INSERT INTO persons (id, name, name_key, sex, born_on, phone, phone_key, street_code,"
        " address, residence, center, lacks_capacity, version, fingerprint, recorded_at)"
        " VALUES ($1, $2, $3, $4, '1942-03-01', $5, $6, $7, $8, $9, $10, false, 1, '', $11)",
        person_id,
        crypto.seal(name, "persons.name"),
        crypto.lookup(name, "persons.name"),
        sex,
        crypto.seal(phone, "persons.phone") if phone else None,
        crypto.lookup(phone, "persons.phone") if phone else None,
        DANING,
        address_id,
        residence_id,
        center_id,
        TUESDAY_NINE,
    )
    return person_id


async def staff_of(
    organization_id: UUID, role: Role, *, name: str = "沈明", sex: str = "M"
) -> Actor:
    """Somebody employed there, acting in that role, signed in on a trusted phone."""
    person_id = await a_person(name=name, sex=sex)
    await rows(
        "INSERT INTO staff (id, person, organization, roles, title, practising_since,"
        " registered_here, home_service_authorised_on, certificates, employed_from, version,"
        " fingerprint, recorded_at) VALUES ($1, $2, $3, $4, '主治医师', '2010-07-01', true,"
        " '2020-01-01', '[]', '2012-01-01', 1, '', $5)",
        uuid7(),
        person_id,
        organization_id,
        [role.value],
        TUESDAY_NINE,
    )
    return await acting(person_id, role, organization_id=organization_id)


async def acting(person_id: UUID, role: Role, *, organization_id: UUID | None = None) -> Actor:
    """This person, signed in on a trusted phone in this role."""
    device_id, session_id, now = uuid7(), uuid7(), clock.now()
    await rows(
        "INSERT INTO devices (id, person, public_key, platform, registered_at, trusted_at,"
        " fingerprint) VALUES ($1, $2, $3, 'test', $4, $4, '')",
        device_id,
        person_id,
        device_id.bytes * 2,
        now,
    )
    await rows(
        "INSERT INTO sessions (id, person, device, role, organization_id, refresh_digest,"
        " refreshed_at, started_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8)",
        session_id,
        person_id,
        device_id,
        role.value,
        organization_id,
        session_id.bytes * 2,
        now,
        now + timedelta(days=1),
    )
    return Actor(
        person_id=person_id,
        role=role,
        organization_id=organization_id,
        session_id=session_id,
        device_id=device_id,
    )


async def a_tie(
    person_id: UUID, member_id: UUID, *, why: str = "registration", kind: str = "staff"
) -> None:
    """Let a carer, or an organization, see a person."""
    await rows(
        "INSERT INTO care_team (id, person, member_kind, member_id, why, because_id, from_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        uuid7(),
        person_id,
        kind,
        member_id,
        why,
        uuid7(),
        TUESDAY_NINE - timedelta(days=30),
    )


async def a_delegation(person_id: UUID, delegate_id: UUID, *scopes: str) -> UUID:
    """A live permission from an elder to a relative."""
    delegation_id = uuid7()
    await rows(
        "INSERT INTO delegations (id, person, delegate, scopes, sensitive_chapters, valid_from,"
        " valid_to, granted_by, granted_at, version, fingerprint)"
        " VALUES ($1, $2, $3, $4, '{}', '2026-03-01', '2027-03-01', $2, $5, 1, '')",
        delegation_id,
        person_id,
        delegate_id,
        list(scopes),
        TUESDAY_NINE,
    )
    return delegation_id


def signed_in(client: httpx.AsyncClient, actor: Actor) -> httpx.AsyncClient:
    """The same phone network, with this actor's token on every request."""
    assert actor.session_id is not None
    token = tokens.sign(
        person_id=actor.person_id,
        session_id=actor.session_id,
        role=actor.role.value,
        organization_id=actor.organization_id,
        device_id=actor.device_id,
        now=clock.now(),
    )
    return httpx.AsyncClient(
        transport=client._transport,
        base_url=client.base_url,
        headers={"authorization": f"Bearer {token}"},
    )
