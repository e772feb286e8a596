"""Tests of courier against a real PostgreSQL."""
