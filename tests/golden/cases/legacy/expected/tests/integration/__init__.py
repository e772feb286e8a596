"""Tests of legacy against a real PostgreSQL."""
