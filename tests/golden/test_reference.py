"""The reference page is the catalogue, whole and current."""

from __future__ import annotations

from pathlib import Path

import pytest

from tcgen.catalog.load import GENERIC, catalogue
from tcgen.catalog.reference_page import reference

PAGE = Path(__file__).parents[2] / "docs" / "services.md"


def test_the_page_is_what_the_files_say(request: pytest.FixtureRequest) -> None:
    text = reference(catalogue())
    if request.config.getoption("--regenerate"):
        PAGE.write_text(text)
    assert PAGE.read_text() == text
    assert all(f"## {name}\n" in text for name in catalogue() if name != GENERIC)
