"""What a bundle says to whoever opens it: its readme, and what Chorus Pro was told."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from dematfin.domain.figures.next_step import Standing
from dematfin.domain.figures.timeline import Moment
from dematfin.domain.intention import Intention, IntentionState
from dematfin.domain.invoice.chorus import said
from dematfin.domain.invoice.invoice import Invoice, Origin
from dematfin.domain.labels import standing
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.money import french
from dematfin.domain.proof.facts import Absent

README: Final = "LISEZ-MOI.txt"
CHORUS: Final = "chorus-pro.txt"
Local = Callable[[datetime], datetime]
INTENTION: Final = {
    IntentionState.OPEN: "à lui dire",
    IntentionState.DONE: "dit",
    IntentionState.REFUSED: "refusé par Chorus Pro",
    IntentionState.GIVEN_UP: "jamais dit",
}
FOLDERS: Final = (
    ("facture/", "la facture, octet pour octet : telle que reçue ou numérisée, et sa version lisible (PDF)"),
    ("numerisation/", "le fichier du copieur, quand rien d'autre n'en a été tiré que cette facture"),
    ("pieces/", "les pièces justificatives"),
    ("visa/", "les fiches de visa : qui a certifié le service fait, quand"),
    ("courriers/", "la lettre faite au fournisseur"),
    ("flux/", "chaque flux PES qui l'a portée, tel que signé et envoyé à la DGFiP"),
    ("signature/", "le rapport des signatures, et ce que le parapheur en a gardé"),
    ("certificats/", "le certificat de chaque signataire, et ceux des autorités qui l'ont délivré"),
    ("reponses/", "les acquits d'Hélios et les retours du comptable"),
    (CHORUS, "ce qui a été dit à Chorus Pro, et ce qu'il a montré"),
    ("journal.jsonl", "l'extrait du journal scellé : un évènement par ligne, sous la forme exacte qui est hachée"),
    ("preuve.json", "ce que le programme de vérification doit retrouver"),
    ("manifeste.json", "la taille et l'empreinte SHA-256 de chaque fichier, et la tête du journal"),
    ("verifier.py", "le programme de vérification, avec le dossier verification/"),
)
HOW: Final = """\
COMMENT VÉRIFIER
  Il faut Python 3.9 ou plus récent et le programme openssl ; ni dematfin ni internet.
      python3 verifier.py
  Chaque ligne dit OK, REFUS ou NON PROUVÉ. Le code est 0 quand rien n'est refusé, même s'il reste des NON PROUVÉ : la
  dernière ligne les compte, lisez-les. Le programme se lit en dix minutes. Si vous ne vous fiez pas à celui de ce
  dossier, prenez-le dans une copie de dematfin que vous tenez d'ailleurs, et donnez-lui le nom du dossier.

CE QUE CELA PROUVE
  Rien n'a changé dans ce dossier depuis qu'il a été fait ; chaque évènement tient à son empreinte ; les fichiers dits
  OK sont ceux que le journal nomme ; chaque bordereau est celui que le signataire a signé, avec ce mandat, ce montant.

CE QUE CELA NE PROUVE PAS
  - Que ce dossier est celui que la commune a remis. Elle en a noté l'empreinte dans son journal en le faisant :
    demandez-lui de la montrer (dematfin facture voir), et comparez.
  - Que les évènements de l'extrait sont dans son journal entier : elle seule l'a, et le vérifie devant vous
    (dematfin journal verifier --empreinte, avec sa tête de ce jour-là, qui est dans manifeste.json).
  - Qu'un certificat n'était pas révoqué : signature/rapport.txt dit ce que la commune en savait.
  - La signature d'un bordereau ne couvre pas les pièces jointes du flux : ce sont leurs empreintes qui sont comparées,
    et celle du flux sans ses signatures, que le journal nomme depuis qu'il a été construit.

DONNÉES PERSONNELLES
  Un flux porte par nature tous les mandats de son bordereau et leurs pièces ; un acquit et un retour parlent de tous
  les leurs. On y lit les noms et les comptes bancaires d'autres créanciers. Rien d'autre ici ne vient d'une autre
  facture. Gardez ce dossier comme les pièces comptables, et ne le donnez qu'à qui doit le voir.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the readme tells; `verified`: what was verified of the journal, in French."""

    collectivite: str
    invoice: Invoice
    mandats: Sequence[Mandat]
    standing: Standing
    moments: Sequence[Moment]
    names: Mapping[str, str]
    made_at: datetime
    made_by: str
    absent: Sequence[Absent]
    verified: Sequence[str]


