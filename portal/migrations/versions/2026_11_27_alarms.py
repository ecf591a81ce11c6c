"""What somebody has to look at now"""

from alembic import op
import sqlalchemy as sa

revision = 'alarms'
down_revision = 'pace'


def upgrade() -> None:
    op.create_table('alarm',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('sentence', sa.String(), nullable=False),
    sa.Column('raised_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alarm')),
    sa.UniqueConstraint('name', name=op.f('uq_alarm_name'))
    )
    with op.batch_alter_table('received_event', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_received_event_received_at'), ['received_at'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('received_event', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_received_event_received_at'))
    op.drop_table('alarm')
