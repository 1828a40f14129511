"""Moves of the town between beds: one that the hospital has to answer, one that arrived there."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from backend.beds.lifecycle import BedKind
from backend.beds.lifecycle.said import Diagnosis
from backend.core import calendar
from backend.core.access import Role
from backend.people import actions as people
from backend.people.actions.facts import ConsentFacts
from backend.people.lifecycle import ConsentMethod
from backend.records.lifecycle.vitals import Level
from backend.transfers import actions
from backend.transfers.lifecycle import Decision, Reason
from backend.transfers.lifecycle.said import (
    TransferAnswer,
    TransferArrival,
    TransferDeparture,
    TransferDraft,
    TransferForm,
    TransferRequest,
    Transport,
    Vitals,
)
from seeds.actors import acting, first_of, speaking_for
from seeds.elders import Elder
from seeds.ids import seed_id
from seeds.places import FLAGSHIP, HOSPITAL, HOUSE, places
from seeds.planting import TEXT_VERSION, keep

HELD_DAYS = 14


class Moving(msgspec.Struct, frozen=True):
    elder: Elder
    bed_no: str | None  # of the hospital; None while it has not answered

    @property
    def id(self) -> UUID:
        return seed_id("transfer", self.elder.key)


def wanted(town: list[Elder]) -> list[Moving]:
    """The last two of the house who speak for themselves; nothing else happens to them."""
    theirs = [each for each in town if each.house == HOUSE and not each.lacks_capacity]
    return [Moving(theirs[-1], None), Moving(theirs[-2], "内-12")]


async def move(one: Moving, *, now: datetime) -> None:
    """From the house to the hospital, as its nurse, Dr. 沈 and the hospital say."""
    nurse, doctor = acting(first_of(Role.INST_NURSE, HOUSE)), acting(first_of(Role.GP, FLAGSHIP))
    ward, hospital = acting(first_of(Role.HOSPITAL_STAFF, HOSPITAL)), places()[HOSPITAL].id
    draft = TransferDraft(
        person_id=one.elder.id,
        to_bed=BedKind.HOSPITAL,
        reason_code=Reason.WORSE,
        reason="咳嗽气促三天，需住院检查",
    )
    await keep(actions.draft(transfer_id=one.id, actor=nurse, said=draft, if_match=None, now=now))
    consent_id = await _consent(one, now=now)
    form = _form(one, consent_id, now=now)
    await keep(actions.assess(transfer_id=one.id, actor=doctor, said=form, if_match=None, now=now))
    request = TransferRequest(client_time=now, receivers=[hospital])
    await keep(actions.request(transfer_id=one.id, actor=doctor, said=request, now=now))
    if one.bed_no is None:
        return
    answer = TransferAnswer(client_time=now, decision=Decision.ACCEPT, bed_no=one.bed_no)
    await keep(
        actions.answer(
            transfer_id=one.id, organization_id=hospital, actor=ward, said=answer, now=now
        )
    )
    departure = TransferDeparture(
        client_time=now, held_until=calendar.on(now) + timedelta(days=HELD_DAYS)
    )
    await keep(actions.depart(transfer_id=one.id, actor=nurse, said=departure, now=now))
    arrival = TransferArrival(client_time=now)
    await keep(actions.arrive(transfer_id=one.id, actor=ward, said=arrival, now=now))


async def _consent(one: Moving, *, now: datetime) -> UUID:
    consent_id = seed_id("consent", one.elder.key, "transfer")
    said = ConsentFacts(
        person_id=one.elder.id,
        purpose="transfer",
        text_version=TEXT_VERSION,
        given_by=one.elder.id,
        method=ConsentMethod.APP,
        client_time=now,
    )
    await keep(
        people.consent(consent_id=consent_id, actor=speaking_for(one.elder), said=said, now=now)
    )
    return consent_id


def _form(one: Moving, consent_id: UUID, *, now: datetime) -> TransferForm:
    return TransferForm(
        client_time=now,
        vitals=Vitals(resp=22, spo2=94, o2_flow=0, sbp=134, dbp=78, pulse=90, temp=37.9),
        consciousness=Level.ALERT,
        barthel=60,
        tubes_and_wounds=[],
        infection="无",
        diagnoses=[
            Diagnosis(icd10=code, name=f"诊断 {code}", is_primary=number == 0)
            for number, code in enumerate(one.elder.conditions)
        ],
        medicines=[],
        allergies=[],
        carer="家属",
        transport=Transport.WHEELCHAIR,
        recommendation="建议住院",
        consent_id=consent_id,
    )
