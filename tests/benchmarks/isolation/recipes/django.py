"""pytest-django: the tables made once, each test in `atomic`, or with real commits and a flush of all tables.

pytest-django.readthedocs.io: "Database access", whose fixtures `db` and `transactional_db` the tests ask for, and
"Configuring Django settings". It needs no fixture of one's own.
"""
