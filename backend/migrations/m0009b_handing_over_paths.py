"""What waits to be taken over is found by its own index; whose residence the ledger keeps."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.core.db import rows

ID = "m0009b"
VERSION = "1.38.0"
DESCRIPTION = "handing_over_paths"

STATEMENTS = """
CREATE INDEX care_plans_to_take ON care_plans (organization) WHERE to_take_since IS NOT NULL
UPDATE persons p SET is_in_ledger = true FROM bed_stays s WHERE s.person = p.id AND s.layer = 'place' AND s.until_at IS NULL
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="bedside", description=DESCRIPTION)

    async def prepare() -> None:
        for statement in STATEMENTS.strip().splitlines():
            await rows(statement)

    manager.add_raw(prepare)
    return manager
