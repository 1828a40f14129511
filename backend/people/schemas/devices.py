"""What crosses the wire about phones."""

from typing import Self
from uuid import UUID

from backend.core.signatures import PublicKey, Signature, decode
from backend.core.wire import Code, Moment, Request, Response
from backend.people.lifecycle import DeviceKey
from backend.people.queries.devices import Device


class DeviceSaid(Request):
    """A phone introduces itself. `id` is a UUIDv7 of its own, one for each person who uses it."""

    id: UUID
    public_key: PublicKey
    platform: Code

    def key(self) -> DeviceKey:
        return DeviceKey(self.id, decode(self.public_key), self.platform)


class DeviceRegistered(Request):
    """`proof` is the new key's signature over `bedside:device:{device_id}`."""

    public_key: PublicKey
    platform: Code
    proof: Signature

    def key(self, device_id: UUID) -> DeviceKey:
        return DeviceKey(device_id, decode(self.public_key), self.platform)


class DeviceDetail(Response):
    """A phone. For work it must be trusted; a wiped one never comes back."""

    id: UUID
    person_id: UUID
    platform: str
    registered_at: Moment
    trusted_at: Moment | None
    wiped_at: Moment | None

    @classmethod
    def of(cls, device: Device) -> Self:
        return cls(
            id=device.id,
            person_id=device.person,
            platform=device.platform,
            registered_at=device.registered_at,
            trusted_at=device.trusted_at,
            wiped_at=device.wiped_at,
        )
