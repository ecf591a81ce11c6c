"""What people declare who withdraw from a contract"""

from alembic import op
import sqlalchemy as sa

revision = 'withdrawal'
down_revision = 'page_payment'


def upgrade() -> None:
    op.create_table('withdrawal',
    sa.Column('reference', sa.String(), nullable=False),
    sa.Column('draft', sa.String(), nullable=False),
    sa.Column('declared_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('contract', sa.String(), nullable=False),
    sa.Column('parts', sa.String(), nullable=False),
    sa.Column('email', sa.String(), nullable=False),
    sa.Column('locale', sa.String(), nullable=True),
    sa.Column('time_zone', sa.String(), nullable=True),
    sa.Column('customer_id', sa.Integer(), nullable=True),
    sa.Column('return_id', sa.Integer(), nullable=True),
    sa.Column('carried_out_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_withdrawal_customer_id')),
    sa.ForeignKeyConstraint(['return_id'], ['return_.id'], name=op.f('fk_withdrawal_return_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_withdrawal')),
    sa.UniqueConstraint('draft', name=op.f('uq_withdrawal_draft')),
    sa.UniqueConstraint('reference', name=op.f('uq_withdrawal_reference'))
    )
    with op.batch_alter_table('withdrawal', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_withdrawal_customer_id'), ['customer_id'], unique=False)
        batch_op.create_index('ix_withdrawal_email_carried_out_at', ['email', 'carried_out_at'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('withdrawal', schema=None) as batch_op:
        batch_op.drop_index('ix_withdrawal_email_carried_out_at')
        batch_op.drop_index(batch_op.f('ix_withdrawal_customer_id'))

    op.drop_table('withdrawal')
