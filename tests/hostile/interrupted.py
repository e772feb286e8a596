"""Runs that are interrupted at any moment, and two at once."""

from __future__ import annotations

from tests.hostile.case import INIT, MODELS, UPDATE, Case, add

_MORE = {
    "shop/models.py": MODELS
    + "".join(
        f"\n\nclass More{n}(Base):\n    __tablename__ = 'more{n}'\n    id: Mapped[int] = mapped_column(primary_key=True)\n"
        for n in range(20)
    )
}

INTERRUPTED: tuple[Case, ...] = (
    *(
        Case(
            f"interrupted-{argv[0]}-{tenths:02}",
            _MORE,
            before=before,
            argv=argv,
            status=(0, 130, -2),
            interrupt=tenths / 10,
        )
        for argv, before in ((INIT, ()), (UPDATE, (INIT,)), (add("redis"), (INIT,)))
        for tenths in (1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 24, 27, 30)
    ),
)
