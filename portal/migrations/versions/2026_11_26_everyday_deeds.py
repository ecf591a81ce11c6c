"""Cards, invoices, addresses, cancellations, and what a subscription wants to be"""

from alembic import op
import sqlalchemy as sa

revision = 'everyday_deeds'
down_revision = 'first_tables'


def upgrade() -> None:
    op.create_table('address',
    sa.Column('customer_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('line1', sa.String(), nullable=False),
    sa.Column('line2', sa.String(), nullable=False),
    sa.Column('postcode', sa.String(), nullable=False),
    sa.Column('city', sa.String(), nullable=False),
    sa.Column('region', sa.String(), nullable=False),
    sa.Column('country', sa.String(), nullable=False),
    sa.Column('phone', sa.String(), nullable=False),
    sa.Column('listed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('chosen_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('replaced_by_id', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_address_customer_id')),
    sa.ForeignKeyConstraint(['replaced_by_id'], ['address.id'], name=op.f('fk_address_replaced_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_address'))
    )
    with op.batch_alter_table('address', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_address_customer_id'), ['customer_id'], unique=False)

    op.create_table('billing_account',
    sa.Column('customer_id', sa.Integer(), nullable=False),
    sa.Column('provider_ref', sa.String(), nullable=False),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('balance', sa.Integer(), nullable=False),
    sa.Column('default_ref', sa.String(), nullable=True),
    sa.Column('known_default_ref', sa.String(), nullable=True),
    sa.Column('shipping', sa.JSON(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('confirmed_version', sa.Integer(), nullable=False),
    sa.Column('looks', sa.Integer(), nullable=False),
    sa.Column('learned_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_billing_account_customer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_billing_account')),
    sa.UniqueConstraint('provider_ref', name=op.f('uq_billing_account_provider_ref'))
    )
    with op.batch_alter_table('billing_account', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_billing_account_customer_id'), ['customer_id'], unique=False)

    op.create_table('card',
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('provider_ref', sa.String(), nullable=False),
    sa.Column('brand', sa.String(), nullable=False),
    sa.Column('last4', sa.String(), nullable=False),
    sa.Column('exp_month', sa.Integer(), nullable=True),
    sa.Column('exp_year', sa.Integer(), nullable=True),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('gone_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['billing_account.id'], name=op.f('fk_card_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_card')),
    sa.UniqueConstraint('provider_ref', name=op.f('uq_card_provider_ref'))
    )
    with op.batch_alter_table('card', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_card_account_id'), ['account_id'], unique=False)

    op.create_table('invoice',
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('provider_ref', sa.String(), nullable=False),
    sa.Column('number', sa.String(), nullable=True),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('due', sa.Integer(), nullable=False),
    sa.Column('paid', sa.Integer(), nullable=False),
    sa.Column('currency', sa.String(), nullable=False),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('was_tried', sa.Boolean(), nullable=False),
    sa.Column('is_collected', sa.Boolean(), nullable=False),
    sa.Column('next_try_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('subscription_ref', sa.String(), nullable=True),
    sa.Column('page_url', sa.String(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['billing_account.id'], name=op.f('fk_invoice_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invoice')),
    sa.UniqueConstraint('provider_ref', name=op.f('uq_invoice_provider_ref'))
    )
    with op.batch_alter_table('invoice', schema=None) as batch_op:
        batch_op.create_index('ix_invoice_account_id_written_at', ['account_id', 'written_at'], unique=False)

    op.create_table('attempt',
    sa.Column('invoice_id', sa.Integer(), nullable=False),
    sa.Column('provider_ref', sa.String(), nullable=False),
    sa.Column('tried_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('result', sa.String(length=32), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('brand', sa.String(), nullable=False),
    sa.Column('last4', sa.String(), nullable=False),
    sa.Column('receipt_url', sa.String(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['invoice_id'], ['invoice.id'], name=op.f('fk_attempt_invoice_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attempt')),
    sa.UniqueConstraint('provider_ref', name=op.f('uq_attempt_provider_ref'))
    )
    with op.batch_alter_table('attempt', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_attempt_invoice_id'), ['invoice_id'], unique=False)

    op.create_table('cancellation',
    sa.Column('subscription_id', sa.Integer(), nullable=False),
    sa.Column('reference', sa.String(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('is_at_once', sa.Boolean(), nullable=False),
    sa.Column('reasons', sa.JSON(), nullable=False),
    sa.Column('comment', sa.String(), nullable=False),
    sa.Column('taken_back_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('carried_out_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['subscription_id'], ['subscription.id'], name=op.f('fk_cancellation_subscription_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cancellation')),
    sa.UniqueConstraint('reference', name=op.f('uq_cancellation_reference'))
    )
    with op.batch_alter_table('cancellation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_cancellation_subscription_id'), ['subscription_id'], unique=False)

    op.create_table('card_setup',
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('for_everything', sa.Boolean(), nullable=False),
    sa.Column('replaces_id', sa.Integer(), nullable=True),
    sa.Column('staff_id', sa.Integer(), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('page_ref', sa.String(), nullable=True),
    sa.Column('page_url', sa.String(), nullable=True),
    sa.Column('looked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('left_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('outcome', sa.String(length=32), nullable=True),
    sa.Column('problem', sa.String(), nullable=False),
    sa.Column('card_id', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['billing_account.id'], name=op.f('fk_card_setup_account_id')),
    sa.ForeignKeyConstraint(['card_id'], ['card.id'], name=op.f('fk_card_setup_card_id')),
    sa.ForeignKeyConstraint(['replaces_id'], ['card.id'], name=op.f('fk_card_setup_replaces_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_card_setup')),
    sa.UniqueConstraint('key', name=op.f('uq_card_setup_key')),
    sa.UniqueConstraint('page_ref', name=op.f('uq_card_setup_page_ref'))
    )
    with op.batch_alter_table('card_setup', schema=None) as batch_op:
        batch_op.create_index('ix_card_setup_account_id_closed_at', ['account_id', 'closed_at'], unique=False)

    op.create_table('invoice_payment',
    sa.Column('invoice_id', sa.Integer(), nullable=False),
    sa.Column('card_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('setup_id', sa.Integer(), nullable=True),
    sa.Column('staff_id', sa.Integer(), nullable=True),
    sa.Column('tried_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('outcome', sa.String(length=32), nullable=True),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['card_id'], ['card.id'], name=op.f('fk_invoice_payment_card_id')),
    sa.ForeignKeyConstraint(['invoice_id'], ['invoice.id'], name=op.f('fk_invoice_payment_invoice_id')),
    sa.ForeignKeyConstraint(['setup_id'], ['card_setup.id'], name=op.f('fk_invoice_payment_setup_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invoice_payment')),
    sa.UniqueConstraint('key', name=op.f('uq_invoice_payment_key'))
    )
    with op.batch_alter_table('invoice_payment', schema=None) as batch_op:
        batch_op.create_index('ix_invoice_payment_invoice_id_done_at', ['invoice_id', 'done_at'], unique=False)

    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.add_column(sa.Column('agreed', sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column('invoiced', sa.JSON(), nullable=True))

    with op.batch_alter_table('price', schema=None) as batch_op:
        batch_op.add_column(sa.Column('is_offered', sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.alter_column('provider_ref',
               existing_type=sa.VARCHAR(),
               nullable=True)

    with op.batch_alter_table('subscription', schema=None) as batch_op:
        batch_op.add_column(sa.Column('account_ref', sa.String(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('address_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('ends_now_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('beginning_key', sa.String(), nullable=True))
        batch_op.add_column(sa.Column('code', sa.String(), nullable=True))
        batch_op.add_column(sa.Column('discount', sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column('next_total', sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column('known_terms', sa.JSON(), nullable=False, server_default='{}'))
        batch_op.create_index(batch_op.f('ix_subscription_account_ref'), ['account_ref'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_subscription_address_id'), 'address', ['address_id'], ['id'])

    with op.batch_alter_table('subscription_item', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('uq_subscription_item_provider_ref'), type_='unique')
        batch_op.drop_column('provider_ref')

    # What is there already gets a value once; from now on the model gives it.
    with op.batch_alter_table('price', schema=None) as batch_op:
        batch_op.alter_column('is_offered', existing_type=sa.Boolean(), server_default=None)

    with op.batch_alter_table('subscription', schema=None) as batch_op:
        batch_op.alter_column('account_ref', existing_type=sa.String(), server_default=None)
        batch_op.alter_column('known_terms', existing_type=sa.JSON(), server_default=None)



def downgrade() -> None:
    with op.batch_alter_table('subscription_item', schema=None) as batch_op:
        batch_op.add_column(sa.Column('provider_ref', sa.VARCHAR(), nullable=True))

    # The names that the provider gave are learned again at the next look.
    op.execute("UPDATE subscription_item SET provider_ref = 'item ' || id")
    op.execute("UPDATE price SET provider_ref = 'price ' || id WHERE provider_ref IS NULL")
    with op.batch_alter_table('subscription_item', schema=None) as batch_op:
        batch_op.alter_column('provider_ref', existing_type=sa.VARCHAR(), nullable=False)
        batch_op.create_unique_constraint(batch_op.f('uq_subscription_item_provider_ref'), ['provider_ref'])

    with op.batch_alter_table('subscription', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_subscription_address_id'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_subscription_account_ref'))
        batch_op.drop_column('known_terms')
        batch_op.drop_column('next_total')
        batch_op.drop_column('discount')
        batch_op.drop_column('code')
        batch_op.drop_column('beginning_key')
        batch_op.drop_column('ends_now_at')
        batch_op.drop_column('address_id')
        batch_op.drop_column('account_ref')

    with op.batch_alter_table('price', schema=None) as batch_op:
        batch_op.alter_column('provider_ref',
               existing_type=sa.VARCHAR(),
               nullable=False)
        batch_op.drop_column('is_offered')

    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.drop_column('invoiced')
        batch_op.drop_column('agreed')

    with op.batch_alter_table('invoice_payment', schema=None) as batch_op:
        batch_op.drop_index('ix_invoice_payment_invoice_id_done_at')

    op.drop_table('invoice_payment')
    with op.batch_alter_table('card_setup', schema=None) as batch_op:
        batch_op.drop_index('ix_card_setup_account_id_closed_at')

    op.drop_table('card_setup')
    with op.batch_alter_table('cancellation', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_cancellation_subscription_id'))

    op.drop_table('cancellation')
    with op.batch_alter_table('attempt', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_attempt_invoice_id'))

    op.drop_table('attempt')
    with op.batch_alter_table('invoice', schema=None) as batch_op:
        batch_op.drop_index('ix_invoice_account_id_written_at')

    op.drop_table('invoice')
    with op.batch_alter_table('card', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_card_account_id'))

    op.drop_table('card')
    with op.batch_alter_table('billing_account', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_billing_account_customer_id'))

    op.drop_table('billing_account')
    with op.batch_alter_table('address', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_address_customer_id'))

    op.drop_table('address')
