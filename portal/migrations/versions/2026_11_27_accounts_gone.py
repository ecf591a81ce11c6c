"""That the provider does not have an account any more"""

from alembic import op
import sqlalchemy as sa

revision = 'accounts_gone'
down_revision = 'line_cancellation'


def upgrade() -> None:
    with op.batch_alter_table('billing_account', schema=None) as batch_op:
        batch_op.add_column(sa.Column('gone_at', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('billing_account', schema=None) as batch_op:
        batch_op.drop_column('gone_at')
