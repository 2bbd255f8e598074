"""`flux constater`: one option and a motif; an alert is closed by the name with which it begins."""

import shlex
from dataclasses import replace

import pytest

from cli.office import Office, plain
from dematfin.domain.mandat.mandat import Mandat

USAGE, RULE = 2, 3
FIRST = "PESALR1_21990042000015_2026_000042_000001"
WRONG = [
    (FIRST, USAGE, "L'option --motif est obligatoire"),
    (f"{FIRST} --motif x", RULE, "une seule : --accepte, --refuse ou --vu"),
    (f"{FIRST} --accepte --vu --motif x", RULE, "une seule : --accepte, --refuse ou --vu"),
    (f"{FIRST} --accepte --motif x", RULE, "ne laissent rien à trancher"),
    (f"{FIRST} --refuse --motif x", RULE, "ne laissent rien à trancher"),
    (f"{FIRST} --vu --motif x", RULE, "aucune alerte à clore"),
    ("PESALR1_X --accepte --motif x", RULE, "« PESALR1_X » n'existe pas"),
]


@pytest.mark.parametrize(("typed", "code", "words"), WRONG)
def test_what_is_typed_wrong_is_refused_and_changes_nothing(office: Office, typed: str, code: int, words: str) -> None:
    head = office.head()
    answer = office("flux", "constater", *shlex.split(typed))
    assert (answer.code, words in " ".join(answer.err.split())) == (code, True), answer.err
    assert office.head() == head
    plain(answer.said)


def test_a_doubt_is_shown_with_the_command_that_closes_it(copy: Office) -> None:
    with copy.opened() as app, app.ledger.transaction() as books:
        mandat = books.find(Mandat)[0]
        books.save(replace(mandat, doubt="le comptable dit avoir versé 1,00 €. Voyez avec lui."))
    command = f'dematfin flux constater {mandat.id} --vu --motif "…"'
    for shown in (copy("etat"), copy("mandat", "voir", mandat.id)):
        assert command in " ".join(shown.out.split())
    closed = copy("flux", "constater", mandat.id, "--vu", "--motif", "vu avec la trésorerie")
    assert (closed.code, "Clos, en votre nom" in closed.out) == (0, True)
    assert command not in " ".join(copy("etat").out.split())
    assert "vu avec la trésorerie" in " ".join(copy("mandat", "voir", mandat.id).out.split())
