"""Which tables exist; one history of migrations."""

from pathlib import Path

from piccolo.conf.apps import AppConfig, table_finder

APP_CONFIG = AppConfig(
    app_name="bedside",
    migrations_folder_path=str(Path(__file__).parent / "migrations"),
    table_classes=table_finder(
        [
            "backend.core.journal",
            "backend.core.jobs",
            "backend.core.audit",
            "backend.core.times",
            "backend.people.tables.organizations",
            "backend.people.tables.persons",
            "backend.people.tables.permissions",
            "backend.people.tables.signing_in",
            "backend.payments.tables.bills",
            "backend.payments.tables.payers",
            "backend.payments.tables.orders",
            "backend.payments.tables.books",
            "backend.files.tables",
            "backend.records.tables",
            "backend.visits.tables",
            "backend.beds.tables",
            "backend.transfers.tables",
            "backend.careplans.tables",
            "backend.contracts.tables",
            "backend.notifications.tables",
        ],
        exclude_imported=True,
    ),
)
