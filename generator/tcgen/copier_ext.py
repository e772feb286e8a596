"""The extension under the name that templates of earlier versions call it by: their renders have to be made again."""

from __future__ import annotations

from tcgen.copier_hooks.extension import Ext

__all__ = ["Ext"]
