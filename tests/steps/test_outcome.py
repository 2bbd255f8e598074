"""The account of a step, as a person reads it."""

from pathlib import Path

import pytest

from dematfin.errors import LedgerAway, NotAPdf, Unreachable
from dematfin.steps.day import NAMES, due
from dematfin.steps.outcome import Tally
from fakes.hall import Hall, Killed


def fail(error: Exception) -> None:
    raise error


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ("La pièce est vide.", "Facture F-1 (Chorus Pro n° 7) : La pièce est vide."),
        ("Facture F-1 : la pièce est vide.", "Facture F-1 (Chorus Pro n° 7) : la pièce est vide."),
        ("Facture F-1, pièce « a » : vide.", "Facture F-1 (Chorus Pro n° 7), pièce « a » : vide."),
        ("Facture F-12 : vide.", "Facture F-1 (Chorus Pro n° 7) : Facture F-12 : vide."),
    ],
)
def test_an_item_is_named_once(error: str, sentence: str) -> None:
    tally = Tally("import")
    with tally.item("Facture F-1 (Chorus Pro n° 7)"):
        fail(NotAPdf(error))
    assert tally.outcome().failures[0].sentence == sentence


def test_what_nobody_foresaw_stops_no_other_item_and_shows_no_english() -> None:
    tally = Tally("import")
    with tally.item("Facture F-1"):
        fail(ZeroDivisionError("division by zero"))
    with tally.item("Facture F-2"):
        tally.done("F-2")
    outcome = tally.outcome()
    assert outcome.done == ("F-2",)
    assert "Facture F-1" in outcome.failures[0].sentence
    assert "division" not in outcome.failures[0].sentence
    assert outcome.exit_code == 1


def test_a_death_is_no_failure_of_an_item() -> None:
    tally = Tally("import")
    with pytest.raises(Killed), tally.item("Facture F-1"):
        raise Killed


@pytest.mark.parametrize("error", [Unreachable("Chorus Pro ne répond pas."), KeyError("a bug")])
def test_a_whole_step_that_fails_is_named_in_french_and_stops_none_of_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    hall = Hall.build(tmp_path)

    def down() -> None:
        raise error

    monkeypatch.setattr(hall.chorus, "structures", down)
    outcomes = hall.day()
    assert [outcome.step for outcome in outcomes] == [NAMES[step] for step in due(hall.app)]
    assert [outcome.step for outcome in outcomes if outcome.failures] == ["import"]


def test_a_base_that_goes_away_is_the_failure_of_no_item_but_of_what_has_a_base_of_its_own() -> None:
    tally = Tally("import")
    with pytest.raises(LedgerAway), tally.item("Facture F-1"):
        fail(LedgerAway())
    with tally.whole("Ville A"):
        fail(LedgerAway())
    (failure,) = tally.outcome().failures
    assert failure.sentence.startswith("Ville A : La base de données ne répond pas")
