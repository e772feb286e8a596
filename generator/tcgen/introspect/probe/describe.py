"""The two jobs of the probe, put together from its parts."""

from __future__ import annotations

import importlib.util
import sys
from contextlib import suppress
from importlib import metadata as distributions
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import MetaData, Table

from . import no_database
from .common import Live, Notes, ProbeError, is_importable
from .migrations import location
from .migrations.location import Location
from .models import (
    configuring,
    databases,
    find_model_files,
    import_closure,
    mappers,
    metadata,
    settings_classes,
    tables,
)
from .models.loading import Loader
from .models.named_models import Targets

if TYPE_CHECKING:
    from tcgen.introspect.protocol import AlembicRequest, ProbeRequest, UrlParts, UrlSourceAnswer

LIBRARIES = frozenset(["sqlalchemy", "sqlmodel"])


def schema(request: ProbeRequest, notes: Notes) -> tuple[dict[str, Live], dict[str, UrlSourceAnswer]]:
    """``Schema`` without its environment, and what is known of where each env.py takes its URL from, by database.

    Raises:
        ProbeError: No model was found, one cannot be imported, or it is not clear which are meant.
    """
    root = request["root"]
    loader = Loader(root, request["environment_names"], notes)
    roots = [root, *(str(Path(root, r).resolve()) for r in request["source_roots"])]
    targets = Targets(request["models"], loader, roots)
    targets.load()
    histories = _histories(request, loader, notes)
    packages = _packages(request, targets, histories[0].place)
    found = find_model_files.model_modules(packages, roots, _known_names(_libraries(request)))
    loader.load_all(m for m in found if m not in sys.modules)
    tops = {p.split(".")[0] for p in packages} | targets.tops
    every = configuring.configured(loader, notes, tops, _needed(targets, histories, tops))
    given = targets.metadatas(every) if targets.given else []
    histories = databases.of_use(histories, given, every, root, notes)
    chosen, rivals = _choose(targets, given, histories, every, tops, loader, notes)
    apart = databases.split(chosen, histories, rivals, every, tops)
    for one in apart:
        one.metadatas = _reachable(one.metadatas, every, tops, targets, notes)
    loader.report()
    first, *further = [_database_fact(request, one, every, tops, targets, loader, notes) for one in apart]
    facts = {**first, "further": further}
    tables.note_engines([m for one in apart for m in one.metadatas], notes)
    facts["setup_modules"] = targets.setup_modules
    facts["creates_tables"] = _creates_tables(notes)
    facts["settings_names"] = settings_classes.names()
    facts["import_seconds"] = round(loader.seconds, 3)
    facts["diagnostics"] = notes.diagnostics
    return facts, {
        one.name: _url_source_answer(*one.history, one.history.url_source.config)
        for one in apart
        if one.history.place is not None
    }


def _database_fact(
    request: ProbeRequest,
    database: databases.Database,
    every: list[Live],
    tops: set[str],
    targets: Targets,
    loader: Loader,
    notes: Notes,
) -> dict[str, Live]:
    """What ``Schema`` says of one database."""
    return {
        **_facts(request, database, every, tops, targets, loader.late),
        "name": database.name,
        "apart": database.why,
        "bind": database.bind,
        "backend": database.backend,
        "engine": database.engine,
        "place": database.place,
        "alembic": _alembic_fact(request, database, notes),
    }


def _creates_tables(notes: Notes) -> bool:
    """Whether the models are created in whatever database is set, wherever they are imported."""
    if no_database.SEEN.creates_tables:
        notes.add(
            "note",
            "creates-tables",
            "The models' tables are created where the models are imported: the suite leaves that out,"
            " and creates them in its own database.",
        )
    return no_database.SEEN.creates_tables


def url(request: ProbeRequest, notes: Notes) -> UrlSourceAnswer:
    """What env.py connects to with the environment and the drivername of this request."""
    from .migrations import env_py

    root = Path(request["root"])
    assert request["alembic"] is not None  # noqa: S101  # who asks for the URL has a configuration
    place = location.locate(request["alembic"], root)
    loader = Loader(str(root), [], notes)
    with loader.timed():
        url_source = env_py.find_url_source(
            place, str(root), notes, request["drivername"], skip_attribute=True
        )
    return _url_source_answer(place, url_source, request["alembic"], loader.seconds)


