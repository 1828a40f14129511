"""What crosses the wire about contracts."""

from backend.contracts.schemas.alliances import AllianceDetail, AllianceElderDetail
from backend.contracts.schemas.doctor import DoctorContractDetail
from backend.contracts.schemas.institution import (
    AgreedRounds,
    InstitutionContractDetail,
    MissedWeekDetail,
    TrainingDetail,
    WeekDetail,
)
from backend.contracts.schemas.moves import ContractMoveDetail

__all__ = [
    "AgreedRounds",
    "AllianceDetail",
    "AllianceElderDetail",
    "ContractMoveDetail",
    "DoctorContractDetail",
    "InstitutionContractDetail",
    "MissedWeekDetail",
    "TrainingDetail",
    "WeekDetail",
]
