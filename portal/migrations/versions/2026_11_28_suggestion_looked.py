"""How what a suggestion is about looked without it, when what would come of it was reckoned"""

from alembic import op
import sqlalchemy as sa

revision = 'suggestion_looked'
down_revision = 'provider_names'


def upgrade() -> None:
    with op.batch_alter_table('prepared_change', schema=None) as batch_op:
        batch_op.add_column(sa.Column('looked', sa.JSON(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('prepared_change', schema=None) as batch_op:
        batch_op.drop_column('looked')
