"""Institution contracts: drafted, signed, suspended, ended; trainings."""

from datetime import datetime
from uuid import UUID

from litestar import Response, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from backend.contracts import actions, queries
from backend.contracts.lifecycle.said import (
    InstitutionDraft,
    InstitutionSignature,
    Lifting,
    Suspension,
    Termination,
    Training,
)
from backend.contracts.schemas import (
    ContractMoveDetail,
    InstitutionContractDetail,
    TrainingDetail,
)
from backend.core.access import REGULATORS, Actor, Role
from backend.core.pages import LIMIT_DEFAULT, After, Limit
from backend.core.wire import IfMatch, Page, answer, kept_as

SIDES = frozenset({Role.CHC_ADMIN, Role.INST_ADMIN, Role.HOSPITAL_STAFF})
SUSPENDERS = frozenset({Role.REGULATOR_WJ, Role.CHC_ADMIN})
LOOKERS = SIDES | REGULATORS


async def _whole(contract_id: UUID, actor: Actor, now: datetime) -> InstitutionContractDetail:
    found = await queries.see_institution_contract(contract_id=contract_id, actor=actor)
    return InstitutionContractDetail.of(found, now=now)


@put("/institution-contracts/{contract_id:uuid}", allow=SIDES, tags=["contracts"])
async def draft_institution_contract(
    contract_id: FromPath[UUID],
    data: JSONBody[InstitutionDraft],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    if_match: IfMatch = None,
) -> Response[InstitutionContractDetail]:
    """Draft a contract between an institution and a medical institution; either side may.

    Change it with `If-Match` until it is signed. Services, cost sharing and responsibilities may
    come later, but before anybody signs.
    """
    kept = await actions.draft_institution_contract(
        contract_id=contract_id, actor=actor, said=data, if_match=if_match, now=now
    )
    return kept_as(await _whole(contract_id, actor, now), first=kept.first)


@get("/institution-contracts", allow=LOOKERS, tags=["contracts"])
async def list_institution_contracts(
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
    limit: FromQuery[Limit] = LIMIT_DEFAULT,
    after: FromQuery[After | None] = None,
) -> Page[InstitutionContractDetail]:
    """The contracts of your organization; for regulators everybody's. Newest first."""
    page = await queries.institution_contracts(actor=actor, limit=limit, after=after)
    return Page(
        items=[InstitutionContractDetail.of(each, now=now) for each in page.items], next=page.next
    )


@get("/institution-contracts/{contract_id:uuid}", allow=LOOKERS, tags=["contracts"])
async def get_institution_contract(
    contract_id: FromPath[UUID], actor: NamedDependency[Actor], now: NamedDependency[datetime]
) -> InstitutionContractDetail:
    """One contract, its agreed visits and prices, and what it is today."""
    return await _whole(contract_id, actor, now)


@put(
    "/institution-contracts/{contract_id:uuid}/signatures/{signature_id:uuid}",
    allow=SIDES,
    tags=["contracts"],
)
async def sign_institution_contract(
    contract_id: FromPath[UUID],
    signature_id: FromPath[UUID],
    data: JSONBody[InstitutionSignature],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[ContractMoveDetail]:
    """Sign for your organization the version that you read. When both have, rounds are planned."""
    return await answer(
        actions.sign_institution_contract(
            contract_id=contract_id, signature_id=signature_id, actor=actor, said=data, now=now
        ),
        ContractMoveDetail.of,
    )


@put(
    "/institution-contracts/{contract_id:uuid}/suspensions/{suspension_id:uuid}",
    allow=SUSPENDERS,
    tags=["contracts"],
)
async def suspend_institution_contract(
    contract_id: FromPath[UUID],
    suspension_id: FromPath[UUID],
    data: JSONBody[Suspension],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[ContractMoveDetail]:
    """Suspend it from a day on; the rounds of those days are called off."""
    return await answer(
        actions.suspend(
            contract_id=contract_id, suspension_id=suspension_id, actor=actor, said=data, now=now
        ),
        ContractMoveDetail.of,
    )


@put(
    "/institution-contracts/{contract_id:uuid}/suspensions/{suspension_id:uuid}"
    "/liftings/{lifting_id:uuid}",
    allow=SUSPENDERS,
    tags=["contracts"],
)
async def lift_suspension(
    contract_id: FromPath[UUID],
    suspension_id: FromPath[UUID],
    lifting_id: FromPath[UUID],
    data: JSONBody[Lifting],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[ContractMoveDetail]:
    """Say on which day a suspension is over; the agreed rounds are planned again."""
    return await answer(
        actions.lift(
            contract_id=contract_id,
            suspension_id=suspension_id,
            lifting_id=lifting_id,
            actor=actor,
            said=data,
            now=now,
        ),
        ContractMoveDetail.of,
    )


@put(
    "/institution-contracts/{contract_id:uuid}/termination",
    allow=SIDES,
    tags=["contracts"],
)
async def terminate_institution_contract(
    contract_id: FromPath[UUID],
    data: JSONBody[Termination],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[ContractMoveDetail]:
    """End it with the month, from either side; the rounds behind are called off."""
    return await answer(
        actions.terminate_institution_contract(
            contract_id=contract_id, actor=actor, said=data, now=now
        ),
        ContractMoveDetail.of,
    )


@put(
    "/institution-contracts/{contract_id:uuid}/trainings/{training_id:uuid}",
    allow=SIDES,
    tags=["contracts"],
)
async def log_training(
    contract_id: FromPath[UUID],
    training_id: FromPath[UUID],
    data: JSONBody[Training],
    actor: NamedDependency[Actor],
    now: NamedDependency[datetime],
) -> Response[TrainingDetail]:
    """Log a training of the institution's staff by the provider's; the provider says it."""
    return await answer(
        actions.log_training(
            contract_id=contract_id, training_id=training_id, actor=actor, said=data, now=now
        ),
        TrainingDetail.of,
    )


@get("/institution-contracts/{contract_id:uuid}/trainings", allow=LOOKERS, tags=["contracts"])
async def list_trainings(
    contract_id: FromPath[UUID],
    actor: NamedDependency[Actor],
    limit: FromQuery[Limit] = LIMIT_DEFAULT,
    after: FromQuery[After | None] = None,
) -> Page[TrainingDetail]:
    """The training log of a contract, newest first."""
    page = await queries.trainings(contract_id=contract_id, actor=actor, limit=limit, after=after)
    return Page(items=[TrainingDetail.of(each) for each in page.items], next=page.next)


ROUTES = [
    draft_institution_contract,
    list_institution_contracts,
    get_institution_contract,
    sign_institution_contract,
    suspend_institution_contract,
    lift_suspension,
    terminate_institution_contract,
    log_training,
    list_trainings,
]
