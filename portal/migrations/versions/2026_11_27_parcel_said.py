"""As of when the day of a parcel, and where it is held, were said"""

from alembic import op
import sqlalchemy as sa

revision = 'parcel_said'
down_revision = 'photos'


def upgrade() -> None:
    with op.batch_alter_table('shipment', schema=None) as batch_op:
        batch_op.add_column(sa.Column('expected_said_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('held_said_at', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('shipment', schema=None) as batch_op:
        batch_op.drop_column('held_said_at')
        batch_op.drop_column('expected_said_at')
