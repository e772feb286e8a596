"""What the doctor asks, and what a finding is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from tcgen.ir.base import Frozen

Level = Literal["ok", "warning", "failed"]


class Finding(Frozen):
    """An answer to one of the questions.

    Attributes:
        code: One of ``QUESTIONS``.
        level: ``failed`` where a suite would not run, or not whole.
        message: What there is, or what is wrong.
        cure: What to do about it; "" where nothing is wrong.
    """

    code: str
    level: Level
    message: str
    cure: str = ""


class Question(Frozen):
    """What the doctor looks at: the reference page is made from these.

    Attributes:
        asks: What follows "asks whether".
        wrong: When it is no longer ok, and how bad that is.
    """

    asks: str
    wrong: str


QUESTIONS: Mapping[str, Question] = {
    "suite": Question(
        asks="there is a suite, and its record can be read",
        wrong="failed where the record is damaged; a warning where there is no suite yet",
    ),
    "interpreter": Question(
        asks="the project's interpreter runs, and its models can be imported",
        wrong="failed, in the words of `tcgen check`",
    ),
    "requirements": Question(
        asks="what the suite requires is installed there",
        wrong="failed; the other questions are asked in an environment on top of the project's, as `tcgen init` does",
    ),
    "up-to-date": Question(
        asks="the suite is in step with models and template", wrong="a warning; `tcgen update` is next"
    ),
    "marks": Question(
        asks="no factory's test is marked as one that fails", wrong="a warning that names the classes"
    ),
    "database": Question(
        asks="the suite finds a database, by its own rules; which",
        wrong="failed where it finds none, or where the server at `$TEST_DATABASE` cannot be used",
    ),
    "embedded": Question(
        asks="the embedded server starts and stops, where the suite would take it",
        wrong="failed, with the last line that it wrote",
    ),
    "engine": Question(
        asks="a container engine answers; which, of what version, and what named its address",
        wrong="failed where the suite needs containers, else a warning; sockets of other engines that listen are named",
    ),
    "container": Question(
        asks="a container starts, of an image that is there",
        wrong="failed where the suite needs containers, else a warning; not asked where no image is there",
    ),
    "ports": Question(
        asks="the port that it publishes can be reached from here",
        wrong="failed where the suite needs containers, else a warning",
    ),
    "ryuk": Question(
        asks="Ryuk, which removes what a killed run leaves, starts and answers; its version, and whether it is privileged",
        wrong="failed where the suite needs containers, else a warning; a warning where it is switched off",
    ),
    "images": Question(
        asks="each image of the suite is there, or a registry has it for this engine",
        wrong="failed where the suite needs containers, else a warning",
    ),
    "login": Question(
        asks="the helpers for logins that Docker's configuration names can be run; logins, and the mirror that is set",
        wrong="failed where the suite needs containers and a helper is missing: every download would end with it",
    ),
    "disk": Question(
        asks="there is room where tests, embedded servers and the engine keep their data",
        wrong="a warning below 1 GB, failed below 100 MB",
    ),
    "clock": Question(
        asks="the engine's clock and this one agree",
        wrong="a warning from 10 seconds on: certificates and tokens look expired, or not yet valid",
    ),
    "loopback": Question(
        asks="a port can be opened on 127.0.0.1 and reached",
        wrong="failed: no server would be reached",
    ),
    "leftovers": Question(
        asks="no containers, networks or embedded servers are left of this project's runs that were killed",
        wrong="a warning; `tcgen doctor --sweep` removes them",
    ),
}
