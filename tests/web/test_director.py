"""Five minutes in front of the mayor: the director's home and the figures, in a real Chromium."""

from datetime import UTC, datetime

import pytest

from dematfin.domain.report import contents
from dematfin.domain.report.table import Column, Kind, Table
from examples import AGENT, VISEUR
from official import needs_chromium
from web.figures import counted
from web.served import Served
from web.town import DIRECTOR, LATE, Town
from web.visitor import Visitor
from web.windows import Window


@needs_chromium
def test_a_director_sees_what_changed_what_is_at_risk_and_whom_to_call(seen: Window, town: Town) -> None:
    counted(town)
    seen.sign_in(DIRECTOR)
    seen.open("/")
    assert (seen.path, seen.heading) == ("/accueil", "La semaine en cinq minutes")
    seen.picture("accueil")
    assert "Chiffres arrêtés le 10/03/2026" in seen.words
    seen.open("/chiffres")
    seen.picture("chiffres")
