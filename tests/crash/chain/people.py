"""What people do in the town, and do again when they find it undone: clicks, entries, signatures, papers."""

import base64
import json
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from crash.campaign.reviewer import clerk_called, reviewed
from crash.campaign.town import WATCH
from crash.campaign.worker import GIVEN_BACK, attached, mended
from crash.chain.place import Place
from dematfin.acts import (
    absences,
    answers,
    aside,
    entry,
    hand_over,
    paper_views,
    sign,
    supporting,
    visa,
    visa_views,
)
from dematfin.acts import run as acts
from dematfin.demo.mail import _entry
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.money import ZERO
from dematfin.domain.parties.person import Person, Role
from dematfin.domain.visa.delegation import Delegation
from dematfin.domain.visa.remote import RemoteFolder, RemoteState
from dematfin.domain.visa.supporting import Supporting
from dematfin.errors import DematfinError
from dematfin.ports.app import App
from dematfin.sandbox.iparapheur.signing import opened
from dematfin.sandbox.iparapheur.signing import sign as sign_there
from dematfin.steps.day import Step

LEFT: Final = frozenset({FluxState.DROPPED, FluxState.REFUSED_BY_TDT})
WAITING_THERE: Final = (RemoteState.SENT,)
SHORTLY: Final = 0.03
"""Longer than a flow whose answer was lost is left alone."""
PDF: Final = b"%PDF-1.4 bon de livraison\n%%EOF\n"


