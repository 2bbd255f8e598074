"""Held invoices on a page: what an agent decides there is what the command would have done, told once."""

from collections.abc import Iterator
from dataclasses import replace
from html import unescape

import pytest

from dematfin.acts import answers, holds
from dematfin.domain.intention import Intention, IntentionState
from dematfin.domain.invoice.bank import TO_CLEAR
from dematfin.domain.invoice.duplicates import Pair
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.parties.account import Account
from dematfin.domain.parties.bank import KnownAccount
from dematfin.domain.parties.person import Person, Role
from examples import AGENT, content
from web.served import Served
from web.town import LATE, NO_FOLDER, Town, pdf
from web.visitor import Visitor, problem

PAGE = f"/a-traiter/{NO_FOLDER}"
BACK = {"reponse": "A_RECYCLER", "motif": "L'engagement INCONNU n'existe pas chez nous."}
OTHER_AGENT = Person(id="agente", name="Aline Autre", roles=frozenset({Role.AGENT}))


@pytest.fixture
def at(pages: Served, town: Town) -> Iterator[Visitor]:
    """Return the browser of the agent, on the page of the invoice that a control holds."""
    known = town.invoice(NO_FOLDER)
    town.chorus.deposit(known.remote_id, known.content)
    with Visitor(pages) as visitor:
        visitor.sign_in(AGENT)
        visitor.get(PAGE)
        yield visitor


def told(town: Town) -> list[tuple[str, str]]:
    return [(one.status, one.motif) for one in town.all(Intention) if one.invoice_id == NO_FOLDER]


def test_the_list_shows_what_is_held_with_its_answer_and_nothing_else(at: Visitor) -> None:
    page = at.get("/a-traiter").text
    assert NO_FOLDER in page
    assert LATE not in page
    assert "INCONNU" in page
    assert "à recycler" in page


def test_what_the_supplier_will_read_is_read_again_before_it_is_told(at: Visitor, town: Town) -> None:
    before = town.everything()
    answer = at.post(f"{PAGE}/repondre", BACK)
    assert (answer.status_code, "Envoyer cette réponse" in answer.text) == (200, True)
    assert town.everything() == before
    at.hidden |= {"clic": "relu"}
    assert at.post(f"{PAGE}/repondre", BACK | {"confirme": "oui"}).headers["Location"] == "/a-traiter"
    assert "Chorus Pro le sait" in at.get("/a-traiter").text
    assert town.invoice(NO_FOLDER).state is InvoiceState.SENT_BACK
    assert told(town) == [("A_RECYCLER", BACK["motif"])]
    (intention,) = (one for one in town.all(Intention) if one.invoice_id == NO_FOLDER)
    assert intention.state is IntentionState.DONE


def test_an_interruption_asks_for_the_pieces_and_gives_its_letter(at: Visitor, town: Town) -> None:
    asked = {"reponse": "SUSPENDUE", "motif": "Il manque une pièce.", "pieces": "bon de livraison\nRIB"}
    shown = at.post(f"{PAGE}/repondre", asked)
    assert "Il manque une pièce. À fournir : bon de livraison, RIB" in shown.text
    answer = at.post(f"{PAGE}/repondre", asked | {"confirme": "oui"})
    assert answer.headers["Location"] == PAGE
    letter = town.invoice(NO_FOLDER).letter
    assert letter is not None
    sent = at.get(f"{PAGE}/lettre/{letter.sha256}")
    assert (sent.headers["Content-Type"], sent.content[:5]) == ("application/pdf", b"%PDF-")
    assert "n'attend plus de décision" in at.get(PAGE).text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (BACK | {"reponse": "PAYEE"}, "Choisissez la réponse"),
        (BACK | {"motif": " "}, "donnez un motif"),
        (BACK | {"motif": "x" * 256}, "255 au plus"),
    ],
)
def test_an_answer_that_cannot_be_sent_is_told_at_once_and_what_was_typed_stays(
    fields: dict[str, str], words: str, at: Visitor, town: Town
) -> None:
    before = town.everything()
    answer = at.post(f"{PAGE}/repondre", fields)
    assert (answer.status_code, words in problem(answer)) == (422, True)
    assert fields["motif"].strip() in unescape(answer.text)
    assert town.everything() == before


