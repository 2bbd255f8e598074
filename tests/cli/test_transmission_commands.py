"""`transmission`: the journal of deposits, and what a person settles of them, wrong arguments included."""

import json
import shlex
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from cli.office import Office, plain
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.reception import Answer

USAGE, RULE = 2, 3
FIRST = "PESALR1_21990042000015_2026_000042_000001"
WAITING = "PESALR1_21990042000015_2026_000044_000003"

WRONG = [
    ("rattacher", USAGE, "Il manque l'argument FLUX"),
    (f"rattacher {FIRST}", USAGE, "Il manque l'argument NUMÉRO"),
    ("rattacher PESALR1_X 12", RULE, "« PESALR1_X » n'existe pas"),
    (f"rattacher {WAITING} 12", RULE, "« construit, à signer »"),
    (f"rattacher {FIRST} ''", RULE, "recopiez celui que montre l'écran du TdT"),
    (f"absente {FIRST}", USAGE, "L'option --motif est obligatoire"),
    (f"absente {FIRST} --motif x", RULE, "un acquit d'Hélios y répond"),
    (f"absente {WAITING} --motif x", RULE, "« construit, à signer »"),
    ("absente 12 --motif x", RULE, "« 12 » n'existe pas"),
    (f"retirer {WAITING}", USAGE, "L'option --motif est obligatoire"),
    (f"retirer {WAITING} --motif x", RULE, "le comptable n'a répondu sur aucun de ses mandats"),
    (f"retirer {FIRST} --motif x", RULE, "seul un flux construit ou signé"),
    ("journal PESALR1_X", RULE, "flux liste"),
    ("journal A B", USAGE, "Argument en trop : B"),
    ("perdue", USAGE, "La commande 'perdue' n'existe pas"),
]


@pytest.mark.parametrize(("typed", "code", "words"), WRONG)
def test_what_is_typed_wrong_is_refused_and_changes_nothing(office: Office, typed: str, code: int, words: str) -> None:
    head = office.head()
    answer = office("transmission", *shlex.split(typed))
    assert (answer.code, words in " ".join(answer.err.split())) == (code, True), answer.err
    assert office.head() == head
    plain(answer.said)


def test_the_journal_says_when_by_whom_and_what_became_of_it(office: Office) -> None:
    one = office("transmission", "journal", FIRST)
    assert one.code == 0
    assert "acquitté" in one.out
    assert "arrivé (n° " in one.out
    assert "SHA-1 " in one.out
    plain(one.out.replace(FIRST, ""))
    everything = json.loads(office("transmission", "journal", "--json").out)
    assert FIRST in {row["flux"]["id"] for row in everything}
    assert all(len(attempt["sha1"]) == 40 for row in everything for attempt in row["attempts"])
    assert "Aucun essai" in office("transmission", "journal", WAITING).out


def in_doubt(office: Office, **changes: Any) -> Flux:
    """Have the first flow be one whose number is not known; return it as it was."""
    with office.opened() as app, app.ledger.transaction() as books:
        flux = books.get(Flux, FIRST)
        since = app.clock.now() - timedelta(hours=1)
        doubtful = replace(flux, state=FluxState.TO_VERIFY, remote_id="", arrived=True, sending_since=since)
        books.save(replace(doubtful, **changes))
        for one in books.find(Mandat, bordereau=flux.bordereaux):
            books.save(replace(one, state=MandatState.IN_BORDEREAU))
        for answer in books.find(Answer, flux=flux.id):
            books.save(replace(answer, flux="AUTRE"))
    return flux


@pytest.mark.usefixtures("neighbours")
def test_a_number_read_on_the_screen_is_adopted_once_the_bytes_are_compared(copy: Office) -> None:
    flux = in_doubt(copy)
    with copy.opened() as app, app.ledger.reading() as books:
        other = next(one for one in books.find(Flux) if one.remote_id)
    picture = " ".join(copy("etat").out.split())
    assert f"dematfin transmission rattacher {FIRST} NUMÉRO" in picture
    taken = copy("transmission", "rattacher", FIRST, other.remote_id)
    assert (taken.code, f"est celui du flux {other.id}" in taken.err) == (RULE, True)
    wrong = copy("transmission", "rattacher", FIRST, "987654")
    assert (wrong.code, "Rien n'est rattaché" in wrong.err) == (RULE, True)
    answer = copy("transmission", "rattacher", FIRST, flux.remote_id, "--motif", "lu sur S²LOW")
    assert (answer.code, answer.err) == (0, "")
    assert f"transmis, sous le n° {flux.remote_id}" in answer.out
    assert f"n° {flux.remote_id} au TdT" in copy("transmission", "journal", FIRST).out


@pytest.mark.usefixtures("neighbours")
def test_a_loss_is_certified_by_typing_the_amount_that_was_shown(copy: Office) -> None:
    flux = in_doubt(copy)
    in_doubt(copy, signed=flux.unsigned)  # bytes that the TdT does not have
    head = copy.head()
    words = ("transmission", "absente", FIRST, "--motif", "le TdT l'a perdu")
    shown = ""
    for typed, said in (("", "personne n'a tapé"), ("oui\n", "personne n'a tapé"), ("1,00\n", "Rien n'est changé")):
        refused = copy(*words, typed=typed)
        assert (refused.code, said in refused.err) == (RULE, True), refused.err
        assert copy.head() == head
        shown = refused.out
    assert "au comptable, qu'il n'a aucun de ces mandats" in shown
    plain(shown)
    total = next(line for line in shown.splitlines() if "mandats ·" in line).rpartition("·")[2]
    done = copy(*words, typed=f"{total}\n")
    assert (done.code, done.err) == (0, "")
    assert "dematfin bordereau reprendre COMMUNE-2026-42" in done.out
    assert copy("bordereau", "reprendre", "COMMUNE-2026-42").code == 0
    assert "refusé par le TdT" in copy("transmission", "journal", FIRST).out


def test_a_reader_settles_nothing(copy: Office) -> None:
    in_doubt(copy)
    copy.become("lecteur")
    for words in (("rattacher", FIRST, "1"), ("absente", FIRST, "--motif", "x"), ("retirer", WAITING, "--motif", "x")):
        answer = copy("transmission", *words)
        assert (answer.code, "il faut le rôle agent" in answer.err) == (RULE, True), answer.err
    assert copy("transmission", "journal", FIRST).code == 0


def test_a_new_office_is_told_where_to_begin(new_office: Office) -> None:
    answer = new_office("transmission", "journal")
    assert answer.code == 0
    assert "signez des bordereaux" in answer.out
