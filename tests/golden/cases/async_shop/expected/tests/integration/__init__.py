"""Tests of async-shop against a real PostgreSQL."""
