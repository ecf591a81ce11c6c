"""What was told of a parcel that is late, or stuck"""

from alembic import op
import sqlalchemy as sa

revision = 'parcels_watched'
down_revision = 'special'


def upgrade() -> None:
    with op.batch_alter_table('shipment', schema=None) as batch_op:
        batch_op.add_column(sa.Column('late_for', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('quiet_at', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('shipment', schema=None) as batch_op:
        batch_op.drop_column('quiet_at')
        batch_op.drop_column('late_for')
