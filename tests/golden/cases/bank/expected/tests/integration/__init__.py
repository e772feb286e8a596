"""Tests of bank against a real PostgreSQL."""
