"""What a right does not open: a head of service sees the folders of its own desks, and no others by any way."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from dematfin.acts import book, consult, flow_story, search, timeline, visa_slip, visa_views, whole_invoice
from dematfin.domain.parties.person import Person
from dematfin.errors import Forbidden, UnknownRecord
from examples import VISEUR
from fakes.hall import Hall
from visa.desks import OTHER, town

FIRST, NEVER = "F2026-000001", "F2026-999999"
Look = Callable[[Hall, Person, str], Any]
OF_A_DESK: Final[dict[str, Look]] = {
    "view": lambda hall, who, key: visa_views.view(hall.app, who, key),
    "timeline": lambda hall, who, key: visa_views.timeline(hall.app, who, key),
    "slip": lambda hall, who, key: visa_slip.slip(hall.app, who, key),
}
OF_ALL: Final[dict[str, Look]] = {
    "etat": lambda hall, who, _: consult.picture(hall.app, who),
    "story": lambda hall, who, key: consult.story(hall.app, who, key),
    "search": lambda hall, who, key: search.search(hall.app, who, search.Criteria(words=key)),
    "one": lambda hall, who, key: search.one(hall.app, who, key),
    "thread": lambda hall, who, key: timeline.thread(hall.app, who, key),
    "book": lambda hall, who, _: book.book(hall.app, who, "COMMUNE-2026-42"),
    "flows": lambda hall, who, _: flow_story.listed(hall.app, who),
    "whole": lambda hall, who, key: whole_invoice.whole(hall.app, who, key),
    "papers": lambda hall, who, key: whole_invoice.papers(hall.app, who, key),
}


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    """Return a town whose one invoice lies on the desk SCOLAIRE."""
    return town(tmp_path)


@pytest.mark.parametrize("look", OF_A_DESK.values(), ids=OF_A_DESK)
def test_a_folder_of_another_desk_is_told_as_one_that_never_was(hall: Hall, look: Look) -> None:
    before = dict(hall.ledger.records)
    look(hall, VISEUR, FIRST)
    told = []
    for key in (FIRST, NEVER):
        with pytest.raises(UnknownRecord) as caught:
            look(hall, OTHER, key)
        told.append(str(caught.value).replace(key, "F"))
    assert told[0] == told[1]
    assert hall.ledger.records == before


@pytest.mark.parametrize("look", OF_ALL.values(), ids=OF_ALL)
def test_what_shows_all_services_is_refused_without_a_word_of_what_is_there(hall: Hall, look: Look) -> None:
    told = []
    for who in (VISEUR, OTHER):
        for key in (FIRST, NEVER):
            with pytest.raises(Forbidden, match="voir les factures et les chiffres de tous les services") as caught:
                look(hall, who, key)
            told.append(str(caught.value).replace(who.name, ""))
    assert len(set(told)) == 1


def test_the_queue_names_no_folder_of_another_desk(hall: Hall) -> None:
    assert [one.invoice.id for one in visa_views.queue(hall.app, VISEUR)] == [FIRST]
    assert list(visa_views.queue(hall.app, OTHER)) == []


def test_to_open_a_folder_of_another_desk_leaves_no_trace_in_it(hall: Hall) -> None:
    before = dict(hall.ledger.records)
    visa_views.mark_read(hall.app, OTHER, FIRST)
    assert hall.ledger.records == before
