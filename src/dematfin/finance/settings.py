"""`[logiciel_financier]`: how its exports are read."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field

from dematfin.finance.titles import CREDITS, ENGAGEMENTS, TIERS, Titles
from dematfin.support.settings import Section


def _named_after(titles: Titles) -> AfterValidator:
    """Refuse a title that is none of ours: a slip of the pen would leave a column unread."""

    def check(columns: Mapping[str, str]) -> Mapping[str, str]:
        for ours, theirs in columns.items():
            if ours not in titles.ours:
                message = f"la colonne « {ours} » n'existe pas ; au choix : {', '.join(titles.ours)}"
                raise ValueError(message)
            if not theirs.strip():
                message = f"donnez à « {ours} » le titre que porte cette colonne dans l'export"
                raise ValueError(message)
        return columns

    return AfterValidator(check)


class FinanceSettings(Section):
    """Exports of the finance software.

    Attributes:
        colonnes_*: our title of a column = the title that the export gives it.
        connait_nos_mandats: the remaining amounts that it exports already count our mandats.
    """

    colonnes_engagements: Annotated[dict[str, str], _named_after(ENGAGEMENTS)] = Field(default_factory=dict)
    colonnes_tiers: Annotated[dict[str, str], _named_after(TIERS)] = Field(default_factory=dict)
    colonnes_credits: Annotated[dict[str, str], _named_after(CREDITS)] = Field(default_factory=dict)
    connait_nos_mandats: bool = False
