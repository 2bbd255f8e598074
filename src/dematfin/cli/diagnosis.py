"""What `config verifier` tries: each check returns a sentence, or raises the error that tells the remedy."""

import os
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial
from pathlib import Path

from dematfin.cli.output import counted, day
from dematfin.config.settings import Settings
from dematfin.config.several import House
from dematfin.domain.figures.link_alerts import certificate_alert
from dematfin.domain.finding import Finding, blocking
from dematfin.errors import ConfigError
from dematfin.finance.exchange import ExchangeFolders
from dematfin.parapheur.bridge import IParapheur
from dematfin.pes.official import in_use, installed
from dematfin.scanning.ocr import available as tesseract
from dematfin.scanning.readers import has_zbar
from dematfin.signature.authorities import Authorities
from dematfin.signature.certificate import common_name
from dematfin.signature.opening import look_for_key, open_key
from dematfin.store.engine import SQLITE
from dematfin.store.s3 import S3Documents
from dematfin.support.refusals import reason
from dematfin.support.secrets import resolve
from dematfin.tdt.folder import FolderTdt
from dematfin.wiring import (
    open_clock,
    open_documents,
    open_ledger,
    open_schemas,
    reach_chorus,
    reach_mail,
    reach_tdt,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatory:
    """Whose certificate signs, until when, and what speaks against it."""

    name: str
    ends_on: date
    findings: tuple[Finding, ...]


class Diagnosis:
    """Opens things one by one, so that what is wrong with one is not said of the others."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._folder = house.folder

    def file(self) -> str:
        """Read the file; nothing else can be tried without it."""
        open_clock(self._settings)
        return f"{self._settings.collectivite.nom}, {counted(len(self._settings.budgets), 'budget')}"

    def ledger(self) -> str:
        """Open the base and walk the journal."""
        report = open_ledger(self._settings, self._folder).verify_journal(only_end=True)
        for one in report.defects:
            message = f"le journal est rompu : {one.sentence} Ne signez rien."
            raise ConfigError(message)
        if not report.events:
            return "base neuve ; ajoutez la première personne (dematfin personne ajouter)"
        engine = "PostgreSQL" if self._settings.stockage.postgresql else f"SQLite {SQLITE.sqlite_version}"
        return f"{counted(report.events, 'évènement')}, chaîne intacte ({engine})"

    def documents(self) -> str:
        """Make a file where documents are kept, and call the store that is elsewhere."""
        place = self._settings.stockage.documents
        documents = open_documents(self._settings, self._folder)
        try:
            with documents.workspace():
                return f"{documents.check()}, faits dans {place}" if isinstance(documents, S3Documents) else str(place)
        except OSError as error:
            message = f"rien ne peut être écrit dans {place} : {reason(error)}. Donnez ce droit au compte qui lance."
            raise ConfigError(message) from error

    def schemas(self) -> str:
        """Load what judges the flows."""
        open_schemas(self._settings).check()
        place = self._settings.schemas_place
        if in_use(place) is None:
            return "ceux de dematfin seulement ; installez les officiels (dematfin xsd installer ARCHIVE)"
        version = installed(place)
        known = f"version {version.name} du {day(version.installed_on)}" if version else "version inconnue"
        return f"ceux de dematfin, et les officiels ({known})"

    def signature(self) -> str:
        """Open the signatory's certificate, when its password does not have to be asked for."""
        if why := self._no_key_here():
            return why
        found = self.signatory()
        if wrong := blocking(found.findings):
            raise ConfigError(" ".join(finding.sentence for finding in wrong))
        warnings = " ".join(finding.sentence for finding in found.findings)
        return f"{found.name}, jusqu'au {day(found.ends_on)}. {warnings}".strip()

    def signatory(self) -> Signatory:
        """Return whose certificate signs here, and what speaks against it."""
        settings, now = self._settings.signature, open_clock(self._settings).now
        authorities = Authorities(settings, now)
        key = open_key(settings, lambda: resolve(settings.mot_de_passe, self._folder))
        return Signatory(
            name=common_name(key.certificate.subject),
            ends_on=key.certificate.not_valid_after_utc.date(),
            findings=authorities.judge(key.certificate, now()),
        )

    @property
    def has_signatory(self) -> bool:
        """Whether a certificate signs here that nobody has to open."""
        settings = self._settings.signature
        asked = bool(settings.jeton) or not settings.mot_de_passe or kept_by_another(settings.pkcs12)
        return self._settings.pes.dematerialise and settings.lieu == "ici" and not asked

    def _no_key_here(self) -> str:
        """Say why no certificate is opened here, if so; raises ConfigError when signing elsewhere proves nothing."""
        settings = self._settings.signature
        Authorities(settings, open_clock(self._settings).now)
        if not self._settings.pes.dematerialise:
            return "aucun, les bordereaux se signent sur papier (dematerialise = false dans [pes])"
        if settings.lieu != "ici":
            if not (settings.autorites or settings.empreinte):
                message = (
                    "rien de ce qui sera signé ailleurs ne pourra être gardé : donnez « autorites » ou « empreinte » "
                    "dans [signature], sinon n'importe qui peut fabriquer un certificat au nom du maire"
                )
                raise ConfigError(message)
            where = "dans l'i-Parapheur" if settings.lieu == "parapheur" else "ailleurs"
            return f"aucun ici, les bordereaux se signent {where}"
        if kept_by_another(settings.pkcs12):
            return (
                f"{settings.pkcs12} n'est lisible que du compte de la personne qui signe ; "
                "il s'examine sous ce compte : dematfin config verifier --hors-ligne"
            )
        if self.has_signatory:
            return ""
        look_for_key(settings)
        asked = "code du jeton" if settings.jeton else "mot de passe"
        return f"le {asked} sera demandé à chaque signature"

    def paper(self) -> str:
        """Look for the readers, and for the folders that are watched."""
        settings = self._settings.numerisation
        for folder in filter(None, (settings.depot, settings.factures)):
            if not (folder.is_dir() and os.access(folder, os.W_OK)):
                message = (
                    f"le dossier {folder} n'est pas là, ou rien ne peut y être écrit. Créez-le, ou donnez ce droit."
                )
                raise ConfigError(message)
        second = "avec second avis (libzbar)" if has_zbar() else "sans second avis : installez libzbar0"
        words = f", Tesseract {tesseract()}" if settings.ocr else ""
        return f"{counted(len(settings.routes), 'route')}, codes lus par zxing-cpp, {second}{words}"

    @property
    def has_exchange(self) -> bool:
        """Whether folders are shared with the finance software."""
        return self._settings.echange is not None

    def exchange(self) -> str:
        """Look at the folders shared with the finance software."""
        return ExchangeFolders(self._settings.echange).check() if self._settings.echange else "aucun"

    def chorus(self) -> str:
        """Call Chorus Pro."""
        with closing(reach_chorus(self._settings, self._folder)) as chorus:
            for door in chorus.doors():
                chorus.check(door)
            return f"PISTE accepte l'application, Chorus Pro {counted(len(chorus.doors()), 'compte')}"

    @property
    def tdt_way(self) -> str:
        """What the way to the TdT is called."""
        return "dossiers du TdT" if self._settings.tdt_dossier else "S²LOW"

    def tdt(self) -> str:
        """Call S²LOW, or look at the folders that stand for a TdT."""
        tdt = reach_tdt(self._settings, self._folder)
        if isinstance(tdt, FolderTdt):
            return tdt.check()
        tdt.check()
        end = tdt.certificate_expires_on
        warning = certificate_alert(tdt.name, end, open_clock(self._settings).today())
        return f"le compte est accepté, certificat client jusqu'au {day(end)}. {warning}".strip()

    def mail(self) -> str:
        """Call the mail server; no mail leaves."""
        mailer = reach_mail(self._settings, self._folder)
        if mailer is None:
            return "pas de section [courriel] : les visas en attente ne sont rappelés à personne"
        mailer.check()
        return f"{mailer.server} nous laisse entrer"

    @property
    def has_parapheur(self) -> bool:
        """Whether visas or signatures are given in a bought i-Parapheur."""
        return self._settings.parapheur is not None

    def parapheur(self) -> str:
        """Call the i-Parapheur, and look whether folders can be made in it."""
        if self._settings.parapheur is None:
            return "aucun"
        there = IParapheur(self._settings.parapheur, partial(resolve, folder=self._folder))
        there.check()
        routes = there.routes()
        if wrong := [f"{route.label} : {route.trouble}" for route in routes if route.trouble]:
            raise ConfigError(" ".join(wrong))
        return f"le compte est accepté, {counted(len(routes), 'circuit')}"

    @cached_property
    def _settings(self) -> Settings:
        return self._house.settings()


def kept_by_another(key: Path | None) -> bool:
    """Tell whether a key is another account's, who alone may read it: that of the person who signs, as it should be."""
    return key is not None and key.is_file() and not os.access(key, os.R_OK) and not key.stat().st_mode & 0o077
