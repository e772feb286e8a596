"""The suite's memory: what the last run decided, written to and read from the answers file."""
