"""What every value between two stages has in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """An immutable value that refuses fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ImportRef(Frozen):
    """A name that can be imported: ``module`` and the dotted path inside it."""

    module: str
    qualname: str

    @property
    def dotted(self) -> str:
        """The name as a person writes it."""
        return f"{self.module}.{self.qualname}"


class ImportedName(Frozen):
    """A name, and the statement that imports it."""

    statement: str
    name: str
