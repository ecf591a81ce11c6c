"""How far an account at Stripe was read, and subscriptions that are only shown"""

from alembic import op
import sqlalchemy as sa

revision = 'stripe_import'
down_revision = 'alarms'


def upgrade() -> None:
    op.create_table('reading',
    sa.Column('kind', sa.String(length=32), nullable=False),
    sa.Column('begun_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('after', sa.String(), nullable=True),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('new', sa.Integer(), nullable=False),
    sa.Column('known', sa.Integer(), nullable=False),
    sa.Column('left_out', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reading')),
    sa.UniqueConstraint('kind', name=op.f('uq_reading_kind'))
    )
    op.create_table('outside_subscription',
    sa.Column('customer_id', sa.Integer(), nullable=False),
    sa.Column('provider_ref', sa.String(), nullable=False),
    sa.Column('account_ref', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('next_charge_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('next_due', sa.Integer(), nullable=True),
    sa.Column('parts', sa.JSON(), nullable=False),
    sa.Column('snags', sa.JSON(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_outside_subscription_customer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outside_subscription')),
    sa.UniqueConstraint('provider_ref', name=op.f('uq_outside_subscription_provider_ref'))
    )
    with op.batch_alter_table('outside_subscription', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_outside_subscription_customer_id'), ['customer_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('outside_subscription', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_outside_subscription_customer_id'))
    op.drop_table('outside_subscription')
    op.drop_table('reading')
