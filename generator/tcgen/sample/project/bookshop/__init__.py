"""The database layer of a small bookshop."""
