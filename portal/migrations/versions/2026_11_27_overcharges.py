"""What the provider charged although it was not agreed"""

from alembic import op
import sqlalchemy as sa

revision = 'overcharges'
down_revision = 'stripe_import'


def upgrade() -> None:
    op.create_table('overcharge',
    sa.Column('subscription_id', sa.Integer(), nullable=False),
    sa.Column('invoice_ref', sa.String(), nullable=False),
    sa.Column('delivery_id', sa.Integer(), nullable=True),
    sa.Column('why', sa.String(length=32), nullable=False),
    sa.Column('invoiced_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('payment', sa.String(length=32), nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['delivery_id'], ['delivery.id'], name=op.f('fk_overcharge_delivery_id')),
    sa.ForeignKeyConstraint(['subscription_id'], ['subscription.id'], name=op.f('fk_overcharge_subscription_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_overcharge')),
    sa.UniqueConstraint('invoice_ref', name=op.f('uq_overcharge_invoice_ref'))
    )
    with op.batch_alter_table('overcharge', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_overcharge_subscription_id'), ['subscription_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('overcharge', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_overcharge_subscription_id'))
    op.drop_table('overcharge')
