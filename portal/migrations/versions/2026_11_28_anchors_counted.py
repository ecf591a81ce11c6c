"""How many anchors of the history were made, and what kind of thing a walk along it found"""

from alembic import op
import sqlalchemy as sa

revision = 'anchors_counted'
down_revision = 'who_asked'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('timeline_anchor_file',
    sa.Column('place', sa.String(), nullable=False),
    sa.Column('made', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_timeline_anchor_file')),
    sa.UniqueConstraint('place', name=op.f('uq_timeline_anchor_file_place'))
    )
    with op.batch_alter_table('timeline_check', schema=None) as batch_op:
        batch_op.add_column(sa.Column('finding', sa.String(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('timeline_check', schema=None) as batch_op:
        batch_op.drop_column('finding')
    op.drop_table('timeline_anchor_file')
