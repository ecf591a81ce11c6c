"""How an exchange is priced, paid and held"""

from alembic import op
import sqlalchemy as sa

revision = 'exchanges'
down_revision = 'returns'


def upgrade() -> None:
    with op.batch_alter_table('exchange', schema=None) as batch_op:
        batch_op.add_column(sa.Column('is_locked', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('is_replacement', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('paid', sa.BigInteger(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('is_sold_out', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('held_entry_id', sa.Integer(), nullable=True))
    with op.batch_alter_table('exchange', schema=None) as batch_op:
        batch_op.alter_column('is_locked', server_default=None, existing_type=sa.Boolean(), existing_nullable=False)
        batch_op.alter_column('is_replacement', server_default=None, existing_type=sa.Boolean(), existing_nullable=False)
        batch_op.alter_column('paid', server_default=None, existing_type=sa.BigInteger(), existing_nullable=False)
        batch_op.alter_column('is_sold_out', server_default=None, existing_type=sa.Boolean(), existing_nullable=False)


def downgrade() -> None:
    with op.batch_alter_table('exchange', schema=None) as batch_op:
        batch_op.drop_column('held_entry_id')
        batch_op.drop_column('is_sold_out')
        batch_op.drop_column('paid')
        batch_op.drop_column('is_replacement')
        batch_op.drop_column('is_locked')
