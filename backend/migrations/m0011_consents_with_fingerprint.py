from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import UUID
from piccolo.columns.indexes import IndexMethod

ID = "m0011"
VERSION = "1.38.0"
DESCRIPTION = "consents_with_fingerprint"


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="bedside", description=DESCRIPTION)

    manager.add_column(
        table_class_name="Consent",
        tablename="consents",
        column_name="witness_photo_id",
        db_column_name="witness_photo_id",
        column_class_name="UUID",
        column_class=UUID,
        params={
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
            "secret": False,
        },
        schema=None,
    )

    return manager
