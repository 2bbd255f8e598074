"""A town hall whose finance software makes the mandats: real base, real keys, a real platform behind real HTTPS.

Only Chorus Pro is a fake, for the invoices that the mandats pay.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from threading import Event
from typing import Any, Final

from acceptance.samples import FOLDER, Paid
from dematfin.acts import run as acts
from dematfin.acts import sign, visa, visa_views
from dematfin.domain.invoice.content import Supplier
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.mandat.budget import Budget
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.money import ZERO
from dematfin.pes.build import Writer
from dematfin.pes.reader import Reader
from dematfin.pes.validate import Schemas
from dematfin.ports.app import App
from dematfin.sandbox.helios.comptable import Comptable
from dematfin.sandbox.helios.gate import Gate
from dematfin.sandbox.helios.registry import Registry
from dematfin.sandbox.helios.signatures import SignatureGate
from dematfin.sandbox.tdt.app import TdtApp
from dematfin.sandbox.tdt.life import Dgfip
from dematfin.sandbox.world import Delays, Helios, HeliosBudget, Tdt, TdtAccount
from dematfin.signature.authorities import Authorities
from dematfin.signature.here import Here
from dematfin.signature.verify import Verifier
from dematfin.signature.xades import XadesSigner
from dematfin.steps.follow_up import follow_up
from dematfin.steps.prepare import prepare
from dematfin.steps.slips import slips
from dematfin.steps.transmit import transmit
from dematfin.store.documents import FolderDocuments
from dematfin.store.engine import open_engine
from dematfin.store.ledger import SqlLedger
from dematfin.support.clock import SystemClock
from examples import ADMIN, AGENT, MAIRE, RULES, VISEUR, content, tiers
from fakes.hall import Hall
from signature.town import PASSWORD, Town
from tdt.platform import s2low_at

SCHEMAS: Final = FOLDER.parent.parent / "xsd" / "pes" / "v5.17"
ROUNDS: Final = 200
EVERY: Final = 0.02


@dataclass
class Beside:
    """What a test does in it."""

    app: App
    hall: Hall
    registry: Registry

    def supplier_bills(self, paid: Paid) -> Invoice:
        """Have a supplier deposit the invoice that a mandat pays, and its head of service certify it."""
        today = self.app.clock.today()
        written = content(
            paid.invoice,
            paid.amount,
            siret=self.app.policy.budgets[0].siret,
            supplier=Supplier(identifier_kind="1", identifier=paid.supplier, name=paid.name, iban=paid.iban),
            engagement="",
            marche=paid.marche,
            issued_on=today - timedelta(days=9),
            delivered_on=today - timedelta(days=10),
            received_on=today - timedelta(days=8),
        )
        known = tiers(id=paid.supplier, name=paid.name, identifier=paid.supplier, siren=paid.supplier[:9])
        with self.app.ledger.transaction() as books:
            books.save(replace(known, account=replace(known.account, iban=paid.iban)))
        self.hall.chorus.deposit(f"91{paid.mandat:07d}", written)
        list(acts.day(self.app, AGENT))
        (invoice,) = (one.invoice for one in visa_views.queue(self.app, VISEUR))
        visa.approve(self.app, VISEUR, invoice.id, visa.ServiceFait(executed_on=today))
        acts.run(self.app, AGENT, slips)
        return invoice

    def prepare(self) -> tuple[str, ...]:
        """Prepare; return what kept it from being done."""
        outcome = acts.run(self.app, AGENT, prepare)
        return (*outcome.notes, *(one.sentence for one in outcome.failures))

    def sign(self) -> None:
        """The mayor signs whatever waits, once for each flow."""
        totals: dict[str, Decimal] = {}
        for sheet in sign.to_sign(self.app, MAIRE):
            totals[sheet.flux.id] = totals.get(sheet.flux.id, ZERO) + sum((one.amount for one in sheet.mandats), ZERO)
        for nomfic, total in totals.items():
            sign.sign(self.app, MAIRE, nomfic, total)

    def send_and_follow(self) -> None:
        """Send, then ask until the comptable has paid everything."""
        sent = acts.run(self.app, AGENT, transmit)
        assert sent.failures == ()
        pause = Event()
        for _ in range(ROUNDS):
            assert acts.run(self.app, AGENT, follow_up).failures == ()
            if {one.state for one in self.all(Mandat)} == {MandatState.PAID}:
                return
            pause.wait(EVERY)
        assert self.all(Mandat) == ()

    def flux(self, state: FluxState) -> Flux:
        """Return the only flow, which stands so."""
        (only,) = self.all(Flux)
        assert isinstance(only, Flux)
        assert only.state is state
        return only

    def all(self, kind: type[Any]) -> tuple[Any, ...]:
        with self.app.ledger.reading() as books:
            return books.find(kind)


@contextmanager
def beside(folder: Path, town: Town, tls: Path, budget: Budget) -> Iterator[Beside]:
    """Settle a budget of which a finance software makes the mandats."""
    siret = budget.siret
    registry = Registry(folder / "helios" / "helios.db")
    platform = TdtApp(_platform(siret), tls, folder / "tdt", _dgfip(budget, registry, town))
    hall = Hall.build(folder, budgets=(replace(budget, editor=True),), collectivite=siret)
    hall.chorus.rules = (replace(RULES, id=siret, service_required=False),)
    clock = SystemClock("Europe/Paris")  # the platform, and certificates, run on the real one
    ledger = SqlLedger(open_engine(str(folder / "registre.db")), siret, clock.now)
    documents, schemas, settings = FolderDocuments(folder / "documents", 0), Schemas(SCHEMAS), town.settings()
    authorities = Authorities(settings, clock.now)
    with s2low_at(platform, tls) as s2low:
        app = replace(
            hall.app,
            clock=clock,
            ledger=ledger,
            documents=documents,
            writer=Writer(documents.open, schemas, "1.0"),
            reader=Reader(schemas),
            signer=Here(XadesSigner(settings, authorities, lambda: PASSWORD), clock.now),
            signatures=Verifier(settings, authorities, clock.now),
            transmitter=s2low,
        )
        with ledger.transaction() as books:
            books.save(AGENT, VISEUR, MAIRE, ADMIN)
        yield Beside(app=app, hall=hall, registry=registry)
    registry.state.close()


def _platform(siret: str) -> Tdt:
    shared = {"certificat": "tdt-client.pem", "sirets": (siret,)}
    agent = shared | {"login": "agent", "mot_de_passe": "TEST agent"}
    archives = shared | {"login": "archives", "mot_de_passe": "TEST archives", "role": "ARCH", "droits": ()}
    return Tdt(
        certificat_serveur=Path("tdt-serveur.pem"),
        autorite_clients=Path("tdt-ac.pem"),
        comptes=(TdtAccount.model_validate(agent), TdtAccount.model_validate(archives)),
        delais=Delays(analyse=0, envoi=0, acquit=0, retour=0),
    )


def _dgfip(budget: Budget, registry: Registry, town: Town) -> Dgfip:
    known = HeliosBudget(
        siret=budget.siret, poste=budget.post, code_collectivite=budget.cod_col, code_budget=budget.cod_bud
    )
    world = Helios(budgets=(known,), autorites=(town.folder / "racine.pem", town.folder / "ac.pem"))
    gate = Gate(world=world, registry=registry, signatures=SignatureGate(world.autorites), delay=0)
    return Dgfip(acquit=gate.acquit, retours=Comptable(world=world, registry=registry).retours)
