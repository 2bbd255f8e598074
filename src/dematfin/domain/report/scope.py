"""What a report is narrowed to: one budget, one service, or nothing."""

from dataclasses import dataclass, replace
from typing import Final

from dematfin.domain.report.facts import Facts
from dematfin.domain.tally.happening import Happening
from dematfin.domain.tally.settlement import Settlement
from dematfin.domain.tally.stay import Stay


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """As people ask for it: the code of a budget, that of a service; empty for all of them."""

    budget: str = ""
    service: str = ""


EVERYTHING: Final = Scope()


def narrowed(facts: Facts, siret: str = "", service: str = "") -> Facts:
    """Return the facts of one budget, of one service, or of both: what belongs to none (a scanned batch) is left "
    "out."""

    def kept(one: Settlement | Happening | Stay) -> bool:
        return (not siret or one.siret == siret) and (not service or one.service.upper() == service.upper())

    return replace(
        facts,
        settlements=[one for one in facts.settlements if kept(one)],
        happenings=[one for one in facts.happenings if kept(one)],
        ended=[one for one in facts.ended if kept(one)],
        stock=[one for one in facts.stock if kept(one)],
    )
