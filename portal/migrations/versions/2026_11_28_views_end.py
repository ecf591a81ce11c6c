"""Nobody looks for views whose time is up any more"""

from alembic import op

revision = "views_end"
down_revision = 'given_by'

OVERDUE = "ix_impersonation_ended_at_ends_at"


def upgrade() -> None:
    with op.batch_alter_table("impersonation", schema=None) as batch_op:
        batch_op.drop_index(OVERDUE)


def downgrade() -> None:
    with op.batch_alter_table("impersonation", schema=None) as batch_op:
        batch_op.create_index(OVERDUE, ["ended_at", "ends_at"], unique=False)
