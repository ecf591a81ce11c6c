"""Staff prepare changes for customers"""

from alembic import op
import sqlalchemy as sa

revision = 'prepared_change'
down_revision = 'exchange_pay_by'


def upgrade() -> None:
    op.create_table('prepared_change',
    sa.Column('customer_id', sa.Integer(), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('impersonation_id', sa.Integer(), nullable=False),
    sa.Column('path', sa.String(), nullable=False),
    sa.Column('form', sa.JSON(), nullable=False),
    sa.Column('told', sa.JSON(), nullable=False),
    sa.Column('looks', sa.JSON(), nullable=False),
    sa.Column('page', sa.String(), nullable=False),
    sa.Column('prepared_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('note', sa.String(), nullable=False),
    sa.Column('mailed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_as', sa.String(length=32), nullable=True),
    sa.Column('entry_id', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_prepared_change_customer_id')),
    sa.ForeignKeyConstraint(['impersonation_id'], ['impersonation.id'], name=op.f('fk_prepared_change_impersonation_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_prepared_change_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_prepared_change'))
    )
    with op.batch_alter_table('prepared_change', schema=None) as batch_op:
        batch_op.create_index('ix_prepared_change_customer_id_ended_at', ['customer_id', 'ended_at'], unique=False)
        batch_op.create_index('ix_prepared_change_impersonation_id', ['impersonation_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('prepared_change', schema=None) as batch_op:
        batch_op.drop_index('ix_prepared_change_impersonation_id')
        batch_op.drop_index('ix_prepared_change_customer_id_ended_at')

    op.drop_table('prepared_change')
