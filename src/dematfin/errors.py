"""The whole error tree.

A class's docstring is its default French message, shown as it is to an agent; an error raised with a
message of its own names the invoice, the file or the neighbour, and says what to do now.

    DematfinError
      ConfigError              the configuration cannot be used                        exit 2
      RuleError                a rule of the trade says no                             exit 3
        UnknownRecord          no such invoice, mandat, bordereau...
        Forbidden              this person may not do this
        SeparationOfDuties     one person would do what takes two
        IllegalTransition      the state machine has no such arrow
        Conflict               somebody has decided meanwhile
        RoutingError           no service, budget or engagement to send it to
        PiecesMissing          a mandat lacks what the comptable needs
        FlowRejected           a flow that breaks a rule must not leave
      DocumentError            a file from outside cannot be used                      exit 4
        UnreadableXml          not XML, or XML that we refuse to open
        InvalidInvoice         a readable file that says no invoice
        InvalidPes             a readable file that says no acquit, retour or flow
        NotAPdf                a file named .pdf that is something else
        UnsafeArchive          a zip that is broken, too large or not what it says
        TooLarge               beyond the limit set for such a file
        SignatureError         a signature that is missing, broken or not the expected one
        PaperRefused           a scan that cannot be taken apart without a risk of losing a page
      ConnectorError           a neighbour failed
        Unreachable            it did not answer, or says "later"                      exit 5
          UnknownOutcome       a write that may have arrived: ask before trying again
          Barred               nothing left us: the base was restored, the neighbours are asked first
        Refused                it said no, with a reason                               exit 6
          AccessDenied         it lets our account in no more: credentials, certificate, rights
          AlreadyThere         it says that it already has this very thing
        BadAnswer              its answer does not fit the contract                    exit 7
      ComeBackLater            not now: the disk is nearly full, the base is busy      exit 5
        LedgerAway             the base does not answer: nothing of a step can go on
        AlreadyRunning         another run does this very step: nothing is to be done  exit 8
"""

from collections.abc import Iterable
from typing import ClassVar, Final


class DematfinError(Exception):
    """Une erreur est survenue."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str = "") -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())


class ConfigError(DematfinError):
    """La configuration est inutilisable."""

    exit_code = 2


class RuleError(DematfinError):
    """Une règle de gestion s'y oppose."""

    exit_code = 3


class UnknownRecord(RuleError):
    """Cet élément n'existe pas dans le registre."""


class Forbidden(RuleError):
    """Vous n'avez pas le rôle nécessaire pour cette action."""


class SeparationOfDuties(RuleError):
    """Une même personne ne peut pas faire ces deux actes."""


class IllegalTransition(RuleError):
    """Ce changement d'état n'est pas permis."""


class Conflict(RuleError):
    """Quelqu'un d'autre a décidé entre-temps."""


class RoutingError(RuleError):
    """La facture ne désigne aucun service connu de la collectivité."""


class PiecesMissing(RuleError):
    """Il manque un élément nécessaire au mandat."""


class FlowRejected(RuleError):
    """Le flux ne respecte pas les règles d'Hélios : il ne part pas."""


class DocumentError(DematfinError):
    """Ce fichier est inutilisable."""

    exit_code = 4


class UnreadableXml(DocumentError):
    """Ce fichier n'est pas un XML lisible."""


class InvalidInvoice(DocumentError):
    """Ce fichier ne décrit pas une facture."""


class InvalidPes(DocumentError):
    """Ce fichier n'est ni un flux, ni un acquit, ni un retour PES."""


class NotAPdf(DocumentError):
    """Ce fichier porte le nom d'un PDF mais n'en est pas un."""


class UnsafeArchive(DocumentError):
    """Cette archive zip est abîmée ou dangereuse."""


class TooLarge(DocumentError):
    """Ce fichier dépasse la taille permise."""


class SignatureError(DocumentError):
    """La signature est absente, invalide ou n'est pas celle attendue."""


class PaperRefused(DocumentError):
    """Ce fichier numérisé ne peut pas être découpé sans risque de perdre une page."""

    def __init__(self, code: str, message: str) -> None:
        """Keep the stable code of the reason."""
        super().__init__(message)
        self.code = code


class ConnectorError(DematfinError):
    """Un service distant a échoué."""


class Unreachable(ConnectorError):
    """Le service distant ne répond pas. Relancez plus tard : rien n'est perdu."""

    exit_code = 5

    def __init__(self, message: str = "", rest: float = 0) -> None:
        """Keep the seconds for which the neighbour asks to be left in peace; 0 when it did not say."""
        super().__init__(message)
        self.rest = rest


class UnknownOutcome(Unreachable):
    """L'envoi est peut-être arrivé. Il sera vérifié avant tout nouvel essai."""


class Barred(Unreachable):
    """La base a été remise à un état plus ancien : rien ne part avant que les voisins aient été interrogés."""


class Refused(ConnectorError):
    """Le service distant a refusé la demande."""

    exit_code = 6


class AccessDenied(Refused):
    """Le service distant n'accepte plus notre compte."""


class AlreadyThere(Refused):
    """Le service distant a déjà reçu exactement cet envoi."""


class BadAnswer(ConnectorError):
    """La réponse du service distant est incompréhensible."""

    exit_code = 7


class ComeBackLater(DematfinError):
    """Un autre traitement est en cours. Relancez dans quelques minutes."""

    exit_code = 5


class UnknownStep(ComeBackLater):
    """La journée en est à une étape que ce programme ne connaît pas. Installez la version qui l'a commencée."""


class LedgerAway(ComeBackLater):
    """La base de données ne répond pas. Rien n'est perdu : relancez dans quelques minutes."""


class AlreadyRunning(ComeBackLater):
    """Cette étape est déjà en cours. Relancez quand elle sera finie."""

    exit_code = 8


MILDEST: Final = (0, DematfinError.exit_code, AlreadyRunning.exit_code, ComeBackLater.exit_code)


def gravest(codes: Iterable[int]) -> int:
    """Return the exit code that hides nothing worse: what mends itself gives way to what waits for somebody.

    >>> gravest((0, 5, 2, 1, 8))
    2
    >>> gravest((1, 8, 5, 0))
    5
    """
    return max(codes, key=lambda code: MILDEST.index(code) - len(MILDEST) if code in MILDEST else code, default=0)
