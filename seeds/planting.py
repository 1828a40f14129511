"""Planting: people, places and ties are said to the slices as their users would say them."""

from collections.abc import Awaitable, Callable, Collection
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

import anyio

from backend.core import calendar
from backend.core.access import SYSTEM, Role
from backend.core.problems import AlreadyDifferent, CannotMove, NeedsVersion
from backend.core.wire import Kept, Point
from backend.people import actions as people
from backend.people.actions.facts import (
    ConsentFacts,
    DelegationFacts,
    GuardianshipFacts,
    Home,
    KinshipFacts,
    OrganizationFacts,
    PersonFacts,
    StaffFacts,
)
from backend.people.lifecycle import MEDICAL, Basis, CareFlag, ConsentMethod, Sex, months_later
from seeds.actors import acting, first_of, founding, speaking_for
from seeds.cast import Worker
from seeds.elders import Elder, Kin
from seeds.ids import seed_id
from seeds.needs import consented_items
from seeds.numbers import credit_code, identity_number
from seeds.places import Place, places
from seeds.progress import Step

T = TypeVar("T")

AT_ONCE = 6
DELEGATED_MONTHS = 4
TEXT_VERSION = "2026.1"
EMPLOYED_FROM = date(2020, 1, 1)


async def each(
    what: str,
    things: Collection[T],
    plant: Callable[[T], Awaitable[None]],
    *,
    at_once: int = AT_ONCE,
) -> None:
    """Plant all of these, a few at a time."""
    limiter = anyio.CapacityLimiter(at_once)
    with Step(what, len(things)) as step:

        async def one(thing: T) -> None:
            async with limiter:
                await plant(thing)
            step.did()

        async with anyio.create_task_group() as group:
            for thing in things:
                group.start_soon(one, thing)


async def keep(said: Awaitable[Kept[Any]]) -> None:
    """Whoever edited it since the town was planted wins."""
    try:
        await said
    except (NeedsVersion, AlreadyDifferent, CannotMove):
        return


async def organization(place: Place, *, now: datetime) -> None:
    sequence = list(places()).index(place.key) + 1
    said = OrganizationFacts(
        name=place.name,
        kinds=list(place.kinds),
        street_code=place.street_code,
        address=place.address,
        credit_code=credit_code(sequence),
        licence_no=f"示例机构{sequence:04}" if MEDICAL & set(place.kinds) else None,
        point=Point(lat=place.lat, lon=place.lon, datum="wgs84"),
        beds=place.beds,
    )
    await keep(people.keep_organization(organization_id=place.id, actor=SYSTEM, said=said, now=now))


async def worker(who: Worker, *, now: datetime) -> None:
    """Register somebody and let their organization employ them."""
    said = PersonFacts(
        name=who.name,
        sex=Sex(who.sex),
        born_on=who.born_on,
        identity_number=identity_number(who.born_on, who.sex, 100 + int(who.phone[-4:]) % 300),
        phone=who.phone,
    )
    await keep(people.register(person_id=who.id, actor=SYSTEM, said=said, now=now))
    is_clinical = who.practising_since is not None
    employment = StaffFacts(
        person_id=who.id,
        roles=list(who.roles),
        employed_from=EMPLOYED_FROM,
        title=who.title,
        licence_no=f"示例执业{who.phone[-6:]}" if is_clinical else None,
        practising_since=who.practising_since,
        registered_here=is_clinical,
        home_service_authorised_on=EMPLOYED_FROM if is_clinical else None,
    )
    await keep(
        people.employ(
            staff_id=seed_id("staff", who.key),
            actor=founding(places()[who.at].id),
            said=employment,
            now=now,
        )
    )


async def elder(who: Elder, *, now: datetime) -> None:
    """Register an elder with the center, note the family, and let the elder say the rest."""
    center = acting(first_of(Role.CHC_ADMIN, who.center))
    said = PersonFacts(
        name=who.name,
        sex=Sex(who.sex),
        born_on=who.born_on,
        identity_number=who.identity_number,
        phone=who.phone,
        home=Home(
            line=who.line,
            street_code=who.street_code,
            room=who.room,
            point=Point(lat=who.lat, lon=who.lon, datum="wgs84"),
        ),
        residence_id=places()[who.house].id if who.house else None,
        bed=who.bed,
        center_id=places()[who.center].id,
        lacks_capacity=who.lacks_capacity,
        care_flags=[CareFlag.LIVES_ALONE] if who.lives_alone else [],
    )
    await keep(people.register(person_id=who.id, actor=center, said=said, now=now))
    for number, relative in enumerate(who.kin):
        await _relative(who, relative, is_first=number == 0, now=now)
    if not who.lacks_capacity:
        await _consents(who, now=now)


async def _relative(who: Elder, relative: Kin, *, is_first: bool, now: datetime) -> None:
    center = acting(first_of(Role.CHC_ADMIN, who.center))
    said = PersonFacts(
        name=relative.name,
        sex=Sex(relative.sex),
        born_on=relative.born_on,
        identity_number=identity_number(relative.born_on, relative.sex, int(relative.phone[-4:])),
        phone=relative.phone,
    )
    await keep(people.register(person_id=relative.id, actor=SYSTEM, said=said, now=now))
    kinship = KinshipFacts(
        person_id=who.id,
        relative_id=relative.id,
        relation=relative.relation,
        is_emergency_contact=is_first,
    )
    kinship_id = seed_id("kinship", relative.key)
    await keep(people.record_kinship(kinship_id=kinship_id, actor=center, said=kinship, now=now))
    today = calendar.on(now)
    if relative.is_guardian:
        ruling = GuardianshipFacts(
            person_id=who.id,
            guardian_id=relative.id,
            basis=Basis.COURT,
            proof_id=seed_id("ruling", relative.key),
            valid_from=today,
        )
        await keep(
            people.record_guardian(
                guardianship_id=seed_id("guardianship", relative.key),
                actor=center,
                said=ruling,
                now=now,
            )
        )
    elif not who.lacks_capacity:
        delegation = DelegationFacts(
            person_id=who.id,
            delegate_id=relative.id,
            scopes=list(relative.scopes),
            valid_from=today,
            valid_to=months_later(today, DELEGATED_MONTHS),
        )
        await keep(
            people.delegate(
                delegation_id=seed_id("delegation", relative.key),
                actor=speaking_for(who),
                said=delegation,
                now=now,
            )
        )


async def _consents(who: Elder, *, now: datetime) -> None:
    """RC-02: one consent a purpose."""
    yesterday = calendar.day(calendar.on(now))[0] - timedelta(hours=14)
    for purpose, items in (("personal_information", []), ("home_care", consented_items(who))):
        said = ConsentFacts(
            person_id=who.id,
            purpose=purpose,
            text_version=TEXT_VERSION,
            given_by=who.id,
            method=ConsentMethod.APP,
            client_time=yesterday,
            items=items,
        )
        consent_id = seed_id("consent", who.key, purpose)
        await keep(
            people.consent(consent_id=consent_id, actor=speaking_for(who), said=said, now=now)
        )
