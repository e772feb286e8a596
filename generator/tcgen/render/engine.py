"""Renders the template with Copier into a scratch folder and reads the result."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from tcgen.ir.plan import SuitePlan
from tcgen.record.lines import plan_lines
from tcgen.template.location import Template, own_template

Rendered = dict[str, bytes]
"""Path relative to the project root, POSIX style → content."""


def render(plan: SuitePlan) -> Rendered:
    """Return the files of the suite, the answers file among them."""
    return render_text(plan_lines(plan))


def render_text(plan: str, template: Template | None = None) -> Rendered:
    """Return the files for a plan in the form the answers file keeps it.

    Args:
        plan: The plan.
        template: None for this tcgen's own.
    """
    import copier  # takes a second, and most checks find nothing to render
    from plumbum import local

    template = template or own_template()
    with tempfile.TemporaryDirectory(prefix="tcgen-") as scratch:
        source, output = Path(scratch, "template"), Path(scratch, "output")
        source.mkdir()
        # A copy without .git: Copier would record the checkout's own path and commit.
        shutil.copy(template.folder / "copier.yml", source)
        shutil.copytree(template.folder / "templates", source / "templates")
        # Neither folder is a repository, of which Copier would ask git at each file: it finds none on this path.
        with local.env(PATH=""):
            copier.run_copy(
                str(source),
                output,
                data={"plan": plan, "tcgen_template": [template.version, template.url]},
                defaults=True,
                overwrite=True,
                unsafe=True,
                quiet=True,
                skip_tasks=True,
            )
        return {
            path.relative_to(output).as_posix(): path.read_bytes()
            for path in sorted(output.rglob("*"))
            if path.is_file()
        }
