"""The words of Chorus Pro: an open list, of which every word means something to us or is shown as it is."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dematfin.domain.invoice.chorus import Passage, Stage, first_disposal, first_suspension, returns, said, stage
from examples import invoice

SWAGGER = """
BROUILLON A_VALIDER_1 ERREUR_FOURNISSEUR_SUR_VALIDEUR REFUSEE_1 VALIDEE_1 ABSENCE_VALIDATION_1_HORS_DELAI A_VALIDER_2
ERREUR_COTRAITANT_SUR_VALIDEUR REFUSEE_2 VALIDEE_2 ABSENCE_VALIDATION_2_HORS_DELAI DEPOSEE ERREUR_FOURNISSEUR_SUR_MOE
EN_COURS_ACHEMINEMENT MISE_A_DISPOSITION A_RECYCLER SUSPENDUE REJETEE MANDATEE MISE_EN_PAIEMENT COMPTABILISEE
MISE_A_DISPOSITION_COMPTABLE ABANDONNEE SUPPRIMEE ASSOCIEE EN_COURS_TRAITEMENT_PIVOT_S A_VALIDER_MOE REFUSEE_MOE
EN_ATTENTE_RECYCLAGE_FOURNISSEUR ERREUR_MOE_SUR_FOURNISSEUR ERREUR_MOA_SUR_FOURNISSEUR INTERPRETEE_OCR COMPLETEE
ERREUR_FOURNISSEUR_SUR_MOA ERREUR_MOE_SUR_MOA ERREUR_DESTINATAIRE_PD ERREUR_DESTINATAIRE_EA SERVICE_FAIT NON_CONFORME
A_ASSOCIER_MOE ERREUR_DE_MOE MISE_A_DISPOSITION_MOE PRISE_EN_COMPTE_MOE A_ASSOCIER_MOA ERREUR_DE_MOA REFUSEE_MOA
A_ASSOCIER_FOURNISSEUR REFUSEE_FOURNISSEUR A_COMPLETER TRANSMISE_MOA PRISE_EN_COMPTE_DESTINATAIRE REMPLACEE_PAR_A22
DUPLIQUE_APRES_REFUS MISE_A_DISPOSITION_MOA PRISE_EN_COMPTE_MOA TECHNIQUE_INCONNU
"""
OURS = {
    "MISE_A_DISPOSITION": Stage.READY,
    "COMPLETEE": Stage.READY,
    "PRISE_EN_COMPTE_DESTINATAIRE": Stage.READY,
    "SERVICE_FAIT": Stage.CERTIFIED,
    "MANDATEE": Stage.MANDATED,
    "MISE_A_DISPOSITION_COMPTABLE": Stage.MANDATED,
    "COMPTABILISEE": Stage.MANDATED,
    "MISE_EN_PAIEMENT": Stage.MANDATED,
    "SUSPENDUE": Stage.SUSPENDED,
    "A_RECYCLER": Stage.RECYCLED,
    "REJETEE": Stage.REJECTED,
}


@pytest.mark.parametrize("status", SWAGGER.split())
def test_every_word_of_the_platform_is_known(status: str) -> None:
    assert stage(status) is OURS.get(status, Stage.AWAY)


@pytest.mark.parametrize("status", ["", "MANDATEE_PARTIELLEMENT", "SERVICE-FAIT", "mandatee", "MISE_A_DISPOSITION_X"])
def test_an_unknown_word_is_kept_and_shown_and_never_guessed(status: str) -> None:
    assert stage(status) is Stage.UNKNOWN
    assert said(status) == status


def test_known_words_are_said_in_french() -> None:
    assert (said("A_RECYCLER"), said("COMPTABILISEE")) == ("à recycler", "comptabilisée")


def road(*statuses: str) -> tuple[Passage, ...]:
    return tuple(Passage(status=status, on=None) for status in statuses)


@pytest.mark.parametrize(
    ("statuses", "count"),
    [
        ((), 0),
        (("DEPOSEE", "EN_COURS_ACHEMINEMENT", "MISE_A_DISPOSITION"), 0),
        (("MISE_A_DISPOSITION", "SERVICE_FAIT", "MISE_A_DISPOSITION"), 0),
        (("MISE_A_DISPOSITION", "SUSPENDUE"), 0),
        (("MISE_A_DISPOSITION", "SUSPENDUE", "COMPLETEE"), 1),
        (("MISE_A_DISPOSITION", "A_RECYCLER"), 0),
        (("MISE_A_DISPOSITION", "A_RECYCLER", "DEPOSEE", "EN_COURS_ACHEMINEMENT"), 0),
        (("MISE_A_DISPOSITION", "A_RECYCLER", "DEPOSEE", "EN_COURS_ACHEMINEMENT", "MISE_A_DISPOSITION"), 1),
        (("MISE_A_DISPOSITION", "A_RECYCLER", "MISE_A_DISPOSITION", "MISE_A_DISPOSITION"), 1),
        (("A_RECYCLER", "MISE_A_DISPOSITION", "A_RECYCLER", "MISE_A_DISPOSITION", "SUSPENDUE", "COMPLETEE"), 3),
    ],
)
def test_returns_are_counted(statuses: tuple[str, ...], count: int) -> None:
    assert returns(road(*statuses)) == count


@given(
    before=st.lists(st.sampled_from(sorted(OURS)), max_size=6),
    after=st.lists(st.sampled_from(sorted(OURS)), max_size=6),
)
def test_a_road_that_goes_on_never_has_fewer_returns(before: list[str], after: list[str]) -> None:
    assert returns(road(*before)) <= returns(road(*before, *after)) <= len(before) + len(after)


ROAD = (
    Passage(status="DEPOSEE", on=date(2026, 2, 1)),
    Passage(status="MISE_A_DISPOSITION", on=None),
    Passage(status="MISE_A_DISPOSITION", on=date(2026, 2, 3)),
    Passage(status="SUSPENDUE", on=date(2026, 2, 10), motif="bon de livraison"),
    Passage(status="COMPLETEE", on=date(2026, 2, 20)),
    Passage(status="SUSPENDUE", on=date(2026, 2, 25)),
    Passage(status="MISE_A_DISPOSITION", on=date(2026, 3, 1)),
)


def test_the_delay_starts_at_the_first_disposal_and_is_interrupted_once() -> None:
    assert first_disposal(ROAD) == first_disposal(ROAD[::-1]) == date(2026, 2, 3)
    assert first_suspension(ROAD) == first_suspension(ROAD[::-1]) == date(2026, 2, 10)
    assert first_disposal(ROAD[:2]) is None
    assert first_suspension(ROAD[:3]) is None
    assert invoice().interrupted_on is None
