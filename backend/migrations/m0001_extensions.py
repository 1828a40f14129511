"""What the tables lean on: exclusion constraints over plain columns."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.core.db import rows

ID = "m0001"
VERSION = "1.38.0"
DESCRIPTION = "extensions"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="bedside", description=DESCRIPTION)

    async def extend() -> None:
        await rows("CREATE EXTENSION IF NOT EXISTS btree_gist")

    manager.add_raw(extend)
    return manager
