"""The mayor signs: the order to pay, given in person on a list that was shown; or tells that the paper was signed."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from dematfin.domain.mandat.flux import Flux
from dematfin.domain.parties.person import Act, Person
from dematfin.errors import RuleError, SignatureError
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.ports.signature import Holder, Place, SignatureReport
from dematfin.steps.separation import duties
from dematfin.steps.signatures import (
    Sheet,
    Signed,
    check_confirmed,
    check_mode,
    keep_signed,
    request,
    verified,
    waiting,
)
from dematfin.steps.transmit import check_unanswered
from dematfin.steps.untouched import check_untouched


def to_sign(app: App, who: Person) -> tuple[Sheet, ...]:
    """Return the bordereaux that wait for a signature."""
    who.require(Act.SIGN)
    with app.ledger.reading() as books:
        return waiting(books)


def holder(app: App, who: Person) -> Holder | None:
    """Return whose certificate is about to sign; the PIN is asked for here, once.

    Raises:
        Forbidden; RuleError: bordereaux are not signed here; SignatureError: the key does not open.
    """
    who.require(Act.SIGN)
    _check_here(app)
    return app.signer.holder()


def sign(app: App, who: Person, nomfic: str, confirmed: Decimal) -> SignatureReport:
    """Sign each bordereau of a flow; `confirmed` is the total in euros that the person saw and confirmed.

    Raises:
        Forbidden: not an ordonnateur.
        SeparationOfDuties: the same person certified the service or prepared the bordereau.
        RuleError: the flow is not waiting for a signature, or its total is not the one confirmed, or the comptable has
            already answered about one of its mandats.
        SignatureError: the file, the key, the certificate or the result is not good; nothing is kept.
    """
    app = app.on_behalf_of(who, Act.SIGN)
    _check_here(app)
    with app.ledger.reading() as books:
        sheets = waiting(books, nomfic)
        flux = _electronic(books, nomfic, sheets, confirmed)
    exceptions = duties(app, who, sheets)
    with app.documents.workspace() as folder, app.documents.local(flux.unsigned) as unsigned:
        check_untouched(flux, flux.unsigned, unsigned)
        signed = folder / "signe.xml"
        reference = app.signer.submit(request(sheets, unsigned))
        app.signer.collect(reference, signed)
        report = verified(app, flux, signed, unsigned)
        document = app.documents.put_file(signed)
    kept = Signed(
        document=document,
        by=who.id,
        name=who.name,
        certificate=report.signatures[0].fingerprint,
        remarks=report.remarks,
        exceptions=exceptions,
        certificate_ends_on=report.signatures[0].valid_until,
    )
    keep_signed(app, flux, kept)
    return report


def _electronic(books: Books, nomfic: str, sheets: Sequence[Sheet], confirmed: Decimal) -> Flux:
    """Return a flow that waits for an electronic signature, with the total that a person saw; or raise RuleError."""
    check_confirmed(nomfic, sheets, confirmed)
    flux = sheets[0].flux
    check_mode(flux, on_paper=False)
    check_unanswered(books, flux)
    return flux


def sign_on_paper(app: App, who: Person, nomfic: str, confirmed: Decimal) -> None:
    """Write down that the printed bordereau of a flow was signed by hand; its bytes leave as they were prepared.

    Raises:
        Forbidden, SeparationOfDuties, RuleError as `sign`; SignatureError: the file has changed, carries a signature,
        or tells Hélios that it does.
    """
    app = app.on_behalf_of(who, Act.SIGN)
    with app.ledger.reading() as books:
        sheets = waiting(books, nomfic)
        check_confirmed(nomfic, sheets, confirmed)
        flux = sheets[0].flux
        check_mode(flux, on_paper=True)
        check_unanswered(books, flux)
    exceptions = duties(app, who, sheets)
    with app.documents.local(flux.unsigned) as unsigned:
        check_untouched(flux, flux.unsigned, unsigned)
        _check_bare(app, flux, unsigned)
    keep_signed(app, flux, Signed(document=flux.unsigned, by=who.id, name=who.name, exceptions=exceptions))


def _check_bare(app: App, flux: Flux, unsigned: Path) -> None:
    """Hélios rejects a flow that tells that it is signed and is not, or the opposite."""
    said = app.reader.aller(unsigned)
    if said.dematerialised or said.signatures:
        message = (
            f"Flux {flux.id} : son fichier se dit signé électroniquement, ou l'est : Hélios le rejetterait. "
            "Rien n'est gardé ; prévenez l'exploitant."
        )
        raise SignatureError(message)


def _check_here(app: App) -> None:
    if app.signer.place is Place.HERE:
        return
    message = (
        "Les bordereaux se signent dans l'i-Parapheur : un agent les y envoie (bordereau envoyer)."
        if app.signer.place is Place.PARAPHEUR
        else "Les bordereaux se signent ailleurs : un agent en donne les fichiers (bordereau exporter)."
    )
    raise RuleError(message)