def test_the_right_engagement_lets_it_go_to_its_head_of_service(at: Visitor, town: Town) -> None:
    typed = {"service": "SCOLAIRE", "engagement": "BC26-00077", "pourquoi": "Bon de commande retrouvé."}
    assert at.post(f"{PAGE}/corriger", typed).status_code == 303
    assert town.invoice(NO_FOLDER).state is InvoiceState.IN_VISA
    assert town.folder_of(NO_FOLDER).desk == "SCOLAIRE"


def test_one_that_stays_held_says_what_is_left(at: Visitor, town: Town) -> None:
    typed = {"service": "SCOLAIRE", "engagement": "AUTRE", "pourquoi": "Essai."}
    assert at.post(f"{PAGE}/corriger", typed).headers["Location"] == PAGE
    assert "Il reste" in at.get(PAGE).text
    assert town.invoice(NO_FOLDER).engagement == "AUTRE"


def test_the_same_click_three_times_is_one_act(at: Visitor, town: Town) -> None:
    at.hidden |= {"clic": "trois fois"}
    ends = [at.post(f"{PAGE}/repondre", BACK | {"confirme": "oui"}) for _ in range(3)]
    assert {(one.status_code, one.headers["Location"]) for one in ends} == {(303, "/a-traiter")}
    assert told(town) == [("A_RECYCLER", BACK["motif"])]


def test_the_click_of_one_agent_is_not_that_of_another(at: Visitor, pages: Served, town: Town) -> None:
    town.save(OTHER_AGENT, replace(town.all(Account)[0], id=OTHER_AGENT.id))
    with Visitor(pages) as neighbour:
        neighbour.sign_in(OTHER_AGENT)
        neighbour.get(PAGE)
        for one in (at, neighbour):
            one.hidden |= {"clic": "le même"}
        assert at.post(f"{PAGE}/ecarter", {"pourquoi": "Prélevée."}).status_code == 303
        answer = neighbour.post(f"{PAGE}/ecarter", {"pourquoi": "Prélevée."})
        assert (answer.status_code, "n'attend plus votre décision" in problem(answer)) == (409, True)


@pytest.mark.parametrize("confirmed", [{}, {"confirme": "oui"}])
def test_what_somebody_else_did_meanwhile_is_a_conflict(confirmed: dict[str, str], at: Visitor, town: Town) -> None:
    """Corrected and in visa, it could still be sent back: not by whoever has not seen that."""
    holds.resume(town.app, AGENT, NO_FOLDER, "Bon de commande retrouvé.", engagement="BC26-00077")
    before = town.everything()
    answer = at.post(f"{PAGE}/repondre", BACK | confirmed)
    assert (answer.status_code, "maintenant « en visa »" in problem(answer)) == (409, True)
    assert town.everything() == before


def test_a_change_of_what_holds_it_is_a_conflict_too(at: Visitor, town: Town) -> None:
    holds.resume(town.app, AGENT, NO_FOLDER, "Essai.", engagement="AUTRE")
    answer = at.post(f"{PAGE}/ecarter", {"pourquoi": "Prélevée."})
    assert (answer.status_code, "a changé depuis" in problem(answer)) == (409, True)
    assert at.post(f"{PAGE}/ecarter", {"pourquoi": "Prélevée.", "vu": ""}).status_code == 409
    at.get(PAGE)
    assert at.post(f"{PAGE}/ecarter", {"pourquoi": "Prélevée."}).status_code == 303
    assert town.invoice(NO_FOLDER).state is InvoiceState.ELSEWHERE


@pytest.fixture
def twice(town: Town) -> str:
    """Have the stationer send its first invoice again, in another deposit; return the held copy."""
    town.chorus.deposit("9100099", content("F-1", "120.00"))
    town.chorus.files["9100099"] = [("copie.pdf", pdf("Facture F-1"))]
    town.deposit()
    (copy,) = town.held_by("DUP-")
    return copy


