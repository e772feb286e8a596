import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("iban", sa.String(34), nullable=False, unique=True),
        sa.Column("balance", sa.Numeric(12, 2), nullable=False),
        sa.CheckConstraint("balance >= 0", name="balance_is_not_negative"),
    )
    op.create_table(
        "booking",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("account_id", sa.Integer, sa.ForeignKey("account.id"), nullable=False),
        sa.Column("text", sa.String(140), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("booking")
    op.drop_table("account")
