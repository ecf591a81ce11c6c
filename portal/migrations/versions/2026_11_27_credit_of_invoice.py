"""Of which invoice credit is given back"""

from alembic import op
import sqlalchemy as sa

revision = 'credit_of_invoice'
down_revision = 'exchanges'


def upgrade() -> None:
    with op.batch_alter_table('store_credit', schema=None) as batch_op:
        batch_op.add_column(sa.Column('invoice_id', sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f('ix_store_credit_invoice_id'), ['invoice_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_store_credit_invoice_id'), 'invoice', ['invoice_id'], ['id'])
    for known in (LINES, OVERCHARGES):
        op.execute(known)


LINES = """
UPDATE store_credit SET invoice_id = (
    SELECT invoice.id FROM line_cancellation
    JOIN order_line ON order_line.id = line_cancellation.order_line_id
    JOIN orders ON orders.id = order_line.order_id
    JOIN invoice ON invoice.provider_ref = orders.source_ref
    WHERE store_credit.because = 'line cancellation:' || line_cancellation.id
) WHERE because LIKE 'line cancellation:%'
"""
OVERCHARGES = """
UPDATE store_credit SET invoice_id = (
    SELECT invoice.id FROM overcharge
    JOIN invoice ON invoice.provider_ref = overcharge.invoice_ref
    WHERE store_credit.because = 'overcharge:' || overcharge.id
) WHERE because LIKE 'overcharge:%'
"""


def downgrade() -> None:
    with op.batch_alter_table('store_credit', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_store_credit_invoice_id'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_store_credit_invoice_id'))
        batch_op.drop_column('invoice_id')
