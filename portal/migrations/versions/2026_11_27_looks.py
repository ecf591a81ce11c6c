"""Who saw whom at the desk"""

from alembic import op
import sqlalchemy as sa

revision = 'looks'
down_revision = 'overcharges'


def upgrade() -> None:
    op.create_table('look',
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('customer_id', sa.Integer(), nullable=False),
    sa.Column('page', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_look_customer_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_look_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_look'))
    )
    with op.batch_alter_table('look', schema=None) as batch_op:
        batch_op.create_index('ix_look_customer_id_at', ['customer_id', 'at'], unique=False)
        batch_op.create_index('ix_look_staff_id_at', ['staff_id', 'at'], unique=False)


def downgrade() -> None:
    op.drop_table('look')
