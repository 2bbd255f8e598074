"""An agent gives bordereaux to whoever signs elsewhere, takes back a signed file, or recalls what is not signed yet."""

import re
import shutil
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

from dematfin.domain.event import Subject
from dematfin.domain.labels import FLUX
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import BY_HAND, Flux, FluxState
from dematfin.domain.mandat.notice import notice
from dematfin.domain.parties.person import Act, Person
from dematfin.errors import DocumentError, RuleError, SignatureError, TooLarge
from dematfin.ports.app import App
from dematfin.ports.signature import Collected, Place, Progress
from dematfin.steps.day import LEASES
from dematfin.steps.outcome import Tally
from dematfin.steps.signatures import Sheet, check_confirmed, check_mode, sheets_of, total_of, waiting
from dematfin.steps.signing import back, let_go, pursue, signing, take_home
from dematfin.steps.transmit import check_unanswered
from dematfin.steps.untouched import check_untouched

LARGEST: Final = 200_000_000
"""Bytes of a signed file that comes back: a flow is cut before 100 MB, and a signature weighs some kilobytes."""
CHUNK: Final = 1_000_000
UNSAFE: Final = re.compile(r"[^A-Za-z0-9_-]")
"""What no file name gets from a NomFic, which a finance software chooses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """The files written for whoever signs."""

    flow: Path
    notice: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A file that came back signed, and what a person should look at in it."""

    flux: Flux
    remarks: tuple[str, ...]


def to_hand_over(app: App, who: Person) -> tuple[Sheet, ...]:
    """Return the bordereaux that an agent may have signed in the i-Parapheur.

    Raises:
        Forbidden; RuleError: nothing is signed there.
    """
    who.require(Act.PREPARE)
    _check_there(app)
    with app.ledger.reading() as books:
        return tuple(sheet for sheet in waiting(books) if not sheet.flux.on_paper)


def hand_over(app: App, who: Person, nomfic: str, confirmed: Decimal) -> None:
    """Write down that a flow is to be signed in the i-Parapheur: the step `signing` sends it.

    Raises:
        Forbidden; RuleError: it does not wait for a signature, or not with this total, or nothing is signed there.
    """
    app = app.on_behalf_of(who, Act.PREPARE)
    _check_there(app)
    with app.ledger.reading() as books:
        sheets = waiting(books, nomfic)
        check_confirmed(nomfic, sheets, confirmed)
    flux = sheets[0].flux
    check_mode(flux, on_paper=False)
    if flux.signing_ref:
        let_go(app, flux)
    _given(app, flux, f"DF-{flux.id}-{app.clock.now():%Y%m%d%H%M%S}", None)


def export(app: App, who: Person, bordereau_id: str, folder: Path) -> Exported:
    """Write the flow of a bordereau and how to sign it, for somebody who signs elsewhere; may be done again.

    Raises:
        Forbidden, UnknownRecord; RuleError: it does not wait for a signature; SignatureError: its file has changed;
        DocumentError: the folder cannot be written.
    """
    app = app.on_behalf_of(who, Act.PREPARE)
    sheets = _sheets(app, bordereau_id)
    flux = sheets[0].flux
    check_mode(flux, on_paper=False)
    if flux.state is not FluxState.BUILT and not (flux.state is FluxState.SIGNING and flux.by_hand):
        message = f"Le bordereau {bordereau_id} n'est pas à signer ({FLUX[flux.state]}) : rien n'est exporté."
        raise RuleError(message)
    with app.ledger.reading() as books:
        check_unanswered(books, flux)
    name = UNSAFE.sub("_", flux.id)
    written = Exported(flow=folder / f"{name}.xml", notice=folder / f"{name}-a-signer.txt")
    with app.documents.local(flux.unsigned) as unsigned:
        check_untouched(flux, flux.unsigned, unsigned)
        _write(written, unsigned, notice(flux, [(one.bordereau, len(one.mandats)) for one in sheets]))
    if flux.state is FluxState.BUILT:
        if flux.signing_ref:
            let_go(app, flux)
        _given(app, flux, BY_HAND, app.clock.now())
    return written


def take_in(app: App, who: Person, file: Path) -> Taken:
    """Take a file that was signed elsewhere: verified in full, kept only if nothing but its signature has changed.

    Raises:
        Forbidden; DocumentError: it is no flow; RuleError: it is none that waits for a signature;
        SignatureError: not signed, changed, or not by whoever may; SeparationOfDuties.
    """
    app = app.on_behalf_of(who, Act.PREPARE)
    with app.documents.workspace() as folder:
        copy = folder / "signe.xml"
        _copy(file, copy)
        flux = _flux_of(app, _nomfic(app, copy, file), file)
        return Taken(flux=flux, remarks=take_home(app, flux, copy, Collected(progress=Progress.SIGNED)))


