"""tcgen: real-database test suites for projects with SQLAlchemy models."""

from __future__ import annotations

__version__: str


def __getattr__(name: str) -> str:
    """Return ``__version__``: what reads it takes longer than the command line takes to hear an interrupt."""
    if name != "__version__":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib.metadata import PackageNotFoundError, version

    try:
        found = version("tcgen")
    except PackageNotFoundError:  # run from a checkout that is not installed
        found = "0.0.0"
    globals()[name] = found
    return found
