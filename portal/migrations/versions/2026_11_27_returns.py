"""Returns, what can't come back twice, and the shop's rules of them"""

from alembic import op
import sqlalchemy as sa

revision = 'returns'
down_revision = 'claims'


def upgrade() -> None:
    op.create_table('policy_version',
    sa.Column('applies_from', sa.DateTime(timezone=True), nullable=False),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=True),
    sa.Column('note', sa.String(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_policy_version')),
    sa.UniqueConstraint('applies_from', name=op.f('uq_policy_version_applies_from'))
    )
    op.create_table('customer_flag',
    sa.Column('customer_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=32), nullable=False),
    sa.Column('why', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_customer_flag_customer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_customer_flag'))
    )
    with op.batch_alter_table('customer_flag', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_customer_flag_customer_id'), ['customer_id'], unique=False)

    op.create_table('return_',
    sa.Column('rma', sa.String(), nullable=False),
    sa.Column('draft', sa.String(), nullable=False),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('customer_id', sa.Integer(), nullable=True),
    sa.Column('status', sa.String(length=32), nullable=False),
    sa.Column('is_withdrawal', sa.Boolean(), nullable=False),
    sa.Column('way', sa.String(length=32), nullable=True),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('review', sa.JSON(), nullable=False),
    sa.Column('estimate', sa.JSON(), nullable=True),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('send_by', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reminded', sa.Integer(), nullable=False),
    sa.Column('decline_reason', sa.String(), nullable=False),
    sa.Column('note_to_customer', sa.String(), nullable=False),
    sa.Column('note_of_staff', sa.String(), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_return__customer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_return_')),
    sa.UniqueConstraint('customer_id', 'draft', name=op.f('uq_return__customer_id_draft')),
    sa.UniqueConstraint('rma', name=op.f('uq_return__rma'))
    )
    with op.batch_alter_table('return_', schema=None) as batch_op:
        batch_op.create_index('ix_return__customer_id_started_at', ['customer_id', 'started_at'], unique=False)
        batch_op.create_index('ix_return__status_submitted_at', ['status', 'submitted_at'], unique=False)

    op.create_table('payout',
    sa.Column('order_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=32), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('lines', sa.JSON(), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('return_id', sa.Integer(), nullable=True),
    sa.Column('claim_id', sa.Integer(), nullable=True),
    sa.Column('by_hand', sa.BigInteger(), nullable=False),
    sa.Column('by_hand_done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('bonus', sa.BigInteger(), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=True),
    sa.Column('instead_of_id', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['claim_id'], ['claim.id'], name=op.f('fk_payout_claim_id')),
    sa.ForeignKeyConstraint(['instead_of_id'], ['payout.id'], name=op.f('fk_payout_instead_of_id')),
    sa.ForeignKeyConstraint(['order_id'], ['orders.id'], name=op.f('fk_payout_order_id')),
    sa.ForeignKeyConstraint(['return_id'], ['return_.id'], name=op.f('fk_payout_return_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payout'))
    )
    with op.batch_alter_table('payout', schema=None) as batch_op:
        batch_op.create_index('ix_payout_claim_id', ['claim_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_payout_order_id'), ['order_id'], unique=False)
        batch_op.create_index('ix_payout_return_id', ['return_id'], unique=False)

    op.create_table('return_item',
    sa.Column('order_line_id', sa.Integer(), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('policy_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('detail', sa.String(), nullable=False),
    sa.Column('answer', sa.String(), nullable=False),
    sa.Column('fault', sa.String(length=32), nullable=False),
    sa.Column('outcome', sa.String(length=32), nullable=False),
    sa.Column('is_instant', sa.Boolean(), nullable=False),
    sa.Column('reception', sa.String(length=32), nullable=False),
    sa.Column('acceptance', sa.String(length=32), nullable=False),
    sa.Column('received', sa.Integer(), nullable=False),
    sa.Column('accepted', sa.Integer(), nullable=False),
    sa.Column('deduction', sa.Integer(), nullable=False),
    sa.Column('finding', sa.String(), nullable=False),
    sa.Column('finding_note', sa.String(), nullable=False),
    sa.Column('objection', sa.String(), nullable=False),
    sa.Column('objected_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('return_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['order_line_id'], ['order_line.id'], name=op.f('fk_return_item_order_line_id')),
    sa.ForeignKeyConstraint(['policy_id'], ['policy_version.id'], name=op.f('fk_return_item_policy_id')),
    sa.ForeignKeyConstraint(['return_id'], ['return_.id'], name=op.f('fk_return_item_return_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_return_item')),
    sa.UniqueConstraint('return_id', 'order_line_id', name=op.f('uq_return_item_return_id_order_line_id'))
    )
    with op.batch_alter_table('return_item', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_return_item_order_line_id'), ['order_line_id'], unique=False)

    op.create_table('exchange',
    sa.Column('sku', sa.String(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('picture', sa.String(), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.Column('unit_amount', sa.BigInteger(), nullable=False),
    sa.Column('credit', sa.BigInteger(), nullable=False),
    sa.Column('difference', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('return_item_id', sa.Integer(), nullable=True),
    sa.Column('claim_id', sa.Integer(), nullable=True),
    sa.Column('status', sa.String(length=32), nullable=False),
    sa.Column('paid_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('order_id', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['claim_id'], ['claim.id'], name=op.f('fk_exchange_claim_id')),
    sa.ForeignKeyConstraint(['order_id'], ['orders.id'], name=op.f('fk_exchange_order_id')),
    sa.ForeignKeyConstraint(['return_item_id'], ['return_item.id'], name=op.f('fk_exchange_return_item_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_exchange')),
    sa.UniqueConstraint('return_item_id', name=op.f('uq_exchange_return_item_id'))
    )
    with op.batch_alter_table('exchange', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_exchange_claim_id'), ['claim_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_exchange_order_id'), ['order_id'], unique=False)

    op.create_table('taken_unit',
    sa.Column('order_line_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('return_item_id', sa.Integer(), nullable=True),
    sa.Column('claim_line_id', sa.Integer(), nullable=True),
    sa.Column('payout_id', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['claim_line_id'], ['claim_line.id'], name=op.f('fk_taken_unit_claim_line_id')),
    sa.ForeignKeyConstraint(['order_line_id'], ['order_line.id'], name=op.f('fk_taken_unit_order_line_id')),
    sa.ForeignKeyConstraint(['payout_id'], ['payout.id'], name=op.f('fk_taken_unit_payout_id')),
    sa.ForeignKeyConstraint(['return_item_id'], ['return_item.id'], name=op.f('fk_taken_unit_return_item_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_taken_unit')),
    sa.UniqueConstraint('order_line_id', 'number', name=op.f('uq_taken_unit_order_line_id_number'))
    )
    with op.batch_alter_table('taken_unit', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_taken_unit_claim_line_id'), ['claim_line_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_taken_unit_payout_id'), ['payout_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_taken_unit_return_item_id'), ['return_item_id'], unique=False)

    with op.batch_alter_table('order_line', schema=None) as batch_op:
        batch_op.add_column(sa.Column('category', sa.String(), nullable=False, server_default=''))

    with op.batch_alter_table('product', schema=None) as batch_op:
        batch_op.add_column(sa.Column('category', sa.String(), nullable=False, server_default=''))
    with op.batch_alter_table('order_line', schema=None) as batch_op:
        batch_op.alter_column('category', server_default=None, existing_type=sa.String(), existing_nullable=False)
    with op.batch_alter_table('product', schema=None) as batch_op:
        batch_op.alter_column('category', server_default=None, existing_type=sa.String(), existing_nullable=False)

    take_what_is_claimed()


def take_what_is_claimed() -> None:
    """Claims that were not given up: of each line, the next units after those that were cancelled."""
    connection = op.get_bind()
    cancelled = "SELECT order_line_id, SUM(quantity) FROM line_cancellation GROUP BY order_line_id"
    taken = {line: int(units) for line, units in connection.execute(sa.text(cancelled))}
    claimed = "SELECT claim_line.id, order_line_id, quantity FROM claim_line JOIN claim ON claim.id = claim_id"
    for claim_line, line, quantity in connection.execute(sa.text(f"{claimed} WHERE status NOT IN ('denied', 'canceled') ORDER BY claim_line.id")).all():
        for number in range(taken.get(line, 0), taken.get(line, 0) + quantity):
            row = {"line": line, "number": number, "claim_line": claim_line}
            connection.execute(sa.text("INSERT INTO taken_unit (order_line_id, number, claim_line_id) VALUES (:line, :number, :claim_line)"), row)
        taken[line] = taken.get(line, 0) + quantity


def downgrade() -> None:
    with op.batch_alter_table('product', schema=None) as batch_op:
        batch_op.drop_column('category')

    with op.batch_alter_table('order_line', schema=None) as batch_op:
        batch_op.drop_column('category')

    with op.batch_alter_table('taken_unit', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_taken_unit_return_item_id'))
        batch_op.drop_index(batch_op.f('ix_taken_unit_payout_id'))
        batch_op.drop_index(batch_op.f('ix_taken_unit_claim_line_id'))

    op.drop_table('taken_unit')
    with op.batch_alter_table('exchange', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_exchange_order_id'))
        batch_op.drop_index(batch_op.f('ix_exchange_claim_id'))

    op.drop_table('exchange')
    with op.batch_alter_table('return_item', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_return_item_order_line_id'))

    op.drop_table('return_item')
    with op.batch_alter_table('payout', schema=None) as batch_op:
        batch_op.drop_index('ix_payout_return_id')
        batch_op.drop_index(batch_op.f('ix_payout_order_id'))
        batch_op.drop_index('ix_payout_claim_id')

    op.drop_table('payout')
    with op.batch_alter_table('return_', schema=None) as batch_op:
        batch_op.drop_index('ix_return__status_submitted_at')
        batch_op.drop_index('ix_return__customer_id_started_at')

    op.drop_table('return_')
    with op.batch_alter_table('customer_flag', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_customer_flag_customer_id'))

    op.drop_table('customer_flag')
    op.drop_table('policy_version')
