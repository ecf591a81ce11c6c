"""What does not arrive at the shop's machines, and parcels that nobody follows, are found without looking at all others"""

from alembic import op
import sqlalchemy as sa

revision = 'failing_news'
down_revision = 'views_end'

REFUSED = sa.text("refusal <> ''")
IS_OPEN = sa.text('arrived_at IS NULL')


def upgrade() -> None:
    op.create_index('ix_tracker_refused', 'tracker', ['over_at'], unique=False, postgresql_where=REFUSED, sqlite_where=REFUSED)
    op.create_index('ix_webhook_dispatch_open', 'webhook_dispatch', ['endpoint_id'], unique=False, postgresql_where=IS_OPEN, sqlite_where=IS_OPEN)


def downgrade() -> None:
    op.drop_index('ix_webhook_dispatch_open', table_name='webhook_dispatch')
    op.drop_index('ix_tracker_refused', table_name='tracker')
