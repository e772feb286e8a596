"""The database of the clients."""
