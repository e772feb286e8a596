"""Turns the plan into files, with Copier and Jinja."""