def recall(app: App, who: Person, bordereau_id: str) -> Flux:
    """Take back a flow that is not signed yet: it waits for a signature again.

    One that lies in an i-Parapheur which is not configured any more is given up there, and nobody asks it.

    Raises:
        Forbidden, UnknownRecord; RuleError: it is not being signed elsewhere, or not any more; Refused: it is being
        decided on there.
    """
    app = app.on_behalf_of(who, Act.PREPARE)
    with app.ledger.lease(LEASES[signing], app.holder):
        flux = _being_signed(app, bordereau_id)
        if app.signer.place is Place.PARAPHEUR and not flux.by_hand:
            flux = _still_unsigned(app, flux, bordereau_id)
            app.signer.release(flux.signing_ref)
        back(app, flux, "rappelé avant d'être signé", signing_ref="", message="")
    return flux


def _check_there(app: App) -> None:
    if app.signer.place is not Place.PARAPHEUR:
        message = (
            "Les bordereaux ne se signent pas dans un i-Parapheur (lieu, dans la section [signature]) : l'ordonnateur "
            "les signe (bordereau signer), ou leurs fichiers lui sont donnés (bordereau exporter)."
        )
        raise RuleError(message)


def _still_unsigned(app: App, flux: Flux, bordereau_id: str) -> Flux:
    """Ask first: what was signed meanwhile is kept, and not recalled; what was badly signed may be."""
    if flux.signing_since is None:
        return flux
    try:
        pursue(app, flux, Tally("signature"))
    except SignatureError:
        return flux
    return _being_signed(app, bordereau_id)


def _being_signed(app: App, bordereau_id: str) -> Flux:
    flux = _sheets(app, bordereau_id)[0].flux
    if flux.state is not FluxState.SIGNING:
        reason = f" : {flux.message}" if flux.message else ""
        message = f"Le bordereau {bordereau_id} n'est pas à la signature ({FLUX[flux.state]}{reason})."
        raise RuleError(message)
    return flux


def _sheets(app: App, bordereau_id: str) -> tuple[Sheet, ...]:
    with app.ledger.reading() as books:
        bordereau = books.get(Bordereau, bordereau_id)
        if not bordereau.flux:
            message = f"Le bordereau {bordereau_id} n'a pas encore de flux : préparez (bordereau preparer)."
            raise RuleError(message)
        return sheets_of(books, books.get(Flux, bordereau.flux))


def _given(app: App, flux: Flux, reference: str, since: datetime | None) -> None:
    with app.ledger.transaction() as books:
        now = books.get(Flux, flux.id)
        given = now.moved(FluxState.SIGNING)
        check_unanswered(books, now)
        books.save(replace(given, signing_ref=reference, signing_since=since, message=""))
        motif = "donné à signer en fichier" if reference == BY_HAND else "à envoyer à la signature dans l'i-Parapheur"
        total = str(total_of(sheets_of(books, now)))
        books.record(app.event(Subject.FLUX, flux.id, now.state, given.state, motif, reference=reference, total=total))


def _nomfic(app: App, copy: Path, file: Path) -> str:
    try:
        return app.reader.aller(copy).nomfic
    except DocumentError as error:
        message = f"{str(error).replace(copy.name, file.name)} Rien n'est gardé."
        raise DocumentError(message) from error


def _flux_of(app: App, nomfic: str, file: Path) -> Flux:
    with app.ledger.reading() as books:
        found = books.find(Flux, id=nomfic)
    if not found:
        message = f"{file.name} : le flux « {nomfic[:100]} » n'est pas d'ici. Rien n'est gardé."
        raise RuleError(message)
    if found[0].state is not FluxState.SIGNING:
        message = (
            f"{file.name} : le flux {nomfic} n'est pas donné à signer ({FLUX[found[0].state]}). Rien n'est gardé ; "
            "seul un flux exporté (bordereau exporter) se reprend."
        )
        raise RuleError(message)
    return found[0]


def _copy(file: Path, target: Path) -> None:
    """Copy a file once, so that what is verified is what is kept."""
    try:
        with file.open("rb") as source, target.open("wb") as sink:
            while (chunk := source.read(CHUNK)) and sink.tell() <= LARGEST:
                sink.write(chunk)
            size = sink.tell()
    except OSError as error:
        message = f"{file.name} est illisible. Vérifiez le fichier, puis recommencez."
        raise DocumentError(message) from error
    if size > LARGEST:
        message = f"{file.name} : il pèse plus de {LARGEST // 1_000_000} Mo, plus qu'aucun flux. Rien n'est gardé."
        raise TooLarge(message)


def _write(written: Exported, unsigned: Path, words: str) -> None:
    """Write both files, each whole or not at all."""
    try:
        written.flow.parent.mkdir(parents=True, exist_ok=True)
        part = written.flow.with_suffix(".part")
        shutil.copyfile(unsigned, part)
        part.replace(written.flow)
        written.notice.write_text(words, encoding="utf-8")
    except OSError as error:
        message = f"Le dossier {written.flow.parent} ne se laisse pas écrire. Choisissez-en un autre (--vers)."
        raise DocumentError(message) from error
