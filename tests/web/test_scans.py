"""Batches that wait: their pages on screens of forty, cut where an agent says, once, and only as they were shown."""

from collections.abc import Iterator

import pytest

from dematfin.acts import paper
from dematfin.domain.paper.batch import Batch, BatchState
from dematfin.domain.paper.capture import Capture, CaptureState
from examples import AGENT
from web.served import Served
from web.town import Town
from web.visitor import Visitor, problem

LOT = "L2026-000001"
DOUBT = ("F:ECOLE:1", "facture un", "illisible", "facture deux", "facture trois")


@pytest.fixture
def at(pages: Served, town: Town) -> Iterator[Visitor]:
    """Return the browser of the agent, before a batch where a sheet may have been missed."""
    town.scan(*DOUBT)
    with Visitor(pages) as visitor:
        visitor.sign_in(AGENT)
        visitor.get(f"/papier/lot/{LOT}")
        yield visitor


def cut(town: Town) -> list[tuple[int, ...]]:
    return [one.pages for one in town.all(Capture) if one.state is not CaptureState.REPLACED]


def state(town: Town, lot: str = LOT) -> BatchState:
    return next(one.state for one in town.all(Batch) if one.id == lot)  # type: ignore[no-any-return]


def test_a_held_batch_is_listed_with_its_reason_and_shown_page_by_page(at: Visitor) -> None:
    assert "l&#39;aspect d&#39;une feuille" in at.get("/papier").text
    page = at.get(f"/papier/lot/{LOT}").text
    assert page.count('loading="lazy"') == 5
    assert "feuille de séparation ECOLE" in page
    assert 'name="feuille" value="3"' in page
    assert 'name="debut" value="2"' not in page


def test_the_proposed_cut_is_accepted_with_a_reason(at: Visitor, town: Town) -> None:
    refused = at.post(f"/papier/lot/{LOT}/accepter", {"motif": ""})
    assert (refused.status_code, "donnez un motif" in problem(refused)) == (422, True)
    answer = at.post(f"/papier/lot/{LOT}/accepter", {"motif": "Une tache."})
    assert answer.headers["Location"] == "/papier/saisie/D2026-000001"
    assert (state(town), cut(town)) == (BatchState.PUBLISHED, [(2, 3, 4, 5)])


def test_it_is_cut_where_somebody_ticks_and_again_as_long_as_nothing_is_entered(at: Visitor, town: Town) -> None:
    assert at.post(f"/papier/lot/{LOT}/decouper", {"feuille": "3", "debut": "5"}).status_code == 303
    assert cut(town) == [(2,), (4,), (5,)]
    page = at.get(f"/papier/lot/{LOT}").text
    assert 'name="debut" value="5" checked' in page
    assert 'name="feuille" value="3" checked' in page
    assert 'name="debut" value="4"' not in page
    assert at.post(f"/papier/lot/{LOT}/decouper", {"debut": ""}).status_code == 422
    assert at.post(f"/papier/lot/{LOT}/decouper", {"feuille": ["3", "5"]}).status_code == 303
    assert cut(town) == [(2,), (4,)]


def test_a_cut_that_cannot_be_is_told_and_changes_nothing(at: Visitor, town: Town) -> None:
    before = town.everything()
    for name, value in (
        ("vers", "2"), ("debut", "99"), ("debut", "x"), ("debuts", "1,,é"), ("feuille", "9" * 5000), ("debut", "1"),
    ):  # fmt: skip
        assert at.post(f"/papier/lot/{LOT}/decouper", {name: value}).status_code == 422, value[:9]
    assert town.everything() == before


