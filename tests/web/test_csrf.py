"""An act is done only from our own page, in the browser of the very session that it was drawn for."""

import pytest

from dematfin.domain.visa.folder import FolderState
from examples import VISEUR
from visa.desks import DST
from web.served import Served
from web.town import LATE, PASSWORD, Town
from web.visitor import Visitor, problem

APPROVE = f"/dossier/{LATE}/viser"
DAY = {"service-fait": "2026-02-27"}
STRANGERS = (
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1"},
    {"Origin": "https://127.0.0.1:{port}"},
    {"Origin": "http://127.0.0.1:{port}.evil.example"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
)


@pytest.mark.parametrize("headers", STRANGERS, ids=str)
def test_a_form_that_comes_from_elsewhere_does_nothing(headers: dict[str, str], town: Town, pages: Served) -> None:
    with Visitor(pages) as visitor:
        visitor.sign_in(VISEUR)
        visitor.get(f"/dossier/{LATE}")
        before = town.everything()
        sent = {name: value.format(port=pages.port) for name, value in headers.items()}
        refused = visitor.post(APPROVE, DAY, headers=sent)
        assert (refused.status_code, "rien n'a été fait" in problem(refused)) == (403, True)
        assert town.everything() == before


@pytest.mark.parametrize(
    "headers", [{}, {"Origin": "http://127.0.0.1:{port}", "Sec-Fetch-Site": "same-origin"}], ids=str
)
def test_our_own_form_is_taken(headers: dict[str, str], town: Town, pages: Served) -> None:
    with Visitor(pages) as visitor:
        visitor.sign_in(VISEUR)
        visitor.get(f"/dossier/{LATE}")
        sent = {name: value.format(port=pages.port) for name, value in headers.items()}
        assert visitor.post(APPROVE, DAY, headers=sent).status_code == 303
    assert town.folder_of(LATE).state is FolderState.APPROVED


def test_a_form_without_our_seal_or_with_another_ones_does_nothing(town: Town, pages: Served) -> None:
    with Visitor(pages) as visitor, Visitor(pages) as neighbour:
        visitor.sign_in(VISEUR)
        visitor.get(f"/dossier/{LATE}")
        neighbour.sign_in(DST)
        before = town.everything()
        for seal in ("", "0" * 64, neighbour.hidden["seal"], visitor.hidden["seal"][:-1], "é"):
            assert visitor.post(APPROVE, DAY | {"seal": seal}).status_code == 403, seal
        del visitor.hidden["seal"]
        assert visitor.post(APPROVE, DAY).status_code == 403
        assert town.everything() == before


def test_a_seal_from_before_signing_in_is_worth_nothing_afterwards(town: Town, pages: Served) -> None:
    with Visitor(pages) as visitor:
        visitor.get("/connexion")
        old = visitor.hidden["seal"]
        visitor.sign_in(VISEUR)
        assert visitor.hidden["seal"] != old
        before = town.everything()
        assert visitor.post(APPROVE, DAY | {"seal": old}).status_code == 403
        assert town.everything() == before


def test_signing_in_is_guarded_too(town: Town, pages: Served) -> None:
    """Else another site would sign its victim in to an account of its own."""
    with Visitor(pages) as visitor:
        visitor.get("/connexion")
        typed = {"identifiant": VISEUR.id, "mot-de-passe": PASSWORD}
        assert visitor.post("/connexion", typed, headers={"Origin": "https://evil.example"}).status_code == 403
        assert visitor.post("/connexion", typed | {"seal": ""}).status_code == 403
        assert visitor.get("/visas").status_code == 303
        assert visitor.post("/connexion", typed).status_code == 303
