"""The inspect stage: asks the project's own interpreter about its models."""
