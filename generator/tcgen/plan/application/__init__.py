"""The suite's part in the project's own code around the models."""
