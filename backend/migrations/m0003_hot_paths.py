"""What Piccolo's tables cannot say: transaction ids, partial and compound indexes, room to update."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.core.db import rows

ID = "m0003"
VERSION = "1.38.0"
DESCRIPTION = "hot_paths"

STATEMENTS = """
ALTER TABLE journal ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id()
CREATE INDEX journal_by_commit ON journal (xid, id)
CREATE INDEX journal_by_person ON journal (person_id, id) WHERE person_id IS NOT NULL
ALTER TABLE audit ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id()
ALTER TABLE audit_seals ADD COLUMN xid xid8 NOT NULL
CREATE INDEX audit_by_commit ON audit (xid, id)
CREATE INDEX audit_by_person ON audit USING gin (persons) WITH (fastupdate = on, gin_pending_list_limit = 65536)
ALTER TABLE relay_cursors ADD COLUMN last_xid xid8 NOT NULL DEFAULT '0'
ALTER TABLE jobs SET (fillfactor = 85)
CREATE INDEX jobs_due ON jobs (due_at, id) WHERE status = 'pending'
CREATE INDEX jobs_due_of_a_task ON jobs (task, due_at, id) WHERE status = 'pending'
CREATE INDEX jobs_sent ON jobs (sent_at) WHERE status = 'sent'
CREATE INDEX jobs_to_look_at ON jobs (id) WHERE status IN ('dead', 'uncertain')
ALTER TABLE visits SET (fillfactor = 85)
CREATE INDEX visits_of_a_day ON visits (organization, planned_start)
CREATE INDEX visits_of_a_person ON visits (person, planned_start)
CREATE INDEX visits_of_an_institution ON visits (institution, planned_start) WHERE institution IS NOT NULL
CREATE INDEX visits_late ON visits (planned_end) WHERE status IN ('PLANNED', 'ON_THE_WAY')
CREATE INDEX assignments_of_a_day ON visit_assignments (staff, planned_start) WHERE until_at IS NULL
CREATE UNIQUE INDEX assignment_once ON visit_assignments (visit, staff) WHERE until_at IS NULL
CREATE INDEX proofs_of_staff ON visit_proofs (staff, happened_at)
CREATE INDEX exceptions_to_decide ON visit_exceptions (organization, due_at) WHERE status IN ('open', 'asked')
CREATE INDEX exceptions_of_an_organization ON visit_exceptions (organization, due_at, id)
CREATE INDEX notes_to_sign ON notes (author) WHERE signed_at IS NULL
CREATE INDEX emergencies_raised ON emergencies (raised_by, recorded_at)
CREATE INDEX observations_of_a_person ON observations (person, code, happened_at DESC)
CREATE INDEX observations_newest ON observations (person, happened_at DESC)
CREATE INDEX care_team_of_a_member ON care_team (member_id, person)
CREATE INDEX care_team_ending ON care_team (until_at) WHERE until_at IS NOT NULL
CREATE INDEX notifications_of_a_person ON notifications (recipient, id DESC)
CREATE INDEX handshakes_of_a_device ON device_handshakes (device_id, at DESC)
CREATE INDEX sessions_of_a_person ON sessions (person) WHERE ended_at IS NULL
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="bedside", description=DESCRIPTION)

    async def prepare() -> None:
        for statement in STATEMENTS.strip().splitlines():
            await rows(statement)

    manager.add_raw(prepare)
    return manager
