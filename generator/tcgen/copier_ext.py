"""What the templates call: the plan of a project, and filters that only lay things out.

Copier loads this through ``_jinja_extensions``, so plain ``copier copy`` works where tcgen is installed.
The filters must never change what they print, or an old render could not be made again.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from copier.errors import UserMessageError
from jinja2 import Environment, pass_context
from jinja2.ext import Extension
from jinja2.runtime import Context

from tcgen import __version__
from tcgen.errors import TcgenError
from tcgen.plan.source import quoted
from tcgen.render.resources import canonical_url


class Ext(Extension):
    """Registers tcgen's function and filters with Copier's Jinja environment."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        environment.globals["tcgen_plan"] = _plan
        environment.filters["pyliteral"] = quoted
        environment.filters["tcgen_answers"] = answers


@pass_context
def _plan(context: Context) -> str:
    from tcgen.pipeline import plan_text

    try:
        return plan_text(Path(context["_copier_conf"]["dst_path"]))
    except TcgenError as error:
        hint = f"\nhint: {error.hint}" if error.hint else ""
        raise UserMessageError(f"{error.message}{hint}") from error


class _Block(str):
    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    pass


_Dumper.add_representer(
    _Block, lambda dumper, value: dumper.represent_scalar("tag:yaml.org,2002:str", str(value), style="|")
)


def answers(given: Mapping[str, Any]) -> str:
    """Return the answers file: the plan as a literal block, a line a model, so that git can merge it.

    A render from the template inside the wheel has no version of its own to record; it is tcgen's.
    """
    recorded = dict(given)
    if "_commit" not in recorded:
        recorded |= {"_commit": f"v{__version__}", "_src_path": canonical_url()}
    recorded["plan"] = _Block(recorded["plan"])
    return yaml.dump(recorded, Dumper=_Dumper, allow_unicode=True, width=2**31, sort_keys=True)
