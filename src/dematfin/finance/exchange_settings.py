"""`[echange]`: the folders shared with the finance software, and how it wants what it is handed."""

import re
from collections.abc import Callable
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from dematfin.domain.exchange.exchange_rules import (
    DELIVERY_FIELDS,
    INVOICE_TITLES,
    JOURNAL_FIELDS,
    JOURNAL_TITLES,
    NAME_FIELDS,
    CsvForm,
    ExchangeRules,
)
from dematfin.domain.exchange.file_names import LONGEST, fields_of, longest
from dematfin.support.settings import LocalPath, Section

USUAL: Final = ExchangeRules()
PARTS: Final = {"AAAA": "%Y", "MM": "%m", "JJ": "%d"}
DAY: Final = re.compile(r"(AAAA|MM|JJ)([-/. ]?)(AAAA|MM|JJ)\2(AAAA|MM|JJ)")


def _columns(titles: tuple[str, ...]) -> Callable[[dict[str, str]], dict[str, str]]:
    """Return what refuses a column that we do not know, or two columns of one title."""

    def check(columns: dict[str, str]) -> dict[str, str]:
        if unknown := [ours for ours in columns if ours not in titles]:
            message = f"colonne inconnue « {unknown[0]} » ; les nôtres sont {', '.join(titles)}"
            raise ValueError(message)
        if len(set(columns.values())) < len(columns) or not all(one.strip() for one in columns.values()):
            message = "donnez à chaque colonne un titre, chacune le sien"
            raise ValueError(message)
        return columns

    return check


def _rule(fields: tuple[str, ...], needed: str, ending: str) -> Callable[[str], str]:
    """Return what refuses a rule of names that would give two things one name, or could not be followed."""

    def check(rule: str) -> str:
        try:
            found = fields_of(rule)
        except ValueError as error:
            message = f"« {rule} » n'est pas une règle de nom : {{champ}} seulement, entre accolades"
            raise ValueError(message) from error
        if unknown := [one for one in found if one not in fields]:
            message = f"champ inconnu « {unknown[0]} » ; ceux qui peuvent y être : {', '.join(fields)}"
            raise ValueError(message)
        if needed not in found or not rule.lower().endswith(ending):
            message = f"le nom doit contenir {{{needed}}}, qui le rend unique, et finir par {ending}"
            raise ValueError(message)
        if longest(rule) > LONGEST:
            message = "ce nom peut dépasser ce qu'un disque accepte : moins de champs, ou moins de texte entre eux"
            raise ValueError(message)
        return rule

    return check


def _day(words: str) -> str:
    """Refuse a way of writing dates that lacks a part, or says one twice."""
    found = DAY.fullmatch(words)
    if found is None or {found[1], found[3], found[4]} != set(PARTS):
        message = "une date s'écrit avec JJ, MM et AAAA, chacun une fois : « JJ/MM/AAAA » par exemple"
        raise ValueError(message)
    return words


class ExchangeSettings(Section):
    """Folders of the exchange; each may be left out, and then nothing of its kind comes or goes.

    Attributes:
        depot_pes: where the finance software exports its flows; those that are refused go to « refusés » in it.
        factures: where visaed invoices are put, to be mandated there.
        journal: where the journal of the mandats that dematfin makes is put.
        retours: where acquits and retours are put, untouched.
        stable: seconds during which an export must not change before it is taken.
        annexes: the annexes of an invoice are put with it.
        jours_mandatement: after so many days without a mandat, an invoice that was handed over is told.
        colonnes, colonnes_journal: our title, then theirs, in the order of the columns.
    """

    depot_pes: LocalPath | None = None
    factures: LocalPath | None = None
    journal: LocalPath | None = None
    retours: LocalPath | None = None
    stable: int = Field(default=10, ge=0, le=3600)
    separateur: Literal[";", ",", "\t", "|"] = ";"
    encodage: Literal["utf-8", "utf-8-sig", "latin-1", "cp1252"] = "utf-8-sig"
    decimale: Literal[",", "."] = ","
    dates: Annotated[str, AfterValidator(_day)] = "JJ/MM/AAAA"
    nom_facture: Annotated[str, AfterValidator(_rule(NAME_FIELDS, "facture", ".pdf"))] = USUAL.invoice_name
    nom_livraison: Annotated[str, AfterValidator(_rule(DELIVERY_FIELDS, "livraison", ".csv"))] = USUAL.delivery_name
    nom_journal: Annotated[str, AfterValidator(_rule(JOURNAL_FIELDS, "bordereau", ".csv"))] = USUAL.journal_name
    annexes: bool = False
    jours_mandatement: int | None = Field(default=None, ge=1, le=365)
    colonnes: Annotated[dict[str, str], AfterValidator(_columns(INVOICE_TITLES))] = Field(default_factory=dict)
    colonnes_journal: Annotated[dict[str, str], AfterValidator(_columns(JOURNAL_TITLES))] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _exports_come_alone(self) -> Self:
        """What is handed over would be taken for what is exported."""
        if self.depot_pes and self.depot_pes in {self.factures, self.journal, self.retours}:
            message = "depot_pes est un dossier à part : ni factures, ni journal, ni retours"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _amounts_stay_whole(self) -> Self:
        """Software that ignores quotes would cut each amount in two."""
        if self.separateur == self.decimale:
            message = "le séparateur ne peut pas être la virgule des montants : separateur ou decimale à changer"
            raise ValueError(message)
        return self

    def rules(self) -> ExchangeRules:
        """Return what the rules need of it."""
        day = self.dates
        for ours, theirs in PARTS.items():
            day = day.replace(ours, theirs)
        return ExchangeRules(
            form=CsvForm(separator=self.separateur, encoding=self.encodage, decimal=self.decimale, day=day),
            columns=self.colonnes or USUAL.columns,
            journal_columns=self.colonnes_journal or USUAL.journal_columns,
            invoice_name=self.nom_facture,
            delivery_name=self.nom_livraison,
            journal_name=self.nom_journal,
            annexes=self.annexes,
            mandated_within=self.jours_mandatement,
        )
