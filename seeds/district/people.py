"""The people of the district: who is cared for, by whom, and whose daughter looks on."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from random import Random
from uuid import UUID

import msgspec

from backend.core import calendar, crypto
from backend.core.access import Role
from backend.people.lifecycle import Relation, Scope
from seeds.ids import SEED_MOMENT, seed_id
from seeds.names import SURNAMES, given_name
from seeds.numbers import identity_number
from seeds.places import beside, middle_of, places

STAFF, ELDERS = 2_000, 20_000
FIRST_PHONE_OF_STAFF, FIRST_PHONE, FIRST_PHONE_OF_KIN = 140_2000_0000, 140_3000_0000, 140_4000_0000
AROUND_M = 900
BIRTHDAYS = 10_950  # thirty years of days
STRIDE = 7_919  # a prime: neighbours are not born on neighbouring days
SINCE = date(2020, 1, 1)
# Of twenty at work in a center; who goes to homes comes first.
OF_TWENTY = (
    *(Role.GP,) * 6,
    *(Role.NURSE,) * 7,
    *(Role.THERAPIST,) * 2,
    Role.TCM_DOCTOR,
    Role.SENIOR_GP,
    Role.PHARMACIST_DISP,
    Role.DISPATCHER,
    Role.QC,
)
WELCOME = (Scope.VIEW_SUMMARY, Scope.PAY, Scope.NOTIFY, Scope.REQUEST_SERVICE)

PERSON = (
    "id", "name", "name_key", "sex", "born_on", "identity_number", "identity_key", "phone",
    "phone_key", "street_code", "address", "center", "lacks_capacity", "care_flags", "version",
    "fingerprint", "recorded_at",
)  # fmt: skip
ADDRESS = "id", "line", "room", "street_code", "lat", "lon", "datum", "version"
EMPLOYMENT = (
    "id", "person", "organization", "roles", "title", "practising_since", "registered_here",
    "home_service_authorised_on", "certificates", "employed_from", "version", "fingerprint",
    "recorded_at",
)  # fmt: skip
TIE = "id", "person", "member_kind", "member_id", "why", "because_id", "from_at", "until_at"
KINSHIP = (
    "id", "person", "relative", "relation", "is_emergency_contact", "version", "fingerprint",
    "recorded_at",
)  # fmt: skip
DELEGATION = (
    "id", "person", "delegate", "scopes", "sensitive_chapters", "valid_from", "valid_to",
    "granted_by", "granted_at", "version", "fingerprint",
)  # fmt: skip

Row = tuple[object, ...]


class Carer(msgspec.Struct, frozen=True):
    id: UUID
    role: Role


class Patient(msgspec.Struct, frozen=True):
    """An elder at home, and whose patient."""

    id: UUID
    address: UUID
    lat: float
    lon: float
    center: str


@cache
def centers() -> list[str]:
    return [place.key for place in places().values() if place.is_center]


@cache
def carers(center: str) -> list[Carer]:
    """Those of a center's colleagues who go to homes."""
    mine = range(centers().index(center), STAFF, len(centers()))
    return [
        Carer(_id("staff", number), role)
        for order, number in enumerate(mine)
        if (role := OF_TWENTY[order % len(OF_TWENTY)]) not in OF_TWENTY[-3:]
    ]


@cache
def patients() -> list[Patient]:
    dice = Random("homes")
    found = []
    for number in range(ELDERS):
        center = centers()[number % len(centers())]
        lat, lon = beside(
            *middle_of(places()[center].street_code),
            north_m=dice.uniform(-AROUND_M, AROUND_M),
            east_m=dice.uniform(-AROUND_M, AROUND_M),
        )
        found.append(Patient(_id("elder", number), _id("home", number), lat, lon, center))
    return found


