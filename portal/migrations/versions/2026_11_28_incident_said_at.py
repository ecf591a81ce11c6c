"""When an incident was said anew"""

from alembic import op
import sqlalchemy as sa

revision = 'incident_said_at'
down_revision = 'payment_viewed'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('incident', schema=None) as batch_op:
        batch_op.add_column(sa.Column('said_at', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('incident', schema=None) as batch_op:
        batch_op.drop_column('said_at')
