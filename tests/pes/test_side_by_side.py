"""Flows of several collectivités are judged side by side, in threads: each is told what is wrong with its own."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import pytest
from lxml import etree

from dematfin.pes.validate import Schemas
from pes.plans import documents_of_small_plan, small_plan, write

TIMES: Final = 150


@pytest.fixture
def flow(tmp_path: Path) -> bytes:
    target = tmp_path / "flux.xml"
    write(small_plan(), documents_of_small_plan(), target)
    return target.read_bytes()


def spoilt(flow: bytes, number: int) -> Any:
    """Return a flow with an exercice that is none, which tells whose it is."""
    wrong = flow.replace(b'<Exer V="2026"', f'<Exer V="an {number}"'.encode())
    assert wrong != flow
    return etree.ElementTree(etree.fromstring(wrong))


def test_nobody_is_told_what_is_wrong_with_the_flow_of_another(flow: bytes) -> None:
    def judge(number: int) -> set[bool]:
        schemas, tree = Schemas(), spoilt(flow, number)
        return {
            bool(found) and all(f"an {number}" in finding.sentence for finding in found)
            for found in (schemas.findings(tree) for _ in range(TIMES))
        }

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(judge, range(8))) == [{True}] * 8
