"""The right that each page and each form of the site demands, before it is looked for: the site asks this table."""

from typing import Final

from dematfin.domain.parties.person import Act

PAGES: Final[dict[str, Act | None]] = {
    "GET /": None,
    "GET /a-traiter": Act.HOLD,
    "GET /a-traiter/{facture}": Act.HOLD,
    "POST /a-traiter/{facture}/corriger": Act.HOLD,
    "GET /a-traiter/{facture}/document/{empreinte}": Act.HOLD,
    "POST /a-traiter/{facture}/doublon": Act.HOLD,
    "POST /a-traiter/{facture}/ecarter": Act.HOLD,
    "POST /a-traiter/{facture}/forcer": Act.HOLD,
    "GET /a-traiter/{facture}/lettre/{empreinte}": Act.HOLD,
    "POST /a-traiter/{facture}/rappel": Act.HOLD,
    "POST /a-traiter/{facture}/repondre": Act.ANSWER,
    "GET /absences": Act.READ,
    "POST /absences": Act.DELEGATE,
    "POST /absences/{delegation}/finir": Act.DELEGATE,
    "GET /accueil": Act.OVERSEE,
    "GET /bordereau/{bordereau}": Act.OVERSEE,
    "GET /bordereau/{bordereau}/livre": Act.OVERSEE,
    "GET /bordereaux": Act.OVERSEE,
    "GET /chiffres": Act.OVERSEE,
    "GET /chiffres/{periode}": Act.OVERSEE,
    "GET /chiffres/{periode}/fichier/{format}": Act.OVERSEE,
    "GET /compte": Act.READ,
    "POST /compte": Act.READ,
    "GET /connexion": None,
    "POST /connexion": None,
    "POST /deconnexion": Act.READ,
    "GET /dematfin.css": None,
    "GET /dematfin.svg": None,
    "GET /dossier/{facture}": Act.READ,
    "GET /dossier/{facture}/document/{empreinte}": Act.READ,
    "GET /dossier/{facture}/fiche": Act.READ,
    "POST /dossier/{facture}/joindre": Act.VISA,
    "POST /dossier/{facture}/refuser": Act.VISA,
    "POST /dossier/{facture}/reprendre": Act.VISA,
    "POST /dossier/{facture}/transferer": Act.VISA,
    "POST /dossier/{facture}/viser": Act.VISA,
    "GET /facture/{facture}": Act.OVERSEE,
    "GET /facture/{facture}/document/{empreinte}": Act.OVERSEE,
    "POST /facture/{facture}/preuve": Act.OVERSEE,
    "GET /factures": Act.OVERSEE,
    "GET /flux": Act.OVERSEE,
    "GET /flux/{flux}": Act.OVERSEE,
    "GET /healthz": None,
    "GET /mandat/{mandat}": Act.OVERSEE,
    "GET /papier": Act.PAPER,
    "GET /papier/lot/{lot}": Act.PAPER,
    "POST /papier/lot/{lot}": Act.PAPER,
    "POST /papier/lot/{lot}/accepter": Act.PAPER,
    "POST /papier/lot/{lot}/decouper": Act.PAPER,
    "POST /papier/lot/{lot}/ecarter": Act.PAPER,
    "GET /papier/lot/{lot}/original/{empreinte}": Act.PAPER,
    "GET /papier/lot/{lot}/page/{page}": Act.PAPER,
    "POST /papier/lot/{lot}/reprendre": Act.PAPER,
    "GET /papier/saisie": Act.PAPER,
    "GET /papier/saisie/{document}": Act.PAPER,
    "POST /papier/saisie/{document}": Act.PAPER,
    "POST /papier/saisie/{document}/ecarter": Act.PAPER,
    "GET /papier/saisie/{document}/fichier/{empreinte}": Act.PAPER,
    "GET /papier/saisie/{document}/page/{page}": Act.PAPER,
    "GET /readyz": None,
    "GET /visas": Act.READ,
    "POST /visas/lot": Act.VISA,
    "POST /visas/lot/viser": Act.VISA,
}
"""By path. A right opens the door; what lies behind may still be somebody else's, and is then said not to be there."""


def needed_for(method: str, path: str) -> Act | None:
    """Return the right that a page demands; a page without a line is not served at all: raises LookupError."""
    key = f"{method} {path}"
    if key not in PAGES:
        message = f'say in domain/rights/pages.py which right this page demands: "{key}": Act.…,'
        raise LookupError(message)
    return PAGES[key]
