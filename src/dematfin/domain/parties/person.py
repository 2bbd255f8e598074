"""Persons, their roles, and what each role may do.

Nobody here is the comptable: that is the State's agent. Two acts of one person never count as two persons.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from dematfin.domain.event import SERVICE
from dematfin.errors import Forbidden

NONE: Final = "aucun"


class Role(StrEnum):
    """What a person is entitled to, given by an administrateur."""

    AGENT = "agent"  # imports, prepares, transmits
    VISEUR = "viseur"  # certifies that the service was done, for the desks of its own
    ORDONNATEUR = "ordonnateur"  # signs bordereaux: the mayor or a delegate
    DIRECTEUR = "directeur"  # reads reports, receives escalations
    ADMINISTRATEUR = "administrateur"  # sets up, does no business act
    LECTEUR = "lecteur"  # reads
    SERVICE = "service"  # the unattended run


class Act(StrEnum):
    """What can be asked of dematfin, in the words of an error message."""

    RUN = "lancer les traitements"
    REGISTER = "mettre à jour les engagements, les tiers et les crédits"
    ANSWER = "renvoyer, suspendre ou rejeter une facture"
    HOLD = "reprendre, forcer ou écarter une facture"
    PAPER = "traiter les factures papier"
    CLEAR_BANK = "valider le compte bancaire d'un fournisseur"
    VISA = "viser ou refuser une facture"
    DELEGATE = "déclarer une absence"
    BYPASS = "passer une étape de visa"
    PREPARE = "préparer ou corriger un bordereau"
    SIGN = "signer un bordereau"
    TRANSMIT = "transmettre un flux signé"
    ADMINISTER = "gérer les personnes et ouvrir les budgets"
    ARCHIVE = "préparer une élimination ou un versement, suspendre une élimination"
    ELIMINATE = "exécuter une élimination"
    READ = "consulter"
    OVERSEE = "voir les factures et les chiffres de tous les services"


MAY: Final[dict[Act, frozenset[Role]]] = {
    Act.RUN: frozenset({Role.AGENT, Role.SERVICE}),
    Act.REGISTER: frozenset({Role.AGENT, Role.SERVICE}),
    Act.ANSWER: frozenset({Role.AGENT}),
    Act.HOLD: frozenset({Role.AGENT}),
    Act.PAPER: frozenset({Role.AGENT}),
    Act.CLEAR_BANK: frozenset({Role.AGENT, Role.DIRECTEUR, Role.ORDONNATEUR}),
    Act.VISA: frozenset({Role.VISEUR}),
    Act.DELEGATE: frozenset({Role.VISEUR, Role.ADMINISTRATEUR}),
    Act.BYPASS: frozenset({Role.ADMINISTRATEUR}),
    Act.PREPARE: frozenset({Role.AGENT}),
    Act.SIGN: frozenset({Role.ORDONNATEUR}),
    Act.TRANSMIT: frozenset({Role.AGENT, Role.SERVICE}),
    Act.ADMINISTER: frozenset({Role.ADMINISTRATEUR}),
    Act.ARCHIVE: frozenset({Role.AGENT, Role.DIRECTEUR}),
    Act.ELIMINATE: frozenset({Role.AGENT, Role.DIRECTEUR, Role.ORDONNATEUR}),
    Act.READ: frozenset(Role),
    Act.OVERSEE: frozenset(Role) - {Role.VISEUR},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One human being (or the unattended service), known by a login.

    Attributes:
        system_user: account of the operating system that this person uses on the command line; at most
            one person for each account.
        desks: service codes whose invoices this person may visa.
        email: where reminders are sent; empty: none are.
    """

    id: str
    name: str
    roles: frozenset[Role]
    system_user: str = ""
    desks: frozenset[str] = field(default_factory=frozenset)
    active: bool = True
    email: str = ""

    def may(self, act: Act) -> bool:
        """Say whether one of this person's roles allows the act."""
        return self.active and bool(self.roles & MAY[act])

    def require(self, act: Act) -> None:
        """Let the act go on, or raise Forbidden with the roles that would be needed."""
        if not self.may(act):
            needed = " ou ".join(sorted(MAY[act]))
            message = f"{self.name} ne peut pas {act} : il faut le rôle {needed}."
            raise Forbidden(message)


def changed(before: Person | None, after: Person) -> str:
    """Say in one line what somebody may do now, and what was changed of it, for the journal.

    >>> lou = Person(id="lou", name="Lou", roles=frozenset({Role.VISEUR}), system_user="lou")
    >>> changed(None, lou)
    'Lou : viseur ; compte système lou'
    >>> from dataclasses import replace
    >>> changed(lou, replace(lou, roles=frozenset({Role.AGENT}), system_user="", desks=frozenset({"ST"})))
    'Lou : agent ; rôles auparavant viseur ; bureaux ST, auparavant aucun ; compte système aucun, auparavant lou'
    """
    parts = [f"{after.name} : {_listed(after.roles)}"]
    if before and before.roles != after.roles:
        parts.append(f"rôles auparavant {_listed(before.roles)}")
    for label, was, now in (
        ("bureaux", _listed(before.desks if before else ()), _listed(after.desks)),
        ("compte système", (before and before.system_user) or NONE, after.system_user or NONE),
        ("courriel", (before and before.email) or NONE, after.email or NONE),
    ):
        if was != now:
            parts.append(f"{label} {now}" + (f", auparavant {was}" if before else ""))
    return " ; ".join(parts)


def _listed(words: Iterable[str]) -> str:
    return ", ".join(sorted(words)) or NONE


UNATTENDED: Final = Person(id=SERVICE, name="Service automatique", roles=frozenset({Role.SERVICE}))
"""In whose name clocks and workers run the day: whoever starts them already governs the machine."""
