"""`mandat voir`, and every command that the verdicts tell people to type: each exists, with those words."""

import json
import shlex
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from cli.office import Office, built, plain, whole_program
from dematfin.domain.mandat import meaning
from dematfin.domain.mandat.anomalies import ACK, DOMAINS, NUMBERED
from dematfin.domain.mandat.explanation import BACK, NEXT, explain
from dematfin.domain.mandat.flux import Flux
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.observations import OBSERVATIONS
from dematfin.domain.mandat.reason import Reason, Speaker

MANDAT = "M2026-000001"


def typed() -> Iterator[str]:
    """Yield every command line of the tables, once."""
    tables = [*ACK.values(), *NUMBERED.values(), *DOMAINS.values(), *OBSERVATIONS.values()]
    yield from (one.command for one in tables)
    yield from (one.then or "" for one in tables)
    yield from BACK.values()
    yield from (command for _, command in NEXT.values())
    yield from (meaning.SHARE_OUT, meaning.SEND_ALONE, "bordereau reintegrer {mandat}")


LINES = sorted({line for line in typed() if line})


@pytest.mark.parametrize("line", LINES)
def test_each_command_that_a_verdict_tells_exists_with_those_words(line: str) -> None:
    words = shlex.split(line.format(mandat=MANDAT, bordereau="COMMUNE-2026-42", facture="F2026-000001"))
    command: Any = built(whole_program())
    while hasattr(command, "commands"):
        assert words[0] in command.commands, line
        command = command.commands[words.pop(0)]
    command.make_context(command.name, words)  # raises on a word too many, or one that is missing


def test_the_tables_tell_more_than_one_way() -> None:
    assert len(LINES) > 12


def came_back(copy: Office, state: MandatState, *reasons: Reason, **fields: Any) -> Mandat:
    with copy.opened() as app, app.ledger.transaction() as books:
        found = next(one for one in books.find(Mandat) if one.bordereau)
        back = replace(found, state=state, paid=Decimal(0), paid_on=None, reasons=reasons, **fields)
        books.save(back)
    return back


def test_a_mandat_tells_why_it_came_back_who_acts_and_what_to_type(copy: Office) -> None:
    copy.widen(160)
    reason = Reason(speaker=Speaker.GATE, code="ERREUR_AUTRE", text="1971 - Compte fonction présent à tort", domain=5)
    back = came_back(copy, MandatState.REFUSED_AT_GATE, reason, burnt=(17,))
    told = copy("mandat", "voir", back.id)
    assert told.code == 0, told.err
    for words in (
        f"Refusé au guichet, n° {back.number} du bordereau {back.bordereau}",
        "« 1971 - Compte fonction présent à tort »",
        "Agent : Corrigez l'imputation",
        "Qui doit agir : agent",
        f"À faire : dematfin mandat corriger {back.id}",
        f"Puis : dematfin bordereau reprendre {back.bordereau}",
        "Numéros qui ne serviront plus : 17",
        back.lines[0].imputation.nature,
    ):
        assert words in told.out, words
    plain(told.out)


def test_its_json_holds_the_verdict_the_bordereaux_and_the_flows(copy: Office) -> None:
    back = came_back(copy, MandatState.REJECTED, Reason(speaker=Speaker.COMPTABLE, code="02"))
    told = json.loads(copy("mandat", "voir", back.id, "--json").out)
    assert told["verdict"]["causes"][0]["who"] == "agent"
    assert told["verdict"]["then"] == f"dematfin mandat reemettre {back.id}"
    assert back.bordereau in {one["id"] for one in told["bordereaux"]}
    with copy.opened() as app, app.ledger.reading() as books:
        assert {one["id"] for one in told["flows"]} <= {flux.id for flux in books.find(Flux)}
    assert told["flows"]


def test_every_mandat_of_the_demonstration_is_explained(office: Office) -> None:
    with office.opened() as app, app.ledger.reading() as books:
        mandats = books.find(Mandat)
    paid = next(one for one in mandats if one.state is MandatState.PAID)
    shown = office("mandat", "voir", paid.id)
    assert explain(paid).what.split(" : ", maxsplit=1)[0] in shown.out
    assert f"sous le n° {paid.number}" in shown.out
    assert "acquit accepté" in shown.out
    plain(shown.out)
    for one in mandats:
        plain(explain(one).what)


def test_an_unknown_mandat_is_said(office: Office) -> None:
    refused = office("mandat", "voir", "M1999-000001")
    assert refused.code != 0
    assert "M1999-000001" in refused.err
    plain(refused.err)


def test_a_number_of_the_comptable_leads_to_the_thread(office: Office) -> None:
    answer = office("mandat", "voir", "1193")
    assert answer.code == 3
    assert "dematfin suivi 1193" in answer.err
