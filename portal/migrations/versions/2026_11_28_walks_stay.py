"""What a walk along the history found is never changed"""

from alembic import op

revision = 'walks_stay'
down_revision = 'suggestion_reason'

NEVER = 'what a walk along the history found is never changed'


def upgrade() -> None:
    if op.get_bind().dialect.name == 'sqlite':
        refuse = f"BEGIN SELECT RAISE(ABORT, '{NEVER}'); END"
        there = '(SELECT 1 FROM timeline_check WHERE id = NEW.id)'
        op.execute(f'CREATE TRIGGER timeline_check_is_not_changed BEFORE UPDATE ON timeline_check WHEN OLD.is_done {refuse}')
        op.execute(f'CREATE TRIGGER timeline_check_is_not_removed BEFORE DELETE ON timeline_check {refuse}')
        op.execute(f'CREATE TRIGGER timeline_check_is_not_replaced BEFORE INSERT ON timeline_check WHEN EXISTS {there} {refuse}')
    else:
        op.execute(f"CREATE FUNCTION timeline_check_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{NEVER}'; END $$")
        op.execute(
            'CREATE TRIGGER timeline_check_is_not_changed BEFORE UPDATE ON timeline_check FOR EACH ROW WHEN (OLD.is_done)'
            ' EXECUTE FUNCTION timeline_check_stays()'
        )
        op.execute(
            'CREATE TRIGGER timeline_check_is_not_removed BEFORE DELETE OR TRUNCATE ON timeline_check FOR EACH STATEMENT'
            ' EXECUTE FUNCTION timeline_check_stays()'
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == 'sqlite':
        for name in 'replaced', 'removed', 'changed':
            op.execute(f'DROP TRIGGER timeline_check_is_not_{name}')
    else:
        for name in 'removed', 'changed':
            op.execute(f'DROP TRIGGER timeline_check_is_not_{name} ON timeline_check')
        op.execute('DROP FUNCTION timeline_check_stays()')
