"""Tests of desk against a real PostgreSQL."""
