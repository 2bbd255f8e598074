"""JSON, read again: the report, with its definitions, its amounts to the cent."""

import json
import unicodedata
from typing import Any

from dematfin.reports.json_report import write
from reports.a_report import CLOSED, REPORT, named


def test_it_says_the_whole_report() -> None:
    said = json.loads(write(REPORT))
    assert {key: value for key, value in said.items() if key != "tables"} == {
        "version": 1,
        "name": "COMMUNE DE VALBRUME",
        "scope": "",
        "period": {"key": "2026-11", "label": "novembre 2026", "first": "2026-11-01", "last": "2026-11-30"},
        "cutoff": "2026-11-28T07:12:00+00:00",
        "closed": False,
        "head": "0:vide",
    }
    first = said["tables"][0]
    assert first["columns"][2] == {"key": "ttc", "title": "TTC payé", "kind": "EUROS"}
    assert first["rows"] == [
        {
            "service": "Voirie",
            "mandats": 1186,
            "ttc": "1234567.89",
            "delai": "33.4",
            "hors": "0.125",
            "dernier": "2026-10-30",
        },
        {"service": "Écoles & cantines", "mandats": 4, "ttc": "-12.50", "delai": "21.0", "hors": "0"}
        | {"dernier": "2026-10-02"},
        {"service": "Culture", "mandats": 0, "ttc": "0.00", "delai": None, "hors": None, "dernier": None},
    ]
    assert first["total"]["ttc"] == "1234555.39"
    assert said["tables"][1]["total"] is None
    for drawn, table in zip(said["tables"], REPORT.tables, strict=True):
        for key in ("key", "title", "definition", "population"):
            assert drawn[key] == getattr(table, key)
        assert drawn["warnings"] == list(table.warnings)


def test_a_closed_month_says_so_and_gives_the_same_bytes() -> None:
    said: dict[str, Any] = json.loads(write(CLOSED))
    assert said["closed"] is True
    assert write(CLOSED) == write(CLOSED)


def test_a_hostile_name_comes_back_whole_and_its_signs_are_harmless() -> None:
    name = '\x00\x1b[31m"\\\u202eDUL\ud800\u2028\n<script>é'
    data = write(named(name)).decode()
    assert json.loads(data)["tables"][0]["rows"][0]["fournisseur"] == name
    assert {sign for sign in data if unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Zl"}} == {"\n"}
    assert "é" in data
