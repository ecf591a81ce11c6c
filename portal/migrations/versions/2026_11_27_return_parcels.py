"""How a return goes back: its parcel, label, pick-up and scans"""

from alembic import op
import sqlalchemy as sa

revision = 'return_parcels'
down_revision = 'decided_by_staff'


def upgrade() -> None:
    op.create_table('return_parcel',
    sa.Column('way', sa.String(length=32), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('return_id', sa.Integer(), nullable=False),
    sa.Column('carrier', sa.String(), nullable=False),
    sa.Column('tracking_number', sa.String(), nullable=False),
    sa.Column('status', sa.String(length=32), nullable=False),
    sa.Column('incident', sa.String(length=32), nullable=True),
    sa.Column('status_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('delivered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('shown_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('valid_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['return_id'], ['return_.id'], name=op.f('fk_return_parcel_return_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_return_parcel'))
    )
    with op.batch_alter_table('return_parcel', schema=None) as batch_op:
        batch_op.create_index('ix_return_parcel_carrier_tracking_number', ['carrier', 'tracking_number'], unique=False)
        batch_op.create_index(batch_op.f('ix_return_parcel_return_id'), ['return_id'], unique=False)

    op.create_table('return_label',
    sa.Column('parcel_id', sa.Integer(), nullable=False),
    sa.Column('provider_ref', sa.String(), nullable=True),
    sa.Column('amount', sa.BigInteger(), nullable=True),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('refusal', sa.String(), nullable=False),
    sa.Column('handed_back_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tried_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('other_keys', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['parcel_id'], ['return_parcel.id'], name=op.f('fk_return_label_parcel_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_return_label')),
    sa.UniqueConstraint('key', name=op.f('uq_return_label_key')),
    sa.UniqueConstraint('parcel_id', name=op.f('uq_return_label_parcel_id')),
    sa.UniqueConstraint('provider_ref', name=op.f('uq_return_label_provider_ref'))
    )
    op.create_table('return_paper',
    sa.Column('parcel_id', sa.Integer(), nullable=False),
    sa.Column('is_code', sa.Boolean(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['parcel_id'], ['return_parcel.id'], name=op.f('fk_return_paper_parcel_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_return_paper')),
    sa.UniqueConstraint('parcel_id', 'is_code', name=op.f('uq_return_paper_parcel_id_is_code'))
    )
    op.create_table('return_pick_up',
    sa.Column('parcel_id', sa.Integer(), nullable=False),
    sa.Column('begins_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('provider_ref', sa.String(), nullable=True),
    sa.Column('confirmation', sa.String(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=True),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('refusal', sa.String(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tried_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('other_keys', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['parcel_id'], ['return_parcel.id'], name=op.f('fk_return_pick_up_parcel_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_return_pick_up')),
    sa.UniqueConstraint('key', name=op.f('uq_return_pick_up_key')),
    sa.UniqueConstraint('parcel_id', name=op.f('uq_return_pick_up_parcel_id')),
    sa.UniqueConstraint('provider_ref', name=op.f('uq_return_pick_up_provider_ref'))
    )
    op.create_table('return_scan',
    sa.Column('parcel_id', sa.Integer(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('source_ref', sa.String(), nullable=False),
    sa.Column('status', sa.String(length=32), nullable=False),
    sa.Column('incident', sa.String(length=32), nullable=True),
    sa.Column('happened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('place', sa.String(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['parcel_id'], ['return_parcel.id'], name=op.f('fk_return_scan_parcel_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_return_scan')),
    sa.UniqueConstraint('source', 'source_ref', name=op.f('uq_return_scan_source_source_ref'))
    )
    with op.batch_alter_table('return_scan', schema=None) as batch_op:
        batch_op.create_index('ix_return_scan_parcel_id_happened_at', ['parcel_id', 'happened_at'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('return_scan', schema=None) as batch_op:
        batch_op.drop_index('ix_return_scan_parcel_id_happened_at')

    op.drop_table('return_scan')
    op.drop_table('return_pick_up')
    op.drop_table('return_paper')
    op.drop_table('return_label')
    with op.batch_alter_table('return_parcel', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_return_parcel_return_id'))
        batch_op.drop_index('ix_return_parcel_carrier_tracking_number')

    op.drop_table('return_parcel')
