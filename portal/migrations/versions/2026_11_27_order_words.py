"""The words of orders, by which they are found"""

import re
from unicodedata import combining, normalize

from alembic import op
import sqlalchemy as sa

revision = 'order_words'
down_revision = 'webhooks'


def upgrade() -> None:
    op.create_table('order_word',
    sa.Column('word', sa.String().with_variant(sa.String(collation='C'), 'postgresql'), nullable=False),
    sa.Column('order_id', sa.Integer(), nullable=False),
    sa.Column('customer_id', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_order_word_customer_id')),
    sa.ForeignKeyConstraint(['order_id'], ['orders.id'], name=op.f('fk_order_word_order_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_order_word'))
    )
    with op.batch_alter_table('order_word', schema=None) as batch_op:
        batch_op.create_index('ix_order_word_customer_id_word_order_id', ['customer_id', 'word', 'order_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_order_word_order_id'), ['order_id'], unique=False)
    fill(op.get_bind())


AT_A_TIME = 500
"""Orders: however many there are, few are in memory at once."""
WITHOUT_MARKS = str.maketrans({"ı": "i", "ø": "o", "ł": "l", "đ": "d", "ħ": "h", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"})


def fill(connection: sa.Connection) -> None:
    """The words of the orders that are there already, folded as on the day of this migration."""
    last = 0
    while found := connection.execute(
        sa.text('SELECT id, customer_id, number FROM orders WHERE id > :last ORDER BY id LIMIT :most'), {'last': last, 'most': AT_A_TIME}
    ).all():
        words = {row.id: words_in(row.number) for row in found}
        within = {'first': found[0].id, 'last': found[-1].id}
        lines = sa.text('SELECT DISTINCT order_id, title, sku FROM order_line WHERE order_id BETWEEN :first AND :last')
        for order_id, title, sku in connection.execute(lines, within):
            words[order_id] |= words_in(f'{title} {sku}')
        rows = [{'word': word, 'order_id': row.id, 'customer_id': row.customer_id} for row in found for word in sorted(words[row.id])]
        if rows:
            connection.execute(sa.text('INSERT INTO order_word (word, order_id, customer_id) VALUES (:word, :order_id, :customer_id)'), rows)
        last = found[-1].id


def words_in(text: str) -> set[str]:
    plain = ''.join(letter for letter in normalize('NFKD', text.casefold()) if not combining(letter)).translate(WITHOUT_MARKS)
    found = set()
    for chunk in plain.split():
        parts = re.findall(r'[^\W_]+', chunk)
        found.update(part[:40] for part in (*parts, ''.join(parts)) if part)
    return found


def downgrade() -> None:
    with op.batch_alter_table('order_word', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_order_word_order_id'))
        batch_op.drop_index('ix_order_word_customer_id_word_order_id')

    op.drop_table('order_word')
