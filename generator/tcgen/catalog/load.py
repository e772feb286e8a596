"""Reads what the template knows as data: a file each below ``templates``."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

from tcgen.errors import TcgenError
from tcgen.ir.base import Frozen
from tcgen.ir.catalog import (
    ApplicationSpec,
    Catalog,
    CiSpec,
    CommandSpec,
    FrameworkSpec,
    ManagerSpec,
    PinSpec,
    QueueSpec,
)
from tcgen.ir.service import ServiceKind
from tcgen.template.location import template_folder

Spec = TypeVar("Spec", bound=Frozen)
Form = TypeVar("Form")


def load(folder: Path, pattern: str, form: type[Spec]) -> dict[str, Spec]:
    """Read files of one form.

    Args:
        folder: Where they are.
        pattern: ``*/service.yml`` for a folder each, which gives the name, or ``*.yml`` for a file each.
        form: What each of them describes.

    Returns:
        What they say by name, sorted.

    Raises:
        TcgenError: A file is not what the form describes.
    """
    return {
        path.parent.name if "/" in pattern else path.stem: load_file(path, form)
        for path in sorted(folder.glob(pattern))
    }


def load_file(path: Path, form: type[Form]) -> Form:
    """Read one file.

    Args:
        path: The file.
        form: The type of what it describes.

    Raises:
        TcgenError: It is not what the form describes.
    """
    try:
        return TypeAdapter(form).validate_python(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (yaml.YAMLError, ValidationError) as error:
        raise TcgenError("bad-catalogue", f"{path}: {error}", hint="mend the file") from error


@cache
def services() -> dict[str, ServiceKind]:
    """Return the kinds of services."""
    return load(_templates() / "services", "*/service.yml", ServiceKind)


@cache
def ci_providers() -> dict[str, CiSpec]:
    """Return the CI providers, the default one first."""
    found = load(_templates() / "ci", "*/ci.yml", CiSpec)
    return dict(sorted(found.items(), key=lambda item: not item[1].default))


@cache
def package_managers() -> dict[str, ManagerSpec]:
    """Return the package managers in their own order."""
    found = load(_templates() / "managers", "*.yml", ManagerSpec)
    return dict(sorted(found.items(), key=lambda item: item[1].order))


@cache
def actions() -> dict[str, PinSpec]:
    """Return the releases of actions that workflows use, by their repositories."""
    return load_file(_templates() / "ci" / "actions.yml", dict[str, PinSpec])


@cache
def pythons() -> dict[str, date]:
    """Return the versions of Python that a suite runs on, the oldest first, and until when each is mended."""
    return load_file(_templates() / "ci" / "pythons.yml", dict[str, date])


@cache
def frameworks() -> dict[str, FrameworkSpec]:
    """Return the web frameworks whose extensions own the session."""
    return load(_templates() / "frameworks", "*/framework.yml", FrameworkSpec)


@cache
def applications() -> dict[str, ApplicationSpec]:
    """Return the web frameworks with what there is to know of their applications."""
    return load(_templates() / "frameworks", "*/application.yml", ApplicationSpec)


@cache
def queues() -> dict[str, QueueSpec]:
    """Return the libraries for task queues."""
    return load(_templates() / "queues", "*/queue.yml", QueueSpec)


@cache
def commands() -> dict[str, CommandSpec]:
    """Return the libraries for command lines."""
    return load(_templates() / "commands", "*.yml", CommandSpec)


@cache
def catalog() -> Catalog:
    """Return all of it, of tcgen's own template."""
    return Catalog(
        services=services(),
        ci=ci_providers(),
        managers=package_managers(),
        frameworks=frameworks(),
        applications=applications(),
        queues=queues(),
        commands=commands(),
        actions=actions(),
        pythons=pythons(),
    )


def _templates() -> Path:
    return template_folder() / "templates"
