"""What the bookshop takes from its environment."""

from __future__ import annotations

import os


def database_url() -> str:
    """The URL of the database, from ``BOOKSHOP_DATABASE_URL``."""
    return os.environ.get("BOOKSHOP_DATABASE_URL", "postgresql+psycopg://localhost/bookshop")
