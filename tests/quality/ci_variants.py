"""Every kind of CI file that tcgen writes, for linters to read."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

import tcgen
from tcgen.catalog.load import catalog
from tcgen.copier_hooks.extension import Ext
from tcgen.ir.pipeline import CiDatabase
from tcgen.ir.plan import SuitePlan, UserChoices
from tcgen.ir.project import Project, PytestConfig
from tcgen.ir.schema import Schema
from tcgen.ir.service import ServiceChoice
from tcgen.plan.build import Options, build_plan
from tcgen.template.location import template_folder
from tcgen.workflow import stages

SAMPLE = Path(tcgen.__file__).parent / "sample" / "project"
REDIS = ServiceChoice(kind="redis", name="redis")
REGISTRY = ServiceChoice(kind="generic", name="mail", image="ghcr.io/mails/mail:1.2", ports=(25,))


@dataclass(frozen=True)
class Variant:
    """A CI file.

    Attributes:
        name: Tells it from the others; no path.
        path: Where the provider reads it.
        text: What it says.
    """

    name: str
    path: str
    text: str


@cache
def inspected(database: str) -> tuple[Project, Schema]:
    """Return the sample project, as if it ran on a database."""
    return stages.inspect(stages.Request(root=SAMPLE, python=sys.executable, database=database))


def planned(
    ci: str,
    manager: str = "pip",
    *,
    dialect: str = "postgresql",
    database: CiDatabase | None = None,
    docker: str = "",
    whole: bool = False,
) -> SuitePlan:
    """Return a plan for the sample project.

    Args:
        ci: The provider.
        manager: The package manager.
        dialect: What the project runs on.
        database: ``--ci-database``.
        docker: ``--ci-docker``.
        whole: With all else that a file may have: several machines, coverage, services; else with nothing of it.
    """
    project, schema = inspected(dialect)
    more = {"dependencies": (*project.dependencies, "pytest-cov")} if whole else {"test_folders": ()}
    project = project.model_copy(update={"package_manager": manager, "pytest": PytestConfig(), **more})
    choices = UserChoices(
        database=dialect, ci_database=database, ci_docker=docker, shards=3 if whole else None
    )
    services = (REDIS, REGISTRY) if whole else ()
    return build_plan(project, schema, catalog(), Options(ci=ci, user_choices=choices, services=services))


def rendered(plan: SuitePlan) -> str:
    """Return the CI file of a plan, without the rest of the suite."""
    environment = Environment(
        loader=FileSystemLoader(template_folder()),
        extensions=[Ext],
        keep_trailing_newline=True,
        autoescape=False,
    )
    template = environment.get_template(f"templates/ci/{plan.ci}/workflow.yml.jinja")
    return template.render(suite=plan.model_dump(mode="json"), tcgen_template=["v1.2.3", ""])


def variants() -> Iterator[Variant]:
    """Yield a file for each provider, manager, way to Docker and origin of the database, bare and whole."""
    for name, spec in catalog().ci.items():
        ways = tuple(spec.docker) or ("",)
        servers: tuple[CiDatabase, ...] = ("service",) if spec.service_host else ()
        origins: tuple[CiDatabase, ...] = ("container", *servers, "embedded")
        for manager, way, origin, whole in product(catalog().managers, ways, origins, (False, True)):
            plan = planned(name, manager, database=origin, docker=way, whole=whole)
            yield _variant(plan, manager, way, origin, "whole" if whole else "bare")
        for dialect in ("mysql", "mariadb", "sqlite"):
            for origin in ("container", *(() if dialect == "sqlite" else servers)):
                yield _variant(planned(name, dialect=dialect, database=origin), dialect, origin)


def _variant(plan: SuitePlan, *about: str) -> Variant:
    return Variant("-".join((plan.ci, *filter(None, about))), plan.ci_file, rendered(plan))


def write_variants(folder: Path) -> dict[str, list[Path]]:
    """Write all of them into folders of their own; return the files by their provider's."""
    written: dict[str, list[Path]] = {}
    for one in variants():
        place = folder / one.name / one.path
        place.parent.mkdir(parents=True)
        place.write_text(one.text, encoding="utf-8")
        written.setdefault(one.path, []).append(place)
    return written
