"""Every module of models: what they say of each other by name holds once all are there."""

from __future__ import annotations

import legacy.assets  # noqa: F401
import legacy.carriers  # noqa: F401
import legacy.teams  # noqa: F401
