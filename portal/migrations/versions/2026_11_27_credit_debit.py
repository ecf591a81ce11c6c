"""Credit that is taken back, because its money goes to the card"""

from alembic import op
import sqlalchemy as sa

revision = 'credit_debit'
down_revision = 'tallies'


def upgrade() -> None:
    op.create_table('credit_debit',
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('because', sa.String(), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=True),
    sa.Column('provider_ref', sa.String(), nullable=True),
    sa.Column('refusal', sa.String(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tried_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('other_keys', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['billing_account.id'], name=op.f('fk_credit_debit_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_credit_debit')),
    sa.UniqueConstraint('because', name=op.f('uq_credit_debit_because')),
    sa.UniqueConstraint('key', name=op.f('uq_credit_debit_key')),
    sa.UniqueConstraint('provider_ref', name=op.f('uq_credit_debit_provider_ref'))
    )
    with op.batch_alter_table('credit_debit', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_credit_debit_account_id'), ['account_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('credit_debit', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_credit_debit_account_id'))
    op.drop_table('credit_debit')
