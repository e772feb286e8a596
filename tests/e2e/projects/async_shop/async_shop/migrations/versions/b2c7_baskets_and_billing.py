"""Baskets, and invoices in a schema of their own

Revision ID: b2c7
Revises: a1f4
"""

import sqlalchemy as sa
from alembic import op

revision = "b2c7"
down_revision = "a1f4"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE SCHEMA IF NOT EXISTS billing")
    op.create_table(
        "basket",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_basket_account_id_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_basket")),
    )
    op.create_index(op.f("ix_basket_account_id"), "basket", ["account_id"])
    op.create_table(
        "basket_item",
        sa.Column("basket_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.CheckConstraint("pieces BETWEEN 1 AND 99", name=op.f("ck_basket_item_pieces_in_range")),
        sa.ForeignKeyConstraint(
            ["basket_id"], ["basket.id"], name=op.f("fk_basket_item_basket_id_basket"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_basket_item_product_id_product")
        ),
        sa.PrimaryKeyConstraint("basket_id", "product_id", name=op.f("pk_basket_item")),
    )
    op.create_table(
        "invoice",
        sa.Column("number", sa.BigInteger(), sa.Identity(start=1000), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("total", sa.Numeric(precision=10, scale=2), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum("OPEN", "SETTLED", "WRITTEN_OFF", name="invoice_state", schema="billing"),
            nullable=False,
        ),
        sa.CheckConstraint("total >= 0", name=op.f("ck_invoice_total_not_negative")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_invoice_account_id_account")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_invoice")),
        schema="billing",
    )
    op.create_index(op.f("ix_invoice_account_id"), "invoice", ["account_id"], schema="billing")


def downgrade() -> None:
    op.drop_table("invoice", schema="billing")
    op.drop_table("basket_item")
    op.drop_table("basket")
    op.execute("DROP TYPE billing.invoice_state")
    op.execute("DROP SCHEMA billing")
