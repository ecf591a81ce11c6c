"""Why a suggestion was declined, and when it was reckoned anew"""

from alembic import op
import sqlalchemy as sa

revision = 'suggestion_reason'
down_revision = 'incident_said_at'


def upgrade() -> None:
    with op.batch_alter_table('prepared_change', schema=None) as batch_op:
        batch_op.add_column(sa.Column('reason', sa.String(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('renewed_at', sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table('prepared_change', schema=None) as batch_op:
        batch_op.alter_column('reason', server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('prepared_change', schema=None) as batch_op:
        batch_op.drop_column('renewed_at')
        batch_op.drop_column('reason')
