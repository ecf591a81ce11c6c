"""Where the shop's own machines are told of news, what was sent, and how each try went"""

from alembic import op
import sqlalchemy as sa

revision = 'webhooks'
down_revision = 'api'


def upgrade() -> None:
    op.create_table('webhook_endpoint',
    sa.Column('url', sa.String(), nullable=False),
    sa.Column('events', sa.JSON(), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('failing_since', sa.DateTime(timezone=True), nullable=True),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('rests_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('off_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('why_off', sa.String(), nullable=False),
    sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_webhook_endpoint')),
    sqlite_autoincrement=True,
    )
    op.create_table('webhook_message',
    sa.Column('ref', sa.String(), nullable=False),
    sa.Column('event', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_webhook_message')),
    sa.UniqueConstraint('ref', name=op.f('uq_webhook_message_ref')),
    sqlite_autoincrement=True,
    )
    op.create_index('ix_webhook_message_at', 'webhook_message', ['at'], unique=False)
    op.create_table('webhook_secret',
    sa.Column('endpoint_id', sa.Integer(), nullable=False),
    sa.Column('sealed', sa.String(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['endpoint_id'], ['webhook_endpoint.id'], name=op.f('fk_webhook_secret_endpoint_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_webhook_secret'))
    )
    op.create_index(op.f('ix_webhook_secret_endpoint_id'), 'webhook_secret', ['endpoint_id'], unique=False)
    op.create_table('webhook_dispatch',
    sa.Column('message_id', sa.Integer(), nullable=False),
    sa.Column('endpoint_id', sa.Integer(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('arrived_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['endpoint_id'], ['webhook_endpoint.id'], name=op.f('fk_webhook_dispatch_endpoint_id')),
    sa.ForeignKeyConstraint(['message_id'], ['webhook_message.id'], name=op.f('fk_webhook_dispatch_message_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_webhook_dispatch')),
    sa.UniqueConstraint('message_id', 'endpoint_id', name=op.f('uq_webhook_dispatch_message_id_endpoint_id'))
    )
    op.create_index('ix_webhook_dispatch_endpoint_id_due_at', 'webhook_dispatch', ['endpoint_id', 'due_at'], unique=False)
    op.create_table('webhook_try',
    sa.Column('dispatch_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('status', sa.Integer(), nullable=True),
    sa.Column('ms', sa.Integer(), nullable=False),
    sa.Column('said', sa.String(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['dispatch_id'], ['webhook_dispatch.id'], name=op.f('fk_webhook_try_dispatch_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_webhook_try'))
    )
    op.create_index(op.f('ix_webhook_try_dispatch_id'), 'webhook_try', ['dispatch_id'], unique=False)


def downgrade() -> None:
    for table in 'webhook_try', 'webhook_dispatch', 'webhook_secret', 'webhook_message', 'webhook_endpoint':
        op.drop_table(table)
