"""Each kind of exception is done once: its event says so, and so does one line of the director's report."""

from dataclasses import replace
from pathlib import Path

import pytest

from dematfin.acts import figures, proof
from dematfin.domain.event import Event, Subject
from dematfin.domain.exceptional import EXCEPTION, SENTENCES, Exceptional, exceptions
from dematfin.domain.parties.person import Person, Role
from dematfin.domain.report.period import month_of
from dematfin.domain.report.table import Table
from fakes.hall import Hall
from rights.exceptional import FIRST, SCENES, WHY, Scene

DIRECTOR = Person(id="directrice", name="Dina Directrice", roles=frozenset({Role.DIRECTEUR}))
OF_ITSELF = {Exceptional.SMALL_TOWN, Exceptional.SETTLED, Exceptional.SIGNED_ON_PAPER, Exceptional.NOT_HANDED}
WITHOUT_A_MOTIF = {*OF_ITSELF, Exceptional.PERSON_CHANGED, Exceptional.ACCESS_GIVEN, Exceptional.SETTING_CHANGED}
"""What says enough by itself: who, what, on what."""


def marked(hall: Hall) -> list[Event]:
    return [one.event for one in hall.ledger.history() if EXCEPTION in one.event.data]


def reported(hall: Hall) -> Table:
    report = figures.report(hall.app, DIRECTOR, month_of(hall.clock.today()))
    return next(one for one in report.tables if one.key == "exceptions")


def test_each_kind_has_its_sentence_and_its_scene() -> None:
    assert list(SENTENCES) == list(Exceptional)
    missing = set(Exceptional) - SCENES.keys()
    assert not missing, f"play it in tests/rights/exceptional.py: {missing}"


@pytest.mark.parametrize(("kind", "scene"), SCENES.items())
def test_it_is_an_event_and_a_line(
    kind: Exceptional, scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall = scene(tmp_path, monkeypatch)
    events = [one for one in marked(hall) if kind in exceptions(one)]
    assert len(events) == 1, [(one.subject, one.motif, one.data) for one in marked(hall)]
    (event,) = events
    assert event.by not in {"service", "", "dgfip"}
    assert WHY in event.motif or kind in WITHOUT_A_MOTIF, event.motif
    lines = [row for row in reported(hall).rows if row[2] == SENTENCES[kind]]
    with hall.ledger.reading() as books:
        name = books.get(Person, event.by).name
    assert lines == [(hall.clock.local(event.at).date(), name, SENTENCES[kind], event.subject_id, event.motif)]


def test_an_ordinary_month_has_none(tmp_path: Path) -> None:
    hall = Hall.build(tmp_path)
    hall.to_sign("120.00")
    hall.sign()
    hall.day()
    assert reported(hall).rows == ()


def test_a_proof_that_is_taken_away_is_told_and_is_no_exception(tmp_path: Path) -> None:
    hall = Hall.build(tmp_path)
    hall.to_sign("120.00")
    made = proof.make(hall.app, DIRECTOR, FIRST, tmp_path / "preuve")
    told = [one.event for one in hall.ledger.history(Subject.INVOICE, (FIRST,)) if made.seal in one.event.motif]
    assert [one.by for one in told] == [DIRECTOR.id]
    assert reported(hall).rows == ()


def test_a_setting_is_told_each_time_that_it_changes(tmp_path: Path) -> None:
    hall = Hall.build(tmp_path)
    for small in (False, True, True, False, False, True):
        hall.app = replace(hall.app, policy=replace(hall.app.policy, small=small))
        hall.day()
    told = [(one.event.before, one.event.after) for one in hall.ledger.history(Subject.SETTING)]
    assert told == [("non", "oui"), ("oui", "non"), ("non", "oui")]
    sentence = SENTENCES[Exceptional.SETTING_CHANGED]
    assert [row[4] for row in reported(hall).rows if row[2] == sentence] == [
        f"petite commune : {now}, depuis la configuration lue le 02/03/2026" for now in ("oui", "non", "oui")
    ]


def test_a_code_of_another_version_is_left_aside() -> None:
    hall_event = Event(
        subject=Subject.INVOICE, subject_id="F", before="", after="", at=None, by="x",  # type: ignore[arg-type]
        data={EXCEPTION: "inconnu controle-force"},
    )  # fmt: skip
    assert exceptions(hall_event) == (Exceptional.FORCED,)
