"""Until when something may wait for a customer's approval"""

from alembic import op
import sqlalchemy as sa

revision = 'suggested_until'
down_revision = 'incidents'


def upgrade() -> None:
    with op.batch_alter_table('customer', schema=None) as batch_op:
        batch_op.add_column(sa.Column('suggested_until', sa.DateTime(timezone=True), nullable=True))
    op.execute(
        'UPDATE customer SET suggested_until = '
        '(SELECT max(expires_at) FROM prepared_change WHERE prepared_change.customer_id = customer.id)'
    )


def downgrade() -> None:
    with op.batch_alter_table('customer', schema=None) as batch_op:
        batch_op.drop_column('suggested_until')
