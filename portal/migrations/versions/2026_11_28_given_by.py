"""From whom a colleague has a task"""

from alembic import op
import sqlalchemy as sa

revision = 'given_by'
down_revision = 'anchors_counted'


def upgrade() -> None:
    with op.batch_alter_table('staff_task', schema=None) as batch_op:
        batch_op.add_column(sa.Column('given_by', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_staff_task_given_by'), 'staff', ['given_by'], ['id'])


def downgrade() -> None:
    with op.batch_alter_table('staff_task', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_staff_task_given_by'), type_='foreignkey')
        batch_op.drop_column('given_by')
