"""What scripts get where a command fails: the code of the error, on stdout, with the same status."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from test_cli_init import project, tcgen  # noqa: F401  # the fixture

from tcgen.cli import app
from tcgen.errors import ERRORS


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["init", "nowhere"], "not-a-folder"),
        (["init", "--dest", "../up"], "bad-dest"),
        (["init", "--service", "cassandra"], "unknown-service"),
        (["init", "--python", "no-such-python"], "python-not-found"),
        (["inspect", "--models", "nowhere.models"], "models-not-found"),
        (["plan", "--alembic-config", "gone.ini"], "alembic-config-not-found"),
        (["check"], "no-suite"),
        (["update"], "no-suite"),
        (["verify"], "no-suite"),
        (["add-service", "redis"], "no-suite"),
        (["remove-service", "redis"], "no-suite"),
        (["check", "--bogus"], "usage"),
        (["add-service"], "usage"),
        (["init", "--ci", "jenkins"], "bad-ci"),
    ],
)
def test_a_failure_is_json_too(project: Path, arguments: list[str], code: str) -> None:  # noqa: F811
    done = tcgen(*arguments, "--json", cwd=project)
    plain = tcgen(*arguments, cwd=project)
    assert (done.returncode, plain.returncode) == (2, 2)
    document = json.loads(done.stdout)
    assert document.keys() == {"kind", "version", "code", "message", "hint", "detail"}
    assert (document["kind"], document["version"], document["code"]) == ("error", 1, code)
    assert code in ERRORS
    assert document["message"] and document["hint"]
    assert plain.stdout == ""
    assert done.stderr == plain.stderr
    assert document["message"].splitlines()[0] in done.stderr


def test_a_fault_of_our_own_is_told_as_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fault() -> None:
        raise RuntimeError("nobody thought of this")

    monkeypatch.setattr(app, "app", fault)
    monkeypatch.setattr(sys, "argv", ["tcgen", "check", "--json"])
    with pytest.raises(SystemExit) as ended:
        app.main()
    shown = capsys.readouterr()
    assert ended.value.code == 2
    assert json.loads(shown.out)["code"] == "internal-error"
    assert "please report it" in shown.err
