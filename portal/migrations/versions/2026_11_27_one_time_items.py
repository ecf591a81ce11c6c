"""What goes into one box only"""

from alembic import op
import sqlalchemy as sa

revision = 'one_time_items'
down_revision = 'looks'


def upgrade() -> None:
    op.create_table('one_time_item',
    sa.Column('subscription_id', sa.Integer(), nullable=False),
    sa.Column('price_id', sa.Integer(), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('delivery_id', sa.Integer(), nullable=True),
    sa.Column('provider_ref', sa.String(), nullable=True),
    sa.Column('refusal', sa.String(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tried_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('other_keys', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['delivery_id'], ['delivery.id'], name=op.f('fk_one_time_item_delivery_id')),
    sa.ForeignKeyConstraint(['price_id'], ['price.id'], name=op.f('fk_one_time_item_price_id')),
    sa.ForeignKeyConstraint(['subscription_id'], ['subscription.id'], name=op.f('fk_one_time_item_subscription_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_one_time_item')),
    sa.UniqueConstraint('key', name=op.f('uq_one_time_item_key')),
    sa.UniqueConstraint('provider_ref', name=op.f('uq_one_time_item_provider_ref'))
    )
    with op.batch_alter_table('one_time_item', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_one_time_item_subscription_id'), ['subscription_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('one_time_item', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_one_time_item_subscription_id'))
    op.drop_table('one_time_item')