def readme(told: Told, local: Local) -> str:
    """Return the readme of a bundle."""
    return "\n".join((*_what(told), *_holds(told), *_story(told, local), HOW))


def _what(told: Told) -> Iterator[str]:
    invoice, content = told.invoice, told.invoice.content
    yield f"DOSSIER DE PREUVE DE LA FACTURE {invoice.id}"
    yield f"{told.collectivite}. Fait le {told.made_at:%d/%m/%Y à %H:%M} par {told.made_by}."
    yield ""
    yield f"{content.kind.capitalize()} n° {invoice.number} du {invoice.issued_on:%d/%m/%Y}"
    yield f"  de {content.supplier.name}, {content.supplier.identifier}"
    yield f"  {french(invoice.signed_amount)} TTC"
    came = "sur papier" if invoice.origin is Origin.SCAN else f"de Chorus Pro, n° {invoice.remote_id}"
    yield f"  venue {came}, le {invoice.notified_on:%d/%m/%Y}"
    for one in told.mandats:
        number = f"n° {one.number}" if one.number else "sans numéro"
        yield f"Mandat {one.id}, {number} de {one.exercice} : {french(one.amount)}, {standing(one)}"
    yield f"Situation ce jour-là : {told.standing.now}"
    if told.standing.coming or told.standing.who:
        coming = told.standing.coming or "à faire"
        yield f"Elle n'est pas à son terme : ce dossier dit ce qui était connu à cette date. La suite : {coming}"
    if not told.mandats:
        yield "Aucun mandat ne la paie : il n'y a donc ni flux, ni signature, ni réponse du comptable."
    yield ""


def _holds(told: Told) -> Iterator[str]:
    yield "CE QUE CONTIENT LE DOSSIER (un dossier absent : il n'y avait rien à y mettre)"
    yield from (f"  {name:<16}{what}" for name, what in FOLDERS)
    yield from (
        f"  N'est pas joint le fichier {one.sha256[:12]}… que nomme le journal : {one.why}." for one in told.absent
    )
    yield from (f"  {one}" for one in told.verified)
    yield ""


def _story(told: Told, local: Local) -> Iterator[str]:
    yield "SON HISTOIRE"
    for one in told.moments:
        about = "" if one.keys == (told.invoice.id,) else f"{one.about} "
        again = f", dit {one.times} fois jusqu'au {local(one.until):%d/%m/%Y %H:%M}" if one.times > 1 else ""
        yield f"  {local(one.at):%d/%m/%Y %H:%M}  {about}{one.what}{again} ({told.names.get(one.who, one.who)})"
    yield ""


def chorus(invoice: Invoice, intentions: Iterable[Intention], local: Local) -> str:
    """Return what Chorus Pro was told of an invoice, and what it showed."""
    if invoice.origin is Origin.SCAN:
        return f"La facture {invoice.id} est venue sur papier : Chorus Pro n'en sait rien.\n"
    lines = [f"Facture {invoice.id}, n° {invoice.remote_id} dans Chorus Pro", "", "Ce qui lui a été dit :"]
    for one in sorted(intentions, key=lambda each: each.sequence):
        mandat = f", mandat n° {one.mandat}" if one.mandat else ""
        motif = f", motif : {one.motif}" if one.motif else ""
        outcome = f" ({one.outcome})" if one.outcome else ""
        state = f"{INTENTION[one.state]}{outcome}"
        lines.append(f"  {local(one.formed_at):%d/%m/%Y %H:%M}  {said(one.status)}{mandat}{motif} : {state}")
    lines += ["", "Ce qu'il a montré :"]
    for passage in invoice.passages:
        day = f"{passage.on:%d/%m/%Y}" if passage.on else "date illisible"
        lines.append(f"  {day}  {said(passage.status)}{f', motif : {passage.motif}' if passage.motif else ''}")
    lines.append(f"  en dernier : {said(invoice.remote_status)}")
    return "\n".join((*lines, ""))
