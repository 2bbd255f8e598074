"""Bars with their figures, as SVG that needs no style sheet, runs nothing and fetches nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import pygal
from pygal.etree import etree

from dematfin.domain.report.table import Kind, Table
from dematfin.reports.written import shown, words

COLOUR: Final = "#1b4f8f"
INK: Final = "#1d2733"
FONT: Final = "system-ui, 'Segoe UI', Arial, sans-serif"
MOST: Final = 20
"""Bars that an eye still compares; the table has them all."""
LONGEST: Final = 36
HEIGHT_OF_A_BAR: Final = 30
WIDTH: Final = 760
ROOM: Final = 120
"""For the figure beside the longest bar."""
UNUSED: Final = ("defs", "desc", "title")
"""What the library adds for animated pages, and words that only its scripts read."""
LOOKS: Final = {
    "guide line": {"stroke": INK, "stroke-width": "1.5", "stroke-dasharray": "6 4"},
    "line": {"stroke": INK, "stroke-width": "1"},
    "rect": {"fill": COLOUR},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """What is named, how much of it, and how that is written."""

    name: str
    value: Decimal
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A line to stay under."""

    value: Decimal
    said: str


def svg(table: Table) -> str:
    """Draw the chart of a table; empty when it has none, or nothing to draw."""
    if table.chart is None:
        return ""
    kinds = {column.key: (rank, column.kind) for rank, column in enumerate(table.columns)}
    (name, name_kind), (value, kind) = kinds[table.chart.label], kinds[table.chart.value]
    found = [(shown(row[name], name_kind), row[value]) for row in table.rows]
    bars = [
        Bar(name=who, value=Decimal(much), said=shown(much, kind))
        for who, much in found
        if isinstance(much, int | Decimal)
    ]
    return drawn(table.title, bars, _target(table.chart.target, kind))


def drawn(title: str, bars: Sequence[Bar], target: Target | None = None) -> str:
    """Draw bars from top to bottom, told in words to whoever does not see them."""
    if not bars:
        return ""
    kept = bars[:MOST]
    chart = _chart(kept, target)

    def plain(root: Any) -> Any:
        return _plain(root, words(title), _told(bars, target))

    chart.add_xml_filter(plain)
    svg_text: str = chart.render(is_unicode=True)
    return svg_text


def _target(value: Decimal | None, kind: Kind) -> Target | None:
    return None if value is None else Target(value=value, said=f"objectif : {shown(value, kind)}")


def _chart(bars: Sequence[Bar], target: Target | None) -> Any:
    """Lay out; a drawing knows only floats, and its figures are written from the exact amounts."""
    sizes = [float(one.value) for one in bars]
    ends = [0.0, *sizes, *([float(target.value)] if target else [])]
    chart = pygal.HorizontalBar(
        js=(),
        disable_xml_declaration=True,
        show_legend=False,
        print_values=True,
        print_values_position="top",
        show_y_guides=target is not None,
        show_x_guides=False,
        show_x_labels=target is not None,
        width=WIDTH,
        height=HEIGHT_OF_A_BAR * max(len(bars), 2) + (60 if target else 40),
        margin_right=ROOM,
        explicit_size=True,
        range=_range(ends),
        style=pygal.style.Style(label_font_size=15, value_font_size=14),
    )
    chart.x_labels = [_cut(one.name) for one in reversed(bars)]
    chart.y_labels = [{"value": float(target.value), "label": target.said}] if target else []
    chart.add("", [{"value": float(one.value), "formatter": _saying(one)} for one in reversed(bars)])
    return chart


def _range(ends: Sequence[float]) -> tuple[float, float]:
    """Return what the axis spans: on the left of a bar below zero, its figure has room too."""
    low, high = min(ends), max(ends)
    return (low - (high - low) / 6, high) if low < 0 else (0.0, high or 1.0)


def _saying(one: Bar) -> Any:
    return lambda _: one.said


def _cut(name: str) -> str:
    line = words(name)
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def _told(bars: Sequence[Bar], target: Target | None) -> str:
    told = "; ".join(f"{_cut(one.name)} : {one.said}" for one in bars[:MOST])
    left = f" Les {MOST} premières lignes sur {len(bars)}, toutes dans le tableau." if len(bars) > MOST else ""
    return f"{told}.{f' {target.said[0].upper()}{target.said[1:]}.' if target else ''}{left}"


def _plain(root: Any, title: str, told: str) -> Any:
    """Keep shapes and words, each with its looks on itself: pages that allow no style sheet show it too."""
    for node in list(root.iter()):
        tag = node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""
        kind = node.attrib.pop("class", "") if tag else ""
        if not tag or tag in UNUSED or "background" in kind or "tooltip-overlay" in kind:
            node.getparent().remove(node)
        elif tag == "text":
            node.attrib.update(_letters(node, kind))
        else:
            node.attrib.update(LOOKS.get(kind.partition(" reactive")[0], {}))
    for name, words_in in (("desc", told), ("title", title)):
        said = etree.Element(f"{{{root.nsmap[None]}}}{name}")
        said.text = words_in
        root.insert(0, said)
    root.attrib.pop("id")
    root.attrib.update({"role": "img"})
    return root


def _letters(node: Any, kind: str) -> dict[str, str]:
    """Return how words are written: a figure begins, or ends, where its bar does; a name ends where bars begin."""
    below = node.text and "value" in kind and not node.text.startswith("-")
    at_left = node.attrib["x"] == "-5" or ("value" in kind and not below)
    anchor = "start" if below else "end" if at_left else "middle"
    return {"text-anchor": anchor, "font-family": FONT, "font-size": "14", "fill": INK}
