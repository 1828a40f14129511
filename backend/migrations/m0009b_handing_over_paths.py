"""What waits to be taken over is found by its own index; whose residence the ledger keeps."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.constraints import Check

from backend.core.db import rows

ID = "m0009b"
VERSION = "1.38.0"
DESCRIPTION = "handing_over_paths"

STATEMENTS = """
CREATE INDEX care_plans_to_take ON care_plans (organization) WHERE to_take_since IS NOT NULL
CREATE INDEX home_sickbeds_open_in_a_center ON home_sickbeds (center) WHERE status IN ('OPEN', 'SUSPENDED')
UPDATE persons p SET is_in_ledger = true FROM bed_stays s WHERE s.person = p.id AND s.layer = 'place' AND s.until_at IS NULL
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="bedside", description=DESCRIPTION)

    async def prepare() -> None:
        for statement in STATEMENTS.strip().splitlines():
            await rows(statement)

    manager.add_raw(prepare)

    manager.add_constraint(
        table_class_name="CareTeamMember",
        tablename="care_team",
        constraint_name="care_team_why_is_known",
        constraint_class=Check,
        params={
            "condition": "\"why\" IN ('contract', 'home_sickbed', 'care_plan', 'visit', 'round', 'residence', 'registration', 'delivery', 'transfer', 'emergency', 'break_glass')"
        },
        schema=None,
    )

    manager.add_constraint(
        table_class_name="CarePlanMove",
        tablename="care_plan_moves",
        constraint_name="care_plan_move_is_known",
        constraint_class=Check,
        params={
            "condition": "\"move\" IN ('write', 'countersign', 'activate', 'revise', 'end', 'pause', 'resume', 'hand_over', 'take_over')"
        },
        schema=None,
    )
    return manager
