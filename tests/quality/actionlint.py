"""Has actionlint read every workflow that tcgen writes for GitHub, and those for other forges as if they were.

    python tests/quality/actionlint.py    # exit status 0; 1 where it finds something; 2 where it cannot be run

It needs the test requirements and Go, which fetches actionlint as a module: its Python package downloads a program from
elsewhere while it is built, so that it could not be a requirement.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
ACTIONLINT = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12"


def as_github_has_it(workflow: Path) -> Path:
    """Copy another forge's workflow to where GitHub's are, without what actionlint does not know of."""
    copy = workflow.parents[2] / ".github" / "workflows" / workflow.name
    copy.parent.mkdir(parents=True)
    text = workflow.read_text(encoding="utf-8").replace("uses: https://github.com/", "uses: ")
    # an action of Node.js 16, which GitHub's own runners have no more
    text = re.sub(r"(?<=uses: actions/upload-artifact)@\w+", "@v4", text)
    copy.write_text(text.replace("runs-on: docker\n", "runs-on: ubuntu-latest\n"), encoding="utf-8")
    return copy


def main() -> int:
    go = shutil.which("go")
    if go is None:
        print("actionlint needs Go, which is not there", file=sys.stderr)
        return 2
    sys.path.insert(0, str(REPOSITORY))
    from tests.quality.ci_variants import write_variants

    with tempfile.TemporaryDirectory() as folder:
        written = write_variants(Path(folder))
        # the folder tells whose file it is
        files = [one for path, found in written.items() if path.startswith(".github/") for one in found]
        files += [
            as_github_has_it(one)
            for path, found in written.items()
            if path.startswith((".forgejo/", ".gitea/"))
            for one in found
        ]
        # it has the steps' commands read by shellcheck, where it finds one
        path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
        done = subprocess.run([go, "run", ACTIONLINT, *map(str, files)], env={**os.environ, "PATH": path})
    if done.returncode == 0:
        print(f"actionlint finds nothing in {len(files)} workflows")
    return min(done.returncode, 1)


if __name__ == "__main__":
    sys.exit(main())
