"""The parcels that the carrier service follows, and its news"""

from alembic import op
import sqlalchemy as sa

revision = 'carrier_news'
down_revision = 'parcels'


def upgrade() -> None:
    op.create_table('tracker',
    sa.Column('carrier', sa.String(), nullable=False),
    sa.Column('number', sa.String(), nullable=False),
    sa.Column('wanted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ref', sa.String(), nullable=True),
    sa.Column('heard_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('status', sa.String(length=32), nullable=False),
    sa.Column('over_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('refusal', sa.String(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tracker')),
    sa.UniqueConstraint('carrier', 'number', name=op.f('uq_tracker_carrier_number')),
    sa.UniqueConstraint('ref', name=op.f('uq_tracker_ref'))
    )
    with op.batch_alter_table('tracker', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_tracker_number'), ['number'], unique=False)
        batch_op.create_index('ix_tracker_over_at_asked_at', ['over_at', 'asked_at'], unique=False)
    op.create_table('received_news',
    sa.Column('news_id', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('ref', sa.String(), nullable=True),
    sa.Column('number', sa.String(), nullable=False),
    sa.Column('happened_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('is_ours', sa.Boolean(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_received_news')),
    sa.UniqueConstraint('news_id', name=op.f('uq_received_news_news_id'))
    )
    with op.batch_alter_table('received_news', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_received_news_received_at'), ['received_at'], unique=False)


def downgrade() -> None:
    op.drop_table('received_news')
    op.drop_table('tracker')
