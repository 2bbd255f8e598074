"""What an invoice went through: statuses, events, what users did."""
# ruff: noqa: N815 - the attributes keep the platform's spelling

from dematfin.chorus.wire.base import Number, Text, Wire


class HistoriqueStatus(Wire):
    """One status; its date has no zone."""

    histoStatutId: Number = 0
    histoStatutCode: Text = ""
    histoStatutDatePassage: Text = ""
    histoStatutCommentaire: Text = ""
    histoStatutUtilisateurPrenom: Text = ""
    histoStatutUtilisateurNom: Text = ""
    histoStatutUtilisateurEmail: Text = ""
    histoStatutUtilisateurTelephone: Text = ""


class HistoriquesStatus(Wire):
    """The statuses, newest first."""

    histoStatut: tuple[HistoriqueStatus, ...] = ()
    pageCouranteHistoStatut: Number = 0
    pagesHistoStatut: Number = 0
    nbResultatsParPageHistoStatut: Number = 0
    totalHistoStatut: Number = 0


class HistoriqueEvenement(Wire):
    """One event."""

    evenementId: Number = 0
    evenementLibelle: Text = ""
    evenementQui: Text = ""
    evenementDateHeure: Text = ""


class HistoriquesEvenements(Wire):
    """The events."""

    evenement: tuple[HistoriqueEvenement, ...] = ()
    pageCouranteEvenement: Number = 0
    pagesEvenement: Number = 0
    nbResultatsParPageEvenement: Number = 0
    totalEvenement: Number = 0


class HistoriqueActionUtilisateur(Wire):
    """What one user did, in the portal or by the API."""

    histoActionId: Number = 0
    histoActionCode: Text = ""
    histoActionDateHeure: Text = ""
    histoActionUtilisateurPrenom: Text = ""
    histoActionUtilisateurNom: Text = ""
    histoActionUtilisateurEmail: Text = ""
    histoActionUtilisateurTelephone: Text = ""


class HistoriquesActionsUtilisateurs(Wire):
    """What users did."""

    histoAction: tuple[HistoriqueActionUtilisateur, ...] = ()
    pageCouranteHistoAction: Number = 0
    pagesHistoAction: Number = 0
    nbResultatsParPageHistoAction: Number = 0
    totalHistoAction: Number = 0


class DerniereAction(Wire):
    """The last thing that a user did."""

    derniereActionId: Number = 0
    derniereActionCode: Text = ""


class History(Wire):
    """`consulter/historique`."""

    idFacture: Text = ""
    numeroFacture: Text = ""
    modeDepot: Text = ""
    statutCourantCode: Text = ""
    historiquesDesStatuts: HistoriquesStatus = HistoriquesStatus()
    historiquesDesEvenementsComplementaires: HistoriquesEvenements = HistoriquesEvenements()
    historiquesDesActionsUtilisateurs: HistoriquesActionsUtilisateurs = HistoriquesActionsUtilisateurs()
    derniereAction: DerniereAction = DerniereAction()
