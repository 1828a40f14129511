"""What the tables of payments cannot say: partial and compound indexes."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from backend.core.db import rows

ID = "m0012b"
VERSION = "1.38.0"
DESCRIPTION = "payments_paths"

STATEMENTS = """
CREATE UNIQUE INDEX one_order_in_flight ON payment_orders (payable) WHERE status IN ('CREATED', 'REVERSING') AND NOT is_undue
CREATE UNIQUE INDEX one_order_of_a_settlement ON payment_orders (quote) WHERE gov_fen + self_fen + other_fen > 0
CREATE UNIQUE INDEX one_order_paid ON payment_orders (payable) WHERE status = 'PAID' AND NOT is_undue
CREATE INDEX payables_of_a_person ON payables (person, id DESC) WHERE person IS NOT NULL
CREATE INDEX payables_of_an_organization ON payables (organization, id DESC)
CREATE INDEX payables_of_an_institution ON payables (institution, id DESC) WHERE institution IS NOT NULL
CREATE INDEX payables_owed ON payables (person, id DESC) WHERE status IN ('OPEN', 'LOCKED', 'ON_DELIVERY')
CREATE INDEX orders_of_a_standing_payer ON payment_orders (standing_payer, recorded_at) WHERE standing_payer IS NOT NULL
CREATE INDEX orders_captured ON payment_orders (channel, captured_at) WHERE captured_at IS NOT NULL
CREATE INDEX refunds_made ON refunds (refunded_at) WHERE refunded_at IS NOT NULL
CREATE INDEX refunds_of_an_organization ON refunds (organization, id DESC)
CREATE INDEX requests_of_a_recipient ON payment_requests USING gin (recipients)
CREATE INDEX postings_of_an_organization ON ledger_postings (organization, booked_on, id)
CREATE INDEX postings_of_a_person ON ledger_postings (person_id, booked_on) WHERE person_id IS NOT NULL
CREATE INDEX postings_of_an_institution ON ledger_postings (institution_id, organization, booked_on) WHERE institution_id IS NOT NULL
CREATE INDEX postings_of_a_payer ON ledger_postings (payer_id, booked_on) WHERE payer_id IS NOT NULL
CREATE UNIQUE INDEX one_close_a_day ON day_closes (organization, closed_on) WHERE reversed_at IS NULL
CREATE INDEX differences_open ON reconciliation_differences (organization) WHERE resolved_at IS NULL
"""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="bedside", description=DESCRIPTION)

    async def prepare() -> None:
        for statement in STATEMENTS.strip().splitlines():
            await rows(statement)

    manager.add_raw(prepare)
    return manager
