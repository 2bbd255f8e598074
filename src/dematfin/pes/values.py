"""PES elements: every simple value is an empty element with one attribute `V`; one without a value is left out."""

from decimal import Decimal
from typing import Any

from lxml import etree

from dematfin.domain.money import euros


def node(parent: Any, name: str) -> Any:
    """Add an element that holds others, and return it."""
    return etree.SubElement(parent, name)


def add(parent: Any, /, **values: str) -> None:
    """Add simple values, in the order in which they are given; empty ones are left out."""
    for name, value in values.items():
        if value:
            etree.SubElement(parent, name, V=value)


def amount(value: Decimal | None) -> str:
    """Write an amount with its two decimals and a point; nothing when there is none."""
    return "" if value is None else f"{euros(value):.2f}"
