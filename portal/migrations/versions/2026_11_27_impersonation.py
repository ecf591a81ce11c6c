"""Staff view a customer's pages"""

from alembic import op
import sqlalchemy as sa

revision = 'impersonation'
down_revision = 'withdrawal'


def upgrade() -> None:
    op.create_table('impersonation',
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('customer_id', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('role', sa.String(length=32), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('mode', sa.String(length=32), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_by', sa.String(length=32), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_impersonation_customer_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_impersonation_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_impersonation'))
    )
    with op.batch_alter_table('impersonation', schema=None) as batch_op:
        batch_op.create_index('ix_impersonation_customer_id_started_at', ['customer_id', 'started_at'], unique=False)
        batch_op.create_index('ix_impersonation_ended_at_ends_at', ['ended_at', 'ends_at'], unique=False)
        batch_op.create_index('ix_impersonation_staff_id_started_at', ['staff_id', 'started_at'], unique=False)

    with op.batch_alter_table('session', schema=None) as batch_op:
        batch_op.add_column(sa.Column('impersonation_id', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_session_impersonation_id'), 'impersonation', ['impersonation_id'], ['id'])
        batch_op.create_check_constraint('staff_impersonate', 'impersonation_id IS NULL OR staff_id IS NOT NULL')

    with op.batch_alter_table('timeline', schema=None) as batch_op:
        batch_op.add_column(sa.Column('impersonation_id', sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f('ix_timeline_impersonation_id'), ['impersonation_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('timeline', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_timeline_impersonation_id'))
        batch_op.drop_column('impersonation_id')

    with op.batch_alter_table('session', schema=None) as batch_op:
        batch_op.drop_constraint('staff_impersonate', type_='check')
        batch_op.drop_constraint(batch_op.f('fk_session_impersonation_id'), type_='foreignkey')
        batch_op.drop_column('impersonation_id')

    with op.batch_alter_table('impersonation', schema=None) as batch_op:
        batch_op.drop_index('ix_impersonation_staff_id_started_at')
        batch_op.drop_index('ix_impersonation_ended_at_ends_at')
        batch_op.drop_index('ix_impersonation_customer_id_started_at')

    op.drop_table('impersonation')
