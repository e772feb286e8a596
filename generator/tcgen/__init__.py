"""tcgen: real-database test suites for projects with SQLAlchemy models."""

__version__: str


def __getattr__(name: str) -> str:
    # reading it takes longer than the command line takes to hear an interrupt
    if name != "__version__":
        raise AttributeError(name)
    from importlib.metadata import PackageNotFoundError, version

    try:
        found = version("tcgen")
    except PackageNotFoundError:  # run from a checkout that is not installed
        found = "0.0.0"
    globals()[name] = found
    return found
