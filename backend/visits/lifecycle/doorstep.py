"""What is said at the door and after: refusals, confirmations, cancellations. Pure."""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from backend.core.wire import Code, Moment, Request, Text200


class BagCheck(Request):
    """出诊包清单 (HC-08): what is in the bag, and what must not be used today."""

    client_time: Moment
    present: Annotated[list[Code], Meta(max_length=60)]
    unusable: Annotated[list[Code], Meta(max_length=60)] = []


class Departure(Request):
    client_time: Moment


class Refusal(Request):
    """The elder does not want the visit. A witness is named when somebody was there."""

    client_time: Moment
    reason: Text200
    witness_id: UUID | None = None


class NoAccess(Request):
    """Nobody opened, after knocking and calling."""

    client_time: Moment
    attempts: Annotated[int, Meta(ge=1, le=20)]
    photo_id: UUID | None = None


class Attestation(Request):
    """The elder's side confirms (EV-08); `unable` and `refused` say why in `reason`."""

    client_time: Moment
    method: Literal["tap", "code", "voice", "signature", "unable", "refused"]
    code: Annotated[str, Meta(pattern=r"^\d{4}$")] | None = None
    file_id: UUID | None = None
    reason: Text200 | None = None


class Cancellation(Request):
    client_time: Moment
    reason_code: Code
    reason: Text200 | None = None
