"""The reference pages are the catalogue, whole and current."""

from __future__ import annotations

from pathlib import Path

import pytest

from tcgen.catalog.load import catalog
from tcgen.catalog.reference_page import ci_reference, reference
from tcgen.doctor.findings import QUESTIONS
from tcgen.doctor.page import page as doctor_page
from tcgen.ir.service import GENERIC

DOCS = Path(__file__).parents[2] / "docs"
PAGES = {
    "services.md": reference(catalog().services),
    "ci.md": ci_reference(catalog()),
    "doctor.md": doctor_page(),
}


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_what_the_files_say(name: str, request: pytest.FixtureRequest) -> None:
    page = DOCS / name
    if request.config.getoption("--regenerate"):
        page.write_text(PAGES[name])
    assert page.read_text() == PAGES[name]


def test_the_pages_leave_nothing_out() -> None:
    assert all(f"## {name}\n" in PAGES["services.md"] for name in catalog().services if name != GENERIC)
    assert all(f"| `{name}` |" in PAGES["ci.md"] for name in catalog().ci)
    assert all(f"| `{code}` |" in PAGES["doctor.md"] for code in QUESTIONS)
    assert all(f"| {spec.title} |" in PAGES["ci.md"] for spec in catalog().managers.values())
