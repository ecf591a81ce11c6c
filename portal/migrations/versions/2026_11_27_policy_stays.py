"""A version of the policy of returns is never changed"""

from alembic import op

revision = 'policy_stays'
down_revision = 'return_parcels'
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == 'sqlite':
        for name, deed in (('changed', 'UPDATE'), ('removed', 'DELETE')):
            op.execute(
                f"CREATE TRIGGER policy_version_is_not_{name} BEFORE {deed} ON policy_version"
                " BEGIN SELECT RAISE(ABORT, 'policy_version is never changed'); END"
            )
    else:
        op.execute(
            "CREATE FUNCTION policy_version_stays() RETURNS trigger LANGUAGE plpgsql"
            " AS $$ BEGIN RAISE EXCEPTION 'policy_version is never changed'; END $$"
        )
        op.execute(
            "CREATE TRIGGER policy_version_stays BEFORE UPDATE OR DELETE ON policy_version"
            " FOR EACH ROW EXECUTE FUNCTION policy_version_stays()"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == 'sqlite':
        op.execute("DROP TRIGGER policy_version_is_not_removed")
        op.execute("DROP TRIGGER policy_version_is_not_changed")
    else:
        op.execute("DROP TRIGGER policy_version_stays ON policy_version")
        op.execute("DROP FUNCTION policy_version_stays()")
