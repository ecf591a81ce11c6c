"""What the reconciliation looks at, and the differences that it found"""

from alembic import op
import sqlalchemy as sa

revision = 'differences'
down_revision = 'reasons_told'


def upgrade() -> None:
    op.create_table('difference',
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('ref', sa.String(), nullable=False),
    sa.Column('what', sa.String(), nullable=False),
    sa.Column('ours', sa.String(), nullable=False),
    sa.Column('theirs', sa.String(), nullable=False),
    sa.Column('found_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('repaired_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('how', sa.String(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_difference'))
    )
    with op.batch_alter_table('difference', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_difference_found_at'), ['found_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_difference_ref'), ['ref'], unique=False)
        batch_op.create_index('ix_difference_subject_repaired_at', ['subject', 'repaired_at'], unique=False)
    with op.batch_alter_table('sync', schema=None) as batch_op:
        batch_op.add_column(sa.Column('is_check', sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table('sync', schema=None) as batch_op:
        batch_op.alter_column('is_check', server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('sync', schema=None) as batch_op:
        batch_op.drop_column('is_check')
    op.drop_table('difference')
