"""The reference page of the doctor, made from its questions and from the suite's words for trouble."""

from __future__ import annotations

from collections.abc import Iterable
from runpy import run_path
from typing import Any

from tcgen.doctor.ask import words_for_trouble
from tcgen.doctor.findings import QUESTIONS

_HEAD = """# tcgen doctor

Made from the code; `pytest tests/golden --regenerate` writes this page anew.

```sh
tcgen doctor                        # would the suite run here?
tcgen doctor --sweep --dry-run      # what killed runs of this project have left
tcgen doctor --sweep                # and remove it; what runs stays
tcgen doctor --json                 # for scripts
```

It answers each question below in a line: `ok`, `warning` or `failed`, what there is, and what to do. The exit status is 1
where one failed: then the suite would not run here, or not all of it. The engine is asked in the suite's environment, by
what testcontainers goes by: `~/.testcontainers.properties`, `$DOCKER_HOST`, the current context, the default socket, in
this order. A container of an image that is there is started, and Ryuk; both are gone afterwards, and no image is
downloaded.

```json
{"kind": "doctor", "version": 1, "runs": false, "findings": [{"code": "engine", "level": "failed", "message": "…", "cure": "…"}], "left": [], "swept": false}
```

## What it asks

"""

_WORDS = """## What errors come to

Doctor and failing fixture say the same: these are in the suite's own `trouble.py`. Of several that fit an error the first
counts.
"""

_SWEEP = """## What runs leave

A run that ends stops what it started, and drops the databases that it made, those of a worker that crashed too. After one
that was killed Ryuk removes the containers, ten seconds later; embedded servers stay, and without Ryuk containers and
networks do. These bear what they are found by, the project's fingerprint and the run's process, in labels
(`tcgen.project`, `tcgen.process`) or in the name of the server's folder. `--sweep` removes those of this project whose
process is gone. What a run has that goes on stays, and so does what other projects or another machine made on the same
engine.
"""


def page() -> str:
    """Return the page as Markdown."""
    questions = [(f"`{code}`", one.asks, one.wrong) for code, one in QUESTIONS.items()]
    words: dict[str, Any] = run_path(str(words_for_trouble()))
    parts = [_HEAD + _table(("code", "asks whether", "otherwise"), questions), _WORDS]
    titles = {"NO_ENGINE": "No engine can be talked to", "REFUSED": "The engine answers, and refuses"}
    for name, title in titles.items():
        rows = [(f"`{one.words}`".replace("|", "\\|"), one.cause, one.cure) for one in words[name]]
        parts.append(f"### {title}\n\n{_table(('words of the error', 'cause', 'cure'), rows)}")
    return "\n".join([*parts, _SWEEP])


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(cells)} |" for cells in (head, *rows)]
    return "\n".join([lines[0], f"|{'---|' * len(head)}", *lines[1:]]) + "\n"
