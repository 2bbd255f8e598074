"""The only file that names concrete adapters: from a configuration to a working App."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from dematfin import __version__
from dematfin.chorus.source import ChorusPro
from dematfin.config.settings import Settings
from dematfin.domain.backup.standing import Saved
from dematfin.errors import ConfigError
from dematfin.finance.exchange import ExchangeFolders
from dematfin.finance.registers import CsvFinanceSoftware
from dematfin.mail.smtp import SmtpMailer
from dematfin.parapheur.bridge import IParapheur
from dematfin.parapheur.signing import SigningThere
from dematfin.pes.build import Writer
from dematfin.pes.official import OfficialSchemas, in_use
from dematfin.pes.reader import Reader
from dematfin.pes.validate import Schemas
from dematfin.ports.app import App
from dematfin.ports.signature import SigningDesk
from dematfin.reports.letter import PdfLetters
from dematfin.reports.proof import FolderProofs
from dematfin.reports.writer import Writer as ReportWriter
from dematfin.scanning.folders import WatchedFolders
from dematfin.scanning.paper import Paper
from dematfin.signature.authorities import Authorities
from dematfin.signature.elsewhere import Elsewhere
from dematfin.signature.here import Here
from dematfin.signature.opening import open_key
from dematfin.signature.verify import Verifier
from dematfin.signature.xades import XadesSigner
from dematfin.store.documents import FolderDocuments
from dematfin.store.engine import address, for_the_driver, open_engine
from dematfin.store.gone import ToldDocuments
from dematfin.store.lease import holder_here
from dematfin.store.ledger import SqlLedger
from dematfin.store.runs import SqlRuns
from dematfin.store.s3 import S3Documents
from dematfin.store.saved.look import look
from dematfin.store.saved.vault import Vault
from dematfin.store.witness import FileWitness
from dematfin.support.clock import SystemClock
from dematfin.support.secrets import resolve
from dematfin.tdt.folder import FolderTdt
from dematfin.tdt.s2low import S2low

MEGABYTE = 1_000_000
Ask = Callable[[str], str]


def ask_nobody(question: str) -> str:
    """Answer no question: what runs without anybody needs a reference to each secret."""
    message = (
        f"Personne n'est là pour répondre à « {question} » : donnez une référence de secret dans la configuration."
    )
    raise ConfigError(message)


def build(settings: Settings, folder: Path, ask: Ask) -> App:
    """Wire one collectivité; `folder` holds its secrets, `ask` puts a question to the person at the keyboard.

    Raises:
        ConfigError: what the configuration names is missing, unreadable or unusable.
    """
    clock = open_clock(settings)
    chorus = reach_chorus(settings, folder)
    ledger = open_ledger(settings, folder)
    documents = ToldDocuments(open_documents(settings, folder), ledger)
    schemas, policy = open_schemas(settings), settings.policy()
    authorities = Authorities(settings.signature, clock.now)
    return App(
        policy=policy,
        clock=clock,
        ledger=ledger,
        documents=documents,
        source=chorus,
        notice=chorus,
        letters=PdfLetters(),
        reports=ReportWriter(),
        proofs=FolderProofs(documents.open),
        folders=WatchedFolders(settings.numerisation, clock.now),
        paper=Paper(settings.numerisation),
        finance=CsvFinanceSoftware(policy.budgets, settings.logiciel_financier),
        writer=Writer(documents.open, schemas, __version__, settings.pes.style()),
        reader=Reader(schemas),
        signer=reach_signing(settings, folder, _sign_here(settings, folder, ask, authorities)),
        signatures=Verifier(settings.signature, authorities, clock.now),
        transmitter=reach_tdt(settings, folder),
        parapheur=reach_parapheur(settings, folder),
        holder=holder_here(),
        mailer=reach_mail(settings, folder),
        exchange=ExchangeFolders(settings.echange) if settings.echange else None,
        witness=FileWitness(settings.stockage.witness_place(settings.collectivite.siret)),
    )


def _sign_here(settings: Settings, folder: Path, ask: Ask, authorities: Authorities) -> Here:
    """Return what signs on this machine, under the password that whoever signs is asked for."""
    signer = XadesSigner(settings.signature, authorities, lambda: _password(settings, folder, ask))
    return Here(signer, open_clock(settings).now)


def open_schemas(settings: Settings) -> Schemas:
    """Return what judges flows: our schemas, and the official ones where they are installed or named."""
    expected = settings.pes.expected(frozenset(budget.siret for budget in settings.budgets))
    return Schemas(in_use(settings.schemas_place) or settings.pes.schemas_officiels, expected)


def open_official(settings: Settings) -> OfficialSchemas:
    """Open the place of the official schemas."""
    return OfficialSchemas(settings.schemas_place)


def open_clock(settings: Settings) -> SystemClock:
    """Return the clock of the collectivité."""
    return SystemClock(settings.fuseau)


def open_ledger(settings: Settings, folder: Path) -> SqlLedger:
    """Open the base."""
    engine = open_engine(address(settings.stockage, folder))
    clock = open_clock(settings)
    return SqlLedger(engine, settings.collectivite.siret, clock.now, clock.local)


def base_of(settings: Settings, folder: Path) -> str:
    """Return where the base is; a URL of PostgreSQL comes with its password."""
    return address(settings.stockage, folder)


def driver_of(base: str) -> dict[str, Any]:
    """Return what the driver of PostgreSQL needs to connect to a base."""
    return for_the_driver(base)


def open_runs(base: str) -> SqlRuns:
    """Open what is known of the runs of all the collectivités of a base."""
    return SqlRuns(open_engine(base))


def open_documents(settings: Settings, folder: Path) -> FolderDocuments | S3Documents:
    """Open the place of the documents."""
    where = settings.stockage
    free = where.espace_minimum_mo * MEGABYTE
    if where.s3:
        return S3Documents(where.documents, free, where.s3, partial(resolve, where.s3.secret, folder))
    return FolderDocuments(where.documents, free)


def saved_of(settings: Settings, folder: Path) -> Saved | None:
    """Return what is known of the backups of a collectivité; None where nobody said where they are."""
    place, siret = settings.sauvegarde.dossier, settings.collectivite.siret
    if place is None:
        return None
    clock, base = open_clock(settings), address(settings.stockage, folder)
    saved = look(Vault(place), siret, base, clock.now(), clock.local)
    there = settings.sauvegarde.ailleurs
    return replace(saved, elsewhere=look(Vault(there), siret, base, clock.now(), clock.local)) if there else saved


def reach_chorus(settings: Settings, folder: Path) -> ChorusPro:
    """Prepare the link to Chorus Pro."""
    return ChorusPro(settings.chorus, partial(resolve, folder=folder))


def reach_tdt(settings: Settings, folder: Path) -> S2low | FolderTdt:
    """Prepare the way by which flows leave."""
    if settings.tdt_dossier:
        return FolderTdt(settings.tdt_dossier, open_clock(settings).now)
    if settings.s2low:
        return S2low(settings.s2low, partial(resolve, folder=folder))
    raise ConfigError


def reach_mail(settings: Settings, folder: Path) -> SmtpMailer | None:
    """Prepare the link to the mail server, where there is one."""
    return SmtpMailer(settings.courriel, partial(resolve, folder=folder)) if settings.courriel else None


def reach_parapheur(settings: Settings, folder: Path) -> IParapheur | None:
    """Prepare the link to a bought i-Parapheur, where visas are given in one."""
    if settings.parapheur is None or not settings.parapheur.type:
        return None
    return IParapheur(settings.parapheur, partial(resolve, folder=folder))


def reach_signing(settings: Settings, folder: Path, here: Here) -> SigningDesk:
    """Choose where flows are signed."""
    if settings.signature.lieu == "parapheur" and settings.parapheur:
        return SigningThere(settings.parapheur, IParapheur(settings.parapheur, partial(resolve, folder=folder)))
    return Elsewhere() if settings.signature.lieu == "ailleurs" else here


def signing_ends_on(settings: Settings, folder: Path) -> date | None:
    """Return the last day of the certificate of signature; None where only a person can open it."""
    if not (settings.signature.pkcs12 and settings.signature.mot_de_passe):
        return None
    key = open_key(settings.signature, lambda: resolve(settings.signature.mot_de_passe, folder))
    return key.certificate.not_valid_after_utc.date()


def _password(settings: Settings, folder: Path, ask: Ask) -> str:
    """The password of the signatory's key, or its PIN: by reference, or asked to the person who signs."""
    reference, token = settings.signature.mot_de_passe, settings.signature.jeton
    question = f"Code du jeton « {token} »" if token else "Mot de passe du certificat de signature"
    return resolve(reference, folder) if reference else ask(question)
