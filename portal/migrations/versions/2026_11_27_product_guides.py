"""How products are used"""

from alembic import op
import sqlalchemy as sa

revision = 'product_guides'
down_revision = 'order_words'


def upgrade() -> None:
    with op.batch_alter_table('product', schema=None) as batch_op:
        batch_op.add_column(sa.Column('guide', sa.String(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('manual_url', sa.String(), nullable=False, server_default=''))
    with op.batch_alter_table('product', schema=None) as batch_op:
        batch_op.alter_column('guide', server_default=None, existing_type=sa.String(), existing_nullable=False)
        batch_op.alter_column('manual_url', server_default=None, existing_type=sa.String(), existing_nullable=False)


def downgrade() -> None:
    with op.batch_alter_table('product', schema=None) as batch_op:
        batch_op.drop_column('manual_url')
        batch_op.drop_column('guide')
