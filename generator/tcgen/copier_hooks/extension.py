"""What the templates call: the plan of a project, and filters that only lay things out.

Copier loads this through ``_jinja_extensions``, so plain ``copier copy`` works where tcgen is installed.
The filters must never change what they print, or an old render could not be made again.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any

import yaml
from copier.errors import UserMessageError
from jinja2 import BytecodeCache, Environment, Template, pass_context
from jinja2.bccache import Bucket
from jinja2.ext import Extension
from jinja2.lexer import Lexer
from jinja2.runtime import Context

from tcgen.copier_hooks.formatter import formatted, with_layout
from tcgen.errors import TcgenError
from tcgen.plan.source.code import quoted
from tcgen.record.lines import plan_lines


class Ext(Extension):
    """Registers tcgen's function and filters with Copier's Jinja environment.

    Copier makes an environment for each of the three renders of an update; only that of the project itself asks for
    a plan, and once.
    """

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self._plans: dict[Path, str] = {}
        functions: dict[str, Any] = {"tcgen_plan": self._plan, "tcgen_requirement": _requirement}
        filters: dict[str, Any] = {
            "tcgen_stale": self._stale,
            "pyliteral": quoted,
            "tcgen_answers": _answers,
            "tcgen_formatted": _formatted,
        }
        _compile_once(environment)
        environment.bytecode_cache = _COMPILED
        environment.globals.update(functions)
        environment.filters.update(filters)

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Lay out what a template makes; the filter knows how when there is a plan."""
        return with_layout(source, name)

    @pass_context
    def _plan(self, context: Context) -> str:
        """Return the plan of the project that is rendered into."""
        try:
            return self._inspected(context)
        except TcgenError as error:
            raise _to_user(error) from error

    @pass_context
    def _stale(self, context: Context, recorded: str) -> str:
        """Return why a recorded plan must not be used again; empty where it may.

        A plan that Copier was given, as by the renders of an update, is never stale. Where the project cannot be
        inspected the recorded one stays.
        """
        if "plan" in context["_copier_conf"]["data"]:
            return ""
        try:
            return "" if self._inspected(context) == recorded else "the models have changed"
        except TcgenError as error:
            print(f"tcgen keeps the recorded plan: {error.message}", file=sys.stderr)  # noqa: T201
            return ""

    def _inspected(self, context: Context) -> str:
        from tcgen.workflow import stages
        from tcgen.workflow.request import Request

        root = Path(context["_copier_conf"]["dst_path"]).resolve()
        if root not in self._plans:
            self._plans[root] = plan_lines(stages.plan(Request(root=root)).plan)
        return self._plans[root]


def _to_user(error: TcgenError) -> UserMessageError:
    hint = f"\nhint: {error.hint}" if error.hint else ""
    return UserMessageError(f"{error.message}{hint}")


@pass_context
def _formatted(context: Context, code: str) -> str:
    """Return a module as the project lays code out."""
    try:
        return formatted(code, context["suite"].get("style", {}))
    except TcgenError as error:
        raise _to_user(error) from error


def _compile_once(environment: Environment) -> None:
    """Keep what was compiled: Copier compiles the path of each file that it makes, and all factories' is the same."""
    compiled = cache(environment.from_string)

    def from_string(source: str) -> Template:
        # what Copier's own extension has noted of the text before goes only here
        environment.preprocess(source)
        return compiled(source)

    environment.from_string = from_string  # type: ignore[method-assign, assignment]


class _Compiled(BytecodeCache):
    """Templates that were compiled, for the next render of this process: an update makes three.

    Jinja would tell them apart by their files, too, and each render has a folder of its own. What an environment
    makes of a text depends on its class, sandboxed or not, and its syntax.
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[type[Environment], Lexer, str, str], CodeType | None] = {}

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        """Return what names a template."""
        return name

    def load_bytecode(self, bucket: Bucket) -> None:
        """Look one up."""
        bucket.code = self._kept.get(_key(bucket))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep one."""
        self._kept[_key(bucket)] = bucket.code


def _key(bucket: Bucket) -> tuple[type[Environment], Lexer, str, str]:
    return type(bucket.environment), bucket.environment.lexer, bucket.key, bucket.checksum


_COMPILED = _Compiled()


class _Block(str):
    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    pass


_Dumper.add_representer(
    _Block, lambda dumper, value: dumper.represent_scalar("tag:yaml.org,2002:str", str(value), style="|")
)


@pass_context
def _requirement(context: Context) -> str:
    """Return the tcgen that this version of the template came with, as CI has to install it."""
    given = context.get("tcgen_template") or [context["_copier_answers"].get("_commit", "")]
    released = re.fullmatch(r"v(\d+(\.\d+)*)", given[0])
    return f"tcgen=={released[1]}" if released else "tcgen"


@pass_context
def _answers(context: Context, given: Mapping[str, Any]) -> str:
    template = context.get("tcgen_template")
    return answers(given) if template is None else answers(given, *template)


def answers(given: Mapping[str, Any], version: str = "", url: str = "") -> str:
    """Return the answers file: the plan as a literal block, a line a model, so that git can merge it.

    Args:
        given: What Copier would record; a render of tcgen's own has no version and address in it.
        version: The template's, for such a render.
        url: The template's address, for such a render.
    """
    recorded = dict(given)
    if "_commit" not in recorded:
        recorded |= {"_commit": version, "_src_path": url}
    recorded["plan"] = _Block(recorded["plan"])
    return yaml.dump(recorded, Dumper=_Dumper, allow_unicode=True, width=2**31, sort_keys=True)
