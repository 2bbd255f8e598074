"""A place of signature: a bought i-Parapheur, where a flow is a folder of a PES type.

Its circuit signs the XML itself, a signature in each bordereau; days later the same file is handed back, signed.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from dematfin.domain.money import french
from dematfin.errors import BadAnswer, ConfigError
from dematfin.parapheur import creation
from dematfin.parapheur.bridge import LARGEST, IParapheur
from dematfin.parapheur.client import LASTING, Call
from dematfin.parapheur.settings import ParapheurSettings
from dematfin.parapheur.soap import Answer, binary, element, nothing
from dematfin.ports.parapheur import History, Phase
from dematfin.ports.signature import Collected, Place, Progress, ToSign
from dematfin.support.xml import Element

XPATH: Final = "//Bordereau"
"""What is signed: each of our bordereaux has an Id."""
XML: Final = "application/xml"


class SigningThere:
    """Implements ports.signature.SigningDesk over the client of the visa folders."""

    place = Place.PARAPHEUR

    def __init__(self, settings: ParapheurSettings, there: IParapheur) -> None:
        self._settings = settings
        self._there = there

    def holder(self) -> None:
        """Whoever signs is known once it is signed."""

    def submit(self, request: ToSign) -> str:
        """Make a folder of a flow; one that is there already under its id is that one."""
        if not self._settings.type_pes:
            message = "Aucun type de dossier PES n'est configuré : remplissez type_pes dans la section [parapheur]."
            raise ConfigError(message)
        self._there.create(request.reference, tuple(self._children(request)))
        return request.reference

    def collect(self, reference: str, target: Path) -> Collected:
        """Ask what became of a folder; fetch it once it has ended."""
        history = self._there.history(reference)
        match history.phase:
            case Phase.FINISHED:
                return self._signed(reference, target, history)
            case Phase.REFUSED:
                return Collected(progress=Progress.REFUSED, reason=_reason(history), history=history.raw)
            case Phase.GONE:
                reason = "son dossier est introuvable dans l'i-Parapheur. S'il y a été supprimé, rappelez le bordereau."
                return Collected(progress=Progress.PENDING, reason=reason)
            case Phase.WAITING:
                return Collected(progress=Progress.PENDING, history=history.raw)

    def release(self, reference: str) -> None:
        """Take a folder out of there, whatever has become of it."""
        phase = self._there.history(reference).phase
        if phase is Phase.WAITING:
            self._there.withdraw(reference)
        elif phase is not Phase.GONE:
            self._there.close(reference, refused=phase is Phase.REFUSED)

    def _children(self, request: ToSign) -> Iterator[Element]:
        data = request.flow.read_bytes()
        creation.check_weight(len(data))
        yield element("TypeTechnique", self._settings.type_pes)
        yield element("SousType", self._settings.sous_type_pes)
        yield element("DossierID", request.reference)
        yield element("DossierTitre", creation.title(request.title))
        yield binary("DocumentPrincipal", XML, data)
        yield element("NomDocPrincipal", f"{request.nomfic}.xml")
        yield nothing("VisuelPDF")
        yield element("XPathPourSignatureXML", XPATH)
        yield nothing("MetaDataTdtACTES")
        yield element("AnnotationPublique", f"{request.title} : total {french(request.total)}.")
        yield nothing("AnnotationPrivee")
        yield element("Visibilite", self._settings.visibilite)
        yield nothing("DateLimite")

    def _signed(self, reference: str, target: Path, history: History) -> Collected:
        call = Call(operation="GetDossier", about=reference, text=reference, limit=LARGEST)
        answer = self._there.line.ask(call).answer
        if answer.text("DossierID") != reference:
            raise _wrong(reference, f"il rend le dossier « {answer.text('DossierID')[:100] or 'sans nom'} »")
        if not (data := answer.data("FichierPES") or answer.data("DocPrincipal")):
            raise _wrong(reference, "il n'en rend pas le flux")
        part = target.with_suffix(".part")
        part.write_bytes(data)
        part.replace(target)
        return Collected(progress=Progress.SIGNED, history=history.raw, slip=_slip(answer))


def _slip(answer: Answer) -> bytes:
    """Return the sheet of signature: the last annex."""
    annexes = answer.each("DocumentsAnnexes", "DocAnnexe")
    return annexes[-1].data("fichier") if annexes else b""


def _reason(history: History) -> str:
    """Return who refused, and why, in their own words."""
    (line,) = history.said
    name = line.name or "Quelqu'un"
    return f"{name} : {line.annotation or 'sans motif'}"


def _wrong(reference: str, what: str) -> BadAnswer:
    return BadAnswer(f"i-Parapheur : à la demande du dossier {reference}, {what}. Rien n'est gardé ici. {LASTING}")
