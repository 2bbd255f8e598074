"""What the director's pages tell of: three weeks of a town, its facts written by hand."""

from dataclasses import replace
from datetime import timedelta

from counted_by_hand import happening, settlement, stay
from dematfin.domain.tally.happening import What
from dematfin.domain.tally.reached import Reached
from dematfin.domain.tally.stage import Stage
from dematfin.domain.tally.stay import Stay
from dematfin.steps.snapshot import snapshot
from web.town import ELSEWHERE, LATE, LATE_TOO, NO_FOLDER, OF_TWO, PLAIN, Town


def count(town: Town) -> None:
    """Say that the journal has been counted, and keep the figures of the day."""
    town.save(Reached(at=town.clock.now()))
    assert snapshot(town.app).exit_code == 0


def counted(town: Town, supplier: str = "PAPETERIE DU LAC") -> None:
    """Live eight days of a town, in the place of what its own journal tells; what is counted is as its invoices are."""
    town.save(*(replace(one, until=one.since) for one in town.all(Stay)))
    today = town.clock.today()

    def held(key: str, stage: Stage, days: int, ttc: str, service: str = "SCOLAIRE") -> None:
        deadline = today + timedelta(days=days)
        town.save(stay(key, stage, deadline, ttc, service=service, supplier=supplier))

    held(LATE, Stage.IN_VISA, -2, "120.00")
    held(LATE_TOO, Stage.IN_VISA, 3, "1240.00")
    town.save(settlement("M1", today - timedelta(days=8), 40, "900.00"))
    count(town)
    town.clock.advance(days=8)
    today = town.clock.today()
    held(PLAIN, Stage.IN_VISA, 4, "360.00")
    held(OF_TWO, Stage.SERVICE_FAIT, 2, "480.00", "VOIRIE")
    held(ELSEWHERE, Stage.ON_HOLD, 9, "600.00", "SPORT")
    held(NO_FOLDER, Stage.TO_CORRECT, 1, "720.00", "")
    town.save(
        *(settlement(f"M{number}", today - timedelta(days=number % 5), 12 + number) for number in range(2, 26)),
        happening("R1", What.MANDAT_REJECTED, today - timedelta(days=1), service="SCOLAIRE"),
    )
    count(town)
