"""The database ledger: its fixtures, its factories, and tests of it."""
