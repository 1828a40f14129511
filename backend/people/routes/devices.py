"""The phones of a person: registered, trusted for work, wiped when lost."""

from datetime import datetime
from uuid import UUID

from litestar import Response, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from backend.core.access import EVERYONE, Actor, Role
from backend.core.pages import LIMIT_DEFAULT, After, Limit
from backend.core.signatures import decode
from backend.core.wire import Page, answer
from backend.people import actions, queries
from backend.people.schemas.devices import DeviceDetail, DeviceRegistered


@put("/devices/{device_id:uuid}", allow=EVERYONE, tags=["sessions"])
async def register_device(
    device_id: FromPath[UUID],
    data: JSONBody[DeviceRegistered],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[DeviceDetail]:
    """Register another phone of mine, or a new key, before signing in on it.

    Who works in an organization waits until an admin, or a trusted phone, trusts it.
    """
    kept = actions.register_device(
        actor=actor, device=data.key(device_id), proof=decode(data.proof), now=now
    )
    return await answer(kept, DeviceDetail.of)


@get("/devices", allow=EVERYONE, tags=["sessions"])
async def list_devices(
    actor: NamedDependency[Actor],
    limit: FromQuery[Limit] = LIMIT_DEFAULT,
    after: FromQuery[After | None] = None,
) -> Page[DeviceDetail]:
    """List my phones, the newest first."""
    page = await queries.my_devices(actor=actor, limit=limit, after=after)
    return Page(items=[DeviceDetail.of(each) for each in page.items], next=page.next)


@get("/devices/waiting", allow=frozenset({Role.CHC_ADMIN, Role.INST_ADMIN}), tags=["sessions"])
async def list_waiting_devices(
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    limit: FromQuery[Limit] = LIMIT_DEFAULT,
    after: FromQuery[After | None] = None,
) -> Page[DeviceDetail]:
    """List the phones of my staff that wait to be trusted, the longest waiting first."""
    page = await queries.waiting_devices(actor=actor, limit=limit, after=after, now=now)
    return Page(items=[DeviceDetail.of(each) for each in page.items], next=page.next)


@get("/devices/{device_id:uuid}", allow=EVERYONE, tags=["sessions"])
async def get_device(device_id: FromPath[UUID], actor: NamedDependency[Actor]) -> DeviceDetail:
    """Read one phone: mine, or as an admin one of my staff."""
    return DeviceDetail.of(await queries.device(actor=actor, device_id=device_id))


@put("/devices/{device_id:uuid}/trust", allow=EVERYONE, tags=["sessions"])
async def trust_device(
    device_id: FromPath[UUID], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> Response[DeviceDetail]:
    """Let a phone be used for work: another one of mine, or as an admin one of my staff."""
    kept = actions.trust_device(device_id=device_id, actor=actor, now=now)
    return await answer(kept, DeviceDetail.of)


@put("/devices/{device_id:uuid}/wipe", allow=EVERYONE, tags=["sessions"])
async def wipe_device(
    device_id: FromPath[UUID], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> Response[DeviceDetail]:
    """Order a lost phone to forget everything: mine, or as a center's admin one of my staff.

    Its sessions end. When it next refreshes it hears 403 `device_wiped`. There is no way back.
    """
    kept = actions.wipe_device(device_id=device_id, actor=actor, now=now)
    return await answer(kept, DeviceDetail.of)


ROUTES = [
    register_device,
    list_devices,
    list_waiting_devices,
    get_device,
    trust_device,
    wipe_device,
]
