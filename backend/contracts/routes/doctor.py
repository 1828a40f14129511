"""Family-doctor contracts: drafted, signed, renewed, ended."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from litestar import Response, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from backend.contracts import actions, queries
from backend.contracts.lifecycle.said import (
    DoctorChange,
    DoctorDraft,
    DoctorSignature,
    Renewal,
    Termination,
)
from backend.contracts.schemas import ContractMoveDetail, DoctorContractDetail
from backend.core.access import DOCTORS, FAMILY, Actor, Role
from backend.core.pages import LIMIT_DEFAULT, After, Limit
from backend.core.wire import IfMatch, Page, answer, kept_as

CENTER = DOCTORS | {Role.CHC_ADMIN}
RESIDENT = frozenset({Role.ELDER, Role.GUARDIAN})


async def _whole(contract_id: UUID, actor: Actor, now: datetime) -> DoctorContractDetail:
    found = await queries.see_doctor_contract(contract_id=contract_id, actor=actor, now=now)
    return DoctorContractDetail.of(found, now=now)


@put("/doctor-contracts/{contract_id:uuid}", allow=CENTER, tags=["contracts"])
async def draft_doctor_contract(
    contract_id: FromPath[UUID],
    data: JSONBody[DoctorDraft],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    if_match: IfMatch = None,
) -> Response[DoctorContractDetail]:
    """Draft a family-doctor contract of your center; change it with `If-Match` until it is signed.

    A change takes back what one side has signed: both sign the new version.
    """
    kept = await actions.draft(
        contract_id=contract_id, actor=actor, said=data, if_match=if_match, now=now
    )
    return kept_as(await _whole(contract_id, actor, now), first=kept.first)


@get("/doctor-contracts", allow=CENTER | RESIDENT, tags=["contracts"])
async def list_doctor_contracts(
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    person_id: FromQuery[UUID | None] = None,
    doctor: FromQuery[Literal["me"] | None] = None,
    no_contact: FromQuery[bool | None] = None,
    limit: FromQuery[Limit] = LIMIT_DEFAULT,
    after: FromQuery[After | None] = None,
) -> Page[DoctorContractDetail]:
    """Your center's contracts, yours as a doctor (`doctor=me`), or your own. Newest first.

    `no_contact=true`: in force for half a year, and nobody came (FD-10).
    """
    page = await queries.doctor_contracts(
        actor=actor,
        person_id=person_id,
        mine=doctor == "me",
        no_contact=no_contact,
        limit=limit,
        after=after,
        now=now,
    )
    return Page(
        items=[DoctorContractDetail.of(each, now=now) for each in page.items], next=page.next
    )


@get("/doctor-contracts/{contract_id:uuid}", allow=CENTER | FAMILY, tags=["contracts"])
async def get_doctor_contract(
    contract_id: FromPath[UUID], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> DoctorContractDetail:
    """One contract, and what it is today: active, expiring, renewed, ended."""
    return await _whole(contract_id, actor, now)


@put(
    "/doctor-contracts/{contract_id:uuid}/signatures/{signature_id:uuid}",
    allow=DOCTORS | RESIDENT,
    tags=["contracts"],
)
async def sign_doctor_contract(
    contract_id: FromPath[UUID],
    signature_id: FromPath[UUID],
    data: JSONBody[DoctorSignature],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[ContractMoveDetail]:
    """Sign the version that you read. With the other side's signature the contract is signed.

    The elder or a guardian signs for the resident, a doctor for the center. A doctor may witness
    a signature on paper: say whose hand it was (`signer`) and the file (`evidence_id`). A full
    team refuses with 422 `panel_full`, unless the center says why (`override_reason`).
    """
    return await answer(
        actions.sign(
            contract_id=contract_id, signature_id=signature_id, actor=actor, said=data, now=now
        ),
        ContractMoveDetail.of,
    )


@put(
    "/doctor-contracts/{contract_id:uuid}/renewals/{renewal_id:uuid}",
    allow=CENTER,
    tags=["contracts"],
)
async def renew_doctor_contract(
    contract_id: FromPath[UUID],
    renewal_id: FromPath[UUID],
    data: JSONBody[Renewal],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[ContractMoveDetail]:
    """Draft the same contract again, from the day behind its last day.

    The draft has the id of the renewal; both sides sign it as any other.
    """
    return await answer(
        actions.renew(
            contract_id=contract_id, renewal_id=renewal_id, actor=actor, said=data, now=now
        ),
        ContractMoveDetail.of,
    )


@put(
    "/doctor-contracts/{contract_id:uuid}/doctor-changes/{change_id:uuid}",
    allow=CENTER | RESIDENT,
    tags=["contracts"],
)
async def change_family_doctor(
    contract_id: FromPath[UUID],
    change_id: FromPath[UUID],
    data: JSONBody[DoctorChange],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[ContractMoveDetail]:
    """Choose another doctor of the same center, from the next month on, once in a contract year."""
    return await answer(
        actions.change_doctor(
            contract_id=contract_id, change_id=change_id, actor=actor, said=data, now=now
        ),
        ContractMoveDetail.of,
    )


@put(
    "/doctor-contracts/{contract_id:uuid}/termination",
    allow=CENTER | RESIDENT,
    tags=["contracts"],
)
async def terminate_doctor_contract(
    contract_id: FromPath[UUID],
    data: JSONBody[Termination],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[ContractMoveDetail]:
    """End it, from either side: in force until the end of the month, after a death no longer.

    A draft is given up. `said.until_on` is the first day on which it is no longer in force.
    """
    return await answer(
        actions.terminate(contract_id=contract_id, actor=actor, said=data, now=now),
        ContractMoveDetail.of,
    )


ROUTES = [
    draft_doctor_contract,
    list_doctor_contracts,
    get_doctor_contract,
    sign_doctor_contract,
    renew_doctor_contract,
    change_family_doctor,
    terminate_doctor_contract,
]
