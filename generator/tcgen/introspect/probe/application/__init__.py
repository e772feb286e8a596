"""The project's own code around its models: what opens sessions, what answers requests, what runs tasks."""
