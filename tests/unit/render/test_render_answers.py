"""The answers file, and renders that come out the same wherever they are made."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import yaml

from tcgen.copier_hooks.extension import answers
from tcgen.ir.plan import ANSWERS
from tcgen.render.engine import render_text
from tcgen.template.location import canonical_url, template_folder

CASES = Path(__file__).parents[2] / "golden" / "cases"
PLAN = (CASES / "bookshop" / "plan.txt").read_text()


def test_the_plan_comes_back_to_the_letter() -> None:
    text = answers({"plan": PLAN})
    assert yaml.safe_load(text)["plan"] == PLAN
    assert "plan: |\n  {" in text


def test_hostile_text_stays_text() -> None:
    plan = '{"label": "a: b # c", "x": "\\u2028 {{ boom }} \\"quoted\\""}\n{"y": "- *z"}\n'
    assert yaml.safe_load(answers({"plan": plan}))["plan"] == plan


def test_a_recorded_template_is_not_overruled() -> None:
    recorded = yaml.safe_load(answers({"plan": PLAN, "_commit": "v9", "_src_path": "gh:a/b"}))
    assert (recorded["_commit"], recorded["_src_path"]) == ("v9", "gh:a/b")


def test_no_render_names_this_machine() -> None:
    tree = render_text(PLAN)
    assert yaml.safe_load(tree[ANSWERS])["_src_path"] == canonical_url() != ""
    for path, content in tree.items():
        assert str(Path.home()).encode() + b"/" not in content, path
        assert str(template_folder()).encode() not in content, path


def test_a_render_is_the_same_under_another_hash_seed() -> None:
    script = (
        "import sys, hashlib; from tcgen.render.engine import render_text;"
        "tree = render_text(sys.stdin.read());"
        "print(hashlib.sha256(repr(sorted(tree.items())).encode()).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", script],
            input=PLAN,
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1
