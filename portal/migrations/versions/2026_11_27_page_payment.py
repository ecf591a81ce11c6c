"""Pages of the provider on which something is paid once"""

from alembic import op
import sqlalchemy as sa

revision = 'page_payment'
down_revision = 'policy_stays'


def upgrade() -> None:
    op.create_table('page_payment',
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('because', sa.String(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=True),
    sa.Column('page_ref', sa.String(), nullable=True),
    sa.Column('page_url', sa.String(), nullable=True),
    sa.Column('looked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('left_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('outcome', sa.String(length=32), nullable=True),
    sa.Column('problem', sa.String(), nullable=False),
    sa.Column('invoice_id', sa.Integer(), nullable=True),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tried_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('other_keys', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['billing_account.id'], name=op.f('fk_page_payment_account_id')),
    sa.ForeignKeyConstraint(['invoice_id'], ['invoice.id'], name=op.f('fk_page_payment_invoice_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_page_payment')),
    sa.UniqueConstraint('because', 'number', name=op.f('uq_page_payment_because_number')),
    sa.UniqueConstraint('key', name=op.f('uq_page_payment_key')),
    sa.UniqueConstraint('page_ref', name=op.f('uq_page_payment_page_ref')),
    sqlite_autoincrement=True,
    )
    with op.batch_alter_table('page_payment', schema=None) as batch_op:
        batch_op.create_index('ix_page_payment_account_id_done_at', ['account_id', 'done_at'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('page_payment', schema=None) as batch_op:
        batch_op.drop_index('ix_page_payment_account_id_done_at')

    op.drop_table('page_payment')
