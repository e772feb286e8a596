"""What the shop takes from its environment, read once at import."""

from __future__ import annotations

import os

DATABASE_URL = os.environ.get("DATABASE_URL", "postgresql+asyncpg://localhost/async_shop")
SQL_ECHO = os.environ.get("SQL_ECHO", "") == "1"
