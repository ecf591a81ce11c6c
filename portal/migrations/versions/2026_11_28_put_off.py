"""Tasks that were put off, and notes that were corrected or removed"""

from alembic import op
import sqlalchemy as sa

revision = 'put_off'
down_revision = 'walks_stay'

WAITS, PUT_OFF = sa.text('done_at IS NULL'), sa.text('done_at IS NULL AND put_off_until IS NOT NULL')
OPEN = {'waits': [], 'waits_in': ['queue'], 'waits_for': ['owner_id']}


def upgrade() -> None:
    with op.batch_alter_table('staff_note', schema=None) as batch_op:
        batch_op.add_column(sa.Column('corrected_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table('staff_task', schema=None) as batch_op:
        batch_op.add_column(sa.Column('put_off_until', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('put_off_by', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_staff_task_put_off_by'), 'staff', ['put_off_by'], ['id'])
        for name, first in OPEN.items():
            columns = [*first, 'rank', 'due_at', 'id', 'put_off_until']
            batch_op.drop_index(f'ix_staff_task_{name}')
            batch_op.create_index(f'ix_staff_task_{name}', columns, postgresql_where=WAITS, sqlite_where=WAITS)
        columns = ['rank', 'due_at', 'id', 'put_off_until']
        batch_op.create_index('ix_staff_task_put_off', columns, postgresql_where=PUT_OFF, sqlite_where=PUT_OFF)


def downgrade() -> None:
    with op.batch_alter_table('staff_task', schema=None) as batch_op:
        batch_op.drop_index('ix_staff_task_put_off')
        for name, first in OPEN.items():
            batch_op.drop_index(f'ix_staff_task_{name}')
            batch_op.create_index(f'ix_staff_task_{name}', [*first, 'rank', 'due_at', 'id'], postgresql_where=WAITS, sqlite_where=WAITS)
        batch_op.drop_constraint(batch_op.f('fk_staff_task_put_off_by'), type_='foreignkey')
        batch_op.drop_column('put_off_by')
        batch_op.drop_column('put_off_until')
    with op.batch_alter_table('staff_note', schema=None) as batch_op:
        batch_op.drop_column('removed_at')
        batch_op.drop_column('corrected_at')
