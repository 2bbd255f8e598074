"""A decision bears on what was shown, and counts once."""

import pytest

from dematfin.acts import supporting, visa, visa_moves
from dematfin.domain.visa.decision import Motive
from dematfin.domain.visa.folder import FolderState
from examples import VISEUR
from visa.desks import STAND_IN
from web.served import Served
from web.town import LATE, LATE_TOO, OF_TWO, PLAIN, Town, pdf
from web.visitor import Visitor, problem

DAY = {"service-fait": "2026-02-27"}
NO = {"motif": "AUTRE", "commentaire": "Le colis était vide."}


@pytest.mark.parametrize(("act", "fields"), [("viser", DAY), ("refuser", NO)])
@pytest.mark.parametrize("seen", ["", "-", "0" * 64, None])
def test_a_decision_on_other_documents_than_those_shown_is_a_conflict(
    act: str, fields: dict[str, str], seen: str | None, town: Town, pages: Served
) -> None:
    with Visitor(pages) as visitor:
        visitor.sign_in(VISEUR)
        visitor.get(f"/dossier/{LATE}")
        supporting.attach(town.app, VISEUR, LATE, "bon.pdf", pdf("Bon")) if seen is None else None
        before = town.everything()
        answer = visitor.post(f"/dossier/{LATE}/{act}", fields | ({} if seen is None else {"vu": seen}))
        assert (answer.status_code, "ses documents ont changé" in problem(answer)) == (409, True)
        assert town.everything() == before
        visitor.get(f"/dossier/{LATE}")
        assert visitor.post(f"/dossier/{LATE}/{act}", fields).status_code == 303


@pytest.mark.parametrize(("act", "fields"), [("viser", DAY), ("refuser", NO)])
def test_19_the_same_click_twice_counts_once_and_another_is_a_conflict(
    act: str, fields: dict[str, str], town: Town, pages: Served
) -> None:
    with Visitor(pages) as visitor:
        visitor.sign_in(VISEUR)
        visitor.get(f"/dossier/{LATE}")
        first = dict(visitor.hidden)
        for _ in range(3):
            assert visitor.post(f"/dossier/{LATE}/{act}", fields).status_code == 303
        before = town.everything()
        visitor.hidden = first | {"clic": "un autre"}
        answer = visitor.post(f"/dossier/{LATE}/{act}", fields)
        assert (answer.status_code, "déjà prise" in problem(answer)) == (409, True)
        assert town.everything() == before
    assert len(town.folder_of(LATE).decisions) == 1


def test_the_click_of_one_person_is_not_that_of_another(town: Town, pages: Served) -> None:
    town.away()
    with Visitor(pages) as paul, Visitor(pages) as ida:
        for one, who in ((paul, VISEUR), (ida, STAND_IN)):
            one.sign_in(who)
            one.get(f"/dossier/{LATE}")
            one.hidden["clic"] = "le même"
        assert paul.post(f"/dossier/{LATE}/viser", DAY).status_code == 303
        assert ida.post(f"/dossier/{LATE}/viser", DAY).status_code == 409
    assert [one.by for one in town.folder_of(LATE).decisions] == [VISEUR.id]


def test_21_a_lot_sent_twice_decides_once_and_each_folder_has_its_own_end(town: Town, pages: Served) -> None:
    """One was decided by somebody else, one has left for another desk, one has a document more: told one by one."""
    with Visitor(pages) as visitor:
        visitor.sign_in(VISEUR)
        chosen: list[str] = [LATE, LATE_TOO, PLAIN, OF_TWO]
        page = visitor.post("/visas/lot", {"facture": chosen})
        seen = [line.partition('"')[0] for line in page.text.split('name="vu" value="')[1:]]
        visitor.hidden["clic"] = "un lot"
        visa.refuse(town.app, VISEUR, LATE_TOO, Motive.OTHER, "Vue avant.")
        supporting.attach(town.app, VISEUR, OF_TWO, "bon.pdf", pdf("Bon"))
        answers = [visitor.post("/visas/lot/viser", {"facture": chosen, "vu": seen, **DAY}) for _ in range(2)]
    assert [one.text.count("<strong>Visée</strong>") for one in answers] == [2, 2]
    assert "la décision est déjà prise" in answers[0].text
    assert "ses documents ont changé" in answers[0].text
    states = [(town.folder_of(one).state, len(town.folder_of(one).decisions)) for one in chosen]
    assert states == [
        (FolderState.APPROVED, 1), (FolderState.REFUSED, 1), (FolderState.APPROVED, 1), (FolderState.IN_CIRCUIT, 0),
    ]  # fmt: skip


def test_a_folder_that_has_left_the_desk_stops_none_of_a_lot(town: Town, pages: Served) -> None:
    with Visitor(pages) as visitor:
        visitor.sign_in(VISEUR)
        page = visitor.post("/visas/lot", {"facture": [LATE, PLAIN]})
        seen = [line.partition('"')[0] for line in page.text.split('name="vu" value="')[1:]]
        visa_moves.transfer(town.app, VISEUR, PLAIN, "SPORT", "C'est le stade.")
        answer = visitor.post("/visas/lot/viser", {"facture": [LATE, PLAIN], "vu": seen, **DAY})
    assert (answer.status_code, answer.text.count("Non visée")) == (200, 1)
    assert town.folder_of(LATE).state is FolderState.APPROVED
    assert town.folder_of(PLAIN).decisions[-1].kind == "TRANSFER"
