"""Whatever a form holds, no page breaks, and the books change only by a decision that may be taken."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dematfin.domain.visa.decision import DecisionKind
from dematfin.domain.visa.delegation import Delegation
from dematfin.domain.visa.folder import VisaFolder
from dematfin.domain.visa.supporting import Supporting
from examples import VISEUR
from web.town import LATE, OF_TWO, PLAIN, Town
from web.visitor import Visitor, unhurried

ROUTES = (
    f"/dossier/{LATE}/viser", f"/dossier/{LATE}/refuser", f"/dossier/{LATE}/transferer", f"/dossier/{LATE}/joindre",
    f"/dossier/{LATE}/reprendre", "/visas/lot", "/visas/lot/viser", "/absences", "/absences/D00001/finir",
)  # fmt: skip
NAMES = (
    "service-fait", "montant-admis", "commentaire", "motif", "bureau", "motif-transfert", "document", "facture",
    "absent", "remplacant", "du", "au", "arrete",
)  # fmt: skip
WORDS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["", "0", "-1", "1e999999", "NaN", "Infinity", "80,50", "120", "999999999999999999999", "2026-02-27",
         "9999-12-31", "0001-01-01", "2026-02-30", "31/12/2025", "٢٠٢٦-٠٢-٢٧", "AUTRE", "DOUBLON", "SPORT", "SCOLAIRE",
         LATE, PLAIN, OF_TWO, "interim", "viseur", "admin", "x" * 600, "\x00", "\ud7ff", "é\u0301"]
    ),
)  # fmt: skip
FORMS = st.dictionaries(st.sampled_from(NAMES), st.one_of(WORDS, st.lists(WORDS, max_size=3)), max_size=8)


@pytest.fixture
def visiting(town: Town) -> Iterator[Visitor]:
    with unhurried(town, VISEUR) as visitor:
        yield visitor


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_form_breaks_a_page_nor_the_books(visiting: Visitor, town: Town, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(ROUTES))
    fields: Any = data.draw(FORMS)
    if data.draw(st.booleans()):
        visiting.get(f"/dossier/{LATE}", headers={"X-Forwarded-For": str(data.draw(st.integers()))})
    before = town.everything()
    answer = visiting.post(path, fields, headers={"X-Forwarded-For": str(data.draw(st.integers()))})
    assert answer.status_code < 500, answer.text
    if town.everything() != before:
        check(town)


def check(town: Town) -> None:
    """What has changed can only be what a head of service may do, done well."""
    for folder in town.all(VisaFolder):
        kept: VisaFolder = folder
        for one in kept.decisions:
            assert one.by == VISEUR.id
            if one.kind is DecisionKind.VISA:
                assert kept.executed_on is not None
                assert kept.executed_on <= town.clock.today()
                assert one.admitted is None or (0 < one.admitted < 120 and one.comment.strip())
            if one.kind is DecisionKind.REFUSAL:
                assert one.motive is not None
                assert one.comment.strip()
            assert len(one.comment) <= 512
    for absence in town.all(Delegation):
        assert absence.absent == VISEUR.id != absence.substitute
        assert absence.ends_on >= max(absence.starts_on, town.clock.today())
    assert town.all(Supporting) == ()
    assert town.app.ledger.verify_journal().intact
