"""The database the suite runs on, and how an empty one gets its tables."""
