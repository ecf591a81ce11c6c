"""What of an order was cancelled before it was packed"""

from alembic import op
import sqlalchemy as sa

revision = 'line_cancellation'
down_revision = 'product_guides'


def upgrade() -> None:
    op.create_table('line_cancellation',
    sa.Column('order_line_id', sa.Integer(), nullable=False),
    sa.Column('before', sa.Integer(), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by_hand', sa.BigInteger(), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['order_line_id'], ['order_line.id'], name=op.f('fk_line_cancellation_order_line_id_order_line')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_line_cancellation')),
    sa.UniqueConstraint('order_line_id', 'before', name=op.f('uq_line_cancellation_order_line_id_before'))
    )


def downgrade() -> None:
    op.drop_table('line_cancellation')
