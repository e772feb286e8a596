"""Tests of bookshop against a real PostgreSQL."""
