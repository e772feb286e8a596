"""Which package manager a project is installed with."""

from __future__ import annotations

from tcgen.discover.manifest import Manifest
from tcgen.discover.project_files import ProjectFiles
from tcgen.ir.catalog import Catalog, ManagerSpec


def find_manager(tree: ProjectFiles, manifests: tuple[Manifest, ...], catalog: Catalog) -> str:
    """The manager, by its own files or else what pyproject.toml says; of several manifests the first that tells."""
    for manifest in manifests:
        folder = tree.folder(manifest.folder)
        files = () if folder is None else folder.files
        for name, spec in catalog.managers.items():
            if any(file in files for file in spec.files):
                return name
        told = {name: spec for name, spec in catalog.managers.items() if _is_told(manifest, spec)}
        for name, spec in told.items():
            if not any(other in told for other in spec.yields_to):
                return name
    return catalog.default_manager


def _is_told(manifest: Manifest, spec: ManagerSpec) -> bool:
    backend = str(manifest.table("build-system").get("build-backend", ""))
    return backend.startswith(spec.backends) or any(
        manifest.table("tool", *path.split(".")) for path in spec.tables
    )
