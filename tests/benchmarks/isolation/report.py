"""The figures as tables."""

from __future__ import annotations

from statistics import median, quantiles
from typing import Any

from tests.benchmarks.isolation.contenders import ASYNC_BARE, ASYNC_EMPTY, BARE, CONTENDERS, EMPTY, LOOPS

Found = dict[str, Any]
SERVERS = {"given": "given", "container": "a container it starts", "embedded": "an embedded one it starts"}


def overheads(of_all: Found, name: str, empty: str = EMPTY) -> list[float]:
    """Return the milliseconds of each test beyond those of an empty one in the same round."""
    rounds = zip(of_all[name]["seconds"], of_all[empty]["seconds"], strict=True)
    return [1000 * (one - median(least)) for own, least in rounds for one in own]


def ratio(of_all: Found, name: str, bare: str = BARE, empty: str = EMPTY) -> float:
    """Return how many times the overhead of the test by hand it is.

    It is that of the faster quarter of all tests: what else a machine does only ever adds to one.
    """
    own, floor, least = (_first_quartile(of_all[who]["seconds"]) for who in (name, bare, empty))
    return (own - least) / (floor - least)


def _first_quartile(rounds: list[list[float]]) -> float:
    sample = [one for seconds in rounds for one in seconds]
    return quantiles(sample, n=4)[0] if len(sample) > 1 else sample[0]


def evenness(found: Found) -> str:
    """Return the least and the most milliseconds of the test by hand, of the medians of all rounds and sizes."""
    by_size = [(of_all[BARE]["seconds"], of_all[EMPTY]["seconds"]) for of_all in found["overhead"].values()]
    rounds = [pair for bare, empty in by_size for pair in zip(bare, empty, strict=True)]
    middle = [1000 * (median(bare) - median(empty)) for bare, empty in rounds]
    return f"{min(middle):.2f} to {max(middle):.2f}"


def medians(found: Found) -> dict[str, dict[int, float]]:
    """Return the milliseconds of a test by contender and tables, where they were measured."""
    return {
        CONTENDERS[name].title.replace("`", ""): {
            int(size): median(overheads(of_all, name))
            for size, of_all in found["overhead"].items()
            if not isinstance(of_all[name], str)
        }
        for name in _compared(found["overhead"])
    }


def _compared(by_size: dict[str, Any]) -> list[str]:
    return [name for name in next(iter(by_size.values())) if name != EMPTY]


def _overhead_cell(of_all: Found, name: str, empty: str = EMPTY) -> str:
    if isinstance(of_all[name], str):
        return "fails"
    sample = overheads(of_all, name, empty)
    if len(sample) < 2:
        return f"{sample[0]:,.2f}"
    low, middle, high = quantiles(sample, n=4)
    return f"{_short(middle)} ({_short(low)}–{_short(high)})"


def _short(milliseconds: float) -> str:
    return (
        f"{milliseconds:,.0f}"
        if milliseconds >= 100
        else f"{milliseconds:.{1 if milliseconds >= 10 else 2}f}"
    )


def overhead_table(found: Found) -> str:
    """Return milliseconds a test, by tables."""
    by_size = found["overhead"]
    rows = [
        [
            CONTENDERS[name].title,
            CONTENDERS[name].way,
            *(_overhead_cell(of_all, name) for of_all in by_size.values()),
        ]
        for name in _compared(by_size)
    ]
    return _table(["milliseconds a test", "what it does for one", *map(how_many, by_size)], rows, left=2)


def coroutines_table(found: Found) -> str:
    """Return milliseconds a test that is a coroutine, and times by hand, by tables."""
    by_size = found["coroutines"]
    rows = []
    for entry in next(iter(by_size.values())):
        name, loop = entry.split("|")
        if name != ASYNC_EMPTY:
            cells = [_coroutine_cell(of_all, name, loop) for of_all in by_size.values()]
            rows.append([CONTENDERS[name].title, CONTENDERS[name].way, LOOPS[loop], *cells])
    head = ["milliseconds a coroutine", "what it does for one", "the loop", *map(how_many, by_size)]
    return _table(head, rows, left=3)


def _coroutine_cell(of_all: Found, name: str, loop: str) -> str:
    entry, bare, empty = (f"{one}|{loop}" for one in (name, ASYNC_BARE, ASYNC_EMPTY))
    cell = _overhead_cell(of_all, entry, empty)
    return cell if isinstance(of_all[entry], str) else f"{cell}: {ratio(of_all, entry, bare, empty):.1f} ×"


