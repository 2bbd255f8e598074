"""To look changes nothing, but that a folder was opened by a desk that is awaited."""

import pytest

from dematfin.acts import visa
from dematfin.domain.parties.person import Person
from examples import ADMIN, AGENT, VISEUR
from web.served import Served
from web.town import ELSEWHERE, LATE, OF_TWO, READER, Town
from web.visitor import Visitor


def addresses(town: Town) -> list[str]:
    return [
        "/", "/dematfin.css", "/connexion", "/connexion?suite=/visas", "/compte", "/visas", "/visas?bureau=SCOLAIRE",
        "/visas?cherche=papeterie&retard=1", "/absences", f"/dossier/{LATE}", town.document(LATE),
        f"{town.document(LATE)}?telecharger=1", f"/dossier/{ELSEWHERE}", "/dossier/F9",
        f"/dossier/{LATE}/viser?service-fait=2026-02-27", "/visas/lot/viser", "/absences/D00001/finir", "/deconnexion",
    ]  # fmt: skip


@pytest.mark.parametrize("who", [VISEUR, READER, AGENT, ADMIN, None], ids=lambda who: who.id if who else "nobody")
def test_no_page_changes_anything_by_being_asked_for(who: Person | None, town: Town, pages: Served) -> None:
    town.away()
    with Visitor(pages) as visitor:
        if who:
            visitor.sign_in(who)
        before = town.everything()
        for path in addresses(town):
            visitor.http.head(path)
            assert town.everything() == before, path
        for path in addresses(town):
            if (path, who) != (f"/dossier/{LATE}", VISEUR):
                visitor.get(path)
            assert town.everything() == before, path


def test_to_open_a_folder_of_ones_desk_is_remembered_once_with_its_event(town: Town, pages: Served) -> None:
    with Visitor(pages) as visitor:
        visitor.sign_in(VISEUR)
        count = len(town.events())
        visitor.get(f"/dossier/{LATE}", headers={"Sec-Purpose": "prefetch;prerender"})
        assert len(town.events()) == count
        visitor.get(f"/dossier/{LATE}")
        visitor.get(f"/dossier/{LATE}")
    assert town.events()[count:] == ["dossier ouvert par Paul Viseur"]
    assert town.folder_of(LATE).step.read_by == (VISEUR.id,)


def test_to_open_a_folder_that_is_not_awaited_from_me_is_not_a_reading(town: Town, pages: Served) -> None:
    """The first desk looks again at what lies on the second one: it may still take its visa back."""
    visa.approve(town.app, VISEUR, OF_TWO, visa.ServiceFait(executed_on=town.clock.today()))
    before = town.everything()
    with Visitor(pages) as visitor:
        visitor.sign_in(VISEUR)
        assert "Reprendre ma décision" in visitor.get(f"/dossier/{OF_TWO}").text
    assert town.everything() == before