def load_alembic(request: ProbeRequest) -> None:
    """Import what is needed of Alembic, where there are migrations, before a package of the project's has its name."""
    if request["alembic"] and importlib.util.find_spec("alembic") is not None:
        from .migrations import env_py  # noqa: F401


def _histories(request: ProbeRequest, loader: Loader, notes: Notes) -> list[databases.History]:
    """Run each env.py, which knows the project's metadata best: that of the first configuration before others.

    A pair of None stands for the first one where there is none to run.
    """
    if not request["alembic"]:
        return [databases.History()]
    if importlib.util.find_spec("alembic") is None:
        notes.add(
            "warning",
            "alembic-missing",
            f"The project has Alembic scripts, but {sys.executable} has no Alembic; they are left out.",
            "Install alembic there, or pass --python PATH of the project's interpreter.",
        )
        return [databases.History()]
    configs = [request["alembic"], *request["other_alembics"]]
    return [_run_env(request, one, loader, notes) for one in configs]


def _run_env(
    request: ProbeRequest, config: AlembicRequest, loader: Loader, notes: Notes
) -> databases.History:
    from .migrations import env_py

    place = location.locate(config, Path(request["root"]))
    framework = request["frameworks"].get(config["framework"])
    if framework is not None:
        url_source = env_py.UrlSource("direct")
        url_source.config = config
        url_source.reason = f"it asks {framework['title']}'s {framework['env_py']} for its database"
        return databases.History(place, url_source)
    with loader.timed():
        url_source = env_py.find_url_source(place, request["root"], notes)
    if url_source.run is not None and url_source.run.error is not None and url_source.via == "direct":
        loader.note_missing(url_source.run.error)
    url_source.config = config
    return databases.History(place, url_source)


def _packages(request: ProbeRequest, targets: Targets, place: Live) -> list[str]:
    """What to search: the packages of what was named, else the project's, else the distribution of its name."""
    named = sorted(targets.holders - _libraries(request))
    if named:
        return named
    names = list(request["packages"]) or _distributed(request["name"])
    if place is not None and location.is_installed(place.script, Path(request["root"])):
        names.append(location.portable(place.script, Path(request["root"])).partition(":")[0])
    return list(dict.fromkeys(names))


def _libraries(request: ProbeRequest) -> set[str]:
    """Packages whose bases and metadatas are not the project's."""
    return {*LIBRARIES} | {spec["library"] for spec in request["frameworks"].values()}


def _known_names(libraries: set[str]) -> set[str]:
    """Names of the bases and mapped classes imported so far, those of libraries left out."""
    bases = {b for m in mappers.all_mappers() for b in m.class_.__mro__}
    return {
        b.__name__
        for b in bases
        if b.__module__.split(".")[0] not in (*libraries, "builtins", "typing", "abc")
    }


def _distributed(name: str) -> list[str]:
    found: set[str] = set()
    with suppress(distributions.PackageNotFoundError):
        for path in distributions.distribution(name).files or ():
            top = path.parts[0]
            if path.suffix == ".py" and (len(path.parts) > 1 or "." in top):
                found.add(top[:-3] if top.endswith(".py") else top)
    return sorted(n for n in found if n.isidentifier())


def _needed(targets: Targets, histories: list[databases.History], tops: set[str]) -> set[str]:
    """Modules that the suite imports whatever they hold: what the user named for setup, and env.py's own."""
    needed = set(targets.setup_modules)
    for place, url_source in histories:
        if place is not None and url_source.via in ("option", "attribute"):
            needed |= import_closure.reached_from(place.env_text, tops)
    return needed


