"""The services beside the database."""
