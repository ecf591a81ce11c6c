"""The words of people, by which they are found; the numbers of parcels, whoever carries them"""

import re
from unicodedata import combining, normalize

from alembic import op
import sqlalchemy as sa

revision = 'finding_people'
down_revision = 'audit'


def upgrade() -> None:
    op.create_table('customer_word',
    sa.Column('word', sa.String().with_variant(sa.String(collation='C'), 'postgresql'), nullable=False),
    sa.Column('customer_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['customer_id'], ['customer.id'], name=op.f('fk_customer_word_customer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_customer_word'))
    )
    fill(op.get_bind())
    with op.batch_alter_table('customer_word', schema=None) as batch_op:
        batch_op.create_index('ix_customer_word_customer_id_word', ['customer_id', 'word'], unique=True)
        batch_op.create_index('ix_customer_word_word_customer_id', ['word', 'customer_id'], unique=False)

    with op.batch_alter_table('shipment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_shipment_tracking_number'), ['tracking_number'], unique=False)

    with op.batch_alter_table('return_parcel', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_return_parcel_tracking_number'), ['tracking_number'], unique=False)


AT_A_TIME = 1000
"""Customers: however many there are, few are in memory at once."""
WITHOUT_MARKS = str.maketrans({"ı": "i", "ø": "o", "ł": "l", "đ": "d", "ħ": "h", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"})


def fill(connection: sa.Connection) -> None:
    """The words of the customers that are there already, folded as on the day of this migration."""
    last = 0
    while found := connection.execute(
        sa.text('SELECT id, email, name FROM customer WHERE id > :last ORDER BY id LIMIT :most'), {'last': last, 'most': AT_A_TIME}
    ).all():
        names, others = {row.id: words_in(row.name) for row in found}, {row.id: {'@' + row.email.lower()[:100]} for row in found}
        within = {'first': found[0].id, 'last': found[-1].id}
        book = sa.text('SELECT customer_id, name, phone FROM address WHERE customer_id BETWEEN :first AND :last')
        for customer_id, name, phone in connection.execute(book, within):
            names[customer_id] |= words_in(name)
            others[customer_id] |= phone_words(phone)
        words = {row.id: (names[row.id] or words_in(row.email.partition('@')[0])) | others[row.id] for row in found}
        rows = [{'word': word, 'customer_id': row.id} for row in found for word in sorted(words[row.id])]
        connection.execute(sa.text('INSERT INTO customer_word (word, customer_id) VALUES (:word, :customer_id)'), rows)
        last = found[-1].id


def words_in(text: str) -> set[str]:
    plain = ''.join(letter for letter in normalize('NFKD', text.casefold()) if not combining(letter)).translate(WITHOUT_MARKS)
    found = set()
    for chunk in plain.split():
        parts = re.findall(r'[^\W_]+', chunk)
        found.update(part[:40] for part in (*parts, ''.join(parts)) if part)
    return found


def phone_words(phone: str) -> set[str]:
    digits = re.sub(r'\D', '', phone.replace('(0)', '')).lstrip('0')
    return {f'#{digits[::-1]}'} if 5 <= len(digits) <= 15 else set()


def downgrade() -> None:
    with op.batch_alter_table('return_parcel', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_return_parcel_tracking_number'))

    with op.batch_alter_table('shipment', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_shipment_tracking_number'))

    with op.batch_alter_table('customer_word', schema=None) as batch_op:
        batch_op.drop_index('ix_customer_word_word_customer_id')
        batch_op.drop_index('ix_customer_word_customer_id_word')

    op.drop_table('customer_word')
