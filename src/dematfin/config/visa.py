"""`[visa]`: who certifies, through which desks, and by when."""

from datetime import date
from decimal import Decimal
from typing import Literal, Self

from pydantic import Field, model_validator

from dematfin.domain.delay.calendar import Calendar, Zone
from dematfin.domain.visa.circuit import DEFAULT_KEY, Circuit, CircuitChoice, Quorum, StepRule
from dematfin.domain.visa.deadline import DeadlineMode, DeadlineRule
from dematfin.domain.visa.levels import ReminderRule
from dematfin.support.settings import Section


class StepSettings(Section):
    """One step of a circuit; `@service` is the desk of the invoice's own service."""

    bureaux: tuple[str, ...] = Field(min_length=1)
    regle: Quorum = Quorum.ANY
    jours: int | None = Field(default=None, ge=1, le=30)


class CircuitSettings(Section):
    """`[[visa.circuits]]`: the desks that an invoice goes through, in order."""

    cle: str = Field(pattern=r"^[a-z0-9-]{1,30}$")
    etapes: tuple[StepSettings, ...] = Field(min_length=1, max_length=10)


class ChoiceSettings(Section):
    """`[[visa.regles]]`: which invoices take a circuit; the first rule that fits decides."""

    circuit: str
    services: frozenset[str] = frozenset()
    montant_min: Decimal | None = None
    montant_max: Decimal | None = None
    engagement: str = ""
    fournisseur: str = Field(default="", pattern=r"^([0-9]{9})?$")


class ReminderSettings(Section):
    """`[visa.rappels]`: when those who have to visa are reminded by mail."""

    actif: bool = True
    avant: int = Field(default=2, ge=1, le=30)
    escalade: int = Field(default=8, ge=1, le=90)
    jours_ouvres_seulement: bool = True
    hebdomadaire: bool = True


class VisaSettings(Section):
    """`[visa]`: who certifies, and by when."""

    jours: int = Field(default=5, ge=1, le=30)
    decompte: DeadlineMode = DeadlineMode.CALENDAR
    report_jour_ouvre: bool = True
    zone: Zone = Zone.METROPOLE
    vendredi_saint: bool = True
    fermetures: frozenset[date] = frozenset()
    bureau_par_defaut: str = "FINANCES"
    jours_avant_engagement: int = Field(default=30, ge=0, le=3650)
    piece_apres_visa: Literal["rouvre", "refuse"] = "rouvre"
    fiche_en_piece: bool = False
    circuits: tuple[CircuitSettings, ...] = ()
    regles: tuple[ChoiceSettings, ...] = ()
    rappels: ReminderSettings = ReminderSettings()

    @model_validator(mode="after")
    def _rules_lead_to_circuits(self) -> Self:
        keys = [one.cle for one in self.circuits]
        if len(set(keys)) < len(keys):
            message = "deux circuits ont la même clé"
            raise ValueError(message)
        if lost := [one.circuit for one in self.regles if one.circuit not in {*keys, DEFAULT_KEY}]:
            message = f"aucun circuit ne s'appelle « {lost[0]} »"
            raise ValueError(message)
        return self

    def deadline(self) -> DeadlineRule:
        """Return how the days of a visa are counted."""
        return DeadlineRule(days=self.jours, mode=self.decompte, roll=self.report_jour_ouvre, calendar=self.calendar())

    def calendar(self) -> Calendar:
        """Return which days are worked."""
        return Calendar(zone=self.zone, good_friday=self.vendredi_saint, extra=frozenset(self.fermetures))

    def reminders(self) -> ReminderRule:
        """Return when reminders are sent."""
        return ReminderRule(
            active=self.rappels.actif,
            before=self.rappels.avant,
            escalation=self.rappels.escalade,
            working_days_only=self.rappels.jours_ouvres_seulement,
            weekly=self.rappels.hebdomadaire,
            calendar=self.calendar(),
        )

    def domain_circuits(self) -> tuple[Circuit, ...]:
        """Return the circuits, none of which has a version before a folder is opened with it."""
        return tuple(
            Circuit(
                id=f"{one.cle}/0",
                key=one.cle,
                version=0,
                steps=tuple(StepRule(desks=step.bureaux, quorum=step.regle, days=step.jours) for step in one.etapes),
            )
            for one in self.circuits
        )

    def choices(self) -> tuple[CircuitChoice, ...]:
        """Return which invoices take which circuit, in order."""
        return tuple(
            CircuitChoice(
                circuit=one.circuit,
                services=one.services,
                low=one.montant_min,
                high=one.montant_max,
                engagement=one.engagement,
                supplier=one.fournisseur,
            )
            for one in self.regles
        )
