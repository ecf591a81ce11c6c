"""What the provider calls payments and the like, by which people are found, and numbers of invoices too"""

from alembic import op
import sqlalchemy as sa

revision = 'provider_names'
down_revision = 'prepared_by'


def upgrade() -> None:
    op.create_table('provider_name',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('customer_ref', sa.String(), nullable=False),
    sa.Column('invoice_ref', sa.String(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_provider_name')),
    sa.UniqueConstraint('name', name=op.f('uq_provider_name_name'))
    )
    with op.batch_alter_table('received_event', schema=None) as batch_op:
        batch_op.add_column(sa.Column('about', sa.String(), nullable=True))
        batch_op.create_index(batch_op.f('ix_received_event_about'), ['about'], unique=False)
    with op.batch_alter_table('invoice', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_invoice_number'), ['number'], unique=False)
    with op.batch_alter_table('billing_account', schema=None) as batch_op:
        batch_op.add_column(sa.Column('knows_names', sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table('billing_account', schema=None) as batch_op:
        batch_op.alter_column('knows_names', server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('billing_account', schema=None) as batch_op:
        batch_op.drop_column('knows_names')
    with op.batch_alter_table('invoice', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_invoice_number'))
    with op.batch_alter_table('received_event', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_received_event_about'))
        batch_op.drop_column('about')
    op.drop_table('provider_name')
