from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Array
from piccolo.columns.column_types import Boolean
from piccolo.columns.column_types import Timestamptz
from piccolo.columns.column_types import Varchar
from piccolo.columns.indexes import IndexMethod

ID = "m0009"
VERSION = "1.38.0"
DESCRIPTION = "handing_over"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="bedside", description=DESCRIPTION)

    # They come back in the next one with another word: a check keeps its name.
    manager.drop_constraint(
        table_class_name="CareTeamMember",
        tablename="care_team",
        constraint_name="care_team_why_is_known",
        schema=None,
    )

    manager.drop_constraint(
        table_class_name="CarePlanMove",
        tablename="care_plan_moves",
        constraint_name="care_plan_move_is_known",
        schema=None,
    )

    manager.add_column(
        table_class_name="CarePlan",
        tablename="care_plans",
        column_name="to_take_since",
        db_column_name="to_take_since",
        column_class_name="Timestamptz",
        column_class=Timestamptz,
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

    manager.add_column(
        table_class_name="Organization",
        tablename="organizations",
        column_name="also_serves",
        db_column_name="also_serves",
        column_class_name="Array",
        column_class=Array,
        params={
            "default": list,
            "base_column": Varchar(
                length=40,
                default="",
                null=False,
                primary_key=False,
                unique=False,
                index=False,
                index_method=IndexMethod.btree,
                choices=None,
                db_column_name=None,
                secret=False,
            ),
            "null": False,
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

    manager.add_column(
        table_class_name="Person",
        tablename="persons",
        column_name="is_in_ledger",
        db_column_name="is_in_ledger",
        column_class_name="Boolean",
        column_class=Boolean,
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