def homes() -> Iterator[Row]:
    dice = Random("doors")
    for patient in patients():
        line = f"示例路{dice.randint(2, 900)}弄{dice.randint(1, 90)}号"
        room = f"{dice.randint(1, 6)}0{dice.randint(1, 6)}"
        yield (
            patient.address,
            crypto.seal(line, "addresses.line"),
            crypto.seal(room, "addresses.room"),
            places()[patient.center].street_code,
            patient.lat,
            patient.lon,
            "wgs84",
            1,
        )


def persons() -> Iterator[Row]:
    """At work first, then elders each with a daughter or a son."""
    for number in range(STAFF):
        yield _person("staff", number, first_phone=FIRST_PHONE_OF_STAFF, born_from=date(1966, 1, 1))
    for number, patient in enumerate(patients()):
        yield _person(
            "elder", number, first_phone=FIRST_PHONE, born_from=date(1929, 1, 1), home=patient
        )
    for number in range(ELDERS):
        yield _person("kin", number, first_phone=FIRST_PHONE_OF_KIN, born_from=date(1958, 1, 1))


def employments() -> Iterator[Row]:
    for number in range(STAFF):
        center = centers()[number % len(centers())]
        role = OF_TWENTY[number // len(centers()) % len(OF_TWENTY)]
        person_id = _id("staff", number)
        yield (
            _id("employment", number),
            person_id,
            places()[center].id,
            [role.value],
            None,
            date(2014, 7, 1),
            True,
            SINCE,
            "[]",
            SINCE,
            1,
            person_id.bytes * 2,
            SEED_MOMENT,
        )


def ties() -> Iterator[Row]:
    for number, patient in enumerate(patients()):
        center_id = places()[patient.center].id
        yield (
            _id("tie", number),
            patient.id,
            "organization",
            center_id,
            "registration",
            center_id,
            SEED_MOMENT,
            None,
        )


def kinships() -> Iterator[Row]:
    for number, patient in enumerate(patients()):
        relation = Relation.SON if _sex(number) == "M" else Relation.DAUGHTER
        relative_id = _id("kin", number)
        yield (
            _id("kinship", number),
            patient.id,
            relative_id,
            relation.value,
            True,
            1,
            relative_id.bytes * 2,
            SEED_MOMENT,
        )


def delegations(now: datetime) -> Iterator[Row]:
    today = calendar.on(now)
    for number, patient in enumerate(patients()):
        delegation_id = _id("delegation", number)
        yield (
            delegation_id,
            patient.id,
            _id("kin", number),
            [scope.value for scope in WELCOME],
            [],
            today - timedelta(days=60),
            today + timedelta(days=300),
            patient.id,
            now,
            1,
            delegation_id.bytes * 2,
        )


def _person(
    kind: str, number: int, *, first_phone: int, born_from: date, home: Patient | None = None
) -> Row:
    sex = _sex(number)
    born_on = born_from + timedelta(days=number * STRIDE % BIRTHDAYS)
    name = SURNAMES[number * 3 % len(SURNAMES)] + given_name(Random(f"{kind}{number}"), sex)
    identity = identity_number(born_on, sex, number)
    phone = str(first_phone + number)
    person_id = _id(kind, number)
    center = places()[home.center] if home else None
    return (
        person_id,
        crypto.seal(name, "persons.name"),
        crypto.lookup(name, "persons.name"),
        sex,
        born_on,
        crypto.seal(identity, "persons.identity_number"),
        crypto.lookup(identity, "persons.identity_number"),
        crypto.seal(phone, "persons.phone"),
        crypto.lookup(phone, "persons.phone"),
        center.street_code if center else None,
        home.address if home else None,
        center.id if center else None,
        False,
        [],
        1,
        person_id.bytes * 2,
        SEED_MOMENT,
    )


def _sex(number: int) -> str:
    return "M" if number % 5 < 2 else "F"  # noqa: PLR2004 - two men to three women


def _id(kind: str, number: int) -> UUID:
    return seed_id("district", kind, str(number))
