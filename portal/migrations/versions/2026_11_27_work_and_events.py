"""When work was asked for and last done, and what became of an event"""

from alembic import op
import sqlalchemy as sa

revision = 'work_and_events'
down_revision = 'everyday_deeds'


def upgrade() -> None:
    with op.batch_alter_table('sync', schema=None) as batch_op:
        batch_op.add_column(sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index('ix_sync_finished_at', ['finished_at'], unique=False)
    with op.batch_alter_table('task', schema=None) as batch_op:
        batch_op.add_column(sa.Column('asked_at', sa.DateTime(timezone=True), nullable=True))
    op.execute('UPDATE task SET asked_at = due_at')
    with op.batch_alter_table('task', schema=None) as batch_op:
        batch_op.alter_column('asked_at', nullable=False)
    with op.batch_alter_table('received_event', schema=None) as batch_op:
        batch_op.add_column(sa.Column('customer_ref', sa.String(), nullable=True))
        batch_op.add_column(sa.Column('is_ours', sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column('applied_at', sa.DateTime(timezone=True), nullable=True))
    op.execute('UPDATE received_event SET applied_at = received_at')
    with op.batch_alter_table('received_event', schema=None) as batch_op:
        batch_op.alter_column('is_ours', server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('received_event', schema=None) as batch_op:
        batch_op.drop_column('applied_at')
        batch_op.drop_column('is_ours')
        batch_op.drop_column('customer_ref')
    with op.batch_alter_table('task', schema=None) as batch_op:
        batch_op.drop_column('asked_at')
    with op.batch_alter_table('sync', schema=None) as batch_op:
        batch_op.drop_index('ix_sync_finished_at')
        batch_op.drop_column('finished_at')
