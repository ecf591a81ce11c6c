"""Until when what an exchange costs more can be paid"""

from alembic import op
import sqlalchemy as sa

revision = 'exchange_pay_by'
down_revision = 'queues'


def upgrade() -> None:
    with op.batch_alter_table('exchange', schema=None) as batch_op:
        batch_op.add_column(sa.Column('pay_by', sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index('ix_exchange_status_pay_by', ['status', 'pay_by'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('exchange', schema=None) as batch_op:
        batch_op.drop_index('ix_exchange_status_pay_by')
        batch_op.drop_column('pay_by')
