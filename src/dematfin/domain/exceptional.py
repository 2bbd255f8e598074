"""What a person does out of the ordinary: each time an event that says so, and a line of the director's report.

A proof that is taken away is an event and no exception: to show an invoice to an auditor waives no rule.
"""

from enum import StrEnum
from typing import Final

from dematfin.domain.event import Event

EXCEPTION: Final = "exception"
"""Where an event says which exceptions it tells."""


class Exceptional(StrEnum):
    """The kinds of exceptions, under the code that the journal keeps for ever."""

    SMALL_TOWN = "petite-commune"
    FORCED = "controle-force"
    DISTINCT = "doublon-ecarte"
    STEP_BYPASSED = "etape-passee"
    TRANSFERRED = "bureau-change"
    OUT_OF_CIRCUIT = "hors-circuit"
    ELSEWHERE = "suivie-ailleurs"
    TAKEN_OVER = "prise-en-main"
    SETTLED = "payee-autrement"
    CHORUS_ADMITTED = "mandat-reconnu"
    ACCOUNT_CLEARED = "compte-valide"
    CLAIM_CONFIRMED = "cession-confirmee"
    CLAIM_EXEMPT = "sans-facture"
    DISAGREEMENT_ACCEPTED = "ecart-accepte"
    MANDAT_ASIDE = "mandat-ecarte"
    MANDAT_ABANDONED = "mandat-abandonne"
    SIGNED_ON_PAPER = "signe-sur-papier"
    DEPOSIT_ATTACHED = "depot-rattache"
    FLOW_LOST = "flux-perdu"
    FLOW_WITHDRAWN = "flux-retire"
    VERDICT_BY_HAND = "verdict-constate"
    ALERT_CLOSED = "alerte-close"
    NOT_HANDED = "remise-absente"
    PAPER_DISCARDED = "papier-ecarte"
    PAPER_ACCEPTED = "papier-publie"
    ARRIVAL_CHANGED = "arrivee-changee"
    AWAY_FOR_ANOTHER = "absence-d-un-autre"
    PERSON_CHANGED = "personne-changee"
    ACCESS_GIVEN = "acces-donne"
    SETTING_CHANGED = "reglage-change"
    BASE_RESTORED = "base-restauree"
    NEIGHBOUR_CERTIFIED = "voisin-certifie"
    TRACE_VOID = "sans-suite"
    GATE_REOPENED = "envois-rouverts"
    HOLD_LIFTED = "contentieux-leve"
    ELIMINATED = "elimination"


SENTENCES: Final[dict[Exceptional, str]] = {
    Exceptional.SMALL_TOWN: "Une personne a fait ce qui en demande deux (petite commune)",
    Exceptional.FORCED: "Contrôle bloquant forcé",
    Exceptional.DISTINCT: "Facture déclarée distincte d'une autre qui lui ressemble",
    Exceptional.STEP_BYPASSED: "Étape de visa passée sans décision de son bureau",
    Exceptional.TRANSFERRED: "Facture passée à un autre bureau que celui de son circuit",
    Exceptional.OUT_OF_CIRCUIT: "Facture retirée du visa, ou après lui, par un agent",
    Exceptional.ELSEWHERE: "Facture laissée à un suivi hors de dematfin",
    Exceptional.TAKEN_OVER: "Facture suivie ailleurs, prise en main",
    Exceptional.SETTLED: "Facture dite payée autrement, ou dite non payée",
    Exceptional.CHORUS_ADMITTED: "Mandat montré par Chorus Pro reconnu comme le nôtre",
    Exceptional.ACCOUNT_CLEARED: "Compte bancaire validé après deux contre-appels",
    Exceptional.CLAIM_CONFIRMED: "Cession de créance confirmée après deux contre-appels",
    Exceptional.CLAIM_EXEMPT: "Mandat du logiciel financier dit sans facture",
    Exceptional.DISAGREEMENT_ACCEPTED: "Écart entre un mandat et sa facture accepté",
    Exceptional.MANDAT_ASIDE: "Mandat écarté de son bordereau",
    Exceptional.MANDAT_ABANDONED: "Mandat abandonné pour de bon",
    Exceptional.SIGNED_ON_PAPER: "Bordereau signé sur papier",
    Exceptional.DEPOSIT_ATTACHED: "Dépôt du TdT rattaché à la main",
    Exceptional.FLOW_LOST: "Flux certifié perdu, ses mandats repris",
    Exceptional.FLOW_WITHDRAWN: "Flux jamais envoyé, retiré",
    Exceptional.VERDICT_BY_HAND: "Réponse d'Hélios constatée et saisie par une personne",
    Exceptional.ALERT_CLOSED: "Alerte sur une réponse du comptable close",
    Exceptional.NOT_HANDED: "Facture remise, dite absente du logiciel financier",
    Exceptional.PAPER_DISCARDED: "Papier écarté sans devenir une facture",
    Exceptional.PAPER_ACCEPTED: "Lot de papier douteux découpé par une personne",
    Exceptional.ARRIVAL_CHANGED: "Jour d'arrivée d'un papier changé",
    Exceptional.AWAY_FOR_ANOTHER: "Absence déclarée pour une autre personne",
    Exceptional.PERSON_CHANGED: "Personne ajoutée ou changée",
    Exceptional.ACCESS_GIVEN: "Mot de passe donné à une autre personne",
    Exceptional.SETTING_CHANGED: "Réglage « petite commune » changé dans la configuration",
    Exceptional.BASE_RESTORED: "Base remise à un état plus ancien",
    Exceptional.NEIGHBOUR_CERTIFIED: "Réponse donnée à la place d'un voisin, après une restauration",
    Exceptional.TRACE_VOID: "Envoi retrouvé après une restauration, certifié sans suite",
    Exceptional.GATE_REOPENED: "Envois rouverts par une personne, après une restauration",
    Exceptional.HOLD_LIFTED: "Suspension d'une élimination (contentieux) levée",
    Exceptional.ELIMINATED: "Documents éliminés sous le visa des archives",
}
"""What the report says of each, in the order in which a director would ask."""


def exceptions(event: Event) -> tuple[Exceptional, ...]:
    """Return what an event tells out of the ordinary; a code of another version is left aside."""
    known = set(Exceptional)
    return tuple(Exceptional(code) for code in event.data.get(EXCEPTION, "").split() if code in known)
