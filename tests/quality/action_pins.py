"""Compares the actions that generated workflows use with the tags of their own repositories, or renews them.

`python tests/quality/action_pins.py` exits with 1 where a commit is not what its version's tag says, and with 2 where a
repository does not answer. `--renew` writes the newest release of each into templates/ci/actions.yml.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

TABLE = Path(__file__).parents[2] / "templates" / "ci" / "actions.yml"
LINE = re.compile(
    r"^ *(?P<name>[\w./-]+): \{version: (?P<version>v[\d.]+), commit: (?P<commit>[0-9a-f]{40})\}$", re.M
)


def released(name: str, base: str) -> dict[str, str]:
    """Return the releases of an action: version and commit."""
    done = subprocess.run(
        ["git", "ls-remote", "--tags", f"{base}/{name}"],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "GIT_TERMINAL_PROMPT": "0"},
    )
    if done.returncode:
        raise OSError(f"{base}/{name} does not answer: {done.stderr.strip()}")
    found: dict[str, str] = {}
    # a tag that is an object of its own comes first, and then with ^{} the commit that it is about
    for commit, tag in (line.split("\t") for line in done.stdout.splitlines()):
        version = tag.removeprefix("refs/tags/").removesuffix("^{}")
        if re.fullmatch(r"v\d+\.\d+\.\d+", version):
            found[version] = commit
    if not found:
        raise OSError(f"{base}/{name} has no release")
    return found


def wrong(text: str, base: str) -> list[str]:
    """Return a line for each commit in the table that is not what its version's tag says."""
    found = []
    for entry in LINE.finditer(text):
        commit = released(entry["name"], base).get(entry["version"], "no commit")
        if commit != entry["commit"]:
            found.append(f"{entry['name']} {entry['version']} is {commit}, not {entry['commit']}")
    return found


def renewed(text: str, base: str) -> str:
    """Return the table with the newest release of each action."""

    def newest(entry: re.Match[str]) -> str:
        releases = released(entry["name"], base)
        version = max(releases, key=lambda one: [int(part) for part in one[1:].split(".")])
        return f"{entry['name']}: {{version: {version}, commit: {releases[version]}}}"

    return LINE.sub(newest, text)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--renew", action="store_true", help="write the newest releases")
    parser.add_argument("--base", default="https://github.com", help="where the repositories are")
    parser.add_argument("--table", type=Path, default=TABLE)
    asked = parser.parse_args(arguments)
    text = asked.table.read_text(encoding="utf-8")
    # older releases that a provider needs stay what they are
    older = [place.read_text(encoding="utf-8") for place in sorted(asked.table.parent.glob("*/ci.yml"))]
    try:
        if asked.renew:
            asked.table.write_text(renewed(text, asked.base), encoding="utf-8")
            return 0
        text = "".join((text, *older))
        found = wrong(text, asked.base)
    except (OSError, subprocess.TimeoutExpired) as error:
        print(error, file=sys.stderr)
        return 2
    print("\n".join(found) if found else f"{len(LINE.findall(text))} actions are what their tags say")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
