"""What a report is narrowed to: one budget, one service, or nothing."""

import re
from dataclasses import dataclass, replace
from typing import Final

from dematfin.domain.report.facts import Facts
from dematfin.domain.report.period import Period
from dematfin.domain.tally.happening import Happening
from dematfin.domain.tally.settlement import Settlement
from dematfin.domain.tally.stay import Stay

NOT_IN_A_NAME: Final = re.compile(r"[^A-Z0-9_]+")
"""Of a code that somebody typed: a file of any system takes the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """As people ask for it: the code of a budget, that of a service; empty for all of them."""

    budget: str = ""
    service: str = ""

    def file_stem(self, collectivite: str, period: Period) -> str:
        """Return what begins the name of a file of figures: whose they are, what they are narrowed to, of which period.

        >>> from dematfin.domain.report.period import period
        >>> Scope(service="st/1").file_stem("21990042000015", period("2026-10"))
        'dematfin-21990042000015-ST_1-2026-10'
        """
        codes = (NOT_IN_A_NAME.sub("_", code.upper()) for code in (self.budget, self.service) if code)
        return "-".join(("dematfin", collectivite, *codes, period.key))


EVERYTHING: Final = Scope()


def narrowed(facts: Facts, siret: str = "", service: str = "") -> Facts:
    """Return the facts of one budget, of one service, or of both, without what belongs to none (a scanned batch)."""

    def kept(one: Settlement | Happening | Stay) -> bool:
        return (not siret or one.siret == siret) and (not service or one.service.upper() == service.upper())

    return replace(
        facts,
        settlements=[one for one in facts.settlements if kept(one)],
        happenings=[one for one in facts.happenings if kept(one)],
        ended=[one for one in facts.ended if kept(one)],
        stock=[one for one in facts.stock if kept(one)],
    )
