"""Tests of ferry against a real PostgreSQL."""
