"""The one error class: what went wrong, where, and the way out."""

from __future__ import annotations


class TcgenError(Exception):
    """A mistake or an obstacle the user can do something about; printed without a traceback.

    Attributes:
        code: A stable kebab-case name, for scripts and for tests.
        message: Names the file and the cause.
        hint: The next command, flag or setting.
        detail: Text shown below, such as the project's own frame of an import error.
    """

    def __init__(self, code: str, message: str, *, hint: str = "", detail: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.detail = detail
