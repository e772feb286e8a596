"""tcgen: real-database test suites for projects with SQLAlchemy models."""

from importlib.metadata import version

__version__ = version("tcgen")