def ratio_table(found: Found) -> str:
    """Return how many times the test by hand everybody takes, and how large pytest grows."""
    by_size = found["overhead"]
    rows = []
    for name in _compared(by_size):
        whole = [of_all[name] for of_all in by_size.values()]
        ratios = [
            "fails" if isinstance(of_all[name], str) else f"{ratio(of_all, name):,.1f}"
            for of_all in by_size.values()
        ]
        peaks = [
            "fails" if isinstance(one, str) else f"{median(one['peak']):,.0f}"
            for one in whole[:: max(len(whole) - 1, 1)]
        ]
        rows.append([CONTENDERS[name].title, *ratios, *peaks])
    sizes = list(by_size)
    ends = [f"MB, {how_many(size)}" for size in sizes[:: max(len(sizes) - 1, 1)]]
    return _table(["times by hand", *map(how_many, sizes), *ends], rows)


def how_many(size: str | int) -> str:
    return f"{int(size):,} tables"


def first_table(found: Found) -> str:
    """Return seconds of a run of one test beyond those of a run of an empty one."""
    by_revisions = found["first"]
    entries = [entry for entry in next(iter(by_revisions.values())) if entry.split("|")[0] != EMPTY]
    rows = []
    for entry in entries:
        name, server = entry.split("|")
        cells = [
            _first_cell(of_all, entry, kind) for of_all in by_revisions.values() for kind in ("cold", "warm")
        ]
        rows.append([CONTENDERS[name].title, SERVERS[server], *cells])
    made = ["models" if revisions == "0" else f"{revisions} revisions" for revisions in by_revisions]
    head = [f"{one}, {kind}" for one in made for kind in ("cold", "warm")]
    return _table(["seconds to a first test", "server", *head], rows, left=2)


def _first_cell(of_all: Found, entry: str, kind: str) -> str:
    if entry not in of_all:
        return ""
    if isinstance(of_all[entry], str):
        return "fails"
    sample = [
        own - empty for own, empty in zip(of_all[entry][kind], of_all[f"{EMPTY}|given"][kind], strict=True)
    ]
    spread = f" ({min(sample):.2f}–{max(sample):.2f})" if len(sample) > 1 else ""
    return f"{median(sample):.2f}{spread}"


def workers_table(found: Found) -> str:
    """Return the seconds of a run of all tests."""
    counts = list(next(iter(found["workers"].values())))
    rows = [
        [
            CONTENDERS[name].title,
            *("fails" if isinstance(one, str) else f"{one:.1f}" for one in by_count.values()),
        ]
        for name, by_count in found["workers"].items()
    ]
    return _table(
        [f"seconds for {found['tests']} tests", *(f"{n} worker{'s' * (n != '1')}" for n in counts)], rows
    )


def profile_tables(found: Found) -> str:
    """Return what the profiler says of tcgen's tests, by package and by function."""
    profile = found["profile"]
    packages = [
        [name, f"{own:.3f}", f"{own / profile['total']:.0%}"] for name, own in profile["packages"].items()
    ]
    functions = [
        [f"`{one['name'].replace('|', ' ')}`", one["package"], f"{one['calls']:.1f}", f"{one['own']:.3f}"]
        for one in profile["functions"]
    ]
    return "\n\n".join(
        [
            _table(["package", "own milliseconds a test", "share"], packages),
            _table(["function", "package", "calls a test", "own milliseconds a test"], functions, left=2),
        ]
    )


def failures(found: Found) -> str:
    """Return who has no figure, and why."""
    lines = [f"- {CONTENDERS[name].title}: {why}" for name, why in found["missing"].items()]
    for size, of_all in found["overhead"].items():
        lines += [_failure(name, how_many(size), one) for name, one in of_all.items() if isinstance(one, str)]
    for size, of_all in found["coroutines"].items():
        what = f"coroutines, {how_many(size)}"
        lines += [
            _failure(one.split("|")[0], what, why) for one, why in of_all.items() if isinstance(why, str)
        ]
    for revisions, entries in found["first"].items():
        what = f"a first test, {revisions} revisions"
        lines += [
            _failure(one.split("|")[0], what, why) for one, why in entries.items() if isinstance(why, str)
        ]
    for name, by_count in found["workers"].items():
        lines += [_failure(name, f"{n} workers", why) for n, why in by_count.items() if isinstance(why, str)]
    return "\n".join(lines)


def _failure(name: str, where: str, why: str) -> str:
    return f"- {CONTENDERS[name].title}, {where}: `{why}`"


def _table(head: list[str], rows: list[list[str]], left: int = 1) -> str:
    lines = [head, [*(["---"] * left), *(["---:"] * (len(head) - left))], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def tables(found: Found) -> str:
    """Return all tables, as the terminal shows them."""
    parts = {
        overhead_table: True,
        ratio_table: True,
        coroutines_table: found["coroutines"],
        first_table: True,
        workers_table: True,
        profile_tables: found["profile"],
        failures: True,
    }
    return "\n\n".join(part(found) for part, measured in parts.items() if measured).rstrip()
