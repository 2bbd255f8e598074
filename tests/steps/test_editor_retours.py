"""A retour speaks of all that the accountant has: much of it went by another way than ours, and that alarms nobody."""

from datetime import date
from pathlib import Path

import pytest

from dematfin.acts import consult, reconciliation, sign
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.steps.follow_up import follow_up
from dematfin.steps.signatures import total_of
from examples import AGENT, MAIRE
from fakes.exported import Paying, exported, payroll
from fakes.hall import Hall

STRANGERS = (
    b'<Bordereau><BlocBordereau><Exer V="2026"/><TypBord V="01"/><IdBord V="7"/></BlocBordereau>'
    b'<Piece><InfoPiece><IdPce V="70"/><EtatPce V="05"/></InfoPiece></Piece>'
    b'<Piece><InfoPiece><IdPce V="71"/><EtatPce V="02"/></InfoPiece></Piece></Bordereau></PES_DepenseRetour>'
)


def heard(hall: Hall, more: bytes = STRANGERS) -> str:
    """Send what waits, have a retour that tells more, and return what a person is told."""
    sheets = sign.to_sign(hall.app, MAIRE)
    sign.sign(hall.app, MAIRE, sheets[0].flux.id, total_of(sheets))
    hall.day()
    key = next(iter(hall.tdt.received))
    hall.tdt.unread = {key: hall.tdt._retour(key).replace(b"</PES_DepenseRetour>", more)}
    return "\n".join(follow_up(hall.app).notes)


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    hall = Hall.beside(tmp_path)
    exported(hall, [Paying(number=1187), payroll(1188)])
    return hall


def test_what_went_by_another_way_is_counted_once(hall: Hall) -> None:
    said = heard(hall)
    assert said.count("2 mandats que le logiciel financier lui a envoyés sans passer par dematfin") == 1
    assert "n'est pas des nôtres" not in said
    assert {one.state for one in hall.all(Mandat)} == {MandatState.PAID}
    found = reconciliation.compare(hall.app, AGENT, date(2026, 2, 1))
    assert [(one.act, "2 mandats" in one.why) for one in found.answers] == [(False, True)]
    assert found.to_do == 0
    assert not [line for line in consult.picture(hall.app, AGENT).alerts if "retour" in line.lower()]


def test_a_mandat_that_our_own_bordereau_never_held_stays_an_alarm(hall: Hall) -> None:
    said = heard(hall, STRANGERS.replace(b'IdBord V="7"', b'IdBord V="42"'))
    assert said.count("n'est pas des nôtres") == 2
    assert reconciliation.compare(hall.app, AGENT, date(2026, 2, 1)).to_do == 2


def test_in_dematfin_mode_it_stays_an_alarm(tmp_path: Path) -> None:
    hall = Hall.build(tmp_path)
    hall.to_sign("120.00")
    said = heard(hall)
    assert said.count("n'est pas des nôtres") == 2
    assert reconciliation.compare(hall.app, AGENT, date(2026, 2, 1)).to_do == 2
