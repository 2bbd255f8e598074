"""The judge: what the simulator wrote down against what we say; each line it returns is a fault of the product."""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from crash.campaign.records import Ours, Theirs
from dematfin.domain.document import DocumentRef
from dematfin.domain.event import Subject
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.mandat import MandatState
from dematfin.domain.money import ZERO
from dematfin.domain.reception import Answer, AnswerKind, AnswerState
from dematfin.errors import DocumentError

LOST, DOUBLED, HIDDEN, BROKEN = "perdu", "en double", "sans alerte", "cassé"
ARRIVED: Final = frozenset({FluxState.TRANSMITTED, FluxState.ACKNOWLEDGED, FluxState.REFUSED_BY_TDT})
ENDED: Final = frozenset({FluxState.ACKNOWLEDGED, FluxState.DROPPED})
DOUBLE: Final = re.compile(rb"DOUBLON_(?!PJ)")
"""A document carried twice is refused once and there all the same; a bordereau or a mandat may not come twice."""
BEGUN: Final = ("dépôt commencé", "les mêmes octets sont envoyés de nouveau")
"""What the journal says before bytes leave."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that may not be: its kind, and the sentence that says it."""

    kind: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of a run; `limbo`: flows that wait for a person, each with its alert."""

    faults: tuple[Fault, ...]
    limbo: tuple[str, ...]


def judge(ours: Ours, theirs: Theirs) -> Verdict:
    """Judge a run."""
    faults = tuple(fault for rule in RULES for fault in rule(ours, theirs))
    return Verdict(faults=faults, limbo=tuple(one.id for one in ours.flows if one.state not in ENDED))


def _deposits(ours: Ours, theirs: Theirs) -> Iterator[Fault]:
    """Each flow was deposited once, its own bytes, and each attempt was announced in our journal."""
    flows = {flux.id: flux for flux in ours.flows}
    taken = [line for line in theirs.deposited if line["what"] == "depot"]
    tried = [line for line in theirs.deposited if line["what"] in {"depot", "depot_refuse"}]
    for name, count in Counter(line["nom"] for line in taken).items():
        if count > 1:
            yield Fault(DOUBLED, f"{name} déposé {count} fois au TdT")
    begun = Counter(one.event.subject_id for one in ours.events if one.event.motif.startswith(BEGUN))
    for name, count in Counter(_nomfic(line["nom"]) for line in tried).items():
        if count > begun[name]:
            yield Fault(DOUBLED, f"{name} : {count} envois pour {begun[name]} annoncés dans notre journal")
    for line in taken:
        flux = flows.get(_nomfic(line["nom"]))
        if flux is None or flux.to_deposit is None or _sha1(ours, flux.to_deposit) != line["sha1"]:
            yield Fault(BROKEN, f"{line['nom']} : les octets déposés ne sont pas ceux que nous gardons")
        elif flux.state not in ARRIVED and not ours.alerted(flux.id):
            yield Fault(HIDDEN, f"{flux.id} est au TdT, nous le disons {flux.state} sans alerte")


def _flows(ours: Ours, theirs: Theirs) -> Iterator[Fault]:
    """Each flow that we say sent is there under its number; none is left aside without an alert."""
    taken = (line for line in theirs.deposited if line["what"] == "depot")
    there = {str(line["transaction"]): _nomfic(line["nom"]) for line in taken}
    replaced = {key for sheet in ours.bordereaux for key in sheet.sent_before}
    for flux in ours.flows:
        if flux.remote_id and there.get(flux.remote_id) != flux.id:
            yield Fault(BROKEN, f"{flux.id} n'est pas la transaction {flux.remote_id}")
        waits = [flux.id, *(key for one in ours.mandats if one.bordereau in flux.bordereaux for key in one.invoice_ids)]
        over = flux.state in ENDED or (flux.state is FluxState.REFUSED_BY_TDT and flux.id in replaced)
        if not over and not ours.alerted(*waits):
            yield Fault(HIDDEN, f"{flux.id} reste {flux.state} sans alerte")


def _sheets(ours: Ours, theirs: Theirs) -> Iterator[Fault]:
    """Each bordereau was integrated, once; what was not says so in an alert."""
    for row in theirs.acquits:
        if DOUBLE.search(row["donnees"]):
            yield Fault(DOUBLED, f"Hélios a reçu un doublon dans {row['nomfic']}")
    there = {(row["siret"], row["exercice"], int(row["numero"]), row["type"]) for row in theirs.sheets}
    flows = {flux.id: flux for flux in ours.flows}
    for one in ours.bordereaux:
        key = (one.siret, str(one.exercice), one.number, str(one.kind))
        if one.mandats and key not in there and not _told(ours, one, flows.get(one.flux)):
            yield Fault(LOST, f"bordereau {one.id} jamais intégré, sans alerte")
    known = {(one.siret, str(one.exercice), one.number, str(one.kind)) for one in ours.bordereaux}
    yield from (Fault(LOST, f"Hélios a un bordereau que nous ignorons : {key}") for key in there - known)


def _told(ours: Ours, sheet: Bordereau, flux: Flux | None) -> bool:
    invoices = (key for one in ours.mandats if one.id in sheet.mandats for key in one.invoice_ids)
    return ours.alerted(sheet.id, *sheet.mandats, *invoices, *([flux.id] if flux else []))


def _money(ours: Ours, theirs: Theirs) -> Iterator[Fault]:
    """No cent is lost, no invoice is ordered to be paid twice."""
    invoices = {one.id: one for one in ours.invoices}
    alive = [row for row in theirs.mandats if not row["etat"].startswith("REJETE")]
    for bill, count in Counter((row["siret"], row["facture"], row["lignes"]) for row in alive).items():
        if count > 1 and bill[1]:
            yield Fault(DOUBLED, f"Hélios a {count} mandats pour la facture {bill[1]}")
    ordered = sum((one.amount for one in ours.mandats if one.state is not MandatState.CANCELLED), ZERO)
    billed = sum((invoices[key].signed_amount for one in ours.mandats for key in one.invoice_ids), ZERO)
    if ordered != billed:
        yield Fault(LOST, f"{billed} facturés, {ordered} mandatés")
    paid = {(row["siret"], int(row["numero"])) for row in theirs.mandats if row["etat"] == "PAYE"}
    said = {(one.siret, one.number) for one in ours.mandats if one.state is MandatState.PAID}
    yield from (Fault(BROKEN, f"{key} dit payé, Hélios ne l'a pas payé") for key in said - paid)
    yield from (Fault(LOST, f"{key} payé par Hélios, nous l'ignorons") for key in paid - said)


def _acquits(ours: Ours, theirs: Theirs) -> Iterator[Fault]:
    """Each acquit was consumed once, and its bytes are kept."""
    applied = Counter(
        one.event.subject_id for one in ours.events if _reached(one.event.subject, one.event.after, FluxState)
    )
    sent = {_nomfic(row["nom"]): bytes(row["acquit"] or b"") for row in theirs.transactions}
    for flux in ours.flows:
        kept = [one for one in ours.answers if one.kind is AnswerKind.ACQUIT and one.flux == flux.id]
        good = [one for one in kept if one.state is AnswerState.APPLIED]
        if applied[flux.id] > 1 or len(good) > 1:
            yield Fault(DOUBLED, f"acquit de {flux.id} appliqué {max(applied[flux.id], len(good))} fois")
        if flux.state is FluxState.ACKNOWLEDGED and len(good) != 1:
            yield Fault(LOST, f"{flux.id} acquitté sans acquit appliqué")
        if any(_bytes(ours, one.document) != sent[flux.id] for one in good):
            yield Fault(BROKEN, f"l'acquit gardé de {flux.id} n'est pas celui du TdT")


def _returns(ours: Ours, theirs: Theirs) -> Iterator[Fault]:
    """A retour marked as read is in our documents, and was applied once."""
    kept = {one.document.sha256: one for one in ours.answers if one.kind is AnswerKind.RETOUR}
    for row in theirs.returns:
        answer = kept.get(hashlib.sha256(row["donnees"]).hexdigest())
        if row["lu"] and (answer is None or _bytes(ours, answer.document) != bytes(row["donnees"])):
            yield Fault(LOST, f"retour {row['nom']} marqué lu, ses octets ne sont pas chez nous")
        elif not row["lu"] or not _consumed(ours, answer):
            yield Fault(LOST, f"retour {row['nom']} jamais consommé, sans alerte")
    paid = Counter(
        one.event.subject_id for one in ours.events if _reached(one.event.subject, one.event.after, MandatState)
    )
    yield from (Fault(DOUBLED, f"mandat {key} payé {count} fois") for key, count in paid.items() if count > 1)


def _consumed(ours: Ours, answer: Answer | None) -> bool:
    return answer is not None and (answer.state is AnswerState.APPLIED or ours.alerted(answer.name))


def _suppliers(ours: Ours, theirs: Theirs) -> Iterator[Fault]:
    """Chorus Pro was told of each mandat once, and before its flow left."""
    told = [line for line in theirs.told if line["what"] == "statut"]
    for (key, status), count in Counter((line["idFacture"], line["statut"]) for line in told).items():
        if count > 1:
            yield Fault(DOUBLED, f"facture Chorus {key} mise {count} fois à {status}")
    left = {_nomfic(line["nom"]): _at(line["at"]) for line in theirs.deposited if line["what"] == "depot"}
    at = {str(line["idFacture"]): _at(line["at"]) for line in told if line["statut"] == "MANDATEE"}
    numbers = {one.id: one.remote_id for one in ours.invoices}
    for sheet in ours.bordereaux:
        sent = [left[flux] for flux in (*sheet.sent_before, sheet.flux) if flux in left]
        for mandat in (one for one in ours.mandats if sent and one.id in sheet.mandats):
            for key in mandat.invoice_ids:
                when = at.get(numbers[key])
                if (when is None or when > min(sent)) and not ours.alerted(key) and mandat.bordereau == sheet.id:
                    yield Fault(LOST, f"facture {key} : Chorus Pro n'a pas appris son mandat avant l'envoi")


def _journal(ours: Ours, _: Theirs) -> Iterator[Fault]:
    """Our chain holds, and every document that we name is there, whole."""
    if broken := ours.app.ledger.verify_journal().broken_at:
        yield Fault(BROKEN, f"chaîne du journal rompue à {broken}")
    named = [ref for flux in ours.flows for ref in (flux.unsigned, flux.signed) if ref is not None]
    for ref in (*named, *(one.document for one in ours.answers)):
        if hashlib.sha256(_bytes(ours, ref)).hexdigest() != ref.sha256:
            yield Fault(LOST, f"document {ref.sha256[:12]} absent ou abîmé")


Rule = Callable[[Ours, Theirs], Iterator[Fault]]
RULES: Final[tuple[Rule, ...]] = (_deposits, _flows, _sheets, _money, _acquits, _returns, _suppliers, _journal)
FINAL: Final = {Subject.FLUX: FluxState.ACKNOWLEDGED, Subject.MANDAT: MandatState.PAID}


def _reached(subject: Subject, after: str, kind: type[FluxState] | type[MandatState]) -> bool:
    wanted = Subject.FLUX if kind is FluxState else Subject.MANDAT
    return subject is wanted and after == FINAL[wanted]


def _nomfic(name: str) -> str:
    return name.removesuffix(".xml")


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _bytes(ours: Ours, ref: DocumentRef) -> bytes:
    try:
        with ours.app.documents.open(ref) as source:
            return source.read()
    except DocumentError:
        return b""


def _sha1(ours: Ours, ref: DocumentRef) -> str:
    return hashlib.sha1(_bytes(ours, ref), usedforsecurity=False).hexdigest()
