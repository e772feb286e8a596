"""The project's Alembic scripts: where they are, how they are run, what they do."""
