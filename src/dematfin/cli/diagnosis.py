"""What `config verifier` tries: each check returns a sentence, or raises the error that tells the remedy."""

from datetime import date
from functools import cached_property
from pathlib import Path

from dematfin.cli.context import ask
from dematfin.cli.output import day
from dematfin.config import Settings, load
from dematfin.domain.finding import blocking
from dematfin.errors import ConfigError
from dematfin.ports.app import App
from dematfin.signature.authorities import Authorities
from dematfin.signature.certificate import common_name
from dematfin.signature.keys import open_pkcs12
from dematfin.store.engine import SQLITE
from dematfin.support.secrets import resolve
from dematfin.wiring import Neighbours, build, reach


class Diagnosis:
    """Opens things one after the other."""

    def __init__(self, configuration: Path) -> None:
        self._path = configuration

    def file(self) -> str:
        """Read the file."""
        settings = self._settings
        return f"{settings.collectivite.nom}, {len(settings.budgets)} budgets"

    def ledger(self) -> str:
        """Open the base and walk the journal."""
        report = self._app.ledger.verify_journal()
        if report.broken_at:
            message = f"le journal est rompu à l'évènement n° {report.broken_at}. Ne signez rien."
            raise ConfigError(message)
        return f"{report.events} évènements, chaîne intacte (SQLite {SQLITE.sqlite_version})"

    def signature(self) -> str:
        """Open the signatory's certificate, when its password does not have to be asked for."""
        settings = self._settings.signature
        if not settings.mot_de_passe:
            return "le mot de passe sera demandé à chaque signature"
        key = open_pkcs12(settings.pkcs12, resolve(settings.mot_de_passe, self._folder))
        findings = Authorities(settings).judge(key.certificate, self._app.clock.now())
        if wrong := blocking(findings):
            raise ConfigError(" ".join(finding.sentence for finding in wrong))
        warnings = " ".join(finding.sentence for finding in findings)
        end = key.certificate.not_valid_after_utc.date()
        return f"{common_name(key.certificate.subject)}, jusqu'au {day(end)}. {warnings}".strip()

    def chorus(self) -> str:
        """Call Chorus Pro."""
        self._neighbours.chorus.check()
        return "les deux comptes sont acceptés"

    def tdt(self) -> str:
        """Call S²LOW."""
        self._neighbours.tdt.check()
        end: date = self._neighbours.tdt.certificate_expires_on
        return f"le compte est accepté, certificat client jusqu'au {day(end)}"

    @cached_property
    def _settings(self) -> Settings:
        return load(self._path)

    @cached_property
    def _folder(self) -> Path:
        return self._path.resolve().parent

    @cached_property
    def _app(self) -> App:
        return build(self._settings, self._folder, ask)

    @cached_property
    def _neighbours(self) -> Neighbours:
        return reach(self._settings, self._folder)
