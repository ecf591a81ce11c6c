"""What a view of a customer's pages is for"""

from alembic import op
import sqlalchemy as sa

revision = 'why_viewed'
down_revision = 'finding_people'


def upgrade() -> None:
    with op.batch_alter_table('impersonation', schema=None) as batch_op:
        batch_op.add_column(sa.Column('why', sa.String(length=32), nullable=False, server_default='other'))
    with op.batch_alter_table('impersonation', schema=None) as batch_op:
        batch_op.alter_column('why', server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('impersonation', schema=None) as batch_op:
        batch_op.drop_column('why')
