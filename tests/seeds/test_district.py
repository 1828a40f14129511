"""The rows of a district, here of a small one: they are as actions would have written them."""

import pytest

from backend.core import clock, crypto
from backend.core.db import rows, value
from backend.settings import settings
from seeds.district import copying, people, visits
from seeds.town import plant_town

pytestmark = pytest.mark.anyio

ELDERS, STAFF = 420, 280


@pytest.fixture
async def district(db, monkeypatch, capsys):
    """Twenty at work and thirty elders in each of the fourteen centers, for fifty weeks."""
    for module in (people, copying):
        monkeypatch.setattr(module, "ELDERS", ELDERS)
        monkeypatch.setattr(module, "STAFF", STAFF)
    monkeypatch.setattr(visits, "WEEKS_BEFORE", 6)
    for cached in (people.carers, people.patients):
        cached.cache_clear()
    now = clock.now()
    await plant_town(now=now)
    await copying.plant_district(url=settings().database_url, now=now)
    yield now
    for cached in (people.carers, people.patients):
        cached.cache_clear()


async def test_everybody_is_there_once_however_often_it_is_planted(district, capsys):
    before = await value("SELECT count(*) FROM visits")

    await copying.plant_district(url=settings().database_url, now=district)

    assert await value("SELECT count(*) FROM visits") == before > ELDERS * 8
    assert "there already" in capsys.readouterr().out


async def test_no_carer_is_in_two_places(district):
    twice = await rows(
        """SELECT a.staff, v.planned_start FROM visit_assignments a JOIN visits v ON v.id = a.visit
            WHERE v.id IN (SELECT because_id FROM care_team WHERE why = 'visit')
            GROUP BY 1, 2 HAVING count(*) > 1"""
    )

    assert twice == []


async def test_what_was_made_lately_is_proven_near_the_door(district):
    bare = await value(
        """SELECT count(*) FROM visits v
            WHERE v.status = 'CHECKED_OUT'
              AND v.planned_start > $1::timestamptz - interval '3 weeks'
              AND (SELECT count(*) FROM visit_proofs p
                    WHERE p.visit = v.id AND p.distance_m < 100) <> 2""",
        district,
    )

    assert bare == 0


async def test_names_are_sealed_as_everywhere(district):
    patient = people.patients()[7]

    sealed = await value("SELECT name FROM persons WHERE id = $1", patient.id)

    name = crypto.unseal(sealed, "persons.name")
    found = await value(
        "SELECT id FROM persons WHERE name_key = $1 AND id = $2",
        crypto.lookup(name, "persons.name"),
        patient.id,
    )
    assert found == patient.id
