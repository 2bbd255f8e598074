"""The only file that names concrete adapters: from a configuration to a working App."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfoNotFoundError

from dematfin import __version__
from dematfin.chorus.source import ChorusPro
from dematfin.config import Settings
from dematfin.errors import ConfigError
from dematfin.finance.registers import CsvFinanceSoftware
from dematfin.mail.smtp import SmtpMailer
from dematfin.parapheur.bridge import IParapheur
from dematfin.pes.build import Writer
from dematfin.pes.reader import Reader
from dematfin.pes.validate import Schemas
from dematfin.ports.app import App
from dematfin.reports.letter import PdfLetters
from dematfin.scanning.folders import WatchedFolders
from dematfin.scanning.paper import Paper
from dematfin.signature.authorities import Authorities
from dematfin.signature.here import Here
from dematfin.signature.verify import Verifier
from dematfin.signature.xades import XadesSigner
from dematfin.store.documents import FolderDocuments
from dematfin.store.engine import address, open_engine
from dematfin.store.lease import holder_here
from dematfin.store.ledger import SqlLedger
from dematfin.support.clock import SystemClock
from dematfin.support.secrets import resolve
from dematfin.tdt.s2low import S2low

MEGABYTE = 1_000_000
Ask = Callable[[str], str]


def build(settings: Settings, folder: Path, ask: Ask) -> App:
    """Wire one collectivité; `folder` holds its secrets, `ask` puts a question to the person at the keyboard.

    Raises:
        ConfigError: what the configuration names is missing, unreadable or unusable.
    """
    clock = open_clock(settings)
    chorus = reach_chorus(settings, folder)
    documents = open_documents(settings)
    schemas = Schemas(settings.pes.schemas_officiels)
    policy = settings.policy()
    authorities = Authorities(settings.signature, clock.now)
    return App(
        policy=policy,
        clock=clock,
        ledger=open_ledger(settings, folder),
        documents=documents,
        source=chorus,
        notice=chorus,
        letters=PdfLetters(),
        folders=WatchedFolders(settings.numerisation, clock.now),
        paper=Paper(settings.numerisation),
        finance=CsvFinanceSoftware(policy.budgets, settings.logiciel_financier),
        writer=Writer(documents.open, schemas, __version__),
        reader=Reader(schemas),
        signer=Here(XadesSigner(settings.signature, authorities, lambda: _password(settings, folder, ask)), clock.now),
        signatures=Verifier(settings.signature, authorities, clock.now),
        transmitter=reach_tdt(settings, folder),
        parapheur=reach_parapheur(settings, folder),
        holder=holder_here(),
        mailer=reach_mail(settings, folder),
    )


def open_clock(settings: Settings) -> SystemClock:
    """Return the clock of the collectivité."""
    try:
        return SystemClock(settings.fuseau)
    except (ZoneInfoNotFoundError, ValueError) as error:
        message = f"Le fuseau horaire « {settings.fuseau} » n'existe pas : « Europe/Paris » par exemple."
        raise ConfigError(message) from error


def open_ledger(settings: Settings, folder: Path) -> SqlLedger:
    """Open the base."""
    engine = open_engine(address(settings.stockage, folder))
    return SqlLedger(engine, settings.collectivite.siret, open_clock(settings).now)


def open_documents(settings: Settings) -> FolderDocuments:
    """Open the folder of documents."""
    return FolderDocuments(settings.stockage.documents, settings.stockage.espace_minimum_mo * MEGABYTE)


def reach_chorus(settings: Settings, folder: Path) -> ChorusPro:
    """Prepare the link to Chorus Pro."""
    return ChorusPro(settings.chorus, partial(resolve, folder=folder))


def reach_tdt(settings: Settings, folder: Path) -> S2low:
    """Prepare the link to S²LOW."""
    return S2low(settings.s2low, partial(resolve, folder=folder))


def reach_mail(settings: Settings, folder: Path) -> SmtpMailer | None:
    """Prepare the link to the mail server, where there is one."""
    return SmtpMailer(settings.courriel, partial(resolve, folder=folder)) if settings.courriel else None


def reach_parapheur(settings: Settings, folder: Path) -> IParapheur | None:
    """Prepare the link to a bought i-Parapheur, where there is one."""
    return IParapheur(settings.parapheur, partial(resolve, folder=folder)) if settings.parapheur else None


def _password(settings: Settings, folder: Path, ask: Ask) -> str:
    """The password of the signatory's key, or its PIN: by reference, or asked to the person who signs."""
    reference, token = settings.signature.mot_de_passe, settings.signature.jeton
    question = f"Code du jeton « {token} »" if token else "Mot de passe du certificat de signature"
    return resolve(reference, folder) if reference else ask(question)
