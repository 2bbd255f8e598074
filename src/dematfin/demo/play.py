"""The demonstration: people and steps in the order of a real week, on simulated neighbours."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from threading import Event
from typing import Any, Final

from dematfin.acts import administer, consult, registers, sign, visa, visa_views
from dematfin.acts import run as acts
from dematfin.cli.output import counted
from dematfin.demo.figures import counted_a_week_ago, counted_tonight
from dematfin.demo.finances import Finances
from dematfin.demo.folder import MAILS
from dematfin.demo.mail import arrives, left_to_collect
from dematfin.demo.mending import mended
from dematfin.demo.people import person, whoever_tries
from dematfin.demo.reminders import reminders_leave
from dematfin.demo.review import morning
from dematfin.demo.sending import both_sides_agree, flows_leave
from dematfin.demo.story import FIXTURES, Story
from dematfin.demo.telling import told
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.money import ZERO, french
from dematfin.domain.parties.person import Person, Role
from dematfin.errors import ConnectorError
from dematfin.ports.app import App
from dematfin.steps.control import control
from dematfin.steps.follow_up import follow_up
from dematfin.steps.intake import intake
from dematfin.steps.prepare import prepare
from dematfin.steps.slips import slips
from dematfin.steps.visa import visa as open_folders

LEFT_IN_VISA: Final = frozenset({"NP-3381", "INV-2026-80"})
LEFT_TO_SIGN: Final = "NP-3390"
TRY_FOR: Final = 60.0
EVERY: Final = 0.25
Scene = tuple[str, Callable[[], Iterator[str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """One performance."""

    app: App
    story: Story
    folder: Path
    told: set[str] = field(default_factory=set)

    def scenes(self) -> tuple[Scene, ...]:
        """Return what happens, in order: a title, and what to do while telling it."""
        return (
            ("Mise en place : personnes, budgets, engagements, tiers", self.set_up),
            ("Import de Chorus Pro et contrôles", self.bring_in),
            ("Courrier : une pile de factures papier au copieur", self.scan),
            ("Revue de l'agent : réponses aux fournisseurs, décisions, contre-appels", self.review),
            ("Chiffres de la semaine, rappels de visa par courriel", self.remind),
            ("Visas des chefs de service", self.certify),
            (
                "CCAS : factures visées remises à son logiciel financier, qui les mandate",
                lambda: self._finances().mandates(),
            ),
            ("CCAS : son flux importé, rapproché, revu", lambda: self._finances().reviews()),
            ("Mandats, bordereaux et flux PES", self.prepare),
            ("Signature de la maire", self.sign),
            ("Chorus Pro informé, flux transmis", self.transmit),
            ("Acquits d'Hélios", self.wait_for_acquits),
            ("Retours du comptable", self.wait_for_payments),
            ("Corrections : bordereau refusé, mandat rejeté", self.correct),
            ("Nouvelle signature, nouvel envoi", self.send_again),
            ("Paiement du reste", self.wait_for_payments),
            ("CCAS : acquits et retours rendus à son logiciel financier", lambda: self._finances().shows()),
            ("Rapprochement avec le TdT", self.reconcile),
            ("Un bordereau laissé à signer", self.leave_work),
            ("Chiffres du mois", self.count),
        )

    def set_up(self) -> Iterator[str]:
        """Add the people, open the budgets, bring the registers in."""
        you = self.you()
        administer.add_person(self.app, None, you)
        for one in self.story.data["personnes"]:
            administer.add_person(self.app, you, person(one))
        yield f"{len(self.story.data['personnes']) + 1} personnes, dont vous (compte système « {you.system_user} »)"
        for one in self.story.data["budgets"]:
            administer.open_budget(self.app, you, self.story.year(one))
            theirs = one.get("mandats") == "editeur"
            state = (
                "ses mandats viennent de son logiciel financier"
                if theirs
                else f"prochain mandat n° {one['dernier_mandat'] + 1}"
            )
            yield f"budget {one['code']} ouvert : {state}"
        agent = self._person("claire")
        taken = registers.import_engagements(self.app, agent, FIXTURES / "engagements.csv").taken
        creditors = registers.import_tiers(self.app, agent, FIXTURES / "tiers.csv").taken
        chapters = registers.import_credits(self.app, agent, self._credits()).taken
        yield f"{taken} engagements, {creditors} tiers et {chapters} chapitres de crédits importés"

    def _credits(self) -> Path:
        """Write the export of the credits of this year."""
        export = self.folder / "credits.csv"
        text = (FIXTURES / "credits.csv").read_text(encoding="utf-8")
        export.write_text(text.replace("@ANNEE@", str(self.story.today.year)), encoding="utf-8")
        return export

    def bring_in(self) -> Iterator[str]:
        """Import, control, hand over."""
        for step in (intake, control, open_folders):
            yield from told(acts.run(self.app, self._person("claire"), step))
        for invoice in self._invoices():
            for finding in invoice.findings:
                yield f"{invoice.id} ({invoice.number}) : {finding.sentence} ({finding.code})"

    def scan(self) -> Iterator[str]:
        """What came by post."""
        yield from arrives(self.app, self._person("claire"), self.story, self.folder)
        yield from told(acts.run(self.app, self._person("claire"), open_folders))

    def review(self) -> Iterator[str]:
        """The agent's morning."""
        yield from morning(self.app, self._person("claire"), self._person("helene"), self.folder)

    def remind(self) -> Iterator[str]:
        """Those who have visas to give are told by mail, the direction with its figures; the mail server keeps all."""
        yield from counted_a_week_ago(self.app, self._person("claire"))
        yield from reminders_leave(self.app, self._person("claire"), self.folder / MAILS)

    def certify(self) -> Iterator[str]:
        """Each head of service certifies, except what is left for you."""
        for one in self.story.data["personnes"]:
            head = person(one)
            if Role.VISEUR in head.roles:
                yield from self._certify(head, LEFT_IN_VISA | {LEFT_TO_SIGN})

    def _certify(self, person: Person, left: frozenset[str]) -> Iterator[str]:
        for one in visa_views.queue(self.app, person):
            folder, invoice = one.folder, one.invoice
            if invoice.number not in left:
                executed = invoice.content.delivered_on or self.story.today
                visa.approve(self.app, person, invoice.id, visa.ServiceFait(executed_on=executed), "Conforme.")
                acts.tell_now(self.app, person, invoice.id)
                due = f"à viser avant le {folder.due_on:%d/%m/%Y}"
                yield f"{person.name} vise {invoice.id} ({french(invoice.signed_amount)}), {due}"

    def prepare(self) -> Iterator[str]:
        """Visa slips, mandats, bordereaux, flows."""
        for step in (slips, prepare):
            yield from told(acts.run(self.app, self._person("claire"), step))
        for sheet in consult.sheets(self.app, self._person("claire")):
            count = counted(len(sheet.mandats), "mandat")
            yield from self._once(f"bordereau {sheet.bordereau.id} : {count}, {french(sheet.bordereau.total)}")

    def sign(self) -> Iterator[str]:
        """The mayor signs each bordereau shown to her."""
        mayor = self._person("jeanne")
        for sheet in sign.to_sign(self.app, mayor):
            total: Decimal = sum((one.amount for one in sheet.mandats), ZERO)
            report = sign.sign(self.app, mayor, sheet.flux.id, total)
            yield f"{sheet.bordereau.id} ({french(total)}) signé par {report.signatures[0].signer}"

    def transmit(self) -> Iterator[str]:
        """Tell Chorus Pro, then send."""
        yield from flows_leave(self.app, self._person("claire"))

    def wait_for_acquits(self) -> Iterator[str]:
        """Ask until every flow is answered."""
        self._follow_until(lambda: not any(flux.label == "transmis" for flux in self._picture().flux))
        for flux in self._picture().flux:
            yield from self._once(f"{flux.nomfic} : {flux.acquit}. {flux.message}".rstrip(". "))

    def wait_for_payments(self) -> Iterator[str]:
        """Ask until the comptable has spoken of every mandat that was sent."""
        self._follow_until(lambda: not any(one.state is MandatState.SENT for one in self._mandats()))
        for mandat in self._mandats():
            if mandat.state is MandatState.PAID:
                yield from self._once(f"mandat n° {mandat.number} : {french(mandat.paid)} payés à {mandat.tiers.name}")
            elif mandat.reason:
                yield from self._once(f"mandat n° {mandat.number} revenu : {mandat.reason}")

    def correct(self) -> Iterator[str]:
        """The agent mends what came back."""
        yield from self._finances().corrects()
        yield from mended(self.app, self._person("claire"))

    def send_again(self) -> Iterator[str]:
        """Prepare, sign and send what was mended."""
        for scene in (self.prepare, self.sign, self.transmit, self.wait_for_acquits):
            yield from scene()

    def reconcile(self) -> Iterator[str]:
        """What left is what the TdT has."""
        yield from both_sides_agree(self.app, self._person("claire"), self.story.today)

    def leave_work(self) -> Iterator[str]:
        """Leave a bordereau to sign, so that every command can be tried."""
        yield from self._certify(self._person("nadia"), LEFT_IN_VISA)
        for step in (slips, prepare):
            yield from told(acts.run(self.app, self._person("claire"), step))
        yield from self._finances().leaves_one()
        yield left_to_collect(self.story, self.folder)

    def count(self) -> Iterator[str]:
        """The figures that the director reads."""
        yield from counted_tonight(self.app, self._person("claire"), self._person("helene"), self.folder)

    def _finances(self) -> Finances:
        return Finances.open(self.app, self._person("claire"), self.story, self.folder)

    def _follow_until(self, done: Callable[[], bool]) -> None:
        waits = Event()
        end = self.app.clock.now() + timedelta(seconds=TRY_FOR)
        while not done():
            acts.run(self.app, self._person("claire"), follow_up)
            if self.app.clock.now() > end:
                message = "Les voisins simulés ne répondent pas à temps. Relancez la démonstration."
                raise ConnectorError(message)
            waits.wait(EVERY)

    def _once(self, line: str) -> Iterator[str]:
        """Tell how something stands, unless it stood so already."""
        if line not in self.told:
            self.told.add(line)
            yield line

    def you(self) -> Person:
        """Return the person at the keyboard."""
        return whoever_tries(self.story.data["personnes"])

    def _person(self, key: str) -> Person:
        with self.app.ledger.reading() as books:
            return books.get(Person, key)

    def _picture(self) -> Any:
        return consult.picture(self.app, self._person("claire"))

    def _invoices(self) -> tuple[Invoice, ...]:
        with self.app.ledger.reading() as books:
            return books.find(Invoice)

    def _mandats(self) -> tuple[Mandat, ...]:
        with self.app.ledger.reading() as books:
            return books.find(Mandat)
