"""When the provider was told why somebody cancelled"""

from alembic import op
import sqlalchemy as sa

revision = 'reasons_told'
down_revision = 'work_and_events'


def upgrade() -> None:
    with op.batch_alter_table('cancellation', schema=None) as batch_op:
        batch_op.add_column(sa.Column('told_at', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('cancellation', schema=None) as batch_op:
        batch_op.drop_column('told_at')
