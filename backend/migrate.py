"""Bring the database to the newest schema: one history, one runner at a time, while it serves."""

import asyncio
import contextlib
import io
import sys
from pathlib import Path

import asyncpg
from piccolo.apps.migrations.commands.base import MigrationResult
from piccolo.apps.migrations.commands.forwards import ForwardsMigrationManager
from piccolo.apps.migrations.commands.new import NoChanges, _create_new_migration
from piccolo.apps.migrations.tables import Migration
from piccolo.conf.apps import AppConfig

from backend.piccolo_app import APP_CONFIG
from backend.settings import settings

LOCK = 7_215_201  # any number, the same for every runner
LOCK_TIMEOUT = (
    "2s"  # a migration that cannot have its lock gives way to the traffic and comes again
)
TRIES = 30


async def migrate(database_url: str) -> None:
    """Run what has not run yet; another runner at the same time waits for us.

    :raises RuntimeError: when a migration fails; nothing of it is left
    """
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", LOCK)
        if not await Migration.table_exists():
            await Migration.create_table(if_not_exists=True)
        said = io.StringIO()
        for attempt in range(TRIES):
            with contextlib.redirect_stdout(said):
                result = await _forwards(APP_CONFIG)
            if result is None:
                return
            if not isinstance(result, asyncpg.LockNotAvailableError) or attempt == TRIES - 1:
                raise RuntimeError(f"The migration failed: {result}") from result
    finally:
        await connection.close()


async def _forwards(app_config: AppConfig) -> Exception | None:
    runner = ForwardsMigrationManager(app_name="bedside", migration_id="all")
    try:
        result: MigrationResult = await runner.run_migrations(app_config)
    except asyncpg.PostgresError as error:
        failed: Exception = error
        return failed
    return None if result.success else RuntimeError(str(result.message))


def run(database_url: str) -> None:
    asyncio.run(migrate(database_url))


def write(description: str) -> Path | None:
    """Write the next migration, `m0004_<description>.py`, from what the tables say by now."""
    folder = Path(APP_CONFIG.resolved_migrations_folder_path)
    number = f"m{len(list(folder.glob('m*.py'))) + 1:04}"
    try:
        meta = asyncio.run(_create_new_migration(APP_CONFIG, auto=True, description=description))
    except NoChanges:
        return None
    written = Path(meta.migration_path)
    text = written.read_text().replace(f'"{meta.migration_id}"', f'"{number}"')
    named = folder / f"{number}_{description}.py"
    named.write_text(text)
    written.unlink()
    return named


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["new", description]:
            sys.stdout.write(f"{write(description) or 'Nothing has changed.'}\n")
        case _:
            run(settings().database_url)
