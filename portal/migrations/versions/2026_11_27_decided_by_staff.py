"""What staff found and decided about returns and claims"""

from alembic import op
import sqlalchemy as sa

revision = 'decided_by_staff'
down_revision = 'credit_of_invoice'


def upgrade() -> None:
    with op.batch_alter_table('claim', schema=None) as batch_op:
        batch_op.add_column(sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('resolution', sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column('deny_reason', sa.String(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('note_to_customer', sa.String(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('note_of_staff', sa.String(), nullable=False, server_default=''))

    with op.batch_alter_table('claim_line', schema=None) as batch_op:
        batch_op.add_column(sa.Column('given', sa.String(length=32), nullable=True))

    with op.batch_alter_table('photo', schema=None) as batch_op:
        batch_op.add_column(sa.Column('staff_id', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_photo_staff_id'), 'staff', ['staff_id'], ['id'])

    with op.batch_alter_table('return_item', schema=None) as batch_op:
        batch_op.add_column(sa.Column('missing', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('inspected_at', sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table('claim', schema=None) as batch_op:
        batch_op.alter_column('deny_reason', server_default=None, existing_type=sa.String(), existing_nullable=False)
        batch_op.alter_column('note_to_customer', server_default=None, existing_type=sa.String(), existing_nullable=False)
        batch_op.alter_column('note_of_staff', server_default=None, existing_type=sa.String(), existing_nullable=False)
    with op.batch_alter_table('return_item', schema=None) as batch_op:
        batch_op.alter_column('missing', server_default=None, existing_type=sa.Integer(), existing_nullable=False)


def downgrade() -> None:
    with op.batch_alter_table('return_item', schema=None) as batch_op:
        batch_op.drop_column('inspected_at')
        batch_op.drop_column('missing')

    with op.batch_alter_table('photo', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_photo_staff_id'), type_='foreignkey')
        batch_op.drop_column('staff_id')

    with op.batch_alter_table('claim_line', schema=None) as batch_op:
        batch_op.drop_column('given')

    with op.batch_alter_table('claim', schema=None) as batch_op:
        batch_op.drop_column('note_of_staff')
        batch_op.drop_column('note_to_customer')
        batch_op.drop_column('deny_reason')
        batch_op.drop_column('resolution')
        batch_op.drop_column('decided_at')
