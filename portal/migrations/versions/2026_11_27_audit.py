"""The history says from which request it comes, is not changed, and is walked along"""

from alembic import op
import sqlalchemy as sa

revision = 'audit'
down_revision = 'prepared_change'
branch_labels = None
depends_on = None

NEVER = 'an entry of the history is never changed'
STAYS = (
    'subject, deed, customer_id, staff_id, system, at, version, before, after, facts, previous_hash, entry_hash, impersonation_id, request_id, id'
)
INDEXES = {
    'ix_timeline_deed_id': ['deed', 'id'],
    'ix_timeline_staff_id_id': ['staff_id', 'id'],
    'ix_timeline_customer_id_id': ['customer_id', 'id'],
    'ix_timeline_at': ['at'],
}


def upgrade() -> None:
    with op.batch_alter_table('timeline', schema=None) as batch_op:
        batch_op.add_column(sa.Column('request_id', sa.String(), nullable=True))
        batch_op.add_column(sa.Column('ip', sa.String(), nullable=True))
        for name, columns in INDEXES.items():
            batch_op.create_index(name, columns, unique=False)
    op.create_table('timeline_check',
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('since', sa.Integer(), nullable=False),
    sa.Column('entry', sa.Integer(), nullable=False),
    sa.Column('entry_hash', sa.String(), nullable=False),
    sa.Column('entries', sa.Integer(), nullable=False),
    sa.Column('is_done', sa.Boolean(), nullable=False),
    sa.Column('problem', sa.String(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_timeline_check'))
    )
    if op.get_bind().dialect.name == 'sqlite':
        for name, deed in (('changed', f'UPDATE OF {STAYS}'), ('removed', 'DELETE')):
            op.execute(f"CREATE TRIGGER timeline_is_not_{name} BEFORE {deed} ON timeline BEGIN SELECT RAISE(ABORT, '{NEVER}'); END")
        there = '(SELECT 1 FROM timeline WHERE id = NEW.id)'
        refuse = f"BEGIN SELECT RAISE(ABORT, '{NEVER}'); END"
        op.execute(f'CREATE TRIGGER timeline_is_not_replaced BEFORE INSERT ON timeline WHEN EXISTS {there} {refuse}')
    else:
        op.execute(f"CREATE FUNCTION timeline_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{NEVER}'; END $$")
        for name, deed in (('changed', f'UPDATE OF {STAYS}'), ('removed', 'DELETE OR TRUNCATE')):
            op.execute(
                f'CREATE TRIGGER timeline_is_not_{name} BEFORE {deed} ON timeline FOR EACH STATEMENT EXECUTE FUNCTION timeline_stays()'
            )


def downgrade() -> None:
    if op.get_bind().dialect.name == 'sqlite':
        op.execute('DROP TRIGGER timeline_is_not_replaced')
        op.execute('DROP TRIGGER timeline_is_not_removed')
        op.execute('DROP TRIGGER timeline_is_not_changed')
    else:
        op.execute('DROP TRIGGER timeline_is_not_removed ON timeline')
        op.execute('DROP TRIGGER timeline_is_not_changed ON timeline')
        op.execute('DROP FUNCTION timeline_stays()')
    op.drop_table('timeline_check')
    with op.batch_alter_table('timeline', schema=None) as batch_op:
        for name in INDEXES:
            batch_op.drop_index(name)
        batch_op.drop_column('ip')
        batch_op.drop_column('request_id')
