"""tcgen: real-database test suites for projects with SQLAlchemy models."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("tcgen")
except PackageNotFoundError:  # run from a checkout that is not installed
    __version__ = "0.0.0"
