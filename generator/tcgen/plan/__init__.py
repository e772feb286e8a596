"""Pure functions from ``Project`` and ``Schema`` to ``SuitePlan``: every decision, and no I/O."""
