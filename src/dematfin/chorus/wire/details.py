"""The whole of one invoice, its files excepted."""
# ruff: noqa: N815 - the attributes keep the platform's spelling

from dematfin.chorus.wire.base import Amount, Day, Number, Text, Wire
from dematfin.chorus.wire.parties import CadreDeFacturation, Destinataire, Fournisseur


class References(Wire):
    """Dates, numbers, modes."""

    dateFacture: Day = None
    dateDepot: Day = None
    codeDeviseFacture: Text = ""
    libelleDeviseFacture: Text = ""
    typeFacture: Text = ""
    typeFactureTravaux: Text = ""
    typeTva: Text = ""
    motifExonerationTva: Text = ""
    libelleMotifExonerationTva: Text = ""
    numeroMarche: Text = ""
    numeroBonCommande: Text = ""
    numeroFactureOrigine: Text = ""
    modePaiement: Text = ""
    dateCreationFacture: Day = None
    dateEcheancePaiement: Day = None
    tailleTotalePiecesJointes: Amount = None
    numeroDpMandat: Text = ""


class MontantTotal(Wire):
    """Totals."""

    montantHtTotal: Amount = None
    montantTVA: Amount = None
    montantTtcAvantRemiseGlobalTTC: Amount = None
    montantRemiseGlobaleTTC: Amount = None
    motifRemiseGlobaleTTC: Text = ""
    montantTtcTotal: Amount = None
    montantAPayer: Amount = None


class LigneTva(Wire):
    """VAT of one rate."""

    ligneTvaTauxRefId: Number = 0
    ligneTvaTauxRefCode: Text = ""
    ligneTvaTauxRefLibelle: Text = ""
    ligneTvaTauxRefValeur: Amount = None
    ligneTvaTauxManuel: Amount = None
    ligneTvaMontantBaseHtParTaux: Amount = None
    ligneTvaMontantTvaParTaux: Amount = None


class LignesTva(Wire):
    """VAT, rate by rate."""

    ligneTva: tuple[LigneTva, ...] = ()
    pageCouranteLignesRecapitulativesTVA: Number = 0
    pagesLignesRecapitulativesTVA: Number = 0
    nbResultatsParPageLignesRecapitulativesTVA: Number = 0
    totalLignesRecapitulativesTVA: Number = 0


class LignePoste(Wire):
    """One line of the invoice."""

    lignePosteNumero: Number = 0
    lignePosteReference: Text = ""
    lignePosteDenomination: Text = ""
    lignePosteQuantite: Amount = None
    lignePosteUniteCode: Number = 0
    lignePosteUniteLibelle: Text = ""
    lignePosteMontantUnitaireHT: Amount = None
    lignePosteMontantRemiseHT: Amount = None
    lignePosteTauxTva: Text = ""
    lignePosteTauxTvaManuel: Amount = None
    lignePosteMontantHtApresRemise: Amount = None
    lignePosteMontantTva: Amount = None
    lignePosteMontantTtcApresRemise: Amount = None


class LignesPostes(Wire):
    """The lines of the invoice."""

    lignePoste: tuple[LignePoste, ...] = ()
    pageCouranteLignesPoste: Number = 0
    pagesLignesPoste: Number = 0
    nbResultatsParPageLignesPoste: Number = 0
    totalLignesPoste: Number = 0


class PieceJointePrincipale(Wire):
    """The invoice itself."""

    idLiaisonPieceJointePrincipale: Number = 0
    idPieceJointePrincipale: Number = 0


class PJointe(Wire):
    """What is told of one attachment; its bytes come by another call."""

    pieceJointeTypeCode: Text = ""
    pieceJointeTypeLibelle: Text = ""
    pieceJointeDesignation: Text = ""
    pieceJointeNumeroLigneFacture: Number = 0
    pieceJointeIdLiaison: Number = 0
    pieceJointeId: Number = 0
    pieceJointeExtension: Text = ""


class PiecesJointes(Wire):
    """The attachments."""

    pieceJointe: tuple[PJointe, ...] = ()
    pageCouranteListePiecesJointe: Number = 0
    pagesListePiecesJointe: Number = 0
    nbResultatsParPageListePiecesJointe: Number = 0
    totalListePiecesJointe: Number = 0


class PiecePrecedente(Wire):
    """The piece before, in the works chain."""

    cadreFacturationPiecePrecedente: Text = ""
    idPiecePrecedente: Number = 0
    numeroPiecePrecedente: Text = ""
    idDestinatairePiecePrecedente: Number = 0
    identifiantDestinatairePiecePrecedente: Text = ""
    raisonSocialeDestinatairePiecePrecedente: Text = ""
    idServiceExecutantPiecePrecedente: Number = 0
    codeServiceExecutantPiecePrecedente: Text = ""
    nomServiceExecutantPiecePrecedente: Text = ""


class PieceSuivante(Wire):
    """The piece after, in the works chain."""

    cadreFacturationPieceSuivante: Text = ""
    idPieceSuivante: Number = 0
    numeroPieceSuivante: Text = ""


class Details(Wire):
    """`facture` of `consulter/recipiendaire`."""

    identifiantFactureCPP: Text = ""
    numeroFacture: Text = ""
    statutFacture: Text = ""
    modeDepot: Text = ""
    destinataire: Destinataire = Destinataire()
    fournisseur: Fournisseur = Fournisseur()
    cadreDeFacturation: CadreDeFacturation = CadreDeFacturation()
    piecePrecedente: PiecePrecedente = PiecePrecedente()
    pieceSuivante: PieceSuivante = PieceSuivante()
    references: References = References()
    recapitulatifDeTva: LignesTva = LignesTva()
    montantTotal: MontantTotal = MontantTotal()
    pieceJointePrincipale: PieceJointePrincipale = PieceJointePrincipale()
    listeDesPiecesJointes: PiecesJointes = PiecesJointes()
    lignesDePoste: LignesPostes = LignesPostes()
    commentaire: Text = ""
