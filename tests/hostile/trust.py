"""Input of strangers that tcgen goes by: answers files, addresses of templates, links at places that are written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import yaml
from tests.hostile.case import CHECK, INIT, MODELS, UPDATE, Case, add

ANSWERS = ".tcgen/answers.yml"
_PWNED = 'touch "$TMPDIR/pwned"'
_ADDRESSES = {
    "option": f"--upload-pack={_PWNED}",
    "option-short": f"-u{_PWNED}",
    "ext": f"ext::sh -c '{_PWNED}'",
    "ext-git": f"git+ext::sh -c '{_PWNED}'",
    "fd": "fd::17",
    "host-option": f"ssh://-oProxyCommand={_PWNED}/x",
    "host-option-scp": f"git@-oProxyCommand={_PWNED}:x",
    "host-option-user": f"ssh://-oProxyCommand={_PWNED}@host/x",
    "https-option": "https://-x/y",
    "other-scheme": "dict://127.0.0.1:11211/x",
    "newline": f"https://127.0.0.1:9/x\n{_PWNED}",
    "nul": "https://127.0.0.1:9/\0",
    "nobody-answers": "https://127.0.0.1:9/x.git",
    "no-folder": "/nowhere/at/all",
    "no-home": "~nobody-of-that-name/x",
    "no-repository": ".",
    "short-option": "gh:-x",
}
_PLACES: dict[str, Callable[[dict], object]] = {
    "dest": lambda suite: suite.update(dest="../outside"),
    "dest-absolute": lambda suite: suite.update(dest="/tmp/tcgen-hostile-outside"),
    "dest-git": lambda suite: suite.update(dest=".git/hooks"),
    "dest-jinja": lambda suite: suite.update(dest="{{ 7 * 7 }}/../../x"),
    "ci-file": lambda suite: suite.update(ci="github", ci_file="../outside.yml"),
    "ci-file-git": lambda suite: suite.update(ci="github", ci_file=".git/hooks/pre-commit"),
    "module": lambda suite: suite["database"].update(module="../../outside"),
}


def _record(edit: Callable[[dict, list[dict]], object]) -> Callable[[Path], None]:
    """Edit the answers file of a suite."""

    def make(root: Path) -> None:
        answers = yaml.safe_load((root / ANSWERS).read_text(encoding="utf-8"))
        lines = [json.loads(line) for line in answers["plan"].splitlines()]
        edit(answers, lines)
        answers["plan"] = "".join(json.dumps(line, sort_keys=True) + "\n" for line in lines)
        (root / ANSWERS).write_text(yaml.safe_dump(answers, width=2**31), encoding="utf-8")

    return make


def _address(url: str) -> Callable[[Path], None]:
    return _record(lambda answers, lines: answers.update(_src_path=url, _commit="v0.0.1"))


def _suite(edit: Callable[[dict], object]) -> Callable[[Path], None]:
    return _record(lambda answers, lines: edit(lines[0]))


def _link(name: str, to: str) -> Callable[[Path], None]:
    def make(root: Path) -> None:
        place, target = root / name, root.parent / to
        target.parent.mkdir(parents=True, exist_ok=True)
        if place.is_dir():
            place.rename(target)
        elif place.is_file():
            target.write_bytes(place.read_bytes())
            place.unlink()
        else:
            target.mkdir(exist_ok=True)
            place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(target)

    return make


_MORE = {
    "shop/models.py": MODELS
    + "\n\nclass More(Base):\n    __tablename__ = 'more'\n    id: Mapped[int] = mapped_column(primary_key=True)\n"
}

TRUST: tuple[Case, ...] = (
    *(
        Case(
            f"trust-address-{name}-{argv[0]}",
            before=(INIT,),
            make=_address(url),
            argv=argv,
            says=("template|answers",),
        )
        for name, url in _ADDRESSES.items()
        for argv in (UPDATE, CHECK)
    ),
    *(
        Case(f"trust-flag-{name}", before=(INIT,), argv=(*UPDATE, f"--template={url}"), says=("template",))
        for name, url in _ADDRESSES.items()
        if "\0" not in url
    ),
    *(
        Case(f"trust-place-{name}", before=(INIT,), make=_suite(edit), argv=UPDATE, says=("answers.yml",))
        for name, edit in _PLACES.items()
    ),
    Case(
        "trust-place-slug",
        before=(INIT,),
        make=_record(lambda answers, lines: lines[-1].update(slug="../../../outside")),
        argv=UPDATE,
        says=("answers.yml",),
    ),
    Case(
        "trust-place-service",
        before=(INIT, add("redis")),
        make=_record(lambda answers, lines: lines[1].update(name="../../../outside")),
        argv=UPDATE,
        says=("answers.yml",),
    ),
    Case(
        "trust-place-choice",
        before=(INIT, add("redis")),
        make=_record(lambda answers, lines: lines[1]["choice"].update(name="../../../outside")),
        argv=UPDATE,
        says=("answers.yml",),
    ),
    Case("trust-link-tests", make=_link("tests", "elsewhere"), says=("tests", "outside|link|leads")),
    Case("trust-link-dest", make=_link("tests/integration", "elsewhere"), status=(0, 2), stays=False),
    Case("trust-link-tcgen", make=_link(".tcgen", "elsewhere"), says=("[.]tcgen", "leads")),
    Case(
        "trust-link-pyproject",
        make=_link("pyproject.toml", "elsewhere/pyproject.toml"),
        says=("pyproject.toml", "leads"),
    ),
    Case(
        "trust-link-factory",
        {"shop/models.py": MODELS.replace("name: Mapped[str]", "name: Mapped[int]")},
        before=(INIT,),
        make=_link("tests/integration/factories/item.py", "elsewhere/item.py"),
        argv=UPDATE,
        says=("factories/item.py", "leads"),
    ),
    Case(
        "trust-link-factories",
        _MORE,
        before=(INIT,),
        make=_link("tests/integration/factories", "elsewhere"),
        argv=UPDATE,
        says=("factories", "leads"),
    ),
    Case(
        "trust-link-answers",
        _MORE,
        before=(INIT,),
        make=_link(".tcgen/answers.yml", "elsewhere/answers.yml"),
        argv=UPDATE,
        says=("answers.yml", "leads"),
    ),
)
