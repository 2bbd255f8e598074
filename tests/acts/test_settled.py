"""What an answer leaves to be seen to is an alert until a person says why nothing is left to do."""

from dataclasses import replace
from pathlib import Path

import pytest

from dematfin.acts import consult, settled
from dematfin.domain.mandat.answer_gaps import gaps
from dematfin.domain.reception import Answer, AnswerKind, AnswerState
from dematfin.errors import Forbidden, RuleError, UnknownRecord
from examples import AGENT, VISEUR
from fakes.hall import Hall

REMARK = "URGENT. Hélios dit autre chose. Appelez le comptable."


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    """Return a town hall with an acquit that contradicts the one before."""
    built = Hall.build(tmp_path)
    built.to_sign("120.00")
    built.sign()
    built.day()
    (kept,) = [one for one in built.all(Answer) if one.kind is AnswerKind.ACQUIT]
    save(built, replace(kept, id="ACQUIT:autre", name="ACK 2.xml", state=AnswerState.DIFFERENT, remarks=(REMARK,)))
    return built


def save(hall: Hall, one: Answer) -> None:
    with hall.ledger.transaction() as books:
        books.save(one)


def told(hall: Hall) -> list[str]:
    return [one for one in consult.picture(hall.app, AGENT).alerts if "ACK 2.xml" in one]


def test_it_is_told_until_it_is_settled_and_again_when_it_says_something_new(hall: Hall) -> None:
    (alert,) = told(hall)
    assert alert.startswith(
        "URGENT. ACK 2.xml : Hélios dit autre chose. Appelez le comptable. Une fois réglé : dematfin"
    )
    assert 'flux classer "ACK 2.xml" --motif' in alert
    (one,) = settled.settle(hall.app, AGENT, "ACK 2.xml", "le premier vaut, dit Mme Roux")
    assert told(hall) == []
    assert one.remarks == (REMARK,)
    assert list(gaps([one], [one.flux], ())) == []
    assert "Mme Roux" in hall.ledger.events[-1].event.motif
    with pytest.raises(RuleError, match="déjà classé"):
        settled.settle(hall.app, AGENT, "ACK 2.xml", "encore")
    save(hall, replace(one, remarks=(*one.remarks, "autre chose encore")))
    assert len(told(hall)) == 1


def test_a_motif_a_right_and_an_answer_are_needed(hall: Hall) -> None:
    with pytest.raises(RuleError, match="motif"):
        settled.settle(hall.app, AGENT, "ACK 2.xml", " ")
    with pytest.raises(Forbidden):
        settled.settle(hall.app, VISEUR, "ACK 2.xml", "pas à moi")
    with pytest.raises(UnknownRecord, match="dematfin etat"):
        settled.settle(hall.app, AGENT, "ACK 3.xml", "vu")
    assert len(told(hall)) == 1
