"""Refunds and credit, and for all that can't be repeated the request as it was frozen"""

from alembic import op
import sqlalchemy as sa

revision = 'once_only'
down_revision = 'differences'


def upgrade() -> None:
    with op.batch_alter_table('received_event', schema=None) as batch_op:
        batch_op.add_column(sa.Column('key', sa.String(), nullable=True))

    with op.batch_alter_table('attempt', schema=None) as batch_op:
        batch_op.add_column(sa.Column('refunded', sa.Integer(), nullable=False, server_default='0'))
    with op.batch_alter_table('attempt', schema=None) as batch_op:
        batch_op.alter_column('refunded', server_default=None)

    with op.batch_alter_table('invoice_payment', schema=None) as batch_op:
        batch_op.add_column(sa.Column('body', sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column('other_keys', sa.Integer(), nullable=False, server_default='0'))
    _freeze()
    with op.batch_alter_table('invoice_payment', schema=None) as batch_op:
        batch_op.alter_column('body', existing_type=sa.JSON(), nullable=False)
        batch_op.alter_column('other_keys', server_default=None)

    op.create_table('refund',
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('attempt_id', sa.Integer(), nullable=False),
    sa.Column('because', sa.String(), nullable=False),
    sa.Column('why', sa.String(length=32), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=True),
    sa.Column('provider_ref', sa.String(), nullable=True),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('reference', sa.String(), nullable=True),
    sa.Column('failure', sa.String(), nullable=False),
    sa.Column('refusal', sa.String(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tried_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('other_keys', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['billing_account.id'], name=op.f('fk_refund_account_id')),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempt.id'], name=op.f('fk_refund_attempt_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_refund')),
    sa.UniqueConstraint('because', name=op.f('uq_refund_because')),
    sa.UniqueConstraint('key', name=op.f('uq_refund_key')),
    sa.UniqueConstraint('provider_ref', name=op.f('uq_refund_provider_ref'))
    )
    with op.batch_alter_table('refund', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_refund_account_id'), ['account_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_refund_attempt_id'), ['attempt_id'], unique=False)

    op.create_table('store_credit',
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('because', sa.String(), nullable=False),
    sa.Column('why', sa.String(length=32), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=True),
    sa.Column('provider_ref', sa.String(), nullable=True),
    sa.Column('refusal', sa.String(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tried_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('other_keys', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['billing_account.id'], name=op.f('fk_store_credit_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_store_credit')),
    sa.UniqueConstraint('because', name=op.f('uq_store_credit_because')),
    sa.UniqueConstraint('key', name=op.f('uq_store_credit_key')),
    sa.UniqueConstraint('provider_ref', name=op.f('uq_store_credit_provider_ref'))
    )
    with op.batch_alter_table('store_credit', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_store_credit_account_id'), ['account_id'], unique=False)


def _freeze() -> None:
    """The payments that were asked for before say by their links what was asked."""
    payment = sa.table('invoice_payment', sa.column('id'), sa.column('invoice_id'), sa.column('card_id'), sa.column('body', sa.JSON()))
    invoice = sa.table('invoice', sa.column('id'), sa.column('provider_ref'))
    card = sa.table('card', sa.column('id'), sa.column('provider_ref'))
    asked = sa.select(payment.c.id, invoice.c.provider_ref, card.c.provider_ref)
    asked = asked.join(invoice, invoice.c.id == payment.c.invoice_id).join(card, card.c.id == payment.c.card_id)
    for payment_id, bill_ref, card_ref in op.get_bind().execute(asked).all():
        body = {'bill_ref': bill_ref, 'card_ref': card_ref}
        op.execute(payment.update().where(payment.c.id == payment_id).values(body=body))


def downgrade() -> None:
    with op.batch_alter_table('store_credit', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_store_credit_account_id'))
    op.drop_table('store_credit')

    with op.batch_alter_table('refund', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_refund_attempt_id'))
        batch_op.drop_index(batch_op.f('ix_refund_account_id'))
    op.drop_table('refund')

    with op.batch_alter_table('invoice_payment', schema=None) as batch_op:
        batch_op.drop_column('other_keys')
        batch_op.drop_column('body')

    with op.batch_alter_table('attempt', schema=None) as batch_op:
        batch_op.drop_column('refunded')

    with op.batch_alter_table('received_event', schema=None) as batch_op:
        batch_op.drop_column('key')
