"""A reverse proxy that says who has signed in, and from where: believed from its own address only."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from dematfin.domain.visa.folder import FolderState
from examples import VISEUR
from visa.desks import DST
from web.served import Served
from web.town import LATE, OF_TWO, PASSWORD, Town
from web.visitor import Visitor, problem

NAMED = "X-Utilisateur"
BELIEVED: dict[str, Any] = {"entete_identite": NAMED, "mandataires": ["127.0.0.1/32"]}
DAY = {"service-fait": "2026-02-27"}


def test_who_is_named_by_the_proxy_is_in_and_may_decide(town: Town, serving: Callable[..., Served]) -> None:
    with Visitor(serving(**BELIEVED), **{NAMED: VISEUR.id}) as visitor:
        page = visitor.get(f"/dossier/{LATE}")
        assert VISEUR.name in page.text
        assert "Se déconnecter" not in page.text
        assert visitor.post(f"/dossier/{LATE}/viser", DAY).status_code == 303
    assert town.folder_of(LATE).decisions[-1].by == VISEUR.id


@pytest.mark.parametrize("networks", [["10.0.0.0/8"], ["::1/128"], ["127.0.0.2/32"]])
def test_from_another_address_the_header_is_nothing(networks: list[str], serving: Callable[..., Served]) -> None:
    with Visitor(serving(entete_identite=NAMED, mandataires=networks), **{NAMED: VISEUR.id}) as visitor:
        answer = visitor.get("/visas")
        assert answer.status_code == 403
        assert VISEUR.name not in answer.text


def test_without_the_setting_the_header_is_nothing(pages: Served) -> None:
    with Visitor(pages, **{NAMED: VISEUR.id, "Remote-User": VISEUR.id}) as visitor:
        assert visitor.get("/visas").status_code == 303


def test_two_names_in_one_request_are_nobody(serving: Callable[..., Served]) -> None:
    """One of them may have been sent by the visitor."""
    served = serving(**BELIEVED)
    for names in ([VISEUR.id, DST.id], [VISEUR.id, VISEUR.id], [f"{VISEUR.id},{DST.id}"], [""]):
        answer = httpx.get(f"{served.url}/visas", headers=[(NAMED, name) for name in names])
        assert answer.status_code == 403, names


@pytest.mark.parametrize("name", ["inconnu", "VISEUR", "parti", "' OR 1=1 --", "é", "x" * 5000])
def test_an_unknown_or_inactive_name_is_nobody(name: str, serving: Callable[..., Served]) -> None:
    answer = httpx.get(f"{serving(**BELIEVED).url}/visas", headers={NAMED.encode(): name.encode()})
    assert answer.status_code == 403
    assert "Connectez-vous" in problem(answer)


def test_another_name_is_another_session(town: Town, serving: Callable[..., Served]) -> None:
    """A page drawn for one person decides nothing in the name of the next one at the same desk."""
    served = serving(**BELIEVED)
    with Visitor(served, **{NAMED: VISEUR.id}) as visitor:
        visitor.get(f"/dossier/{OF_TWO}")
        visitor.http.headers[NAMED] = DST.id
        assert visitor.post(f"/dossier/{OF_TWO}/viser", DAY).status_code == 403
        del visitor.http.headers[NAMED]
        assert visitor.post(f"/dossier/{OF_TWO}/viser", DAY).status_code == 403
        assert visitor.get("/visas").status_code == 403
    assert town.folder_of(OF_TWO).state is FolderState.IN_CIRCUIT


def test_where_a_proxy_signs_in_our_own_passwords_open_nothing(serving: Callable[..., Served]) -> None:
    with Visitor(serving(**BELIEVED)) as visitor:
        assert "portail" in visitor.get("/connexion").text
        refused = visitor.post("/connexion", {"identifiant": VISEUR.id, "mot-de-passe": PASSWORD})
        assert refused.status_code == 403
        assert visitor.get("/visas").status_code == 403


def test_whoever_becomes_inactive_is_out_whatever_the_proxy_says(town: Town, serving: Callable[..., Served]) -> None:
    with Visitor(serving(**BELIEVED), **{NAMED: VISEUR.id}) as visitor:
        assert visitor.get("/visas").status_code == 200
        town.save(replace(VISEUR, active=False))
        assert visitor.get("/visas").status_code == 403
