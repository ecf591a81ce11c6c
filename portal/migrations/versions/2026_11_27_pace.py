"""How fast the provider is asked, and how that went"""

from alembic import op
import sqlalchemy as sa

revision = 'pace'
down_revision = 'stops_at'


def upgrade() -> None:
    op.create_table('pace',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('free_at', sa.Double(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pace')),
    sa.UniqueConstraint('name', name=op.f('uq_pace_name'))
    )
    op.create_table('call_count',
    sa.Column('outcome', sa.String(), nullable=False),
    sa.Column('calls', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_call_count')),
    sa.UniqueConstraint('outcome', name=op.f('uq_call_count_outcome'))
    )


def downgrade() -> None:
    op.drop_table('call_count')
    op.drop_table('pace')