@dataclass(frozen=True)
class People:
    """Everybody in a town, before one App; `alone`: steps are run without a lease or an account of their run."""

    place: Place
    app: App
    alone: bool = False

    def steps(self, *steps: Step) -> None:
        """Run steps, each alone, as a command does."""
        for step in steps:
            self.step(step)

    def step(self, step: Step) -> None:
        """Run one step; whatever nobody foresaw in it is written down."""
        with suppress(DematfinError):
            self.place.note(
                step(replace(self.app, by="claire")) if self.alone else acts.run(self.app, self.agent, step)
            )

    @property
    def agent(self) -> Person:
        """Return who prepares."""
        return self.person("claire")

    def person(self, key: str) -> Person:
        """Return somebody."""
        with self.app.ledger.reading() as books:
            return books.get(Person, key)

    def enters(self) -> None:
        """Enter what came on paper."""
        story = self.place.play(self.app).story
        (letter,) = story.data["papiers"]
        for one in paper_views.pending(self.app, self.agent).to_enter:
            with suppress(DematfinError):
                entry.say_arrival(self.app, self.agent, one.batch, story.today)
                entry.enter(self.app, self.agent, one.id, _entry(story, letter, one.siret, one.service))

    def sends_back(self) -> None:
        """Send back to its supplier what a control holds."""
        for one in self.found(Invoice, state=InvoiceState.TO_CORRECT):
            with suppress(DematfinError):
                answers.recycle(self.app, self.agent, one.id, "Service fermé : adressez-la à FINANCES.")

    def certifies(self) -> None:
        """Each head of service certifies what lies on the desk."""
        for head in self.found(Person):
            if Role.VISEUR in head.roles and head.id != "vous":
                for one in visa_views.queue(self.app, head):
                    done = visa.ServiceFait(executed_on=one.invoice.content.delivered_on or self.app.clock.today())
                    with suppress(DematfinError):
                        visa.approve(self.app, head, one.invoice.id, done, "Conforme.")

    def decides_there(self) -> None:
        """Somebody in the i-Parapheur says yes to all that lies there, and joins a paper."""
        today = self.app.clock.today().isoformat()
        for one in self.found(RemoteFolder, state=WAITING_THERE):
            self.there("annex", dossier=one.id, nom="bon.pdf", donnees=base64.b64encode(PDF).decode())
            self.there("visa", dossier=one.id, annotation="Conforme.", metadonnees={"date_service_fait": today})

    def signs_there(self) -> None:
        """The mayor signs in the i-Parapheur all that lies there."""
        for one in self.found(Flux, state=FluxState.SIGNING):
            if one.signing_since and not one.by_hand:
                self.there("sign", dossier=one.signing_ref)

    def there(self, what: str, **body: Any) -> None:
        """Do something in the pages of the i-Parapheur; what is done already cannot be done again."""
        port = json.loads((self.place.sandbox / "ports.json").read_text(encoding="utf-8"))["parapheur"]
        data = json.dumps({"acteur": "Nadia Technique", **body}).encode()
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/__sandbox__/{what}", data, timeout=10).close()
        except urllib.error.HTTPError as error:
            error.close()

    def signs(self) -> None:
        """The mayor signs here, or an agent has it signed in another place."""
        with suppress(DematfinError):
            lieu = self.app.signer.place
            {"HERE": self._signs_here, "PARAPHEUR": self._hands_over, "ELSEWHERE": self._exports}[lieu.name]()

    def _signs_here(self) -> None:
        mayor = self.person("jeanne")
        for sheet in sign.to_sign(self.app, mayor):
            total = sum((one.amount for one in sheet.mandats), ZERO)
            sign.sign(self.app, mayor, sheet.flux.id, total)

    def _hands_over(self) -> None:
        for sheet in hand_over.to_hand_over(self.app, self.agent):
            if sheet.flux.state is FluxState.BUILT:
                total = sum((one.amount for one in sheet.mandats), ZERO)
                hand_over.hand_over(self.app, self.agent, sheet.flux.id, total)

    def _exports(self) -> None:
        """Write each flow for whoever signs elsewhere, and take home what they signed."""
        folder = self.place.log("à-signer")
        folder.mkdir(exist_ok=True)
        key = opened((self.place.root / "pki" / "maire-cle.pem").read_bytes())
        to_sign = {one.id for one in self.found(Flux, state=(FluxState.BUILT, FluxState.SIGNING))}
        for sheet in self.found(Bordereau):
            with suppress(DematfinError):
                if sheet.flux in to_sign:
                    written = hand_over.export(self.app, self.agent, sheet.id, folder)
                    back = folder / f"signé-{written.flow.name}"
                    back.write_bytes(sign_there(written.flow.read_bytes(), key, self.app.clock.now()))
                    hand_over.take_in(self.app, self.agent, back)

    def mandates(self) -> None:
        """Whoever opens the finance software does all that waits there; then the agent reviews what it exported."""
        clerk_called(self.place, self.app, LEFT)

    def reviews(self) -> None:
        """Decide on all that an import leaves to a person."""
        with suppress(DematfinError):
            reviewed(self.app, self.agent)

    def goes_away(self) -> None:
        """A head of service is away for some days."""
        today = self.app.clock.today()
        if not self.found(Delegation):
            asked = absences.Absence(
                absent="paul", substitute="marc", starts_on=today, ends_on=today + timedelta(days=2), reason="Formation"
            )
            with suppress(DematfinError):
                absences.delegate(self.app, self.person("paul"), asked)

    def joins(self) -> None:
        """A service adds a paper to what lies on its desk."""
        for one in visa_views.queue(self.app, self.person("paul")):
            if not self.found(Supporting, invoice_id=one.invoice.id):
                with suppress(DematfinError):
                    supporting.attach(self.app, self.person("paul"), one.invoice.id, "bon.pdf", PDF)

    def has_second_thoughts(self) -> None:
        """Take one mandat out of its bordereau, once, then let it go in the next one; what is dropped shows it."""
        for one in self.found(Mandat, editor=False):
            with suppress(DematfinError):
                if one.set_aside:
                    aside.take_back(self.app, self.agent, one.id)
                elif one.state is MandatState.IN_BORDEREAU and not self.found(Flux, state=FluxState.DROPPED):
                    aside.set_aside(self.app, self.agent, one.bordereau, one.id, "À vérifier.")
                    return

    def mends(self) -> None:
        """Correct what came back."""
        with suppress(DematfinError):
            mended(self.app, self.agent, GIVEN_BACK)

    def attaches(self) -> None:
        """Give the number that the TdT's own page shows of each deposit that it has and does not name."""
        with suppress(DematfinError):
            attached(self.place, self.app, self.agent)

    def found(self, kind: type[Any], **where: object) -> tuple[Any, ...]:
        """Return records."""
        with self.app.ledger.reading() as books:
            return books.find(kind, **where)

    def waits(self) -> None:
        """Let some hundredths of a second pass."""
        WATCH.wait(SHORTLY)

    def writes(self, folder: Path) -> None:
        """Write the day's papers: figures in each form, the page, the mayor's book of each bordereau."""
        from crash.chain.papers import write  # noqa: PLC0415 - draws, which most runs do not

        with suppress(DematfinError, OSError):  # each command says of which file the disk has no room
            write(self.app, self.person("helene"), self.agent, folder)
