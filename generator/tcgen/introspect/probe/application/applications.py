"""Web applications that modules hold, and functions that make one."""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterator, Mapping

from ..common import Live
from ..models.find_model_files import Source
from ..models.loading import Loader

_MAKES = re.compile(r"_*(create|make|build|get|init|setup)_(\w+_)?app(lication)?|app(lication)?_factory")
_USUAL = re.compile(r"(^|\.)(app|application|main|asgi|wsgi|server|api|web)($|\.)")


def makers(files: list[Source], kinds: Mapping[str, str]) -> list[Source]:
    """The files whose text calls the class of an application, or one that a file derives from it.

    Args:
        files: Those of the project's modules.
        kinds: Name of a framework → the class of its applications, with its module.
    """
    known = "|".join({dotted.rpartition(".")[2] for dotted in kinds.values()})
    derived = re.compile(rf"^class (\w+)\([^)]*\b({known})\b", re.MULTILINE)
    names = "|".join([known, *{match[1] for one in files for match in derived.finditer(one.text)}])
    calls = re.compile(rf"\b({names})\(")
    return [one for one in files if calls.search(one.text)]


def found(
    held: list[tuple[str, dict[str, Live]]], making: list[Source], kinds: Mapping[str, str]
) -> list[dict[str, Live]]:
    """Applications, the likeliest first: objects before functions, of those that are part of no other one.

    Args:
        held: Modules by name, with what they hold.
        making: Files of modules that are there, of those that ``makers`` returns.
        kinds: As for ``makers``.
    """
    classes = {_class(dotted): name for name, dotted in kinds.items() if _class(dotted) is not None}
    texts = {one.module for one in making}
    objects: dict[int, tuple[Live, dict[str, Live]]] = {}
    for module, values in held:
        for attribute, value in values.items():
            kind = _kind(value, classes)
            if kind and not attribute.startswith("__"):
                known = objects.get(id(value))
                if known is None or (module in texts and known[1]["ref"]["module"] not in texts):
                    objects[id(value)] = (value, _fact(kind, module, attribute))
    inside = {id(part) for value, _ in objects.values() for part in _parts(value)}
    alone = [fact for key, (_, fact) in objects.items() if key not in inside]
    functions = [fact for one in making for fact in _functions(one, classes)]
    return [*sorted(alone, key=_order), *sorted(functions, key=_order)]


def named(app: str, loader: Loader, kinds: Mapping[str, str]) -> list[dict[str, Live]]:
    """The application that the user has named, or the function that makes it; none where there is no such name."""
    module, _, attribute = app.partition(":")
    value = getattr(loader.load(module), attribute, None) if attribute else None
    classes = {_class(dotted): name for name, dotted in kinds.items() if _class(dotted) is not None}
    kind = _kind(value, classes)
    if kind:
        return [_fact(kind, module, attribute)]
    if not callable(value) or not classes:
        return []
    returned = getattr(value, "__annotations__", {}).get("return")
    told = [name for cls, name in classes.items() if returned in (cls, cls.__name__)]
    return [_fact((told or list(classes.values()))[0], module, attribute, _needs(value))]


def _class(dotted: str) -> Live:
    module, _, name = dotted.rpartition(".")
    return getattr(sys.modules.get(module), name, None)


def _kind(value: Live, classes: Mapping[Live, str]) -> str:
    """The framework of an object."""
    return _kind_of(type(value).__mro__, classes)


def _kind_of(ancestors: tuple[type, ...], classes: Mapping[Live, str]) -> str:
    """The framework of a class: that of its nearest ancestor, for FastAPI's is derived from Starlette's."""
    return next((classes[base] for base in ancestors if base in classes), "")


def _fact(kind: str, module: str, attribute: str, needs: list[str] | None = None) -> dict[str, Live]:
    return {
        "framework": kind,
        "ref": {"module": module, "qualname": attribute},
        "is_factory": needs is not None,
        "needs": needs or [],
    }


def _parts(value: Live) -> Iterator[Live]:
    """Applications that are mounted in one."""
    for route in getattr(value, "routes", None) or ():
        part = getattr(route, "app", None)
        while part is not None:
            yield part
            part = getattr(part, "app", None)


def _order(fact: dict[str, Live]) -> tuple[Live, ...]:
    ref = fact["ref"]
    return (
        len(fact["needs"]),
        ref["qualname"] not in ("app", "application", "create_app"),
        _USUAL.search(ref["module"]) is None,
        ref["module"].count("."),
        ref["module"],
        ref["qualname"],
    )


def _functions(source: Source, classes: Mapping[Live, str]) -> Iterator[dict[str, Live]]:
    """Functions of a module whose name or annotation says that they return an application."""
    tree = ast.parse(source.text)
    module = sys.modules[source.module]
    names = {cls.__name__: kind for cls, kind in classes.items()}
    held = {name: value for name, value in vars(module).items() if isinstance(value, type)}
    names |= {name: kind for name, cls in held.items() if (kind := _kind_of(cls.__mro__, classes))}
    called = {_name(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef):
            continue
        inside = {_name(one.func) for one in ast.walk(node) if isinstance(one, ast.Call)} & {*names}
        annotated = {_name(node.returns)} & {*names} if node.returns is not None else set[str]()
        by_name = {*names} & called if _MAKES.fullmatch(node.name) else set[str]()
        returns = any(isinstance(one, ast.Return) and one.value is not None for one in ast.walk(node))
        made = sorted(annotated) or sorted(by_name & inside or by_name)
        function = getattr(module, node.name, None)
        if made and returns and callable(function) and node.name not in ("main", "lifespan"):
            yield _fact(names[made[0]], source.module, node.name, _needs(function))


def _needs(function: Live) -> list[str]:
    """The arguments that a function cannot be called without."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return []
    return [
        one.name
        for one in parameters
        if one.default is one.empty and one.kind not in (one.VAR_POSITIONAL, one.VAR_KEYWORD)
    ]


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Constant):
        return str(node.value).rpartition(".")[2]
    return node.id if isinstance(node, ast.Name) else ""
