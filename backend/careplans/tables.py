"""Plans, their versions, what they went through, and what they became on which day."""

from piccolo.constraints import Check, Unique
from piccolo.table import Table

from backend.careplans.lifecycle import PlanMove, PlanStatus
from backend.core import columns
from backend.core.db import Exclude, one_of
from backend.people.tables import Organization, Person
from backend.visits.tables import Visit


class CarePlan(Table, tablename="care_plans"):
    """`number` is the version in force; `content` is it, or the draft. `version` is the row's.

    `to_take_since`: handed over to the organization, and still answered for by a doctor of another.
    """

    id = columns.key()
    person = columns.reference(Person)
    organization = columns.reference(Organization)
    doctor = columns.reference(Person)
    author = columns.reference(Person, index=False)
    because_id = columns.plain_id(optional=True, index=True)
    is_hospice = columns.yes_no()
    needs_countersignature = columns.yes_no()
    countersigned_version = columns.whole(optional=True)
    countersigned_items = columns.words()
    status = columns.word(8)
    number = columns.small()
    content = columns.sealed()
    review_at = columns.moment(optional=True)
    paused_at = columns.moment(optional=True)
    to_take_since = columns.moment(optional=True)
    ended_at = columns.moment(optional=True)
    policy_version = columns.word(40)
    version = columns.version()
    fingerprint = columns.digest()
    recorded_at = columns.moment()

    care_plan_status_is_known = one_of("status", PlanStatus)
    care_plan_ends_when_it_ended = Check("(status = 'ENDED') = (ended_at IS NOT NULL)")


class CarePlanVersion(Table, tablename="care_plan_versions"):
    """What held from when: kept whole, never changed."""

    id = columns.key()
    plan = columns.reference(CarePlan, index=False)
    number = columns.small()
    content = columns.sealed()
    reason = columns.sealed(optional=True)
    made_by = columns.plain_id()
    policy_version = columns.word(40)
    recorded_at = columns.moment()
    fingerprint = columns.digest()

    care_plan_version_once = Unique([plan, number])


class CarePlanMove(Table, tablename="care_plan_moves"):
    """What a plan has been through. Rows are added, never changed.

    `number` tells a move from the same one later: the version of the row, or of the plan.
    """

    id = columns.key()
    plan = columns.reference(CarePlan, index=False)
    move = columns.word(20)
    number = columns.whole()
    made_by = columns.plain_id()
    role = columns.word()
    from_status = columns.word(8)
    to_status = columns.word(8)
    said = columns.snapshot()
    reason = columns.sealed(optional=True)
    recorded_at = columns.moment()
    fingerprint = columns.digest()

    care_plan_move_once = Unique([plan, move, number])
    care_plan_move_is_known = one_of("move", PlanMove)


class CarePlanVisit(Table, tablename="care_plan_visits"):
    """HB-21: what an intervention became on a day: a visit, or a need that waits for somebody.

    `is_by_hand`: somebody planned that visit beside the plan, so the plan never calls it off.
    """

    id = columns.key()
    plan = columns.reference(CarePlan)
    intervention = columns.plain_id()
    item_code = columns.word(40)
    day = columns.day()
    number = columns.small()
    visit = columns.reference(Visit, optional=True)
    is_by_hand = columns.yes_no()
    called_off_at = columns.moment(optional=True)
    recorded_at = columns.moment()

    an_intervention_happens_once_a_day = Exclude(
        ["plan WITH =", "intervention WITH =", "day WITH ="], "called_off_at IS NULL"
    )
