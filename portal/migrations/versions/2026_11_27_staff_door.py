"""Staff come in by a door of their own, in two steps"""

from alembic import op
import sqlalchemy as sa

revision = 'staff_door'
down_revision = 'once_only'


def upgrade() -> None:
    with op.batch_alter_table('staff', schema=None) as batch_op:
        batch_op.alter_column('role', type_=sa.String(length=32), existing_type=sa.String(), existing_nullable=False)
        batch_op.add_column(sa.Column('disabled_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('wrong_steps', sa.Integer(), nullable=False, server_default='0'))
    with op.batch_alter_table('staff', schema=None) as batch_op:
        batch_op.alter_column('wrong_steps', server_default=None, existing_type=sa.Integer(), existing_nullable=False)

    with op.batch_alter_table('sign_in', schema=None) as batch_op:  # the default stays: code from before goes on asking meanwhile
        batch_op.add_column(sa.Column('for_desk', sa.Boolean(), nullable=False, server_default=sa.false()))

    op.execute("DELETE FROM session WHERE staff_id IS NOT NULL")  # they came in by a mail alone, and sign in again
    with op.batch_alter_table('session', schema=None) as batch_op:
        batch_op.add_column(sa.Column('second_step_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.create_check_constraint('staff_took_two_steps', '(staff_id IS NULL) = (second_step_at IS NULL)')
        batch_op.create_index(batch_op.f('ix_session_staff_id'), ['staff_id'], unique=False)

    op.create_table('second_step',
    sa.Column('key_hash', sa.String(), nullable=False),
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('begun_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('guessed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_second_step_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_second_step')),
    sa.UniqueConstraint('key_hash', name=op.f('uq_second_step_key_hash'))
    )
    with op.batch_alter_table('second_step', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_second_step_begun_at'), ['begun_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_second_step_staff_id'), ['staff_id'], unique=False)

    op.create_table('authenticator_app',
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('sealed', sa.String(), nullable=False),
    sa.Column('last_step', sa.Integer(), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_authenticator_app_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_authenticator_app')),
    sa.UniqueConstraint('staff_id', name=op.f('uq_authenticator_app_staff_id'))
    )

    op.create_table('passkey',
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('credential', sa.String(), nullable=False),
    sa.Column('public_key', sa.String(), nullable=False),
    sa.Column('sign_count', sa.BigInteger(), nullable=False),
    sa.Column('device', sa.String(), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_passkey_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_passkey')),
    sa.UniqueConstraint('credential', name=op.f('uq_passkey_credential'))
    )
    with op.batch_alter_table('passkey', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_passkey_staff_id'), ['staff_id'], unique=False)

    op.create_table('recovery_code',
    sa.Column('staff_id', sa.Integer(), nullable=False),
    sa.Column('code_hash', sa.String(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('kept_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('spent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_recovery_code_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recovery_code')),
    sa.UniqueConstraint('code_hash', name=op.f('uq_recovery_code_code_hash'))
    )
    with op.batch_alter_table('recovery_code', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_recovery_code_staff_id'), ['staff_id'], unique=False)


def downgrade() -> None:
    for table in 'recovery_code', 'passkey', 'authenticator_app', 'second_step':
        op.drop_table(table)

    with op.batch_alter_table('session', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_session_staff_id'))
        batch_op.drop_constraint('staff_took_two_steps', type_='check')
        batch_op.drop_column('second_step_at')

    with op.batch_alter_table('sign_in', schema=None) as batch_op:
        batch_op.drop_column('for_desk')

    with op.batch_alter_table('staff', schema=None) as batch_op:
        batch_op.drop_column('wrong_steps')
        batch_op.drop_column('disabled_at')
        batch_op.alter_column('role', type_=sa.String(), existing_type=sa.String(length=32), existing_nullable=False)
