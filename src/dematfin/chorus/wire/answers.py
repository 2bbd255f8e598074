"""Short answers: what was done to an invoice, what may be done to it, what can be downloaded."""
# ruff: noqa: N815 - the attributes keep the platform's spelling

from dematfin.chorus.wire.base import Day, Text, Wire


class NextStatus(Wire):
    """One line of `recuperer/etats/traitement`."""

    statutPossiblePourTraitement: Text = ""


class Treated(Wire):
    """`traiter/recue`."""

    idFacture: Text = ""
    numeroFacture: Text = ""
    dateTraitement: Day = None
    nouveauStatut: Text = ""


class Health(Wire):
    """`health-check`, the one call that says nothing of `codeRetour`."""

    body: Text = ""
    statusCode: Text = ""
    statusCodeValue: Text = ""
