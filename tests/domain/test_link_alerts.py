"""What the way to the TdT needs somebody for: a certificate that ends, an account that is let in no more."""

from datetime import UTC, date, datetime, timedelta

import pytest

from dematfin.domain.figures.link_alerts import certificate_alert, of_links
from dematfin.domain.link import SIGNATURE, TDT, Link

TODAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NAME = "S²LOW (https://s2low.example)"


@pytest.mark.parametrize(
    ("left", "begins", "when"),
    [
        (60, "Notre certificat", "expire le 01/05/2026, dans 60 jours"),
        (31, "Notre certificat", "dans 31 jours"),
        (30, "À faire ce mois-ci. Notre", "dans 30 jours"),
        (8, "À faire ce mois-ci. Notre", "dans 8 jours"),
        (7, "URGENT. Notre", "dans 7 jours"),
        (1, "URGENT. Notre", "dans 1 jour."),
        (0, "URGENT. Notre", "aujourd'hui"),
    ],
)
def test_the_end_of_a_certificate_is_said_louder_and_louder(left: int, begins: str, when: str) -> None:
    said = certificate_alert(NAME, TODAY + timedelta(days=left), TODAY)
    assert said.startswith(begins)
    assert when in said
    assert NAME in said
    assert "plus aucun bordereau ne partira, et aucun acquit ni retour ne reviendra" in said
    assert "donnez-le à l'administrateur du TdT AVANT de l'installer ici" in said


def test_a_certificate_that_has_ended_says_what_has_stopped() -> None:
    said = certificate_alert(NAME, TODAY - timedelta(days=1), TODAY)
    assert said.startswith("URGENT. ")
    assert "a expiré le 01/03/2026 : plus aucun bordereau ne part, aucun acquit ni retour ne revient" in said
    assert "AVANT de l'installer ici" in said


@pytest.mark.parametrize("end", [None, TODAY + timedelta(days=61)])
def test_one_that_lasts_is_not_spoken_of(end: date | None) -> None:
    assert certificate_alert(NAME, end, TODAY) == ""


def link(**changes: object) -> Link:
    usual: dict[str, object] = {"id": TDT, "name": NAME, "tried_at": NOON, "trouble": "S²LOW refuse notre compte."}
    return Link(**(usual | changes))  # type: ignore[arg-type]


def test_a_trouble_is_told_from_its_second_day() -> None:
    """On the first one the run itself has said it."""
    assert list(of_links([link(troubled_since=NOON)], TODAY)) == []
    lasting = link(troubled_since=NOON - timedelta(days=3))
    (said,) = of_links([lasting], TODAY)
    assert said == f"{NAME} : rien ne passe plus depuis le 27/02/2026. S²LOW refuse notre compte."
    assert len(list(of_links([link(troubled_since=lasting.troubled_since, certificate_expires_on=TODAY)], TODAY))) == 2


def test_the_certificate_that_signed_last_has_its_own_remedy() -> None:
    ends = [TODAY + timedelta(days=left) for left in (61, 60, 7, -1)]
    last = [Link(id=SIGNATURE, name="Le certificat", certificate_expires_on=end, tried_at=NOON) for end in ends]
    said = list(of_links(last, TODAY))
    assert [one.split(".")[0] for one in said] == [
        "Le certificat expire le 01/05/2026, dans 60 jours",
        "URGENT",
        "URGENT",
    ]
    assert "a expiré le 01/03/2026" in said[-1]
    assert all("plus aucun bordereau ne se signe" in one and "TdT" not in one for one in said)