def test_a_double_is_confirmed_then_refused_once(twice: str, at: Visitor, town: Town) -> None:
    page = at.get(f"/a-traiter/{twice}")
    assert "Est-ce la même que" in page.text
    typed = {"verdict": "meme", "pourquoi": "Même bon de livraison."}
    shown = at.post(f"/a-traiter/{twice}/doublon", typed)
    assert "C'est un doublon" in unescape(shown.text)
    assert town.all(Pair) == ()
    assert at.post(f"/a-traiter/{twice}/doublon", typed | {"confirme": "oui"}).status_code == 303
    assert town.invoice(twice).state is InvoiceState.REFUSED


def test_two_that_look_alike_may_be_two(twice: str, at: Visitor, town: Town) -> None:
    at.get(f"/a-traiter/{twice}")
    typed = {"verdict": "distinctes", "pourquoi": "Deux livraisons."}
    assert at.post(f"/a-traiter/{twice}/doublon", typed).status_code == 303
    assert [one.distinct for one in town.all(Pair)] == [True]


def test_a_new_account_waits_for_two_calls(at: Visitor, town: Town) -> None:
    new = replace(content("F-8", "96.00").supplier, iban="FR7630006000011234567890189")
    town.deposit(content("F-8", "96.00", supplier=new))
    (held,) = town.held_by(TO_CLEAR)
    page = at.get(f"/a-traiter/{held}")
    assert "0 rappel sur 2" in page.text
    assert "FR7630006000011234567890189" not in page.text
    trace = {"rappel": "Mme Durand, au numéro du contrat."}
    assert at.post(f"/a-traiter/{held}/rappel", trace).headers["Location"] == f"/a-traiter/{held}"
    assert [len(one.calls) for one in town.all(KnownAccount) if not one.cleared] == [1]
    at.get(f"/a-traiter/{held}")
    again = at.post(f"/a-traiter/{held}/rappel", trace)
    assert (again.status_code, "une autre personne" in problem(again)) == (422, True)


def test_a_document_of_another_invoice_is_not_found_under_ours(at: Visitor, town: Town) -> None:
    theirs = town.document(LATE).rpartition("/")[2]
    assert at.get(f"{PAGE}/document/{theirs}").status_code == 404
    ours = town.document(NO_FOLDER).rpartition("/")[2]
    assert at.get(f"{PAGE}/document/{ours}").content.startswith(b"%PDF-")


def test_when_chorus_pro_refuses_it_the_decision_stands_and_the_page_says_so(at: Visitor, town: Town) -> None:
    town.chorus.statuses[town.invoice(NO_FOLDER).remote_id] = "EN_COURS_ACHEMINEMENT"
    assert at.post(f"{PAGE}/repondre", BACK | {"confirme": "oui"}).status_code == 303
    assert "ne la connaît pas encore" in at.get("/a-traiter").text
    assert town.invoice(NO_FOLDER).state is InvoiceState.SENT_BACK


def test_what_the_command_does_meanwhile_is_seen(at: Visitor, town: Town) -> None:
    answers.reject(town.app, AGENT, NO_FOLDER, "Fausse.")
    assert "n'attend plus de décision" in at.get(PAGE).text
    assert at.post(f"{PAGE}/forcer", {"pourquoi": "Vu."}).status_code == 409


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("repondre", BACK | {"reponse": "SUSPENDUE", "confirme": "oui"}),
        ("ecarter", {"pourquoi": "Prélevée."}),
    ],
)
def test_what_the_command_does_at_the_very_same_moment_is_a_conflict_and_the_supplier_is_told_nothing(
    path: str, fields: dict[str, str], at: Visitor, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    after: list[str] = []

    def resumed() -> None:
        holds.resume(town.app, AGENT, NO_FOLDER, "Bon de commande retrouvé.", engagement="BC26-00077")
        after.append(town.everything())

    town.meanwhile(monkeypatch, resumed)
    answer = at.post(f"{PAGE}/{path}", fields)
    assert (answer.status_code, "maintenant « en visa »" in problem(answer)) == (409, True)
    assert (told(town), [town.everything()]) == ([], after)
