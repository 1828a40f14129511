"""What is said at the door and after: refusals, confirmations, cancellations. Pure."""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from backend.core.wire import Code, Text200
from backend.visits.lifecycle.said import Said


class BagCheck(Said):
    """出诊包清单 (HC-08): what is in the bag, and what must not be used today."""

    present: Annotated[list[Code], Meta(max_length=60)]
    unusable: Annotated[list[Code], Meta(max_length=60)] = []


class Departure(Said):
    """The carer is on the way."""


class Refusal(Said):
    """The elder does not want the visit. A witness is named when somebody was there."""

    reason: Text200
    witness_id: UUID | None = None


class NoAccess(Said):
    """Nobody opened, after knocking and calling."""

    attempts: Annotated[int, Meta(ge=1, le=20)]
    photo_id: UUID | None = None


class Attestation(Said):
    """The elder's side confirms (EV-08); `unable` and `refused` say why in `reason`."""

    method: Literal["tap", "code", "voice", "signature", "unable", "refused"]
    code: Annotated[str, Meta(pattern=r"^[0-9]{4}$(?!\n)")] | None = None
    file_id: UUID | None = None
    reason: Text200 | None = None


class Cancellation(Said):
    reason_code: Code
    reason: Text200 | None = None
