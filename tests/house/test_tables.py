"""The database refuses what the tables say, and nothing is deleted behind anybody's back."""

from typing import Any

import pytest
from piccolo.apps.migrations.auto.schema_snapshot import SchemaSnapshot
from piccolo.apps.migrations.commands.new import AutoMigrationManager
from piccolo.columns import ForeignKey

from backend.core.db import value
from backend.piccolo_app import APP_CONFIG

pytestmark = pytest.mark.anyio

FOREIGN_KEYS = [
    column for table in APP_CONFIG.table_classes for column in table._meta.foreign_key_columns
]


@pytest.mark.parametrize(
    "column", FOREIGN_KEYS, ids=lambda column: f"{column._meta.table.__name__}.{column._meta.name}"
)
async def test_no_foreign_key_cascades(column: ForeignKey[Any]) -> None:
    assert column._foreign_key_meta.on_delete.name == "restrict"
    assert column._foreign_key_meta.on_update.name in {"restrict", "no_action", "cascade"}


async def test_names_of_constraints_are_unique() -> None:
    """They are so in the whole schema: two tables with one name would share it."""
    names = [
        constraint._meta.name
        for table in APP_CONFIG.table_classes
        for constraint in table._meta.constraints
    ]
    assert sorted(names) == sorted(set(names))


async def test_every_change_of_a_table_has_its_migration(pool) -> None:
    changes = await AutoMigrationManager().get_alter_statements(APP_CONFIG)
    assert [statement for change in changes for statement in change.statements] == []


async def test_every_rule_in_the_tables_is_the_rule_in_the_database(pool) -> None:
    """Piccolo does not notice a constraint that keeps its name and changes its meaning."""
    managers = await AutoMigrationManager().get_migration_managers(app_config=APP_CONFIG)
    migrated = {
        table.tablename: {constraint.ddl for constraint in table.constraints}
        for table in SchemaSnapshot(managers).get_snapshot()
    }
    for table in APP_CONFIG.table_classes:
        declared = {constraint.ddl for constraint in table._meta.constraints}
        assert declared == migrated[table._meta.tablename], table._meta.tablename


async def test_every_moment_is_kept_in_utc(pool) -> None:
    """Invariant 12: without its zone, a moment is the clock of whoever reads it."""
    local = """
        SELECT array_agg(table_name || '.' || column_name) FROM information_schema.columns
         WHERE table_schema = 'public' AND data_type = 'timestamp without time zone'
           AND table_name <> 'migration'"""
    assert await value(local) is None
