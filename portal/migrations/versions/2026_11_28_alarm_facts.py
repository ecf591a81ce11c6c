"""What the desk needs to tell an alarm in the reader's language"""

from alembic import op
import sqlalchemy as sa

revision = 'alarm_facts'
down_revision = 'put_off'


def upgrade() -> None:
    with op.batch_alter_table('alarm', schema=None) as batch_op:
        batch_op.add_column(sa.Column('facts', sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('alarm', schema=None) as batch_op:
        batch_op.drop_column('facts')
