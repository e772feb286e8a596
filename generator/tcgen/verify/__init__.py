"""Proves that what was written can be collected, and runs it."""
