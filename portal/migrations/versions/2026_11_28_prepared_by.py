"""Who of the staff had prepared what the customer approved, beside the work that comes of it"""

from alembic import op
import sqlalchemy as sa

revision = 'prepared_by'
down_revision = 'alarm_facts'

TABLES = ('sync', 'task')


def upgrade() -> None:
    for table in TABLES:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column('prepared_by', sa.Integer(), nullable=True))


def downgrade() -> None:
    for table in TABLES:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column('prepared_by')
