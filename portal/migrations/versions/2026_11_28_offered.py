"""What was offered to somebody who wanted to cancel"""

from alembic import op
import sqlalchemy as sa

revision = 'offered'
down_revision = 'addresses_of_requests'


def upgrade() -> None:
    op.create_table('offered',
    sa.Column('subscription_id', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('kinds', sa.JSON(), nullable=False),
    sa.Column('shown_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('customer_id', sa.Integer(), nullable=True),
    sa.Column('staff_id', sa.Integer(), nullable=True),
    sa.Column('opened', sa.String(), nullable=True),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('entry_id', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['subscription_id'], ['subscription.id'], name='fk_offered_subscription_id_subscription'),
    sa.ForeignKeyConstraint(['entry_id'], ['timeline.id'], name='fk_offered_entry_id_timeline'),
    sa.PrimaryKeyConstraint('id', name='pk_offered')
    )
    op.create_index('ix_offered_subscription_id', 'offered', ['subscription_id'])
    op.create_index('ix_offered_shown_at', 'offered', ['shown_at'])
    op.create_index('ix_offered_entry_id', 'offered', ['entry_id'])


def downgrade() -> None:
    op.drop_table('offered')
