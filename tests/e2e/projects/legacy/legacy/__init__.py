"""Grown over the years: three ways of mapping, no migrations."""
