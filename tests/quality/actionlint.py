"""Has actionlint read every GitHub workflow that tcgen writes.

    python tests/quality/actionlint.py    # exit status 0; 1 where it finds something; 2 where it cannot be run

It needs the test requirements and Go, which fetches actionlint as a module: its Python package downloads a program from
elsewhere while it is built, so that it could not be a requirement.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
ACTIONLINT = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12"


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
        # it has the steps' commands read by shellcheck, where it finds one
        path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
        done = subprocess.run([go, "run", ACTIONLINT, *map(str, files)], env={**os.environ, "PATH": path})
    if done.returncode == 0:
        print(f"actionlint finds nothing in {len(files)} workflows")
    return min(done.returncode, 1)


if __name__ == "__main__":
    sys.exit(main())
