"""After signing in one goes to a page of ours, whatever the address said."""

from urllib.parse import quote

import pytest

from examples import VISEUR
from web.served import Served
from web.town import LATE, PASSWORD
from web.visitor import Visitor

ELSEWHERE = (
    "//evil.example", "https://evil.example", "http:evil.example", "\\\\evil.example", "/\\evil.example",
    "javascript:alert(1)",
    "/\t/evil.example", "\t//evil.example", "/\n/evil.example", "/\r\nSet-Cookie: dematfin=vole", "evil.example", "",
    "/visas\x00", "/\u202e", "data:text/html,x", "///evil.example", "/\u2028/evil.example",
)  # fmt: skip


@pytest.mark.parametrize("after", ELSEWHERE)
def test_nobody_is_led_elsewhere(after: str, pages: Served) -> None:
    with Visitor(pages) as visitor:
        page = visitor.get(f"/connexion?suite={quote(after, safe='')}")
        assert 'name="suite" value="/visas"' in page.text
        answer = visitor.post("/connexion", {"identifiant": VISEUR.id, "mot-de-passe": PASSWORD, "suite": after})
        assert (answer.status_code, answer.headers["Location"]) == (303, "/visas")
        assert visitor.get("/visas").status_code == 200


def test_what_looks_encoded_stays_on_one_line_of_our_own_site(pages: Served) -> None:
    with Visitor(pages) as visitor:
        visitor.get("/connexion")
        typed = {"identifiant": VISEUR.id, "mot-de-passe": PASSWORD, "suite": "/%0d%0aSet-Cookie:%20a=b"}
        answer = visitor.post("/connexion", typed)
        assert answer.headers["Location"] == "/%0d%0aSet-Cookie:%20a=b"
        assert "a=b" not in answer.headers["Set-Cookie"]


def test_the_page_that_was_asked_for_is_shown_afterwards(pages: Served) -> None:
    with Visitor(pages) as visitor:
        asked = visitor.get(f"/dossier/{LATE}")
        assert asked.headers["Location"] == f"/connexion?suite=/dossier/{LATE}"
        page = visitor.get(asked.headers["Location"])
        assert f'name="suite" value="/dossier/{LATE}"' in page.text
        typed = {"identifiant": VISEUR.id, "mot-de-passe": PASSWORD, "suite": f"/dossier/{LATE}"}
        assert visitor.post("/connexion", typed).headers["Location"] == f"/dossier/{LATE}"


def test_a_form_that_was_sent_without_a_session_is_not_played_again(pages: Served) -> None:
    with Visitor(pages) as visitor:
        visitor.get("/connexion")
        assert visitor.post(f"/dossier/{LATE}/viser").headers["Location"] == "/connexion?finie=1"


@pytest.mark.parametrize(
    "odd", ["a&suite=//evil.example", "a#b", "a?b", "é", "%00", "..%2f..%2fetc%2fpasswd", "%e2%80%ae"]
)
def test_an_odd_address_leads_to_sign_in_and_then_nowhere(odd: str, pages: Served) -> None:
    with Visitor(pages) as visitor:
        asked = visitor.get(f"/dossier/{quote(odd, safe='%')}")
        assert asked.status_code in {303, 404}
        assert asked.headers.get("Location", "").count("suite=") in {0, 1}
        visitor.sign_in(VISEUR)
        assert visitor.get(f"/dossier/{quote(odd, safe='%')}").status_code == 404
