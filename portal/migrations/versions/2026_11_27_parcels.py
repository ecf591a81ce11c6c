"""Parcels: what is in them, where they are, and what waits for the shop's people"""

from alembic import op
import sqlalchemy as sa

revision = 'parcels'
down_revision = 'one_time_items'


def upgrade() -> None:
    op.create_table('staff_task',
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('customer_id', sa.Integer(), nullable=True),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=True),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_staff_task_customer_id')),
    sa.ForeignKeyConstraint(['owner_id'], ['staff.id'], name=op.f('fk_staff_task_owner_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff_task')),
    sa.UniqueConstraint('key', name=op.f('uq_staff_task_key'))
    )
    with op.batch_alter_table('staff_task', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_staff_task_customer_id'), ['customer_id'], unique=False)
        batch_op.create_index('ix_staff_task_done_at_due_at', ['done_at', 'due_at'], unique=False)
        batch_op.create_index('ix_staff_task_subject', ['subject'], unique=False)

    op.create_table('shipment',
    sa.Column('ref', sa.String(), nullable=False),
    sa.Column('order_id', sa.Integer(), nullable=False),
    sa.Column('carrier', sa.String(), nullable=False),
    sa.Column('tracking_number', sa.String(), nullable=True),
    sa.Column('tracker_ref', sa.String(), nullable=True),
    sa.Column('status', sa.String(length=32), nullable=False),
    sa.Column('incident', sa.String(length=32), nullable=True),
    sa.Column('status_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('packed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('shipped_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('delivered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('expected_on', sa.Date(), nullable=True),
    sa.Column('held_at', sa.String(), nullable=False),
    sa.Column('held_until', sa.Date(), nullable=True),
    sa.Column('pickup_code', sa.String(), nullable=False),
    sa.Column('heard_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['order_id'], ['orders.id'], name=op.f('fk_shipment_order_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shipment')),
    sa.UniqueConstraint('carrier', 'tracking_number', name=op.f('uq_shipment_carrier_tracking_number')),
    sa.UniqueConstraint('ref', name=op.f('uq_shipment_ref')),
    sa.UniqueConstraint('tracker_ref', name=op.f('uq_shipment_tracker_ref'))
    )
    with op.batch_alter_table('shipment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_shipment_order_id'), ['order_id'], unique=False)
        batch_op.create_index('ix_shipment_status_status_at', ['status', 'status_at'], unique=False)

    op.create_table('expected_date',
    sa.Column('expected_on', sa.Date(), nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('shipment_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['shipment_id'], ['shipment.id'], name=op.f('fk_expected_date_shipment_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_expected_date'))
    )
    with op.batch_alter_table('expected_date', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_expected_date_shipment_id'), ['shipment_id'], unique=False)

    op.create_table('shipment_line',
    sa.Column('order_line_id', sa.Integer(), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('shipment_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['order_line_id'], ['order_line.id'], name=op.f('fk_shipment_line_order_line_id')),
    sa.ForeignKeyConstraint(['shipment_id'], ['shipment.id'], name=op.f('fk_shipment_line_shipment_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shipment_line')),
    sa.UniqueConstraint('shipment_id', 'order_line_id', name=op.f('uq_shipment_line_shipment_id_order_line_id'))
    )
    with op.batch_alter_table('shipment_line', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_shipment_line_order_line_id'), ['order_line_id'], unique=False)

    op.create_table('tracking_event',
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('source_ref', sa.String(), nullable=False),
    sa.Column('status', sa.String(length=32), nullable=False),
    sa.Column('incident', sa.String(length=32), nullable=True),
    sa.Column('happened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('place', sa.String(), nullable=False),
    sa.Column('shipment_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['shipment_id'], ['shipment.id'], name=op.f('fk_tracking_event_shipment_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tracking_event')),
    sa.UniqueConstraint('source', 'source_ref', name=op.f('uq_tracking_event_source_source_ref'))
    )
    with op.batch_alter_table('tracking_event', schema=None) as batch_op:
        batch_op.create_index('ix_tracking_event_shipment_id_happened_at', ['shipment_id', 'happened_at'], unique=False)

    op.create_table('tracking_look',
    sa.Column('shipment_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['shipment_id'], ['shipment.id'], name=op.f('fk_tracking_look_shipment_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_tracking_look'))
    )
    with op.batch_alter_table('tracking_look', schema=None) as batch_op:
        batch_op.create_index('ix_tracking_look_shipment_id_at', ['shipment_id', 'at'], unique=False)

    with op.batch_alter_table('order_line', schema=None) as batch_op:
        batch_op.add_column(sa.Column('discount', sa.BigInteger(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('tax', sa.BigInteger(), nullable=False, server_default='0'))

    with op.batch_alter_table('orders', schema=None) as batch_op:
        batch_op.add_column(sa.Column('address_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('shipping', sa.BigInteger(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('shipping_tax', sa.BigInteger(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('tax_included', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('packed_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_orders_address_id'), 'address', ['address_id'], ['id'])
    with op.batch_alter_table('order_line', schema=None) as batch_op:
        batch_op.alter_column('discount', server_default=None, existing_type=sa.BigInteger(), existing_nullable=False)
        batch_op.alter_column('tax', server_default=None, existing_type=sa.BigInteger(), existing_nullable=False)
    with op.batch_alter_table('orders', schema=None) as batch_op:
        batch_op.alter_column('shipping', server_default=None, existing_type=sa.BigInteger(), existing_nullable=False)
        batch_op.alter_column('shipping_tax', server_default=None, existing_type=sa.BigInteger(), existing_nullable=False)
        batch_op.alter_column('tax_included', server_default=None, existing_type=sa.Boolean(), existing_nullable=False)


def downgrade() -> None:
    with op.batch_alter_table('orders', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_orders_address_id'), type_='foreignkey')
        batch_op.drop_column('packed_at')
        batch_op.drop_column('tax_included')
        batch_op.drop_column('shipping_tax')
        batch_op.drop_column('shipping')
        batch_op.drop_column('address_id')

    with op.batch_alter_table('order_line', schema=None) as batch_op:
        batch_op.drop_column('tax')
        batch_op.drop_column('discount')

    with op.batch_alter_table('tracking_look', schema=None) as batch_op:
        batch_op.drop_index('ix_tracking_look_shipment_id_at')

    op.drop_table('tracking_look')
    with op.batch_alter_table('tracking_event', schema=None) as batch_op:
        batch_op.drop_index('ix_tracking_event_shipment_id_happened_at')

    op.drop_table('tracking_event')
    with op.batch_alter_table('shipment_line', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_shipment_line_order_line_id'))

    op.drop_table('shipment_line')
    with op.batch_alter_table('expected_date', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_expected_date_shipment_id'))

    op.drop_table('expected_date')
    with op.batch_alter_table('shipment', schema=None) as batch_op:
        batch_op.drop_index('ix_shipment_status_status_at')
        batch_op.drop_index(batch_op.f('ix_shipment_order_id'))

    op.drop_table('shipment')
    with op.batch_alter_table('staff_task', schema=None) as batch_op:
        batch_op.drop_index('ix_staff_task_subject')
        batch_op.drop_index('ix_staff_task_done_at_due_at')
        batch_op.drop_index(batch_op.f('ix_staff_task_customer_id'))

    op.drop_table('staff_task')
