"""Who asked for the work that waits: a customer, or staff for them; and for which task a customer is viewed"""

from alembic import op
import sqlalchemy as sa

revision = 'who_asked'
down_revision = 'offered'

TABLES = ('sync', 'task')


def upgrade() -> None:
    for table in TABLES:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column('customer_id', sa.Integer(), nullable=True))
            batch_op.add_column(sa.Column('staff_id', sa.Integer(), nullable=True))
    with op.batch_alter_table('impersonation', schema=None) as batch_op:
        batch_op.add_column(sa.Column('task_id', sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('impersonation', schema=None) as batch_op:
        batch_op.drop_column('task_id')
    for table in TABLES:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column('staff_id')
            batch_op.drop_column('customer_id')