def _choose(
    targets: Targets,
    given: list[MetaData],
    histories: list[databases.History],
    every: list[Live],
    tops: set[str],
    loader: Loader,
    notes: Notes,
) -> tuple[list[MetaData], list[MetaData]]:
    """The project's metadatas: those that fit in one database, and those whose names of tables others have."""
    elsewhere = databases.elsewhere(histories)
    named = histories[0].metadatas
    if targets.given:
        chosen, rivals = databases.separate(given, every, notes)
    else:
        others = [m for m in metadata.of_project(every, tops) if m not in elsewhere]
        if named:
            notes.add("note", "metadata-from-alembic", "The models are those of the metadata env.py names.")
            beside, rivals = _beside(named, others, every, notes)
            chosen = named + beside
        else:
            chosen, rivals = databases.separate(others, every, notes)
    chosen = [m for m in chosen if m.tables]
    if chosen or elsewhere:
        return chosen, rivals
    if loader.failures:
        raise loader.failed(_worst(loader))
    raise ProbeError(
        "no-models",
        f"No SQLAlchemy models were found in {', '.join(sorted(tops)) or 'the project'}",
        "Name where they are with --models MODULE or --models MODULE:ATTR (a Base, registry, MetaData or db).",
    )


def _reachable(
    chosen: list[MetaData], every: list[Live], tops: set[str], targets: Targets, notes: Notes
) -> list[MetaData]:
    """Those that can be imported, if any can: a view's table often has a throw-away metadata of its own."""
    kept = [m for m in chosen if targets.reference(m) or metadata.find_reference(m, _mine([m], every), tops)]
    for left_out in [m for m in chosen if m not in kept] if kept else []:
        notes.add(
            "note",
            "metadata-left-out",
            f"No module names the metadata of {', '.join(sorted(left_out.tables)[:5])}: the suite neither makes"
            " these tables nor has factories for their classes.",
            "If they are tables, give their metadata a name in a module.",
        )
    return kept or chosen


def _mine(chosen: list[MetaData], every: list[Live]) -> list[Live]:
    """The mappers whose rows go to tables of these metadatas."""
    return [m for m in every if any(t.metadata in chosen for t in mappers.tables_of(m))]


def _worst(loader: Loader) -> Live:
    """The failure to show: one that names a missing setting or is no mere consequence, before others."""
    for failure in loader.failures:
        loader.note_missing(failure.error)
    known = {item["name"] for item in loader.notes.missing}
    ranked = sorted(loader.failures, key=lambda f: not any(n in str(f.error) for n in known))
    return ranked[0]


def _beside(
    chosen: list[MetaData], others: list[MetaData], every: list[Live], notes: Notes
) -> tuple[list[MetaData], list[MetaData]]:
    """Other metadatas of the project's classes: those that can live beside the one env.py names, and its rivals."""
    found: list[MetaData] = []
    rivals: list[MetaData] = []
    for item in others:
        names = [mappers.dotted(one) for one in _mine([item], every)]
        if item in chosen or not names:
            continue
        said = (
            f"{len(names)} mapped classes belong to a metadata env.py does not name: {', '.join(names[:5])}"
        )
        if not metadata.is_of_the_dialect(item):
            hint = "Take them in with --models MODULE:ATTR, once for each base."
            notes.add("warning", "other-metadata", said, hint)
        elif metadata.repeats(item, [*chosen, *found]):
            rivals.append(item)
        else:
            found.append(item)
            said += "; its tables are created where the migrations do not make them"
            notes.add("note", "other-metadata", said)
    return found, rivals


def _facts(
    request: ProbeRequest,
    database: databases.Database,
    every: list[Live],
    tops: set[str],
    targets: Targets,
    late: list[str],
) -> dict[str, Live]:
    chosen, url_source = database.metadatas, database.history.url_source
    mine = _mine(chosen, every)
    names = metadata.modules_under(tops | {m.class_.__module__.split(".")[0] for m in mine})
    references = {}
    registries: dict[Live, dict[str, str] | None] = {}
    for mapper in mine:
        if is_importable(mapper.class_):
            continue
        found = mappers.find_reference(mapper.class_, names)
        if found is not None:
            references[mapper.class_] = found
        else:
            registries[mapper] = mappers.find_registry(mapper, mine, names)
    every_table: list[Table] = list(dict.fromkeys(t for m in chosen for _, t in sorted(m.tables.items())))
    return {
        "metadatas": [_metadata_fact(request, m, mine, tops, targets, url_source, late) for m in chosen],
        "tables": [tables.table_fact(t) for t in every_table],
        "mappers": [mappers.mapper_fact(m, references, registries.get(m)) for m in mine],
    }


