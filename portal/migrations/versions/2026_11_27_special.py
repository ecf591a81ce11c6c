"""Why our terms can't say any more what the shop made of a subscription"""

from alembic import op
import sqlalchemy as sa

revision = 'special'
down_revision = 'accounts_gone'


def upgrade() -> None:
    with op.batch_alter_table('subscription', schema=None) as batch_op:
        batch_op.add_column(sa.Column('special', sa.String(), nullable=False, server_default=''))
    with op.batch_alter_table('subscription', schema=None) as batch_op:
        batch_op.alter_column('special', server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('subscription', schema=None) as batch_op:
        batch_op.drop_column('special')
