"""tcgen: real-database test suites for projects with SQLAlchemy models."""

from __future__ import annotations


def __getattr__(name: str) -> str:
    """Return ``__version__``: it is read when somebody asks, since what reads it takes as long as the command line."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("tcgen")
    except PackageNotFoundError:  # run from a checkout that is not installed
        return "0.0.0"
