"""`[logiciel_financier]`: how the finance software names its columns, and what it knows of us."""

from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, Field

from dematfin.domain.parties.legal import PAIRS
from dematfin.finance.titles import CREDITS, ENGAGEMENTS, TIERS, Titles
from dematfin.support.settings import Section


def _named_after(titles: Titles) -> Callable[[dict[str, str]], dict[str, str]]:
    """Return what refuses a key that is none of our titles: a typing error would leave a column unread."""

    def check(columns: dict[str, str]) -> dict[str, str]:
        if unknown := [ours for ours in columns if ours not in titles.all]:
            message = f"colonne inconnue « {unknown[0]} » ; les nôtres sont {', '.join(titles.all)}"
            raise ValueError(message)
        if blank := [ours for ours, theirs in columns.items() if not theirs.strip()]:
            message = f"donnez à « {blank[0]} » le titre que porte cette colonne dans l'export"
            raise ValueError(message)
        return columns

    return check


class FinanceSettings(Section):
    """Exports of the finance software.

    Attributes:
        connait_nos_mandats: our mandats are already out of what it exports as left, or available.
        paires_tiers: CatTiers/NatJur that the DGFiP's annex allows.
        colonnes_*: our title, then the export's; a title of ours that is not there is the export's too.
    """

    connait_nos_mandats: bool = False
    paires_tiers: tuple[Annotated[str, Field(pattern=r"^[0-9]{2}/[0-9]{2}$")], ...] = PAIRS
    colonnes_engagements: Annotated[dict[str, str], AfterValidator(_named_after(ENGAGEMENTS))] = Field(
        default_factory=dict
    )
    colonnes_tiers: Annotated[dict[str, str], AfterValidator(_named_after(TIERS))] = Field(default_factory=dict)
    colonnes_credits: Annotated[dict[str, str], AfterValidator(_named_after(CREDITS))] = Field(default_factory=dict)
