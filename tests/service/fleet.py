"""Several collectivités in one configuration, each with a real base; no neighbour is ever called."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from dematfin.config.service import ServiceSettings
from dematfin.config.settings import Settings
from dematfin.config.several import House, houses
from dematfin.domain.unattended.run import DAY, Run
from dematfin.ports.app import App
from dematfin.service.watch import Watch
from dematfin.store.engine import open_engine
from dematfin.store.migrate import make_ready
from dematfin.wiring import build
from fakes.clock import FakeClock

FIRST: Final = "21990042000015"
SECOND: Final = "26990042000010"
SHARED: Final = """
[commun.chorus]
url_api = "https://127.0.0.1:1"
url_jeton = "https://127.0.0.1:1/jeton"
client_id = "x"
client_secret = "secret:chorus_client"
compte = "TECH_{collectivite}"
mot_de_passe = "secret:chorus_compte"
[commun.signature]
pkcs12 = "maire.p12"
ville = "Valbrume"
code_postal = "99042"
[commun.tdt_dossier]
depot = "{collectivite}/depot"
retour = "{collectivite}/retours"
[commun.horaires]
journee = ["5 7-19 * * *"]
[commun.stockage]
base = "{collectivite}/registre.db"
documents = "{collectivite}"
espace_minimum_mo = 1
"""
ONE: Final = """
[collectivites.{siret}.collectivite]
nom = "Ville {siret}"
[[collectivites.{siret}.budgets]]
code = "COMMUNE"
siret = "{siret}"
libelle = "COMMUNE"
poste = "099042"
code_collectivite = "142"
code_budget = "00"
"""


@dataclass
class Fleet:
    """What a test does with them, at an hour of its own."""

    folder: Path
    houses: tuple[House, ...]
    clock: FakeClock
    apps: dict[str, App]

    @classmethod
    def of(cls, folder: Path, *sirets: str) -> "Fleet":
        path = folder / "config.toml"
        path.write_text(SHARED + "".join(ONE.format(siret=siret) for siret in sirets), encoding="utf-8")
        for siret in sirets:
            (folder / siret / "depot").mkdir(parents=True)
            (folder / siret / "retours").mkdir()
            (folder / siret / "registre.db").write_bytes(empty_base())
        clock = FakeClock()
        return cls(folder=folder, houses=houses(path), clock=clock, apps={})

    def open(self, house: House, settings: Settings) -> App:
        if house.siret not in self.apps:
            self.apps[house.siret] = replace(build(settings, house.folder, _nobody), clock=self.clock)
        return self.apps[house.siret]

    def named(self) -> tuple[House, ...]:
        return self.houses

    def watch(self) -> Watch:
        return Watch(self.named, self.open, fresh=0)

    def app(self, siret: str = FIRST) -> App:
        return self.open(*next((one, one.settings()) for one in self.houses if one.siret == siret))

    def save(self, *records: Any, siret: str = FIRST) -> None:
        with self.app(siret).ledger.transaction() as books:
            books.save(*records)

    def well(self) -> None:
        """Let the day of each have just been run."""
        for house in self.houses:
            self.save(ran(self.clock.now()), siret=house.siret)


@cache
def empty_base() -> bytes:
    """Return a base without a record, made once."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "registre.db"
        engine = open_engine(str(path))
        make_ready(engine)
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()
        return path.read_bytes()


def ran(at: datetime, key: str = DAY, *said: str) -> Run:
    """Return a run that began at an instant, and ended a minute later with these failures."""
    run = Run(id=key, began_at=at).begun(at).told(len(said), said)
    return run.ended(at + timedelta(minutes=1))


def service(port: int, **more: Any) -> ServiceSettings:
    return ServiceSettings(port=port, **more)


def _nobody(question: str) -> str:
    raise AssertionError(question)
