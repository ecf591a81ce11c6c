"""A day on which the shop lets a subscription end at the provider"""

from alembic import op
import sqlalchemy as sa

revision = 'stops_at'
down_revision = 'staff_door'


def upgrade() -> None:
    with op.batch_alter_table('subscription', schema=None) as batch_op:
        batch_op.add_column(sa.Column('stops_at', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('subscription', schema=None) as batch_op:
        batch_op.drop_column('stops_at')
