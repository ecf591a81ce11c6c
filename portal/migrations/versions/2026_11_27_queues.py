"""In which queue a task stands, who goes first, and what staff write down about customers"""

from alembic import op
import sqlalchemy as sa

revision = 'queues'
down_revision = 'impersonation'

QUEUES = {
    'returns': ('return', 'return here', 'return money', 'refund failed', 'withdrawal', 'exchange sold out', 'exchange never came'),
    'claims': ('claim',),
    'parcels': ('worry', 'no scan'),
    'orders': ('send less', 'other address', 'money back'),
}
WAITS, NOW = sa.text('done_at IS NULL'), sa.text('ended_at IS NULL')


def upgrade() -> None:
    op.create_table('vip',
    sa.Column('customer_id', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('marked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('marked_by', sa.Integer(), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_by', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_vip_customer_id')),
    sa.ForeignKeyConstraint(['ended_by'], ['staff.id'], name=op.f('fk_vip_ended_by')),
    sa.ForeignKeyConstraint(['marked_by'], ['staff.id'], name=op.f('fk_vip_marked_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_vip'))
    )
    with op.batch_alter_table('vip', schema=None) as batch_op:
        batch_op.create_index('ix_vip_customer_id_now', ['customer_id'], unique=True, postgresql_where=NOW, sqlite_where=NOW)
    op.create_table('staff_note',
    sa.Column('customer_id', sa.Integer(), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('draft', sa.String(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_staff_note_customer_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_staff_note_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff_note')),
    sa.UniqueConstraint('draft', name=op.f('uq_staff_note_draft'))
    )
    with op.batch_alter_table('staff_note', schema=None) as batch_op:
        batch_op.create_index('ix_staff_note_customer_id_at', ['customer_id', 'at'], unique=False)
    with op.batch_alter_table('staff_task', schema=None) as batch_op:
        batch_op.add_column(sa.Column('queue', sa.String(length=32), nullable=False, server_default='orders'))
        batch_op.add_column(sa.Column('rank', sa.Integer(), nullable=False, server_default='1'))
        batch_op.add_column(sa.Column('words', sa.String(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('done_by', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(op.f('fk_staff_task_done_by'), 'staff', ['done_by'], ['id'])
        batch_op.drop_index('ix_staff_task_done_at_due_at')
    task = sa.table('staff_task', sa.column('queue', sa.String), sa.column('kind', sa.String))
    for queue, kinds in QUEUES.items():
        op.execute(task.update().where(task.c.kind.in_(kinds)).values(queue=queue))
    with op.batch_alter_table('staff_task', schema=None) as batch_op:
        for column in 'queue', 'rank', 'words':
            batch_op.alter_column(column, server_default=None)
        for name, columns in ('waits', []), ('waits_in', ['queue']), ('waits_for', ['owner_id']):
            columns = [*columns, 'rank', 'due_at', 'id']
            batch_op.create_index(f'ix_staff_task_{name}', columns, unique=False, postgresql_where=WAITS, sqlite_where=WAITS)


def downgrade() -> None:
    with op.batch_alter_table('staff_task', schema=None) as batch_op:
        for name in 'waits_for', 'waits_in', 'waits':
            batch_op.drop_index(f'ix_staff_task_{name}')
        batch_op.create_index('ix_staff_task_done_at_due_at', ['done_at', 'due_at'], unique=False)
        batch_op.drop_constraint(op.f('fk_staff_task_done_by'), type_='foreignkey')
        for column in 'done_by', 'words', 'rank', 'queue':
            batch_op.drop_column(column)
    op.drop_table('staff_note')
    op.drop_table('vip')
