"""What the tables of beds cannot say: partial and compound indexes."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.core.db import rows

ID = "m0005b"
VERSION = "1.38.0"
DESCRIPTION = "beds_paths"

STATEMENTS = """
CREATE UNIQUE INDEX one_home_sickbed_a_person ON home_sickbeds (person) WHERE status IN ('OPEN', 'SUSPENDED')
CREATE UNIQUE INDEX one_suspension_at_a_time ON home_sickbed_suspensions (home_sickbed) WHERE until_at IS NULL
CREATE UNIQUE INDEX one_holder_of_a_part ON home_sickbed_assignments (home_sickbed, part) WHERE until_at IS NULL
CREATE INDEX home_sickbeds_of_a_center ON home_sickbeds (center, status)
CREATE INDEX home_sickbeds_of_a_doctor ON home_sickbeds (doctor) WHERE status IN ('OPEN', 'SUSPENDED')
CREATE INDEX home_sickbeds_to_assess ON home_sickbeds (assessor) WHERE status = 'ASSESSING'
CREATE INDEX home_sickbeds_to_move ON home_sickbeds (doctor) WHERE status IN ('APPROVED', 'CLOSING')
CREATE INDEX bed_stays_of_a_person ON bed_stays (person, from_at DESC)
CREATE INDEX bed_stays_of_an_organization ON bed_stays (organization) WHERE until_at IS NULL
CREATE INDEX home_sickbed_moves_of_one ON home_sickbed_moves (home_sickbed, recorded_at)
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="bedside", description=DESCRIPTION)

    async def prepare() -> None:
        for statement in STATEMENTS.strip().splitlines():
            await rows(statement)

    manager.add_raw(prepare)
    return manager
