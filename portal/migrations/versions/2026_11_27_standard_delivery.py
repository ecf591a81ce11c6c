"""What the cheapest standard delivery of the shop cost when an order was placed"""

from alembic import op
import sqlalchemy as sa

revision = 'standard_delivery'
down_revision = 'credit_debit'


def upgrade() -> None:
    with op.batch_alter_table('orders', schema=None) as batch_op:
        batch_op.add_column(sa.Column('standard_shipping', sa.BigInteger(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('orders', schema=None) as batch_op:
        batch_op.drop_column('standard_shipping')
