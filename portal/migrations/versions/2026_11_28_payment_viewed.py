"""Within which view of a customer's pages a payment was asked for"""

from alembic import op
import sqlalchemy as sa

revision = 'payment_viewed'
down_revision = 'words_of_addresses'


def upgrade() -> None:
    with op.batch_alter_table('invoice_payment', schema=None) as batch_op:
        batch_op.add_column(sa.Column('impersonation_id', sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('invoice_payment', schema=None) as batch_op:
        batch_op.drop_column('impersonation_id')
