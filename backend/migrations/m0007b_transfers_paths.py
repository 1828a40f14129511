"""What the tables of transfers cannot say: partial and compound indexes."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.core.db import rows

ID = "m0007b"
VERSION = "1.38.0"
DESCRIPTION = "transfers_paths"

STATEMENTS = """
CREATE UNIQUE INDEX one_transfer_an_emergency ON transfers (emergency_id) WHERE emergency_id IS NOT NULL
CREATE INDEX transfers_out ON transfers (from_organization, due_at, id)
CREATE INDEX transfers_in ON transfers (to_organization, due_at, id) WHERE to_organization IS NOT NULL
CREATE INDEX transfer_receivers_asked ON transfer_receivers (organization, answer_due_at) WHERE asked_at IS NOT NULL AND answered_at IS NULL
CREATE INDEX transfer_moves_of_one ON transfer_moves (transfer, recorded_at)
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="bedside", description=DESCRIPTION)

    async def prepare() -> None:
        for statement in STATEMENTS.strip().splitlines():
            await rows(statement)

    manager.add_raw(prepare)
    return manager