def test_what_is_ticked_travels_from_one_screen_to_the_next(at: Visitor, town: Town) -> None:
    lot = town.scan("F:ECOLE:9", *(f"page {number}" for number in range(2, 201)), name="grand.pdf")
    assert lot.state is BatchState.HELD
    first = at.get(f"/papier/lot/{lot.id}").text
    assert (first.count("<img"), ">161 à 200</button>" in first) == (40, True)
    second = at.post(f"/papier/lot/{lot.id}", {"ecran": "1", "debut": ["7", "31"], "feuille": "12", "vers": "5"}).text
    assert ('name="debuts" value="7,31"' in second, 'name="feuilles" value="12"' in second) == (True, True)
    assert ('id="p-161"' in second, 'id="p-160"' in second) == (True, False)
    back = at.post(f"/papier/lot/{lot.id}", {"debuts": "7,31", "feuilles": "12", "debut": "170", "vers": "1"}).text
    assert 'name="debut" value="31" checked' in back
    assert 'name="debuts" value="170"' in back
    at.post(f"/papier/lot/{lot.id}/decouper", {"debuts": "170", "debut": ["7", "31"], "feuille": "12"})
    assert [(one[0], one[-1]) for one in cut(town)] == [(2, 6), (7, 11), (13, 30), (31, 169), (170, 200)]


def test_the_same_click_twice_is_one_cut_and_another_ones_is_a_conflict(at: Visitor, town: Town) -> None:
    shown = dict(at.hidden)
    for _ in range(2):
        assert at.post(f"/papier/lot/{LOT}/decouper", {"feuille": "3"}).status_code == 303
    before = town.everything()
    at.hidden = shown | {"clic": "un autre"}
    answer = at.post(f"/papier/lot/{LOT}/decouper", {"debut": "4"})
    assert (answer.status_code, "a changé depuis" in problem(answer)) == (409, True)
    assert town.everything() == before


def test_a_batch_that_a_command_has_put_aside_meanwhile_is_a_conflict(at: Visitor, town: Town) -> None:
    paper.discard_batch(town.app, AGENT, LOT, "Publicités.")
    answer = at.post(f"/papier/lot/{LOT}/accepter", {"motif": "Une tache."})
    assert (answer.status_code, "maintenant « écarté »" in problem(answer)) == (409, True)


def test_a_cut_that_a_command_makes_at_the_very_same_moment_stays(
    at: Visitor, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Documents of two hundred pages take a while to be made: what was decided meanwhile is not undone unseen."""
    town.meanwhile(monkeypatch, lambda: paper.cut_again(town.app, AGENT, LOT, (), (4,)))
    answer = at.post(f"/papier/lot/{LOT}/decouper", {"feuille": "3"})
    assert (answer.status_code, "a changé depuis" in problem(answer)) == (409, True)
    assert cut(town) == [(2, 3), (4, 5)]


def test_a_batch_is_put_aside_or_looked_at_again(at: Visitor, town: Town) -> None:
    trapped = town.scan("piège", name="piege.pdf")
    page = at.get(f"/papier/lot/{trapped.id}").text
    assert ("abîmé" in page, "<img" in page) == (True, False)
    assert at.post(f"/papier/lot/{trapped.id}/reprendre", {"motif": "Encore."}).status_code == 303
    assert state(town, trapped.id) is BatchState.QUARANTINED
    at.get(f"/papier/lot/{trapped.id}")
    assert at.post(f"/papier/lot/{trapped.id}/ecarter", {"motif": "Rien dedans."}).status_code == 303
    assert state(town, trapped.id) is BatchState.DISCARDED


def test_the_file_as_it_came_is_handed_over_and_never_shown(at: Visitor, town: Town) -> None:
    (batch,) = town.all(Batch)
    sent = at.get(f"/papier/lot/{LOT}/original/{batch.original.sha256}")
    assert sent.headers["Content-Disposition"].startswith("attachment")
    assert sent.headers["Content-Type"] == "application/octet-stream"
    assert at.get(f"/papier/lot/{LOT}/original/{'0' * 64}").status_code == 404


def test_images_are_small_bounded_and_those_of_the_pages(at: Visitor) -> None:
    sent = at.get(f"/papier/lot/{LOT}/page/5")
    assert (sent.headers["Content-Type"], sent.content) == ("image/jpeg", b"60 facture trois")
    for page in ("0", "6", "-1", "x", "9" * 5000):
        assert at.get(f"/papier/lot/{LOT}/page/{page}").status_code == 404, page
