"""What is counted by day, and the indexes by which it is"""

from alembic import op
import sqlalchemy as sa

revision = 'tallies'
down_revision = 'why_viewed'


def upgrade() -> None:
    op.create_table('tally',
    sa.Column('grain', sa.String(length=32), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('figure', sa.String(length=32), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('detail', sa.String(), nullable=False),
    sa.Column('count', sa.BigInteger(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name='pk_tally'),
    sa.UniqueConstraint('grain', 'since', 'figure', 'key', 'detail', name='uq_tally_grain_since_figure_key_detail')
    )
    op.create_index('ix_tally_figure_grain_since', 'tally', ['figure', 'grain', 'since'])
    op.create_table('counted',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('until', sa.Date(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name='pk_counted'),
    sa.UniqueConstraint('name', name='uq_counted_name')
    )
    op.create_index('ix_orders_placed_at', 'orders', ['placed_at'])
    op.create_index('ix_shipment_delivered_at', 'shipment', ['delivered_at'])
    op.create_index('ix_subscription_started_at', 'subscription', ['started_at'])
    op.create_index('ix_subscription_ended_at', 'subscription', ['ended_at'])
    op.create_index('ix_cancellation_asked_at', 'cancellation', ['asked_at'])
    op.create_index('ix_payout_decided_at', 'payout', ['decided_at'])
    op.create_index('ix_invoice_written_at', 'invoice', ['written_at'])
    op.create_index('ix_attempt_tried_at', 'attempt', ['tried_at'])
    op.create_index('ix_refund_asked_at', 'refund', ['asked_at'])


def downgrade() -> None:
    op.drop_index('ix_refund_asked_at', 'refund')
    op.drop_index('ix_attempt_tried_at', 'attempt')
    op.drop_index('ix_invoice_written_at', 'invoice')
    op.drop_index('ix_payout_decided_at', 'payout')
    op.drop_index('ix_cancellation_asked_at', 'cancellation')
    op.drop_index('ix_subscription_ended_at', 'subscription')
    op.drop_index('ix_subscription_started_at', 'subscription')
    op.drop_index('ix_shipment_delivered_at', 'shipment')
    op.drop_index('ix_orders_placed_at', 'orders')
    op.drop_table('counted')
    op.drop_table('tally')
