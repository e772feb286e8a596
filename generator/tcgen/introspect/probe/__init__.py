"""What runs inside the project's interpreter; see ``entry.py``. Nothing of tcgen may be imported here."""
