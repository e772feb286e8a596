"""Session factories and engines that the project's modules, their classes and their objects hold."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.engine import Engine

from ..common import Live, is_importable
from ..models.engines import sync_engine

Held = list[tuple[str, dict[str, Live]]]
"""Modules by name, short names first, with what they hold."""

_FACTORIES = {
    "sessionmaker": False,
    "async_sessionmaker": True,
    "scoped_session": False,
    "async_scoped_session": True,
}
"""Name of a class of SQLAlchemy's → whether its sessions are asynchronous, as far as that says."""


def factories(held: Held) -> list[dict[str, Live]]:
    """Session factories, each once; a registry of sessions comes before the factory that it has."""
    found: dict[int, dict[str, Live]] = {}
    for module, path, value in _everything(held):
        kind = _kind(value)
        if kind and id(value) not in found:
            fact = _described(value, kind)
            if fact is not None:
                found[id(value)] = {"ref": {"module": module, "qualname": path}, **fact}
    return list(found.values())


def engines(held: Held) -> list[dict[str, Live]]:
    """Engines, each once."""
    found: dict[int, dict[str, Live]] = {}
    for module, path, value in _everything(held):
        engine = sync_engine(value)
        if isinstance(engine, Engine) and id(engine) not in found:
            is_async = engine is not value
            found[id(engine)] = {
                "ref": {"module": module, "qualname": path},
                "is_async": is_async,
                **_url(engine),
            }
    return list(found.values())


def _everything(held: Held) -> Iterator[tuple[str, str, Live]]:
    """What modules hold, then what their objects and classes do."""
    for module, values in held:
        for name, value in list(values.items()):
            if not name.startswith("__"):
                yield module, name, value
    for module, values in held:
        for name, value in list(values.items()):
            if name.startswith("__") or not _may_hold(value, module):
                continue
            for attribute, inner in list(getattr(value, "__dict__", {}).items()):
                if not attribute.startswith("_"):
                    yield module, f"{name}.{attribute}", inner


def _may_hold(value: Live, module: str) -> bool:
    """Whether an object or class is the project's own, or a configuration that a library makes sessions by."""
    owner = value if isinstance(value, type) else type(value)
    return str(getattr(owner, "__module__", "")).split(".")[0] in (module.split(".")[0], "advanced_alchemy")


def _kind(value: Live) -> str:
    names = [cls.__name__ for cls in type(value).__mro__ if cls.__module__.startswith("sqlalchemy.")]
    return next((name for name in names if name in _FACTORIES), "")


def _described(value: Live, kind: str) -> dict[str, Live] | None:
    """What a factory gives to its sessions; None of one that was made for another library's sessions."""
    maker = getattr(value, "session_factory", value) if "scoped" in kind else value
    settings: dict[str, Live] | None = getattr(maker, "kw", None)
    if settings is None:
        return None
    cls = _own_class(maker)
    if cls is None:
        return None
    bind = settings.get("bind")
    engine = sync_engine(bind)
    is_async = _FACTORIES[kind] or any(base.__name__ == "AsyncSession" for base in cls.__mro__)
    return {
        "is_async": is_async,
        "scoped": "scoped" in kind,
        "cls": {"module": _public(cls), "qualname": cls.__qualname__} if _is_reachable(cls) else None,
        "bound": bind is not None or bool(settings.get("binds")),
        "expires": bool(settings.get("expire_on_commit", True)),
        **(_url(engine) if isinstance(engine, Engine) else {}),
    }


def _own_class(maker: Live) -> Live:
    """The class of a factory's sessions: SQLAlchemy derives one for each factory."""
    cls = getattr(maker, "class_", None)
    if not isinstance(cls, type):
        return None
    derived = cls.__module__.startswith("sqlalchemy.") and len(cls.__bases__) == 1 and not is_importable(cls)
    return cls.__bases__[0] if derived else cls


def _is_reachable(cls: Live) -> bool:
    return cls.__module__.startswith(("sqlalchemy.", "sqlmodel.")) or is_importable(cls)


def _public(cls: Live) -> str:
    """The module that people import a class of SQLAlchemy's from."""
    homes = {
        "sqlalchemy.orm.session": "sqlalchemy.orm",
        "sqlalchemy.ext.asyncio.session": "sqlalchemy.ext.asyncio",
        "sqlmodel.orm.session": "sqlmodel",
    }
    return homes.get(cls.__module__, str(cls.__module__))


def _url(engine: Engine) -> dict[str, Live]:
    url = engine.url
    return {
        "backend": url.get_backend_name(),
        "driver": engine.driver,
        "place": [url.host, url.port, url.database],
    }
