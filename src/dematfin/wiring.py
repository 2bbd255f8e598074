"""The only file that names concrete adapters: from a configuration to a working App."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfoNotFoundError

from dematfin import __version__
from dematfin.chorus.source import ChorusPro
from dematfin.config import Settings
from dematfin.errors import ConfigError
from dematfin.finance.registers import CsvFinanceSoftware
from dematfin.pes.build import Writer
from dematfin.pes.reader import Reader
from dematfin.pes.validate import Schemas
from dematfin.ports.app import App
from dematfin.signature.authorities import Authorities
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """The adapters that `config verifier` tries one by one."""

    chorus: ChorusPro
    tdt: S2low


def build(settings: Settings, folder: Path, ask: Ask) -> App:
    """Wire one collectivité; `folder` holds its secrets, `ask` puts a question to the person at the keyboard.

    Raises:
        ConfigError: what the configuration names is missing, unreadable or unusable.
    """
    clock = _clock(settings.fuseau)
    neighbours = reach(settings, folder)
    documents = FolderDocuments(settings.stockage.documents, settings.stockage.espace_minimum_mo * MEGABYTE)
    schemas = Schemas(settings.pes.schemas_officiels)
    policy = settings.policy()
    authorities = Authorities(settings.signature)
    return App(
        policy=policy,
        clock=clock,
        ledger=SqlLedger(open_engine(address(settings.stockage, folder)), policy.collectivite, clock.now),
        documents=documents,
        source=neighbours.chorus,
        notice=neighbours.chorus,
        finance=CsvFinanceSoftware(policy.budgets),
        writer=Writer(documents.open, schemas, __version__),
        reader=Reader(schemas),
        signer=XadesSigner(settings.signature, authorities, lambda: _password(settings, folder, ask)),
        signatures=Verifier(settings.signature, authorities, clock.now),
        transmitter=neighbours.tdt,
        holder=holder_here(),
    )


def reach(settings: Settings, folder: Path) -> Neighbours:
    """Prepare the links to the neighbours, or raise ConfigError."""

    def secret(reference: str) -> str:
        return resolve(reference, folder)

    return Neighbours(chorus=ChorusPro(settings.chorus, secret), tdt=S2low(settings.s2low, secret))


def _password(settings: Settings, folder: Path, ask: Ask) -> str:
    """The password of the signatory's key: by reference, or asked to the person who signs."""
    reference = settings.signature.mot_de_passe
    return resolve(reference, folder) if reference else ask("Mot de passe du certificat de signature")


def _clock(zone: str) -> SystemClock:
    try:
        return SystemClock(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        message = f"Le fuseau horaire « {zone} » n'existe pas : « Europe/Paris » par exemple."
        raise ConfigError(message) from error
