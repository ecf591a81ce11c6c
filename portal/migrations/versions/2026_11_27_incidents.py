"""Incidents, and whom they concern"""

from alembic import op
import sqlalchemy as sa

revision = 'incidents'
down_revision = 'standard_delivery'


def upgrade() -> None:
    op.create_table('incident',
    sa.Column('titles', sa.JSON(), nullable=False),
    sa.Column('bodies', sa.JSON(), nullable=False),
    sa.Column('whom', sa.JSON(), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('draft', sa.String(), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('begins_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('grown_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cleared_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_incident_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_incident')),
    sa.UniqueConstraint('draft', name=op.f('uq_incident_draft'))
    )
    with op.batch_alter_table('incident', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_incident_cleared_at'), ['cleared_at'], unique=False)

    op.create_table('incident_customer',
    sa.Column('incident_id', sa.Integer(), nullable=False),
    sa.Column('customer_id', sa.Integer(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('dismissed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_incident_customer_customer_id')),
    sa.ForeignKeyConstraint(['incident_id'], ['incident.id'], name=op.f('fk_incident_customer_incident_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_incident_customer'))
    )
    with op.batch_alter_table('incident_customer', schema=None) as batch_op:
        batch_op.create_index('ix_incident_customer_customer_id_incident_id', ['customer_id', 'incident_id'], unique=True)
        batch_op.create_index('ix_incident_customer_incident_id', ['incident_id'], unique=False)

    with op.batch_alter_table('customer', schema=None) as batch_op:
        batch_op.add_column(sa.Column('noticed_at', sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.create_index('ix_delivery_charge_at', ['charge_at'], unique=False)

    with op.batch_alter_table('order_line', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_order_line_sku'), ['sku'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('order_line', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_order_line_sku'))

    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.drop_index('ix_delivery_charge_at')

    with op.batch_alter_table('customer', schema=None) as batch_op:
        batch_op.drop_column('noticed_at')

    with op.batch_alter_table('incident_customer', schema=None) as batch_op:
        batch_op.drop_index('ix_incident_customer_incident_id')
        batch_op.drop_index('ix_incident_customer_customer_id_incident_id')

    op.drop_table('incident_customer')
    with op.batch_alter_table('incident', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_incident_cleared_at'))

    op.drop_table('incident')
