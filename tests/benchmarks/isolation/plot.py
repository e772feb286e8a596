"""A plot as SVG: milliseconds a test by tables, both on logarithmic scales."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from itertools import cycle
from math import ceil, floor, log10

WIDTH, HEIGHT = 900, 520
LEFT, RIGHT, TOP, BOTTOM = 70, 330, 30, 60
COLOURS = (
    "#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e", "#8c564b", "#e377c2", "#17becf",
    "#bcbd22", "#7f7f7f", "#393b79", "#637939", "#843c39", "#7b4173",
)  # fmt: skip
LINE = 22


def svg(lines: dict[str, dict[int, float]]) -> str:
    """Draw a line for each name, with the names at its right in the order of where they end."""
    # a logarithm wants more than nothing, which noise does not always leave
    positive = {
        name: {size: one for size, one in points.items() if one > 0} for name, points in lines.items()
    }
    lines = {name: points for name, points in positive.items() if points}
    sizes = sorted({size for points in lines.values() for size in points})
    values = [value for points in lines.values() for value in points.values()]
    bottom, top = floor(log10(min(values))), ceil(log10(max(values)))
    across, up = (
        _scale(log10(sizes[0]), log10(sizes[-1]), LEFT, WIDTH - RIGHT),
        _scale(bottom, top, HEIGHT - BOTTOM, TOP),
    )

    parts = [
        _text(WIDTH / 2 - RIGHT / 2, HEIGHT - 15, "tables", "middle"),
        _text(10, 18, "milliseconds a test"),
    ]
    for power in range(bottom, top + 1):
        y = up(power)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        parts.append(_text(LEFT - 8, y + 4, f"{10.0**power:,g}", "end"))
    for size in sizes:
        parts.append(_text(across(log10(size)), HEIGHT - BOTTOM + 20, f"{size:,}", "middle"))

    colours = dict(zip(lines, cycle(COLOURS), strict=False))
    ends = sorted(lines, key=lambda name: -lines[name][max(lines[name])])
    for place, name in enumerate(ends):
        points = [(across(log10(size)), up(log10(value))) for size, value in sorted(lines[name].items())]
        parts.append(_line(points, colours[name]))
        y = TOP + 10 + place * LINE
        parts.append(f'<path d="M{WIDTH - RIGHT + 20} {y}h24" stroke="{colours[name]}" stroke-width="3"/>')
        parts.append(_text(WIDTH - RIGHT + 52, y + 4, name))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif"'
        f' font-size="13">\n<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def _scale(low: float, high: float, start: float, end: float) -> Callable[[float], float]:
    width = high - low or 1
    return lambda value: start + (value - low) / width * (end - start)


def _line(points: list[tuple[float, float]], colour: str) -> str:
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in points)
    return f'<g stroke="{colour}" fill="{colour}"><path d="M{path}" fill="none" stroke-width="2"/>{dots}</g>'


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
