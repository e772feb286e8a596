"""The parts of the benchmark, and what each of their modules has."""

from __future__ import annotations

import argparse
from importlib import import_module
from typing import Any, Protocol, cast

PARTS = {
    "isolation": "what the isolation of a test costs, beside other ways to it",
    "objects": "objects a second of the generated factories, polyfactory, factory_boy and SQLAlchemy alone",
    "updates": "seconds for an update, and how they grow with the models",
}
"""A module of this package each, and what it measures."""


class CannotMeasure(Exception):
    """What keeps a part from measuring: an option, or something that is not there."""


class Part(Protocol):
    """A module that measures something; `Any` is what JSON can hold."""

    def add_options(self, group: argparse._ArgumentGroup) -> None:
        """Declare the part's own options."""

    def measure(self, options: argparse.Namespace) -> Any:
        """Measure, and return what was found.

        Raises:
            CannotMeasure: An option names what there is not, or something is missing on this machine.
        """

    def text(self, found: Any) -> str:
        """Return what the terminal shows."""

    def pages(self, found: Any) -> dict[str, str]:
        """Return the files of `docs/`, by name."""


def load(name: str) -> Part:
    """Import a part."""
    return cast(Part, import_module(f"{__package__}.{name}"))
