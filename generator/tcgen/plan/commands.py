"""The commands of CI and of a developer, finished: the templates only list them."""

from __future__ import annotations

from collections.abc import Mapping

from tcgen.ir.catalog import CiSpec, ManagerSpec
from tcgen.ir.pipeline import PipelinePlan
from tcgen.ir.plan import GROUP, CommandsPlan
from tcgen.ir.project import Project


def plan_commands(
    manager: ManagerSpec,
    provider: CiSpec | None,
    project: Project,
    pipeline: PipelinePlan,
    dest: str,
    install: str,
) -> CommandsPlan:
    """Fill in what a package manager's file leaves open.

    Args:
        manager: The project's.
        provider: Whose machines they run on; None where there is no CI.
        project: Its files.
        pipeline: What the CI file says beside the commands.
        dest: Folder of the suite.
        install: What pip is told to install.
    """
    needs = tuple(one for one in manager.needs if one not in _present(manager, provider))
    words = {"group": (GROUP,), "needs": needs, "project": (install,)}
    first = () if "{needs}" in manager.install or not needs else (f"pip install {' '.join(needs)}",)
    upgrade = (manager.upgrade,) if manager.upgrade and project.has_pyproject else ()
    # A part of the tests cannot reach what is asked of all of them. It stands before the folder, which a last
    # --cov of addopts would take for what it measures.
    no_coverage = " --no-cov" if project.pytest.measures_coverage else ""
    pytest = f"{manager.run} pytest".lstrip()
    reported = f"{pytest} --junitxml={provider.report if provider else 'junit.xml'}"
    return CommandsPlan(
        install=(*upgrade, *first, _filled(manager.install, words)),
        run=manager.run,
        python_variable=manager.python_variable,
        tool=manager.tool,
        check=f"check {manager.check}".rstrip(),
        test=(f"{reported} {dest} -n auto", *_coverage(project, pipeline), *_share(pipeline)),
        test_others=f'{reported} -m "not integration"' if pipeline.runs_other_tests else "",
        try_out=f"pytest{no_coverage} {dest}",
        hint=_filled(manager.hint, words) if project.has_pyproject else f"python -m pip install {install}",
    )


def _coverage(project: Project, pipeline: PipelinePlan) -> tuple[str, ...]:
    if not pipeline.has_coverage:
        return ()
    measured = () if project.pytest.measures_coverage else ("--cov",)
    return (" ".join((*measured, "--cov-report=xml", "--cov-fail-under=0")),)


def _share(pipeline: PipelinePlan) -> tuple[str, ...]:
    """Say which part of the suite a machine runs, whose number is in $SHARD."""
    if pipeline.shards == 1:
        return ()
    return (
        f'--splits={pipeline.shards} --group="$SHARD" --splitting-algorithm=least_duration',
        f"--durations-path={pipeline.durations}",
    )


def _present(manager: ManagerSpec, provider: CiSpec | None) -> tuple[str, ...]:
    """Return the distributions a job has when its first command runs."""
    if provider is None:
        return ()
    action = provider.python or manager.action
    return (*provider.has, *(action.brings if provider.runs_actions else ()))


def _filled(command: str, words: Mapping[str, tuple[str, ...]]) -> str:
    """Put words in the place of ``{name}``: none leaves no gap."""
    parts = (
        words.get(word[1:-1], (word,)) if word.startswith("{") else (word,) for word in command.split(" ")
    )
    return " ".join(word for part in parts for word in part)
