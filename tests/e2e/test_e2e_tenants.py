"""Rows that are made for one row have one tenant, by whichever way it is reached."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from e2e_support import init, pytest_in, run, write

pytestmark = pytest.mark.e2e

PYPROJECT = """
    [project]
    name = "racks"
    version = "0.1"
    requires-python = ">=3.10"
    dependencies = ["sqlalchemy>=2", DRIVERS]
"""
MODELS = """
    from sqlalchemy import ForeignKey
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
    ENGINE

    class Base(DeclarativeBase):
        pass


    class Workspace(Base):
        __tablename__ = "workspace"
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str]


    class Host(Base):
        __tablename__ = "host"
        id: Mapped[int] = mapped_column(primary_key=True)
        workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id"))
        workspace: Mapped[Workspace] = relationship()


    class Server(Base):
        __tablename__ = "server"
        id: Mapped[int] = mapped_column(primary_key=True)
        workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id"))
        workspace: Mapped[Workspace] = relationship()
        host_id: Mapped[int] = mapped_column(ForeignKey("host.id"))
        host: Mapped[Host] = relationship()


    class Backup(Base):
        \"\"\"It knows its parents by their keys alone.\"\"\"

        __tablename__ = "backup"
        id: Mapped[int] = mapped_column(primary_key=True)
        server_id: Mapped[int] = mapped_column(ForeignKey("server.id"))
        host_id: Mapped[int] = mapped_column(ForeignKey("host.id"))
        workspace_id: Mapped[int] = mapped_column(ForeignKey("workspace.id"))
"""
TESTS = """
    from sqlalchemy import func, select

    from racks.models import Host, Server, Workspace
    from .factories.backup import BackupFactory
    from .factories.host import HostFactory
    from .factories.server import ServerFactory
    from .factories.workspace import WorkspaceFactory


    def count(session, model):
        return session.scalar(select(func.count()).select_from(model))


    def test_one_workspace(db_session):
        server = ServerFactory.create_sync()
        assert server.workspace is server.host.workspace
        assert count(db_session, Workspace) == 1


    def test_a_batch_has_one_each(db_session):
        servers = ServerFactory.create_batch_sync(5)
        assert all(one.workspace is one.host.workspace for one in servers)
        assert len({one.workspace_id for one in servers}) == 5 == count(db_session, Workspace)


    def test_by_keys_alone(db_session):
        backups = BackupFactory.create_batch_sync(3)
        for backup in backups:
            server = db_session.get(Server, backup.server_id)
            assert server.host_id == backup.host_id
            assert server.workspace_id == backup.workspace_id == server.host.workspace_id
        assert count(db_session, Workspace) == count(db_session, Host) == 3


    def test_what_is_given(db_session):
        workspace = WorkspaceFactory.create_sync()
        server = ServerFactory.create_sync(workspace=workspace)
        assert server.host.workspace is workspace
        host = HostFactory.create_sync()
        assert ServerFactory.create_sync(host=host).workspace is host.workspace
        assert count(db_session, Workspace) == 2
        other = ServerFactory.create_sync(workspace=workspace, host=host)
        assert other.workspace is workspace and other.host is host
        assert count(db_session, Workspace) == 2
"""
ASYNC_TEST = """

    import pytest


    @pytest.mark.asyncio
    async def test_async(async_db_session):
        [server] = await ServerFactory.create_batch_async(1)
        host = await async_db_session.get(Host, server.host_id)
        assert server.workspace_id == host.workspace_id
        backup = await BackupFactory.create_async()
        server = await async_db_session.get(Server, backup.server_id)
        assert (server.host_id, server.workspace_id) == (backup.host_id, backup.workspace_id)
"""


@pytest.mark.parametrize("is_async", [False, True])
def test_rows_share_their_common_ancestors(tmp_path: Path, on_a_url: dict[str, str], is_async: bool) -> None:
    root = tmp_path / "racks"
    drivers = '"psycopg[binary]", "asyncpg"' if is_async else '"psycopg[binary]"'
    engine = "from sqlalchemy.ext.asyncio import create_async_engine" if is_async else ""
    write(root / "pyproject.toml", PYPROJECT.replace("DRIVERS", drivers))
    write(root / "racks/__init__.py", "")
    write(root / "racks/models.py", MODELS.replace("ENGINE", engine))
    init(root)
    write(root / "tests/integration/test_mine.py", TESTS + (ASYNC_TEST if is_async else ""))
    done = pytest_in(root, "tests", **on_a_url)
    assert done.outcomes() == {"passed"}, done.text
    suite = root / "tests/integration"
    assert "__common__ = (WorkspaceFactory,)" in (suite / "factories/server.py").read_text()
    assert "__common__" not in (suite / "factories/host.py").read_text()
    for command in (["check"], ["format", "--check"]):
        found = run([sys.executable, "-m", "ruff", *command, "--isolated", suite / "factories"], root)
        assert found.status == 0, found.text
