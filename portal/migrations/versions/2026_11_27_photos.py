"""Photos that customers send"""

from alembic import op
import sqlalchemy as sa

revision = 'photos'
down_revision = 'carrier_news'


def upgrade() -> None:
    op.create_table('photo',
    sa.Column('customer_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('draft', sa.String(), nullable=False),
    sa.Column('attached_to', sa.String(), nullable=True),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('height', sa.Integer(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_photo_customer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_photo')),
    sa.UniqueConstraint('name', name=op.f('uq_photo_name'))
    )
    with op.batch_alter_table('photo', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_photo_attached_to'), ['attached_to'], unique=False)
        batch_op.create_index('ix_photo_customer_id_draft', ['customer_id', 'draft'], unique=False)
    op.create_table('photo_day',
    sa.Column('customer_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('sent', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_photo_day_customer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_photo_day')),
    sa.UniqueConstraint('customer_id', 'day', name=op.f('uq_photo_day_customer_id_day'))
    )


def downgrade() -> None:
    op.drop_table('photo_day')
    with op.batch_alter_table('photo', schema=None) as batch_op:
        batch_op.drop_index('ix_photo_customer_id_draft')
        batch_op.drop_index(batch_op.f('ix_photo_attached_to'))
    op.drop_table('photo')
