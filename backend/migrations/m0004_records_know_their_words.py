from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.column_types import Array
from piccolo.columns.column_types import Boolean
from piccolo.columns.column_types import DoublePrecision
from piccolo.columns.column_types import JSONB
from piccolo.columns.column_types import Varchar
from piccolo.columns.indexes import IndexMethod
from piccolo.constraints import Check

ID = "m0004"
VERSION = "1.38.0"
DESCRIPTION = "records_know_their_words"


async def forwards():
    manager = MigrationManager(
        migration_id=ID, app_name="bedside", description=DESCRIPTION
    )

    manager.drop_column(
        table_class_name="Alert",
        tablename="alerts",
        column_name="observation",
        db_column_name="observation",
        schema=None,
    )

    manager.drop_column(
        table_class_name="Alert",
        tablename="alerts",
        column_name="score",
        db_column_name="score",
        schema=None,
    )

    manager.drop_column(
        table_class_name="Incident",
        tablename="incidents",
        column_name="signs",
        db_column_name="signs",
        schema=None,
    )

    manager.drop_column(
        table_class_name="Note",
        tablename="notes",
        column_name="is_late",
        db_column_name="is_late",
        schema=None,
    )

    manager.drop_column(
        table_class_name="NoteSignature",
        tablename="note_signatures",
        column_name="is_late",
        db_column_name="is_late",
        schema=None,
    )

    manager.add_column(
        table_class_name="Emergency",
        tablename="emergencies",
        column_name="accuracy_m",
        db_column_name="accuracy_m",
        column_class_name="DoublePrecision",
        column_class=DoublePrecision,
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
        table_class_name="Emergency",
        tablename="emergencies",
        column_name="policy_version",
        db_column_name="policy_version",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 40,
            "default": None,
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
        table_class_name="Incident",
        tablename="incidents",
        column_name="on_anticoagulant",
        db_column_name="on_anticoagulant",
        column_class_name="Boolean",
        column_class=Boolean,
        params={
            "default": None,
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
        table_class_name="Incident",
        tablename="incidents",
        column_name="symptoms",
        db_column_name="symptoms",
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
        table_class_name="NoteSignature",
        tablename="note_signatures",
        column_name="lateness",
        db_column_name="lateness",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 16,
            "default": None,
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
        table_class_name="NoteSignature",
        tablename="note_signatures",
        column_name="policy_version",
        db_column_name="policy_version",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 40,
            "default": None,
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
        table_class_name="Observation",
        tablename="observations",
        column_name="news2",
        db_column_name="news2",
        column_class_name="JSONB",
        column_class=JSONB,
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
        table_class_name="Observation",
        tablename="observations",
        column_name="policy_version",
        db_column_name="policy_version",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 40,
            "default": None,
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
        table_class_name="Observation",
        tablename="observations",
        column_name="symptoms",
        db_column_name="symptoms",
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

    manager.add_constraint(
        table_class_name="Alert",
        tablename="alerts",
        constraint_name="alert_code_is_known",
        constraint_class=Check,
        params={
            "condition": "\"code\" IN ('CHEST_PAIN', 'STROKE', 'SEVERE_DYSPNOEA', 'UNCONSCIOUS', 'SEIZURE', 'MAJOR_BLEEDING', 'FALL_INJURY', 'LOW_GLUCOSE', 'HIGH_GLUCOSE', 'HIGH_PRESSURE', 'SUICIDAL_INTENT', 'NEWS2_HIGH', 'HTN_EMERGENCY', 'GLUCOSE_LOW_EMERGENCY', 'GLUCOSE_HIGH_EMERGENCY', 'NEWS2_MEDIUM', 'NEWS2_SINGLE', 'HTN_SYMPTOMS')"
        },
        schema=None,
    )

    manager.add_constraint(
        table_class_name="Alert",
        tablename="alerts",
        constraint_name="alert_severity_is_known",
        constraint_class=Check,
        params={"condition": "\"severity\" IN ('URGENT', 'EMERGENCY')"},
        schema=None,
    )

    manager.add_constraint(
        table_class_name="Assessment",
        tablename="assessments",
        constraint_name="assessment_instrument_is_known",
        constraint_class=Check,
        params={
            "condition": "\"instrument\" IN ('BARTHEL', 'MORSE', 'BRADEN', 'MNA_SF', 'GDS_15', 'SELF_CARE_65', 'TCM_65')"
        },
        schema=None,
    )

    manager.add_constraint(
        table_class_name="Emergency",
        tablename="emergencies",
        constraint_name="emergency_kind_is_known",
        constraint_class=Check,
        params={
            "condition": "\"kind\" IN ('CHEST_PAIN', 'STROKE', 'SEVERE_DYSPNOEA', 'UNCONSCIOUS', 'SEIZURE', 'MAJOR_BLEEDING', 'FALL_INJURY', 'LOW_GLUCOSE', 'HIGH_GLUCOSE', 'HIGH_PRESSURE', 'SUICIDAL_INTENT', 'OTHER')"
        },
        schema=None,
    )

    manager.add_constraint(
        table_class_name="Incident",
        tablename="incidents",
        constraint_name="incident_kind_is_known",
        constraint_class=Check,
        params={
            "condition": "\"kind\" IN ('FALL', 'CHANGE_OF_CONDITION', 'MISSING_PERSON', 'CHOKING', 'PRESSURE_INJURY', 'OTHER')"
        },
        schema=None,
    )

    manager.add_constraint(
        table_class_name="Note",
        tablename="notes",
        constraint_name="note_kind_is_known",
        constraint_class=Check,
        params={
            "condition": "\"kind\" IN ('VISIT', 'ROUND', 'SUPERIOR_ROUND', 'NURSING', 'RESCUE', 'SPO2_TARGET', 'SPO2_TARGET_END')"
        },
        schema=None,
    )

    manager.add_constraint(
        table_class_name="NoteSignature",
        tablename="note_signatures",
        constraint_name="note_lateness_is_known",
        constraint_class=Check,
        params={
            "condition": "\"lateness\" IN ('IN_TIME', 'RECEIVED_LATE', 'LATE')"
        },
        schema=None,
    )

    manager.add_constraint(
        table_class_name="Observation",
        tablename="observations",
        constraint_name="observation_code_is_known",
        constraint_class=Check,
        params={
            "condition": "\"code\" IN ('temp', 'pulse', 'resp', 'sbp', 'dbp', 'spo2', 'glu_fasting', 'glu_pp2h', 'glu_random', 'hba1c', 'weight', 'height', 'bmi', 'waist', 'pain_nrs', 'urine_24h', 'avpu', 'o2_flow', 'peak_flow', 'inr', 'creatinine', 'potassium')"
        },
        schema=None,
    )

    manager.add_constraint(
        table_class_name="Observation",
        tablename="observations",
        constraint_name="observation_source_is_known",
        constraint_class=Check,
        params={
            "condition": "\"source\" IN ('GP', 'NURSE', 'INST_NURSE', 'DEVICE', 'ELDER', 'RELATIVE')"
        },
        schema=None,
    )

    return manager
