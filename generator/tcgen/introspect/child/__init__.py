"""What runs inside the project's interpreter; see ``probe.py``. Nothing of tcgen may be imported here."""
