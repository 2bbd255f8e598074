"""Signatures: what is asked before one, what is proved after one, wherever it is given."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final

from dematfin.domain.document import DocumentRef
from dematfin.domain.event import Subject
from dematfin.domain.exceptional import EXCEPTION, Exceptional
from dematfin.domain.finding import Finding, blocking, with_remedies
from dematfin.domain.link import SIGNATURE, Link
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.money import ZERO, french
from dematfin.domain.parties.person import Act, Person
from dematfin.domain.parties.waiver import Waiver, marks, told
from dematfin.errors import Conflict, RuleError, SignatureError
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.ports.signature import SignatureReport, ToSign

CLOCKS: Final = timedelta(minutes=5)
"""By how much the clock of the place that signs may be behind ours."""
UNVERIFIED: Final = "SIG-CHAINE"
"""A certificate that leads to no authority that we know."""
WORDS: Final = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What is shown to the person who signs: a bordereau, its mandats, its flow."""

    bordereau: Bordereau
    mandats: tuple[Mandat, ...]
    flux: Flux


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A signature that holds, ready to be kept: of whom, by what certificate, with which exceptions.

    No certificate signs on paper.
    """

    document: DocumentRef
    by: str
    name: str
    certificate: str = ""
    remarks: tuple[str, ...] = ()
    exceptions: tuple[Waiver, ...] = ()
    history: DocumentRef | None = None
    slip: DocumentRef | None = None
    certificate_ends_on: date | None = None


def waiting(books: Books, *nomfic: str) -> tuple[Sheet, ...]:
    """Return the bordereaux that wait for a signature, on paper or not; with the name of a flow, its own."""
    flows = books.find(Flux, state=FluxState.BUILT)
    return tuple(sheet for flux in flows if not nomfic or flux.id in nomfic for sheet in sheets_of(books, flux))


def sheets_of(books: Books, flux: Flux) -> tuple[Sheet, ...]:
    """Return the bordereaux of a flow."""
    return tuple(
        Sheet(bordereau=bordereau, mandats=books.find(Mandat, id=bordereau.mandats), flux=flux)
        for bordereau in books.find(Bordereau, id=flux.bordereaux)
    )


def total_of(sheets: Iterable[Sheet]) -> Decimal:
    """Return what bordereaux order to pay together."""
    return sum((sheet.bordereau.total for sheet in sheets), ZERO)


def check_confirmed(nomfic: str, sheets: Sequence[Sheet], confirmed: Decimal) -> None:
    """Raise RuleError unless a flow waits for a signature, with the total that a person saw."""
    if not sheets:
        message = f"Le flux {nomfic} n'attend pas de signature."
        raise RuleError(message)
    if (total := total_of(sheets)) != confirmed:
        message = (
            f"Le total confirmé ({french(confirmed)}) n'est pas celui du flux ({french(total)}) : rien n'est signé."
        )
        raise RuleError(message)


def check_mode(flux: Flux, *, on_paper: bool) -> None:
    """Raise RuleError when a flow was built for the other kind of signature."""
    if flux.on_paper is not on_paper:
        how = (
            "est construit pour un bordereau signé sur papier" if flux.on_paper else "attend une signature électronique"
        )
        message = (
            f"Le flux {flux.id} {how} (« dematerialise », dans la section [pes], quand il a été construit). Rien n'est "
            "fait ; l'ordonnateur le signe par « bordereau signer »."
        )
        raise RuleError(message)


def request(sheets: Sequence[Sheet], flow: Path) -> ToSign:
    """Return what a place is handed over."""
    return ToSign(
        nomfic=sheets[0].flux.id,
        flow=flow,
        title=", ".join(sheet.bordereau.id for sheet in sheets),
        total=total_of(sheets),
        reference=sheets[0].flux.signing_ref,
    )


def verified(app: App, flux: Flux, signed: Path, unsigned: Path) -> SignatureReport:
    """Return who signed a flow, or raise SignatureError: the signed file is verified in full, as a stranger's.

    It is judged by the schemas too: a tool that signs may write what they refuse.
    """
    report = app.signatures.report(signed, unsigned)
    sentences = [finding.sentence for finding in blocking(report.findings)]
    if not report.signatures and not sentences:
        sentences.append("Le fichier ne porte aucune signature.")
    if not sentences:
        sentences += with_remedies(blocking(_problems(app, flux, signed)))
    prepared = app.ledger.history(Subject.FLUX, (flux.id,))[0].event.at
    if any(fact.signed_at + CLOCKS < prepared for fact in report.signatures):
        sentences.append("Elle est datée d'avant la préparation du flux.")
    if len({fact.fingerprint for fact in report.signatures}) > 1:
        sentences.append("Ses bordereaux sont signés par des personnes différentes.")
    if sentences:
        message = f"Flux {flux.id} : la signature n'est pas bonne, rien n'est gardé. {' '.join(sentences)}"
        raise SignatureError(message)
    return report


def _problems(app: App, flux: Flux, signed: Path) -> tuple[Finding, ...]:
    """Our customs do not hold for what a finance software wrote."""
    judge = app.reader.judge if flux.editor_flow else app.writer.problems
    return judge(signed, frozenset(flux.pieces))


def signatory(app: App, what: str, report: SignatureReport) -> Person | None:
    """Return whose name a certificate bears; None when the certificate itself is the one that is expected.

    `what` is signed: a flux, an import.

    Raises:
        SignatureError: nobody of that name may sign, or nobody vouches for the name.
    """
    fact = report.signatures[0]
    if not app.policy.signatory_known and any(finding.code == UNVERIFIED for finding in report.findings):
        message = (
            f"{what} : le certificat au nom de {fact.signer} n'est garanti par aucune autorité configurée, "
            "n'importe qui peut en fabriquer un à ce nom. Rien n'est gardé. Donnez « autorites » ou « empreinte » dans "
            "[signature], puis recommencez : rien n'est à signer de nouveau."
        )
        raise SignatureError(message)
    with app.ledger.reading() as books:
        named = [one for one in books.find(Person) if _letters(one.name) == _letters(fact.signer)]
    entitled = next((one for one in named if one.may(Act.SIGN)), None)
    if entitled is None and (named or not app.policy.signatory_known):
        message = (
            f"{what} : il est signé par {fact.signer}, et aucune personne de ce nom n'a le rôle ordonnateur. "
            "Rien n'est gardé. Donnez-lui ce rôle (personne ajouter), ou faites signer quelqu'un qui l'a."
        )
        raise SignatureError(message)
    return entitled


def keep_signed(app: App, flux: Flux, signed: Signed) -> None:
    """Write down, in one transaction, that a flow is signed; whoever comes second keeps nothing."""
    with app.ledger.transaction() as books:
        current = books.get(Flux, flux.id)
        moved = current.moved(FluxState.SIGNED)
        if (current.state, current.signing_ref) != (flux.state, flux.signing_ref):
            message = f"Flux {flux.id} : quelqu'un vient de le donner à signer ou de le rappeler. Rien n'est gardé."
            raise Conflict(message)
        kept = replace(moved, signed=signed.document, signed_by=signed.by, signing_history=signed.history, message="")
        books.save(kept, *signed.exceptions, *_certificate(app, signed))
        how = "signé" if signed.certificate else "signé sur papier"
        motif = f"{how} par {signed.name}{told(signed.exceptions)}"
        details = {"sha256": signed.document.sha256}
        details |= {"certificat": signed.certificate} if signed.certificate else {}
        details |= {"fiche": signed.slip.sha256} if signed.slip else {}
        details |= {"remarques": " ".join(signed.remarks)} if signed.remarks else {}
        details |= _exceptional(signed)
        books.record(app.event(Subject.FLUX, flux.id, current.state, FluxState.SIGNED, motif, **details))


def _exceptional(signed: Signed) -> dict[str, str]:
    """Return what the event keeps of a signature that is out of the ordinary."""
    found = [*marks(signed.exceptions).values(), *([] if signed.certificate else [Exceptional.SIGNED_ON_PAPER])]
    return {EXCEPTION: " ".join(found)} if found else {}


def _certificate(app: App, signed: Signed) -> Iterator[Link]:
    """Yield until when the certificate that signed lasts: whoever watches may not open it."""
    if signed.certificate_ends_on:
        name = "Le certificat qui a signé les derniers bordereaux"
        yield Link(id=SIGNATURE, name=name, certificate_expires_on=signed.certificate_ends_on, tried_at=app.clock.now())


def _letters(name: str) -> list[str]:
    """Return the words of a name, in no order: certificates write the surname first, or in capitals."""
    folded = unicodedata.normalize("NFKD", name.casefold())
    return sorted(WORDS.findall("".join(sign for sign in folded if not unicodedata.combining(sign))))
