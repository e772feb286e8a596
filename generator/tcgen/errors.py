"""The one error class: what went wrong, where, and the way out."""

from __future__ import annotations

from collections.abc import Mapping

from tcgen.outside_text import readable


class TcgenError(Exception):
    """A mistake or an obstacle the user can do something about; printed without a traceback.

    Attributes:
        code: A stable kebab-case name, for scripts and for tests: one of ``ERRORS``.
        message: Names the file and the cause.
        hint: The next command, flag or setting.
        detail: Text shown below, such as the project's own frame of an import error.
    """

    def __init__(self, code: str, message: str, *, hint: str = "", detail: str = "") -> None:
        # much of it is the project's own words
        self.code = code
        self.message = readable(message)
        self.hint = readable(hint)
        self.detail = readable(detail)
        super().__init__(self.message)


ERRORS: Mapping[str, str] = {
    "alembic-config-not-found": "`--alembic-config` names no Alembic configuration, or one without an env.py.",
    "bad-answers": "`.tcgen/answers.yml` is damaged.",
    "bad-app": "`--app` or `[tool.tcgen] app` names no web application, or one that cannot be made without arguments.",
    "bad-catalogue": "A file of the template that describes a service, or the like, is not of its form.",
    "bad-ci": "`--ci` names a provider that there are no files for.",
    "bad-ci-database": "The database of CI cannot come from where `--ci-database` wants it from.",
    "bad-ci-docker": "`--ci-docker` names a way to Docker that the CI provider has not.",
    "bad-database": "`--database` names none that there is.",
    "bad-dest": "The suite's folder is not a plain name inside the project.",
    "bad-journal": "An earlier run was killed while it wrote, and its journal cannot be read.",
    "bad-provider": "A value in `[tool.tcgen.providers]` is not a Python expression.",
    "bad-pyproject": "pyproject.toml cannot be read, or a table of it has another form than its standard.",
    "bad-service": "A flag that describes a service has a value that is not possible.",
    "bad-setting": "`[tool.tcgen]` holds something tcgen does not know.",
    "busy": "Another run of tcgen is writing to the project.",
    "cannot-read": "The system refused a file or folder that the run needs.",
    "cannot-write": "The disk refused; the project is as it was.",
    "changed-meanwhile": "A file changed between reading and writing; nothing was written.",
    "conflict-in-answers": "`.tcgen/answers.yml` has conflict markers of a merge.",
    "demo-requirements": "tcgen was installed without what the sample project needs.",
    "destination-exists": "Files that tcgen did not write are where the suite would go.",
    "destination-not-empty": "`tcgen demo` was given a folder that is not empty.",
    "factory-test-not-run": "The suite's test of all factories cannot be started.",
    "formatter-failed": "ruff cannot lay out what was rendered as the project's settings say.",
    "import-failed": "The project's models cannot be imported; the project's own line is shown.",
    "internal-error": "A fault of tcgen's own: please report it.",
    "interrupted": "An earlier run was killed while it wrote; `tcgen update` puts everything back.",
    "leads-outside": "A link in the project leads to where nothing of it is to be written, such as another folder.",
    "mapping-fails": "SQLAlchemy cannot configure a class, and no class can be had without it; its words are shown.",
    "merge-in-progress": "A merge of the project's repository is not finished.",
    "metadata-not-importable": "A metadata cannot be reached by import, so that no suite could use it.",
    "models-not-found": "`--models` names what there is not, or what holds no models.",
    "newer-answers": "The suite was written by a newer tcgen than this one.",
    "no-factory-test": "The suite's test of all factories was deleted.",
    "no-git": "git cannot be run, and merging needs it.",
    "no-models": "No SQLAlchemy models were found.",
    "no-release": "The repository given as a template has no tag of a release.",
    "no-server": "There is no server of the project's database to run the suite on.",
    "no-suite": "The project has no suite of tcgen's yet.",
    "no-template": "A repository or version of the template holds none, or cannot be had.",
    "not-a-folder": "What was given as the project is no folder.",
    "not-confirmed": "A question was to be answered, and nobody is there.",
    "older-template": "The template's repository has only versions before the recorded one.",
    "other-database": "The project's own database is none that suites are written for; nothing was written.",
    "probe-crashed": "The project's interpreter ended before it could describe the models.",
    "probe-timeout": "Importing the project's models took too long.",
    "python-not-found": "The project's interpreter does not exist or cannot be run.",
    "python-too-old": "The project's interpreter is older than what a suite can run on.",
    "schemas-are-databases": "On MySQL and MariaDB the models' tables are in several databases; nothing was written.",
    "sqlalchemy-missing": "The project's interpreter has no SQLAlchemy, or one that it cannot import.",
    "sqlalchemy-too-old": "The project's SQLAlchemy is older than 1.4.",
    "suite-broken": "The modules of the suite cannot be imported, or do not come to an end.",
    "suite-too-slow": "pytest did not come to an end in the time it is given, and was stopped.",
    "template-not-found": "The template's repository cannot be fetched.",
    "unknown-manager": "A plan names a package manager that the template has no file for.",
    "unknown-provider": "`[tool.tcgen.providers]` names an attribute that no mapped class has.",
    "unknown-service": "There is no service of that name, in the catalogue or in the suite.",
    "unsettled": "An earlier update left conflicts that nobody has settled.",
    "usage": "The command line was not understood.",
}
"""Every code of an error, and what it means: the reference page is made from it."""
