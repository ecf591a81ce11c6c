"""Entries that still have an address are found without looking at all others"""

from alembic import op
import sqlalchemy as sa

revision = 'addresses_of_requests'
down_revision = 'suggested_until'
branch_labels = None
depends_on = None

WITH_IP = sa.text('ip IS NOT NULL')


def upgrade() -> None:
    op.create_index('ix_timeline_at_with_ip', 'timeline', ['at'], unique=False, postgresql_where=WITH_IP, sqlite_where=WITH_IP)


def downgrade() -> None:
    op.drop_index('ix_timeline_at_with_ip', table_name='timeline')
