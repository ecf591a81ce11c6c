"""The words of an address of mail before its `@`, and its domain, by which people are found"""

import re
from unicodedata import combining, normalize

from alembic import op
import sqlalchemy as sa

revision = 'words_of_addresses'
down_revision = 'failing_news'

AT_A_TIME = 1000
"""Customers: however many there are, few are in memory at once."""
WITHOUT_MARKS = str.maketrans({"ı": "i", "ø": "o", "ł": "l", "đ": "d", "ħ": "h", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"})


def upgrade() -> None:
    connection, last = op.get_bind(), 0
    some = sa.text('SELECT id, email FROM customer WHERE id > :last ORDER BY id LIMIT :most')
    add = sa.text('INSERT INTO customer_word (word, customer_id) VALUES (:word, :customer_id) ON CONFLICT DO NOTHING')
    while found := connection.execute(some, {'last': last, 'most': AT_A_TIME}).all():
        connection.execute(add, [{'word': word, 'customer_id': row.id} for row in found for word in sorted(words_of(row.email))])
        last = found[-1].id


def words_of(email: str) -> set[str]:
    """Folded as on the day of this migration."""
    local, _, domain = email.partition('@')
    plain = ''.join(letter for letter in normalize('NFKD', local.casefold()) if not combining(letter)).translate(WITHOUT_MARKS)
    parts = re.findall(r'[^\W_]+', plain)
    return {part[:40] for part in (*parts, ''.join(parts)) if part} | {'@' + f'@{domain}'.lower()[:100]}


def downgrade() -> None:
    """Who gave a name keeps the words of the address: they find the same person."""
    op.execute("DELETE FROM customer_word WHERE word >= '@@' AND word < '@A'")