def _metadata_fact(
    request: ProbeRequest,
    item: MetaData,
    mine: list[Live],
    tops: set[str],
    targets: Targets,
    url_source: Live,
    late: list[str],
) -> dict[str, Live]:
    ref = targets.reference(item) or metadata.find_reference(item, mine, tops)
    if ref is None:
        raise ProbeError(
            "metadata-not-importable",
            f"The metadata of {', '.join(sorted(item.tables)[:5])} cannot be reached by import",
            "Give it a name in a module, and pass that as --models MODULE:ATTR.",
        )
    return {
        "ref": ref,
        "framework": metadata.framework_of(item, request["frameworks"], metadata.modules_under(tops)),
        "modules": import_closure.complete_with(item, mine, ref["module"], tops, late),
        "tables": sorted(item.tables),
        "from_alembic": url_source is not None and item in url_source.metadatas,
    }


def _alembic_fact(
    request: ProbeRequest, database: databases.Database, notes: Notes
) -> dict[str, Live] | None:
    place, url_source = database.history
    if place is None:
        return None
    from .migrations import env_py, history, nullability

    root = Path(request["root"])
    scripts = history.read(place, notes)
    _note_heads(scripts, notes)
    return {
        "ini": location.portable_ini(place, root),
        "script_location": location.portable(place.script, root),
        "run_in": location.run_in(place, root),
        "options": location.options(place),
        "version_locations": location.version_locations(place, root),
        "url_via": "option"
        if url_source.via == "option"
        else "attribute"
        if url_source.via == "attribute"
        else "direct",
        "attribute": url_source.attribute,
        "arguments": database.arguments,
        "drivername": url_source.drivername,
        "is_async": bool(
            env_py.ASYNC_HINT.search(place.env_text) or (url_source.run and url_source.run.is_async)
        ),
        "heads": scripts.heads,
        "revisions": len(scripts.paths),
        "loaded": scripts.loaded,
        "loads_alone": history.loads_alone(scripts),
        "inserts_rows": history.inserts_rows(scripts),
        "not_null": sorted(nullability.not_null_columns(scripts)),
        "extensions_created": history.extensions_created(scripts),
        "schemas_created": history.schemas_created(scripts),
        **env_py.settings_of(url_source, place.env_text),
    }


def _note_heads(scripts: Live, notes: Notes) -> None:
    if len(scripts.heads) < 2:
        return
    heads = ", ".join(scripts.heads)
    if scripts.independent:
        notes.add("note", "independent-branches", f"The migrations have independent branches: {heads}")
        return
    notes.add(
        "warning",
        "several-heads",
        f"The migrations have {len(scripts.heads)} heads ({heads}): the tests upgrade to all of them, which"
        " `alembic upgrade head` refuses",
        "Join them with `alembic merge heads`, or give their branches labels.",
    )


def _url_source_answer(
    place: Location, url_source: Live, config: AlembicRequest, seconds: float = 0.0
) -> UrlSourceAnswer:
    """The source of the URL as plain data, the parts of the URL that was seen included."""
    from .migrations import env_py

    seen = (
        env_py.as_url(url_source.run.url)
        if url_source.run is not None and url_source.run.url is not None
        else None
    )
    parts: UrlParts = {}
    if seen is not None:
        parts = {
            "host": seen.host,
            "port": seen.port,
            "user": seen.username,
            "password": None if seen.password is None else str(seen.password),
            "database": seen.database,
            "drivername": seen.drivername,
        }
    return {
        "via": url_source.via,
        "reason": url_source.reason,
        "parts": parts,
        "drivername": url_source.drivername,
        "is_async": bool(url_source.run and url_source.run.is_async),
        "settings": env_py.settings_of(url_source, place.env_text),
        "config": config,
        "seconds": seconds,
    }
