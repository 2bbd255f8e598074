"""What the demonstration tells while it is played: each event when it happens, each standing fact once."""

import re
from collections import Counter
from pathlib import Path

import pytest

from cli.office import plain, spaced

CODE = re.compile(r" \([A-Z][A-Z0-9]+-[A-Z0-9-]+\)$")
"""A finding is shown with its code, by which an agent finds it in the guide."""


@pytest.fixture
def lines(town_hall: Path) -> list[str]:
    text = (town_hall.parent / "ecran.txt").read_text(encoding="utf-8")
    return [line.strip() for line in spaced(text).splitlines()]


def test_what_stands_is_told_once_and_what_happens_again_is_told_again(lines: list[str]) -> None:
    told = Counter(lines)
    assert {line: count for line, count in told.items() if " payés à " in line and count > 1} == {}
    assert {line: count for line, count in told.items() if line.startswith("PESALR1_") and count > 1} == {}
    assert told["CCAS-2026-18 (15 645,99 €) signé par Jeanne TEST-MAIRE"] == 2  # refused, mended there, signed again
    assert told["transmission : 2 flux"] == 1


def test_a_lost_answer_is_told_then_its_flow_is_found_and_both_sides_agree(lines: list[str]) -> None:
    lost = "PESALR1_21990042000015_2026_000042_000001"
    told = [line for line in lines if lost in line]
    assert "la réponse s'est perdue" in told[0]
    assert told[1] == f"{lost} : retrouvé au TdT sous le n° 1, il n'est pas envoyé une seconde fois"
    assert "4 flux partis d'ici, les mêmes au TdT, chacun avec sa réponse : aucun écart" in lines


def test_the_scenes_are_numbered_in_order(lines: list[str]) -> None:
    numbers = [int(line.split(".")[0]) for line in lines if line.partition(". ")[0].isdigit()]
    assert numbers == list(range(1, 21))


def test_the_demonstration_speaks_to_accounting_agents(lines: list[str]) -> None:
    said = "\n".join(CODE.sub("", line) for line in lines if "config.toml" not in line)
    plain(re.sub(r"mot de passe \S+,", "", said))  # drawn at random, it may be any word


def test_the_screen_ends_with_the_pages_that_each_person_opens(lines: list[str]) -> None:
    pages = {line.split()[0]: line.partition(" : ")[2] for line in lines[-4:]}
    assert pages["helene"] == "/accueil, /chiffres"
    assert pages["claire"] == "/a-traiter, /papier, /factures, /bordereaux, /flux"


def test_one_mandat_takes_no_s(lines: list[str]) -> None:
    assert any("bordereau COMMUNE-2026-43 : 1 mandat," in line for line in lines)
    assert any("bordereau CCAS-2026-18 : 4 mandats," in line for line in lines)
